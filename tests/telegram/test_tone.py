"""Answers with phrases that the desk does not want wait until their author has chosen the words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.telegram import TelegramServer
from bot.telegram.agents.bot import AgentsBot
from desk.rating import Outcome
from desk.tone import DEFAULTS
from replies.closing import close_now
from storage.files import FileStore
from tests.desk_on_disk import VERBS, DeskOnDisk
from tests.telegram.agents_desk import ANNA, TOKEN, AgentsChat
from tests.telegram.people import jpeg

UNWANTED = "Мне кажется, нужно обновить программу."
BETTER = "Рекомендую обновить программу."


class _Checked(AgentsChat):
    """A staff chat whose desk checks the tone."""

    def started(self) -> AgentsBot:
        super().started()
        object.__setattr__(self.desk, "tone", DEFAULTS)
        self.bot = AgentsBot(self.server.url, TOKEN, self.desk)
        return self.bot


@pytest.fixture
async def chat(desk: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path) -> AgentsChat:
    return _Checked(desk, FileStore(tmp_path / "files"), telegram_server)


async def states(chat: AgentsChat, number: int = 1) -> list[tuple[str, str]]:
    return [(one["state"], one["facts"]["text"]) for one in await chat.answers(number)]


async def test_it_waits_and_the_better_one_is_shown_and_sent(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await chat.anna.writes(UNWANTED, where=(chat.group, topic))
    await chat.hears()
    assert await states(chat) == [("suppressed", UNWANTED)]
    (asked,) = chat.said(topic)
    assert "«Мне кажется, нужно» → «Рекомендую»" in asked
    await chat.presses(chat.anna, "Отправить лучший вариант")
    assert [one.facts["text"] for one in await chat.leaves()] == [BETTER]
    assert await chat.items(number) == [("out", BETTER)]
    assert chat.said(topic)[-1] == f"Ответ отправлен.\n{BETTER}"


async def test_it_may_be_sent_all_the_same(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await chat.anna.writes(UNWANTED, where=(chat.group, topic))
    await chat.hears()
    await chat.presses(chat.anna, "Всё равно отправить")
    assert [one.facts["text"] for one in await chat.leaves()] == [UNWANTED]
    assert (await chat.disk.ticket(number))["reacted_at"] is not None


async def test_it_may_be_dropped_and_is_no_reaction(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await chat.anna.writes(UNWANTED, where=(chat.group, topic))
    await chat.hears()
    await chat.presses(chat.anna, "Не отправлять")
    assert await chat.leaves() == []
    assert (await chat.disk.ticket(number))["reacted_at"] is None


async def test_notes_and_decent_answers_go_at_once(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    await chat.anna.writes(f"// {UNWANTED}", where=(chat.group, topic))
    await chat.anna.writes("Обновите, пожалуйста, программу.", where=(chat.group, topic))
    await chat.hears()
    assert [state for state, _ in await states(chat)] == ["owed"]
    assert chat.said(topic) == []


async def test_in_a_closed_ticket_both_are_asked_at_once(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await chat.database.writer.run(lambda: close_now(VERBS, number, ANNA, datetime.now(UTC), Outcome.SETTLED))
    await chat.anna.writes(UNWANTED, where=(chat.group, topic))
    await chat.hears()
    (asked,) = chat.told(topic)
    assert "закрыто" in asked.text and "→ «Рекомендую»" in asked.text
    await chat.presses(chat.anna, "Отправить лучший вариант")
    assert [one.facts["text"] for one in await chat.leaves()] == [BETTER]
    assert (await chat.disk.ticket(number))["state"] == "open"


async def test_the_caption_of_an_album_is_bettered_where_it_stands(chat: AgentsChat) -> None:
    number, topic = await chat.ticket(chat=True)
    pictures = [("photo", jpeg("teal")), ("photo", jpeg("red"))]
    await chat.anna.sends_album(pictures, UNWANTED, where=(chat.group, topic))
    await chat.hears()
    await chat.presses(chat.anna, "Отправить лучший вариант")
    (sent,) = await chat.leaves(channel="telegram")
    assert sent.facts["text"] == BETTER and len(sent.facts["files"]) == 2
    assert BETTER in sent.facts["captions"].values() and UNWANTED not in sent.facts["captions"].values()
    assert await chat.items(number) == [("out", BETTER)]


async def test_an_edit_while_it_waits_is_what_is_bettered(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    written = await chat.anna.writes(UNWANTED, where=(chat.group, topic))
    await chat.hears()
    await chat.anna.edits(written, "Мне кажется, нужно перезапустить кассу.")
    await chat.hears()
    await chat.presses(chat.anna, "Отправить лучший вариант")
    assert [one.facts["text"] for one in await chat.leaves()] == ["Рекомендую перезапустить кассу."]
