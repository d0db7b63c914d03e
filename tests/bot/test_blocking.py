"""`otklik clients block`: also of somebody who has never written; and whom it is refused for."""

from datetime import timedelta
from pathlib import Path

import pytest

from storage.directory import Directory, KnownClient, NotBlockable
from storage.models import Client, Delivery
from tests.bot.commands import Ran, run
from tests.desk_on_disk import NOW, DeskOnDisk, mail

RUDE = "rude@stranger.example"
AGENTS = '\n[[agents]]\nname = "Анна"\nemail = "Anna@example.org"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A desk that `otklik init` has set up, with an agent who has an address."""
    assert run("init", str(tmp_path / "desk")).status == 0
    path = tmp_path / "desk" / "config.toml"
    path.write_text(path.read_text(encoding="utf-8") + AGENTS, encoding="utf-8")
    return path


def clients(config: Path, *words: str) -> Ran:
    return run("clients", *words, "--config", str(config))


def block(config: Path, address: str) -> Ran:
    return clients(config, "block", address, "--why", "threats", "--json")


async def blocks(desk: DeskOnDisk, address: str) -> KnownClient:
    return await Directory(desk.database).block(
        address, "Анна", "threats", NOW, domain="example.org", language="ru"
    )


async def test_mail_of_somebody_who_was_blocked_before_he_ever_wrote_is_refused(desk: DeskOnDisk) -> None:
    client = await blocks(desk, RUDE)
    assert (client.address, client.registered, client.blocked) == (RUDE, False, True)
    outcome = await desk.receives(mail(from_addr=RUDE))
    assert (outcome.what, outcome.ticket_id) == ("refused", None)
    assert outcome.why.startswith("blocked")
    assert (await desk.receives(mail())).what == "opened", "others are served"


async def test_who_has_never_written_gets_no_letter_because_he_is_blocked(desk: DeskOnDisk) -> None:
    await blocks(desk, RUDE)
    assert await Delivery.all().count() == 0
    await desk.receives(mail())
    await blocks(desk, "olga@client.example")
    assert await Delivery.filter(kind="blocked").values_list("recipient", flat=True) == [
        "olga@client.example"
    ]


async def test_whom_only_the_block_made_known_is_forgotten_with_it_and_served_again(
    desk: DeskOnDisk,
) -> None:
    await blocks(desk, RUDE)
    assert not (await Directory(desk.database).unblock(RUDE)).blocked
    assert await Client.all().count() == 0
    # He is as unknown as before: a second block is as silent as the first.
    await blocks(desk, RUDE)
    await Directory(desk.database).unblock(RUDE)
    assert await Delivery.all().count() == 0
    outcome = await desk.receives(mail(from_addr=RUDE))
    assert outcome.what == "opened"


async def test_who_was_registered_while_he_was_blocked_stays_in_the_directory(desk: DeskOnDisk) -> None:
    directory = Directory(desk.database)
    await blocks(desk, RUDE)
    await directory.add(RUDE, "Иван", "ru", NOW + timedelta(hours=1))
    await directory.unblock(RUDE)
    (client,) = await directory.clients()
    assert (client.address, client.name, client.blocked) == (RUDE, "Иван", False)


async def test_who_has_a_ticket_stays_when_he_is_served_again(desk: DeskOnDisk) -> None:
    outcome = await desk.receives(mail())
    await blocks(desk, "olga@client.example")
    await Directory(desk.database).unblock("olga@client.example")
    assert (await desk.ticket(outcome.ticket_id))["client"] == "olga@client.example"
    with pytest.raises(NotBlockable, match=r"olga@client\.example is not blocked"):
        await Directory(desk.database).unblock("olga@client.example")


def test_blocking_and_unblocking_an_unknown_address_is_told_as_of_any_client(config: Path) -> None:
    blocked = block(config, "Rude@Stranger.example").json()
    assert blocked == {
        "id": 1, "name": "", "registered": False, "language": "", "address": RUDE, "blocked": True,
    }  # fmt: skip
    assert clients(config, "list", "--blocked", "--json").json() == blocked
    again = block(config, RUDE)
    assert (again.status, again.errors) == (1, f"{RUDE} is blocked already\n")
    assert clients(config, "unblock", RUDE, "--json").json() == {**blocked, "blocked": False}
    unknown = clients(config, "unblock", RUDE)
    assert (unknown.status, unknown.errors) == (1, f"{RUDE} is not blocked\n")


@pytest.mark.parametrize("text", ["rude", "rude@", "two@a.example two@b.example", "<a@b.example>", ""])
@pytest.mark.parametrize("verb", [("block", "--why", "threats"), ("unblock",)])
def test_what_is_no_address_is_refused_with_what_is_allowed(
    config: Path, verb: tuple[str, ...], text: str
) -> None:
    ran = clients(config, *verb, text)
    expected = f"{text!r} is no e-mail address; allowed: one such as olga@example.org\n"
    assert (ran.status, ran.errors) == (1, expected)


@pytest.mark.parametrize("own", ["support@example.org", "Support+t42.abc@example.org"])
def test_the_desks_own_addresses_are_not_blocked(config: Path, own: str) -> None:
    ran = block(config, own)
    assert (ran.status, ran.errors) == (
        1,
        f"{own.lower()} is the desk's own address, whose mail is refused anyway; allowed: a client's\n",
    )


def test_agents_are_not_blocked(config: Path) -> None:
    ran = block(config, "anna@example.org")
    assert (ran.status, ran.errors) == (
        1, "anna@example.org belongs to the agent Анна; take it out of [[agents]] first\n"
    )  # fmt: skip


@pytest.mark.parametrize("address", ["иван@почта.example", "o'neil@client.example"])
def test_whatever_address_may_write_to_us_can_be_blocked(config: Path, address: str) -> None:
    assert block(config, address).json()["address"] == address
