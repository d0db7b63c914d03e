"""Whatever Telegram answers: nothing said is lost, and nothing is said twice but where an answer was lost."""

import asyncio
import re
import sqlite3
import urllib.request
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.demo.telegram import Message, Person
from bot.demo.telegram.things import Topic
from bot.telegram import errors, parts, polling, standing
from bot.telegram.staff import backlog
from intake import processing
from replies import outbox
from tests.telegram.conftest import MakeChatDesk
from tests.telegram.people import ChatDesk, jpeg

pytestmark = pytest.mark.usefixtures("unhurried")

SENDING = ("sendMessage", "sendPhoto", "sendMediaGroup", "createForumTopic", "pinChatMessage",
           "editMessageText", "setMessageReaction", "getFile", "getMe", "getChatMember", "getUpdates",
           "editForumTopic", "answerCallbackQuery")  # fmt: skip
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("error", {"code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 1}}),
    ("error", {"code": 500}),
    ("html", {"code": 502}),
    ("dropped", {}),
    ("lost", {}),
]  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that a test can wait for."""
    monkeypatch.setattr(errors, "UNKNOWN_PAUSE", 0.5)
    monkeypatch.setattr(parts, "BACKOFF", (0.3,))
    monkeypatch.setattr(backlog, "PAUSES", (0.3,))
    monkeypatch.setattr(outbox, "PAUSE_MOST", 0.5)
    monkeypatch.setattr(standing, "BACKOFF", (0.1,))
    monkeypatch.setattr(polling, "ASKED", 2)
    monkeypatch.setattr(processing, "OURS", 0.3 * processing.OURS / 5)


def copies(seen: list[Message], words: str) -> int:
    """How often something was said."""
    return sum(words in one.text for one in seen)


async def conversation(desk: ChatDesk, olga: Person) -> Topic:
    """Olga writes, adds a photo and an album, and is answered in words and pictures."""
    staff = desk.staff
    await olga.starts(desk.bot)
    await olga.writes("Не печатает касса")
    await olga.reads("приняли")
    await staff.reads("Не печатает касса")
    # Where the answer to its making was lost there are two, the first of which nobody knows.
    topic = staff.group.topics()[-1]
    await olga.sends_photo(jpeg("red"), "вот снимок")
    await olga.sends_album([("1", jpeg("green")), ("2", jpeg("blue"))], "и ещё два")
    await staff.reads("вот снимок", topic)
    await staff.reads("и ещё два", topic)
    await staff.answers(topic, "Перезапустите её")
    await staff.answers_with_album(topic, [("1.jpg", jpeg("gold")), ("2.jpg", jpeg("pink"))], "как здесь")
    await olga.reads("Перезапустите её")
    await olga.gets_album("как здесь")
    return topic


@pytest.mark.parametrize(
    ("kind", "how"), FAULTS, ids=[f"{kind} {how.get('code', '')}" for kind, how in FAULTS]
)
async def test_faults_25_and_26_every_method_fails_once_and_everything_arrives(
    make_chat_desk: MakeChatDesk, kind: str, how: dict[str, Any]
) -> None:
    desk = await make_chat_desk()
    olga = desk.server.person("Ольга")
    planned = [desk.server.fault(method, kind, **how) for method in SENDING]
    await desk.run()
    topic = await conversation(desk, olga)
    happened = {fault.method for fault in planned if fault.hits}
    assert {"sendMessage", "sendMediaGroup", "createForumTopic", "getFile", "getUpdates"} <= happened
    most = 2 if kind == "lost" else 1
    said_to_olga, seen_by_staff = olga.sees(), desk.staff.group.said_in(topic)
    for words in ("приняли", "Перезапустите её", "как здесь"):
        assert 1 <= copies(said_to_olga, words) <= most, words
    for words in ("вот снимок", "и ещё два"):
        assert 1 <= copies(seen_by_staff, words) <= most, words
    if kind != "lost":
        assert len(desk.staff.group.topics()) == 1
    assert sum(len(one.album) > 0 for one in said_to_olga) in (2, 2 * most)


async def test_fault_25_one_chat_that_has_to_wait_holds_up_no_other(make_chat_desk: MakeChatDesk) -> None:
    desk = await make_chat_desk()
    olga, petr = desk.server.person("Ольга"), desk.server.person("Пётр")
    to_olga: Callable[[dict[str, Any]], bool] = lambda asked: asked.get("chat_id") == olga.id  # noqa: E731
    desk.server.fault("sendMessage", "error", code=429, description="Too Many Requests: retry after 4",
                      parameters={"retry_after": 4}, when=to_olga)  # fmt: skip
    await desk.run()
    await olga.starts(desk.bot)
    await desk.server.until_called("sendMessage")
    await petr.starts(desk.bot)
    await petr.reads("Здравствуйте", patience=3)
    assert olga.sees() == []
    await olga.writes("Не печатает касса")
    await olga.reads("Здравствуйте")
    await olga.reads("приняли")
    refused, *_, again = [call for call in desk.server.called("sendMessage") if to_olga(call.asked)][:2]
    assert again.at - refused.at >= 4.0
    greeting, confirmation = olga.sees()
    assert "Здравствуйте" in greeting.text and "приняли" in confirmation.text, "in order"


async def test_fault_26_what_may_have_arrived_goes_once_more_and_not_again(
    make_chat_desk: MakeChatDesk,
) -> None:
    desk = await make_chat_desk()
    olga = desk.server.person("Ольга")
    confirming: Callable[[dict[str, Any]], bool] = lambda asked: "приняли" in asked.get("text", "")  # noqa: E731
    desk.server.fault("sendMessage", "lost", times=-1, when=confirming)
    await desk.run()
    await olga.starts(desk.bot)
    await olga.writes("Не печатает касса")
    await olga.reads("приняли")
    await olga.reads("приняли")
    await olga.writes("И ещё вопрос")
    await desk.staff.reads("И ещё вопрос")
    assert copies(olga.sees(), "приняли") == 2
    assert len({one.text for one in olga.sees() if "приняли" in one.text}) == 1, (
        "the same words, the same number"
    )


async def test_fault_28_a_revoked_token_makes_one_channel_red_and_the_other_goes_on(
    make_chat_desk: MakeChatDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "REVOKED", 0.5)
    desk = await make_chat_desk()
    await desk.run()
    olga = desk.server.person("Ольга")
    await olga.starts(desk.bot)
    await olga.writes("Не печатает касса")
    topic = await desk.staff.topic_of("AS-000001")
    desk.bot.revoked = True
    await desk.staff.answers(topic, "Перезапустите её")
    told = await desk.until_health("telegram clients", "failing")
    assert "the token of the clients bot is not valid" in told["reason"]
    health = await desk.health()
    assert [health[name]["status"] for name in ("telegram agents", "listener", "intake")] == ["ok"] * 3
    figures = await asyncio.to_thread(_figures, desk)
    assert figures["clients"] == 0.0 and figures["agents"] == 1.0
    assert "Перезапустите её" not in [one.text for one in olga.sees()]
    desk.bot.revoked = False
    await olga.reads("Перезапустите её")
    await desk.until_health("telegram clients", "ok")


async def test_fault_27_what_another_program_does_is_red_in_health(
    make_chat_desk: MakeChatDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "CONFLICT", 0.5)
    desk = await make_chat_desk()
    await desk.run()
    desk.bot.webhook = {"url": "https://elsewhere.invalid/", "secret": "", "error": "", "at": 9e12}
    assert desk.bot.poller is not None
    desk.bot.poller.set_result("webhook")
    told = await desk.until_health("telegram clients", "failing")
    assert "another program reads the clients bot's messages, or a webhook is set" in told["reason"]
    desk.bot.webhook = None
    await desk.until_health("telegram clients", "ok")


async def test_fault_35_the_head_is_told_that_nobody_listened_for_25_hours(
    make_chat_desk: MakeChatDesk,
) -> None:
    desk = await make_chat_desk()
    await desk.run()
    olga, vera = desk.server.person("Ольга"), desk.staff.vera
    await vera.starts(desk.agents_bot)
    await olga.starts(desk.bot)
    await olga.reads("Здравствуйте")
    await desk.stop()
    with closing(sqlite3.connect(desk.desk.folder / "data" / "otklik.db")) as database, database:
        long_ago = (datetime.now(UTC) - timedelta(hours=25)).isoformat(" ")
        assert (
            database.execute("UPDATE bots SET polled_at = ? WHERE name = 'clients'", [long_ago]).rowcount == 1
        )
    await desk.run()
    told = await vera.reads("Бот клиентов не получал сообщений с", where=desk.agents_bot)
    assert "часть обращений могла не дойти" in told.text
    await olga.writes("Не печатает касса")
    await olga.reads("приняли")


def _figures(desk: ChatDesk) -> dict[str, float]:
    """What /metrics tells of each bot."""
    with urllib.request.urlopen(f"{desk.desk.url}/metrics", timeout=10) as answer:
        told = answer.read().decode()
    return {
        bot: float(value) for bot, value in re.findall(r'otklik_telegram_ok\{bot="(\w+)"\} ([\d.]+)', told)
    }
