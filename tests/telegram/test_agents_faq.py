"""/faq in a ticket's topic: the best entries, how one reads, and its text as an answer to the client."""

from pathlib import Path

import pytest

from bot.demo.telegram import Message, TelegramServer
from bot.demo.telegram.things import Topic
from bot.telegram.agents.commands.asked import Extras
from bot.telegram.agents.commands.running import EXTRAS
from replies.faq.search import Faq
from storage.faq_models import Offer
from storage.files import FileStore
from tests.desk_on_disk import DeskOnDisk
from tests.faq.given import write
from tests.telegram.agents_desk import AgentsChat

TITLE = "Возврат товара от покупателя"


@pytest.fixture
async def chat(desk: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path) -> AgentsChat:
    chat = AgentsChat(desk, FileStore(tmp_path / "files"), telegram_server)
    faq = Faq(write(tmp_path / "faq", "ru", "fi"))
    chat.bot.application.bot_data[EXTRAS] = Extras("АгроСофт", faq=faq)
    return chat


async def asks(chat: AgentsChat, text: str, topic: Topic) -> Message:
    await chat.anna.writes(text, where=(chat.group, topic))
    await chat.hears()
    return next(one for one in reversed(chat.told(topic)) if one.sender["id"] == chat.telegram.id)


async def test_an_entry_is_shown_first_and_sent_by_the_second_tap(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await asks(chat, "/faq покупатель вернул товар", topic)
    await chat.presses(chat.anna, TITLE)
    shown = chat.said(topic)[-1]
    assert shown.startswith(TITLE) and "Отметьте позиции и количество" in shown
    assert await chat.items(number) == [], "it is only looked at"
    await chat.presses(chat.anna, "Отправить")
    assert await chat.leaves(seconds=2) == [], "it can be taken back for a moment"
    (sent,) = await chat.leaves()
    assert sent.facts["text"].startswith("Откройте чек продажи")
    assert sent.facts["text"].endswith("https://help.example/refund")
    assert [one async for one in Offer.all().values_list("entry", "place", "language", "ticket_id")] == [
        ("refund", "agent", "ru", number)
    ]


async def test_a_button_works_after_a_restart_and_tells_of_an_entry_that_is_gone(
    chat: AgentsChat, tmp_path: Path
) -> None:
    _, topic = await chat.ticket()
    await asks(chat, "/faq возврат товара", topic)
    chat.started()
    faq = Faq(tmp_path / "faq")
    chat.bot.application.bot_data[EXTRAS] = Extras("АгроСофт", faq=faq)
    (tmp_path / "faq" / "refund.ru.md").unlink()
    (tmp_path / "faq" / "refund.fi.md").unlink()
    told = await chat.presses(chat.anna, TITLE)
    assert told == {"text": "Статьи «refund» в справке больше нет.", "alert": True}


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/faq", "Что найти? Например: /faq не печатает чек"),
        ("/faq ыъы", "В справке ничего не нашлось. Попробуйте другие слова."),
    ],
)
async def test_it_says_what_is_missing(chat: AgentsChat, command: str, answer: str) -> None:
    _, topic = await chat.ticket()
    assert (await asks(chat, command, topic)).text == answer


async def test_without_a_faq_it_says_where_one_is_named(chat: AgentsChat) -> None:
    chat.bot.application.bot_data[EXTRAS] = Extras()
    _, topic = await chat.ticket()
    assert "config.toml" in (await asks(chat, "/faq чек", topic)).text
