"""`otklik agents …`: who answers, and the codes by which agents and a staff chat are known."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from bot.config.loading import load
from storage.agents import ENROL, STAFF_CHAT, accounts, enrol
from storage.codes import use_code
from storage.database import opened
from tests.bot.commands import run

T = TypeVar("T")
BOT = """
[telegram.agents]
token = "72000002:AAagentsagentsagentsagentsagentsagen2"
staff_chat = -1001234567890
lines = { second = -1009876543210 }

[[agents]]
name = "Анна"
telegram_id = 1001
role = "head"

[[agents]]
name = "Олег"
line = "second"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    assert run("init", str(folder)).status == 0
    path = folder / "config.toml"
    path.write_text(path.read_text() + BOT)
    assert run("migrate", "--config", str(path)).status == 0
    return path


def agents(config: Path, *words: str) -> str:
    ran = run("agents", *words, "--config", str(config))
    assert ran.status == 0, ran.errors
    return ran.output_bytes.decode()


def on_database(config: Path, unit: Callable[[], Awaitable[T]]) -> T:
    async def work() -> T:
        async with opened(load(config).database.url.get_secret_value()) as database:
            return await database.writer.run(unit)

    return asyncio.run(work())


def test_a_code_is_for_the_agent_whom_it_names(config: Path) -> None:
    told = run("agents", "code", "Олег", "--json", "--config", str(config)).json()
    assert told["name"] == "Олег" and told["expires_in"] == 2 * 86_400
    subject = on_database(config, lambda: use_code(ENROL, "", told["code"], datetime.now(UTC)))
    assert subject == "Олег"


def test_a_second_code_ends_the_first(config: Path) -> None:
    first = run("agents", "code", "Олег", "--json", "--config", str(config)).json()["code"]
    second = agents(config, "code", "Олег").split()[-1]
    assert on_database(config, lambda: use_code(ENROL, "", first, datetime.now(UTC))) is None
    assert on_database(config, lambda: use_code(ENROL, "", second, datetime.now(UTC))) == "Олег"


def test_the_staff_chat_of_a_line_is_what_its_code_gives(config: Path) -> None:
    told = run("agents", "staff-chat", "--line", "second", "--json", "--config", str(config)).json()
    subject = on_database(config, lambda: use_code(STAFF_CHAT, "", told["code"], datetime.now(UTC)))
    assert subject == "-1009876543210"


def test_an_enrolled_account_is_listed_and_taken_away(config: Path) -> None:
    on_database(config, lambda: enrol("Олег", 2002, datetime.now(UTC)))
    listed = [json.loads(line) for line in agents(config, "list", "--json").splitlines()]
    assert [(one["name"], one["telegram_id"], one["enrolled"]) for one in listed] == [
        ("Анна", 1001, False),
        ("Олег", 2002, True),
    ]
    assert "Олег  agent, line second, Telegram 2002 (enrolled)" in agents(config, "list")
    agents(config, "remove", "Олег")
    assert on_database(config, accounts) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("code", "Анна"), "has the Telegram id 1001"),
        (("code", "Зоя"), "there is no agent 'Зоя'; [[agents]] names: Анна, Олег"),
        (("remove", "Олег"), "has no enrolled account"),
        (("remove", "Анна"), "his Telegram id stands in [[agents]]"),
        (("staff-chat", "--line", "third"), "has no staff chat of its own; allowed: second"),
    ],
)
def test_what_can_not_be_done_is_refused_with_the_reason(
    config: Path, words: tuple[str, ...], why: str
) -> None:
    ran = run("agents", *words, "--config", str(config))
    assert ran.status == 1 and why in ran.errors
    assert len(ran.errors.splitlines()) == 1


def test_without_an_agents_bot_there_are_no_codes(tmp_path: Path) -> None:
    assert run("init", str(tmp_path / "desk")).status == 0
    ran = run("agents", "code", "Анна", "--config", str(tmp_path / "desk" / "config.toml"))
    assert ran.status == 1 and "no agents' bot" in ran.errors
