"""Asking Telegram what is new: recorded first, confirmed then (promises, P4), whatever Telegram does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.demo.telegram import Bot, Person, TelegramServer
from bot.telegram import polling, standing
from bot.telegram.bot_api import BotAddress
from bot.telegram.polling import Poller
from bot.telegram.updates import CLIENT_UPDATES, arrival
from storage.bots import Bots
from storage.inbox import Arrival, Inbox
from storage.models import EntryState
from storage.writer import Unavailable
from tests.desk_on_disk import DeskOnDisk

TOKEN = "71000001:AAclientsclientsclientsclientsclient1"
OTHER = "71000009:AAclientsclientsclientsclientsclient9"


class Listening:
    """A poller over a real inbox. `full` and `away` are why nothing may, or can, be recorded now."""

    def __init__(self, server: TelegramServer, bot: Bot, desk: DeskOnDisk, own_webhook: str = "") -> None:
        self.server, self.bot, self._desk = server, bot, desk
        self.full: str | None = None
        self.away = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.gaps: list[tuple[datetime, datetime]] = []
        self.bots = Bots(desk.database)
        address = BotAddress("clients", "telegram", server.url, bot.token, bot.id)
        self.inbox = Inbox(desk.database, desk.inbox._files, chats=True)
        self.poller = Poller(
            address, self._record, self.bots, arrival, wanted=CLIENT_UPDATES, admit=lambda: self.full,
            recorded=lambda: None, gap=self._gap, own_webhook=own_webhook,
        )  # fmt: skip

    async def _record(self, one: Arrival) -> None:
        await self.gate.wait()
        if self.away:
            raise Unavailable("the database is away")
        await self.inbox.record(one)

    async def _gap(self, _: BotAddress, since: datetime, until: datetime) -> None:
        self.gaps.append((since, until))

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Listening"]:
        """Poll meanwhile; what the poller ends with is raised."""
        task = asyncio.create_task(self.poller.run())
        try:
            yield self
        finally:
            await self.poller.stop()
            await task

    async def texts(self, most: int) -> list[str]:
        """The recorded messages, in order."""
        entries = await self.inbox.entries([EntryState.RECORDED], most)
        bodies = [await self.inbox.show(int(one["id"])) for one in reversed(entries)]
        updates = [json.loads(body[1]) for body in bodies if body is not None]
        return [one["message"]["text"] for one in updates if "message" in one]

    async def until_told(self, *texts: str) -> None:
        """Wait until everything is confirmed, and see that just these were recorded, each once."""
        await self.server.until_heard(self.bot)
        assert await self.texts(1000) == ["/start", *texts]

    async def until_trouble(self, words: str) -> None:
        """Wait until the poller says what is wrong."""
        async with asyncio.timeout(20):
            while words not in self.poller.standing.trouble:
                await asyncio.sleep(0.02)

    async def until_well(self) -> None:
        """Wait until nothing is wrong."""
        async with asyncio.timeout(20):
            while self.poller.standing.trouble or self.bot.poller is None:
                await asyncio.sleep(0.02)


@pytest.fixture
def bot(telegram_server: TelegramServer) -> Bot:
    return telegram_server.bot(TOKEN, "clients_bot")


@pytest.fixture
async def olga(telegram_server: TelegramServer, bot: Bot) -> Person:
    person = telegram_server.person("Ольга")
    await person.starts(bot)
    return person


@pytest.fixture
def listening(telegram_server: TelegramServer, bot: Bot, sqlite: DeskOnDisk) -> Listening:
    return Listening(telegram_server, bot, sqlite)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that a test can wait for."""
    monkeypatch.setattr(standing, "BACKOFF", (0.05, 0.1, 0.2))
    monkeypatch.setattr(polling, "FULL", 0.2)
    monkeypatch.setattr(standing, "CONFLICT", 0.4)
    monkeypatch.setattr(standing, "REVOKED", 0.3)


async def test_nothing_is_confirmed_before_it_is_recorded(listening: Listening, olga: Person) -> None:
    listening.gate.clear()
    async with listening.running():
        await olga.writes("раз")
        await listening.server.until_called("getUpdates")
        await asyncio.sleep(0.2)  # in which a hasty poller would have asked again
        assert len(listening.bot.updates) == 2
        listening.gate.set()
        await listening.until_told("раз")


async def test_what_can_not_be_recorded_comes_again(
    desk: DeskOnDisk, telegram_server: TelegramServer, bot: Bot, olga: Person
) -> None:
    listening = Listening(telegram_server, bot, desk)
    listening.away = True
    async with listening.running():
        await olga.writes("раз")
        await listening.until_trouble("the database is away")
        assert len(bot.updates) == 2
        listening.away = False
        await listening.until_told("раз")
        await listening.until_well()


async def test_what_was_recorded_and_not_confirmed_comes_again_and_is_recorded_once(
    desk: DeskOnDisk, telegram_server: TelegramServer, bot: Bot, olga: Person
) -> None:
    await olga.writes("раз")
    for update in list(bot.updates):  # as if we had died between the record and the next question
        first = Listening(telegram_server, bot, desk)
        await first.inbox.record(arrival(first.poller._address, update, datetime.now(UTC)))
    async with Listening(telegram_server, bot, desk).running() as again:
        await again.until_told("раз")


async def test_updates_with_the_same_number_of_two_bots_are_two(
    listening: Listening, telegram_server: TelegramServer, olga: Person
) -> None:
    now = datetime.now(UTC)
    update = listening.bot.updates[0]
    one = BotAddress("clients", "telegram", "", TOKEN, 71000001)
    another = BotAddress("clients", "telegram", "", OTHER, 71000009)
    assert arrival(one, update, now).key != arrival(another, update, now).key
    assert arrival(one, update, now).key == arrival(one, update, now + timedelta(days=1)).key


async def test_nothing_is_asked_for_while_nothing_may_be_taken_in(listening: Listening, olga: Person) -> None:
    listening.full = "the disk is full"
    async with listening.running():
        await listening.until_trouble("the disk is full")
        await asyncio.sleep(0.3)
        assert listening.server.called("getUpdates") == []
        listening.full = None
        await listening.until_told()


async def test_fault_27_a_second_program_is_told_loudly_and_calmly_and_nothing_is_lost(
    listening: Listening, telegram_server: TelegramServer, olga: Person, sqlite: DeskOnDisk
) -> None:
    second = Listening(telegram_server, listening.bot, sqlite)
    with capture_logs() as logged:
        async with listening.running():
            await listening.until_told()
            async with second.running():
                await listening.until_trouble("another program reads the clients bot's messages")
                since = len(telegram_server.called("getUpdates"))
                await olga.writes("раз")
                await asyncio.sleep(1.2)  # three pauses; each takes one question of either
                assert len(telegram_server.called("getUpdates")) - since <= 12
                await olga.writes("два")
            await listening.until_well()
            await olga.writes("три")
            await listening.until_told("раз", "два", "три")
    loud = [one for one in logged if one["log_level"] == "error" and "another program" in one["reason"]]
    assert 1 <= len(loud) <= 6, "told when it begins, and not at every question"


async def test_fault_27_a_foreign_webhook_is_told_and_left_alone_and_nothing_is_lost(
    listening: Listening, olga: Person
) -> None:
    listening.bot.webhook = {"url": "https://elsewhere.example/", "secret": "", "error": "", "at": 9e12}
    async with listening.running():
        await listening.until_trouble("a webhook is set")
        await olga.writes("раз")
        await asyncio.sleep(0.5)
        assert listening.bot.webhook is not None
        assert len(listening.server.called("getUpdates")) <= 4
        listening.bot.webhook = None
        await listening.until_told("раз")


async def test_our_own_webhook_of_the_other_mode_is_taken_back_with_what_waits(
    telegram_server: TelegramServer, bot: Bot, olga: Person, sqlite: DeskOnDisk
) -> None:
    ours = "https://desk.example/telegram/clients"
    bot.webhook = {"url": ours, "secret": "", "error": "", "at": 9e12}
    telegram_server.fault("getWebhookInfo", "error", code=500)  # so that it is still there when we ask
    await olga.writes("раз")
    listening = Listening(telegram_server, bot, sqlite, own_webhook=ours)
    async with listening.running():
        await listening.until_told("раз")


async def test_fault_28_a_revoked_token_is_told_and_looked_at_again_now_and_then(
    listening: Listening, olga: Person
) -> None:
    listening.bot.revoked = True
    async with listening.running():
        await listening.until_trouble("the token of the clients bot is not valid (any more)")
        assert TOKEN not in listening.poller.standing.trouble
        await olga.writes("раз")
        listening.bot.revoked = False
        await listening.until_told("раз")


async def test_fault_25_a_pause_that_telegram_asks_for_is_kept(listening: Listening, olga: Person) -> None:
    listening.server.fault("getUpdates", "error", code=429, description="Too Many Requests: retry after 1",
                           parameters={"retry_after": 1})  # fmt: skip
    async with listening.running():
        await listening.until_told()
    refused, asked, *_ = listening.server.called("getUpdates")
    assert asked.at - refused.at >= 1.0


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("error", {"code": 500}),
        ("error", {"code": 503, "description": "Service Unavailable"}),
        ("html", {"code": 502}),
        ("dropped", {}),
        ("lost", {}),
    ],
)
async def test_fault_26_whatever_telegram_answers_every_update_is_recorded_once(
    listening: Listening, olga: Person, kind: str, how: dict[str, Any]
) -> None:
    listening.server.fault("getUpdates", kind, times=3, **how)
    async with listening.running():
        await olga.writes("раз")
        await olga.writes("два")
        await listening.until_told("раз", "два")
        await listening.until_well()


async def test_an_answer_that_does_not_come_is_given_up(
    listening: Listening, olga: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "PATIENCE", 0.2)
    monkeypatch.setattr(polling, "ASKED", 0)
    listening.server.fault("getUpdates", "slow", seconds=3.0)
    async with listening.running():
        await listening.until_trouble("TimeoutError")
        await listening.until_told()


async def test_a_stop_does_not_wait_for_news(listening: Listening, olga: Person) -> None:
    async with listening.running():
        await listening.until_well()
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 1.0


async def test_fault_35_downtime_of_25_hours_is_told_and_listening_begins(
    listening: Listening, olga: Person
) -> None:
    since = datetime.now(UTC) - timedelta(hours=25)
    await listening.bots.note("clients", listening.bot.id, since, updated=True)
    async with listening.running():
        await listening.until_told()
    assert [begin for begin, _ in listening.gaps] == [since]


@pytest.mark.parametrize(("bot_id", "hours"), [(71000001, 23), (71000009, 25)])
async def test_shorter_downtime_or_another_bot_is_no_gap(
    listening: Listening, olga: Person, bot_id: int, hours: int
) -> None:
    since = datetime.now(UTC) - timedelta(hours=hours)
    await listening.bots.note("clients", bot_id, since, updated=True)
    async with listening.running():
        await listening.until_told()
    assert listening.gaps == []


# --- what is recorded of an update

ADDRESS = BotAddress("clients", "telegram", "", TOKEN, 71000001)
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["chat", "from", "message", "id", "date", "type", "text"]), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["message", "edited_message", "callback_query", "poll"]), JSON))
def test_any_update_can_be_recorded(told: dict[str, Any]) -> None:
    update = {"update_id": 7, **told}
    record = arrival(ADDRESS, update, NOW)
    assert json.loads(record.body.decode("utf-8", "surrogatepass")) == update
    assert len(record.key) == len(record.conversation) == 64
    assert NOW - timedelta(hours=25) <= record.received_at <= NOW


def _message(**told: Any) -> dict[str, Any]:
    return {"message_id": 1, "date": int(NOW.timestamp()), "from": {"id": 5}, **told}


def test_a_chat_is_one_conversation_a_topic_one_and_buttons_one_of_their_own() -> None:
    private, group = {"id": 5, "type": "private"}, {"id": -100, "type": "supergroup"}

    def conversation(**update: Any) -> str:
        return arrival(ADDRESS, {"update_id": 1, **update}, NOW).conversation

    written = conversation(message=_message(chat=private))
    assert conversation(edited_message=_message(chat=private)) == written
    assert conversation(callback_query={"id": "1", "message": _message(chat=private)}) != written
    one = conversation(message=_message(chat=group, message_thread_id=3))
    assert one == conversation(message=_message(chat=group, message_thread_id=3))
    assert len({one, written, conversation(message=_message(chat=group, message_thread_id=4))}) == 3


@pytest.mark.parametrize(
    ("hours", "counted"),
    [(3, 3), (26, 0), (-1, 0)],
)
def test_a_request_counts_from_when_telegram_took_it_as_far_as_that_can_be(hours: int, counted: int) -> None:
    sent = _message(chat={"id": 5, "type": "private"}) | {
        "date": int((NOW - timedelta(hours=hours)).timestamp())
    }
    record = arrival(ADDRESS, {"update_id": 1, "message": sent}, NOW)
    assert record.received_at == NOW - timedelta(hours=counted)
