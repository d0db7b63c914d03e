"""`otklik level explain`, `tickets kind` and `tickets level NUMBER auto`, as scripts use them."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import load
from bot.wiring import intake_desk
from intake import requests
from storage.database import Database, opened
from storage.directory_models import Contract
from storage.files import FileStore
from storage.inbox import Arrival, Inbox, arrival_key
from tests.bot.commands import Ran, run
from tests.companies import a_company
from tests.desk_on_disk import mail

FREE = ("2026-01-01", None, "free")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A desk that `otklik init` has set up, with an agent."""
    assert run("init", str(tmp_path / "desk")).status == 0
    path = tmp_path / "desk" / "config.toml"
    path.write_text(path.read_text(encoding="utf-8") + '\n[[agents]]\nname = "Анна"\n', encoding="utf-8")
    return path


def on(config: Path, *words: str) -> Ran:
    return run(*words, "--config", str(config))


def has_ticket_of(config: Path, *contracts: tuple[str, str | None, str]) -> None:
    """Olga, of a company with these contracts, has written."""
    settings = load(config)

    async def work() -> None:
        async with opened(settings.database.url.get_secret_value()) as database:
            await a_company(database, *contracts, now=datetime.now(UTC))
            await _writes(database, settings.files.store)

    async def _writes(database: Database, files: Path) -> None:
        inbox, now = Inbox(database, FileStore(files)), datetime.now(UTC)
        await inbox.record(Arrival(arrival_key(["x@y"], b"1"), "smtp", "olga", {}, b"1", now))
        (entry,) = await inbox.claim(1, now)
        desk = intake_desk(settings)
        await database.writer.run(lambda: requests.take_in(entry, mail(), desk, now))

    asyncio.run(work())


def signs(config: Path) -> None:
    """The company's contract is open-ended from now on."""

    async def work() -> None:
        async with opened(load(config).database.url.get_secret_value()):
            await Contract.create(company_id=1, plan="", valid_from=datetime.now(UTC).date().replace(day=1))

    asyncio.run(work())


def test_it_tells_which_rule_matched_and_which_condition_of_the_others_failed(config: Path) -> None:
    has_ticket_of(config, FREE)
    told = on(config, "level", "explain", "1", "--json").json()
    assert (told["number"], told["level"], told["opened_with"]) == ("AS-000001", "standard", "standard")
    assert told["facts"]["plan"] == "free"
    assert [(one["level"], one["outcome"]) for one in told["rules"]] == [
        ("general", "fails"),
        ("standard", "assigned"),
        ("urgent", "by agents alone"),
        ("development", "by agents alone"),
    ]
    assert told["rules"][0]["failed"] == [
        {"condition": "contract_valid", "found": True, "wanted": [False]},
        {"condition": "covered", "found": True, "wanted": [False]},
    ]
    assert told["reassigned"] == []
    assert told["today"]["level"] == "standard"


def test_what_agents_did_since_and_what_the_rules_say_today_is_told(config: Path) -> None:
    has_ticket_of(config, ("2025-01-01", "2026-01-31", ""))
    assert on(config, "tickets", "level", "1", "urgent", "--why", "critical").status == 0
    signs(config)
    told = on(config, "level", "explain", "AS-000001", "--json").json()
    assert (told["level"], told["opened_with"], told["assigned_by_rules"]) == ("urgent", "general", "general")
    assert [(one["who"], one["before"], one["after"], one["why"]) for one in told["reassigned"]] == [
        ("Анна", "general", "urgent", "critical")
    ]
    assert (told["facts"]["why"], told["facts"]["day"]) == ("expired", "2026-01-31")
    assert (told["today"]["level"], told["today"]["facts"]["why"]) == ("standard", "valid")


def test_people_read_it_as_sentences(config: Path) -> None:
    has_ticket_of(config, ("2025-01-01", "2026-01-31", ""))
    lines = on(config, "level", "explain", "1").output_bytes.decode().splitlines()
    assert lines[0] == "AS-000001: level general, opened with general"
    assert "  entitled: expired on 2026-01-31" in lines
    assert "  general: assigned" in lines
    assert "  standard: matches, but another came before" in lines
    assert lines[-1] == "today the rules give general, asked the same"


def test_a_kind_that_the_plan_leaves_out_is_told_and_moved_by_a_word_of_the_agent_s(config: Path) -> None:
    has_ticket_of(config, FREE)
    said = on(config, "tickets", "kind", "1", "consultation", "--json")
    assert (said.json()["kind"], said.json()["level"]) == ("consultation", "standard")
    assert said.errors == (
        'the plan "free" does not cover that: `otklik tickets level AS-000001 auto` gives it general\n'
    )
    assert on(config, "tickets", "level", "1", "auto", "--json").json()["level"] == "general"
    again = on(config, "tickets", "level", "1", "auto")
    assert (again.status, again.errors) == (
        1, "AS-000001 has the level that the rules give, general, already\n",
    )  # fmt: skip


def test_an_unknown_ticket_is_refused(config: Path) -> None:
    has_ticket_of(config)
    for words in (
        ("level", "explain", "9"),
        ("tickets", "kind", "9", "bug"),
        ("tickets", "level", "9", "auto"),
    ):
        ran = on(config, *words)
        assert ran.status == 1
        assert "there is no ticket" in ran.errors


def test_who_was_added_by_hand_gets_the_standard_level_of_a_new_desk(config: Path) -> None:
    assert on(config, "clients", "add", "olga@client.example").status == 0
    settings = load(config)

    async def work() -> str:
        async with opened(settings.database.url.get_secret_value()) as database:
            inbox, now = Inbox(database, FileStore(settings.files.store)), datetime.now(UTC)
            await inbox.record(Arrival(arrival_key(["x@y"], b"1"), "smtp", "olga", {}, b"1", now))
            (entry,) = await inbox.claim(1, now)
            desk = intake_desk(settings)
            outcome = await database.writer.run(lambda: requests.take_in(entry, mail(), desk, now))
        return outcome.what

    assert asyncio.run(work()) == "opened"
    assert on(config, "tickets", "show", "1", "--json").json()["level"] == "standard"
