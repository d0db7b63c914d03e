"""`otklik tickets add-person` and `remove-person`, and what `tickets show` says of persons and senders."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.database import opened
from storage.directory import add_unregistered
from storage.tickets import NewMessage, NewTicket, add_message, open_ticket
from tests.bot.commands import Ran, run

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
FAIL = "fail: DMARC: dmarc=fail of client.example"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A desk with one ticket, whose sender is not verified."""
    assert run("init", str(tmp_path / "desk")).status == 0
    asyncio.run(_with_a_ticket(f"sqlite://{tmp_path / 'desk' / 'data' / 'otklik.db'}"))
    return tmp_path / "desk" / "config.toml"


async def _with_a_ticket(url: str) -> None:
    async def unit() -> None:
        olga = await add_unregistered("olga@client.example", "ru", NOW)
        new = NewTicket(olga.id, "new", "Ошибка", "mail", "ru", "general", "40 working hours", NOW, NOW)
        ticket_id = await open_ticket(new)
        await add_message(
            NewMessage(
                ticket_id, "in", "Ольга", "olga@client.example", "Не печатает.", NOW, authenticity=FAIL
            )
        )

    async with opened(url) as database:
        await database.writer.run(unit)


def on(config: Path, *words: str) -> Ran:
    return run("tickets", *words, "--config", str(config))


def test_a_person_is_added_shown_and_removed(config: Path) -> None:
    added = on(config, "add-person", "AS-000001", "Ivan@Client.Example", "--json").json()
    assert added == {"number": "AS-000001", "participants": ["ivan@client.example"]}
    shown = on(config, "show", "1", "--json").json()
    assert [one["address"] for one in shown["participants"]] == ["ivan@client.example"]
    assert [one["what"] for one in shown["history"]] == ["person added"]
    assert "takes part too: ivan@client.example" in on(config, "show", "1").output_bytes.decode()
    removed = on(config, "remove-person", "1", "ivan@client.example")
    assert removed.output_bytes.decode() == "AS-000001: besides its client takes part: nobody\n"


def test_show_tells_that_a_sender_is_not_verified(config: Path) -> None:
    told = "[sender not verified: DMARC: dmarc=fail of client.example]"
    assert told in on(config, "show", "1").output_bytes.decode()
    (message,) = on(config, "show", "1", "--json").json()["messages"]
    assert message["authenticity"] == FAIL


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add-person", "77", "ivan@client.example"), "there is no ticket 77"),
        (("add-person", "x", "ivan@client.example"), "'x' is no ticket number"),
        (("add-person", "1", "ivan"), "'ivan' is no e-mail address"),
        (("add-person", "1", "Support@example.org"), "support@example.org is the desk's own address"),
        (("add-person", "1", "olga@client.example"), "olga@client.example is the ticket's client"),
        (("remove-person", "1", "ivan@client.example"), "ivan@client.example takes no part"),
    ],
)
def test_what_can_not_be_done_is_refused_in_one_line(config: Path, words: tuple[str, ...], said: str) -> None:
    refused = on(config, *words)
    assert (refused.status, refused.output_bytes) == (1, b"")
    assert said in refused.errors
    assert refused.errors.count("\n") == 1


def test_nobody_is_added_twice(config: Path) -> None:
    assert on(config, "add-person", "1", "ivan@client.example").status == 0
    again = on(config, "add-person", "1", "IVAN@client.example")
    assert (again.status, again.errors) == (1, "ivan@client.example takes part already\n")
