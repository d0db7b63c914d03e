"""/plan and /stage in the staff chat."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.demo.telegram import TelegramServer
from storage.files import FileStore
from storage.models import Delivery
from tests.desk_on_disk import DeskOnDisk
from tests.telegram.agents_desk import AgentsChat
from tests.telegram.test_commands import said_to


@pytest.fixture
async def chat(sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path) -> AgentsChat:
    return AgentsChat(sqlite, FileStore(tmp_path / "files"), telegram_server)


async def an_improvement(chat: AgentsChat) -> tuple[int, Any]:
    number, topic = await chat.ticket()
    await said_to(chat, "/kind improvement", topic)
    return number, topic


async def test_an_agent_sets_the_day_and_the_client_is_told(chat: AgentsChat) -> None:
    number, topic = await an_improvement(chat)
    day = datetime.now(UTC).date() + timedelta(days=40)
    said = await said_to(chat, f"/plan {day:%d.%m.%Y}", topic)
    assert said.startswith("Обращение AS-000001: улучшение будет готово не позднее ")
    assert said.endswith("Клиенту сообщено.")
    ticket = await chat.disk.ticket(number)
    assert (
        ticket["resolution_due_at"]
        == ticket["planned_for"]
        >= datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    )
    assert await Delivery.filter(kind="planned", ticket_id=number).count() == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/plan", "Например: /plan 15.12"),
        ("/plan скоро", "Например: /plan 15.12"),
        ("/plan 01.12.2099-10.12.2099", "Например: /plan 15.12"),
        ("/plan 01.02.2020", "Например: /plan 15.12"),
        ("/stage testing", "Можно: requirements, specification, build, release, done"),
        ("/stage done", "готово только то, что прошло этап release"),
    ],
)
async def test_what_is_wrong_says_what_is_allowed(chat: AgentsChat, text: str, says: str) -> None:
    number, topic = await an_improvement(chat)
    before = await chat.disk.ticket(number)
    assert says in await said_to(chat, text, topic)
    assert await chat.disk.ticket(number) == before


async def test_of_anything_else_it_says_how_to_make_it_one(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    for text in ("/plan 15.12", "/stage build"):
        assert "Сначала: /kind improvement" in await said_to(chat, text, topic)


async def test_a_stage_is_chosen_by_a_button_or_by_its_name_with_a_reason_to_go_back(
    chat: AgentsChat,
) -> None:
    number, topic = await an_improvement(chat)
    assert await said_to(chat, "/stage", topic) == "Обращение AS-000001: на какой этап?"
    await chat.presses(chat.anna, "разработка")
    assert (await chat.disk.ticket(number))["stage"] == "build"
    assert "Назад — только с причиной" in (await said_to(chat, "/stage requirements", topic)).replace(
        "\u00a0", " "
    )
    assert "этап: требования" in await said_to(chat, "/stage requirements забыли отчёт", topic)
    history = (await chat.disk.ticket(number))["history"]
    assert [one["why"] for one in history if one["what"] == "stage"] == ["", "забыли отчёт"]
