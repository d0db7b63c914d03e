"""Webhook mode: what Telegram brings is recorded before it hears 200, and nobody else brings anything."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.demo.telegram import TelegramServer
from bot.telegram import standing, webhook
from bot.telegram.bot_api import BotAddress
from bot.telegram.webhook import Receiver, Webhook, secret_token, webhook_url
from bot.web.telegram_door import BODY_MOST, TOKEN
from storage.bots import Bots
from storage.inbox import Arrival
from storage.writer import Unavailable
from tests.bot.configuration import changed, mistakes, read
from tests.bot.web_desk import SECRET, WebDesk, serving
from tests.desk_on_disk import DeskOnDisk
from tests.telegram.conftest import MakeChatDesk
from tests.telegram.people import CLIENTS_TOKEN

BOT = BotAddress("clients", "telegram", "https://api.telegram.example", CLIENTS_TOKEN, 71000001)
GIVEN = {TOKEN: secret_token(SECRET, "clients")}
WEBHOOK = {'mode = "polling"': 'mode = "webhook"'}


@dataclass
class Recording:
    """Records in memory; `full` and `away` are why that may not, or can't, be done."""

    kept: list[Arrival] = field(default_factory=list)
    full: str | None = None
    away: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def record(self, one: Arrival) -> None:
        await self.gate.wait()
        if self.away:
            raise Unavailable("the database is away")
        self.kept.append(one)

    def receiver(self) -> Receiver:
        return Receiver(BOT, GIVEN[TOKEN], self.record, lambda: self.full, lambda: None)


@pytest.fixture
def recording() -> Recording:
    found = Recording()
    found.gate.set()
    return found


@pytest.fixture
async def web(tmp_path: Path, recording: Recording) -> AsyncIterator[WebDesk]:
    async with serving(tmp_path, receivers={"clients": recording.receiver()}) as served:
        yield served


def update(number: int = 7, text: str = "Не печатает") -> dict[str, Any]:
    chat = {"id": 5, "type": "private", "first_name": "Ольга"}
    message = {"message_id": number, "date": 1, "chat": chat, "from": {"id": 5}, "text": text}
    return {"update_id": number, "message": message}


async def brought(web: WebDesk, told: Any, headers: dict[str, str] = GIVEN, bot: str = "clients") -> int:
    """The status that an update is answered with."""
    how = {"data": told} if isinstance(told, bytes) else {"json": told}
    async with web.http.post(f"{web.url}/telegram/{bot}", headers=headers, **how) as answer:
        return answer.status


async def test_200_waits_for_the_record(web: WebDesk, recording: Recording) -> None:
    recording.gate.clear()
    answer = asyncio.create_task(brought(web, update()))
    done, _ = await asyncio.wait({answer}, timeout=0.3)
    assert not done
    recording.gate.set()
    assert await answer == 200
    assert [one.envelope["update_id"] for one in recording.kept] == [7]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {TOKEN: ""},
        {TOKEN: "x"},
        {TOKEN: GIVEN[TOKEN][:-1]},
        {TOKEN: GIVEN[TOKEN] + "0"},
        {TOKEN: secret_token(SECRET, "agents")},
        {TOKEN: CLIENTS_TOKEN},
        {"Authorization": GIVEN[TOKEN]},
    ],
)
async def test_threat_39_without_the_right_token_nothing_is_taken(
    web: WebDesk, recording: Recording, headers: dict[str, str]
) -> None:
    assert await brought(web, update(), headers) == 403
    assert await brought(web, b"no JSON at all", headers) == 403
    assert recording.kept == []


async def test_threat_39_a_bot_that_is_not_there_looks_like_a_wrong_token(
    web: WebDesk, recording: Recording
) -> None:
    assert await brought(web, update(), GIVEN, "agents") == 403
    assert await brought(web, update(), {TOKEN: secret_token(SECRET, "agents")}, "agents") == 403
    assert recording.kept == []


def test_threat_39_the_token_is_compared_in_constant_time(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    honest = hmac.compare_digest

    def spy(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return honest(one, other)

    monkeypatch.setattr(hmac, "compare_digest", spy)
    assert not recording.receiver().knows("ж" * 64)
    assert compared == [(("ж" * 64).encode(), GIVEN[TOKEN].encode())]


def test_threat_39_an_empty_secret_makes_no_token() -> None:
    with pytest.raises(ValueError, match=r"web\.secret is empty"):
        secret_token(b"", "clients")


def test_each_bot_has_a_token_of_its_own_which_tells_nothing_of_the_secret() -> None:
    clients, agents = secret_token(SECRET, "clients"), secret_token(SECRET, "agents")
    assert clients != agents and len(clients) == 64
    assert SECRET.decode() not in clients
    assert CLIENTS_TOKEN not in webhook_url("https://desk.example", "clients")


async def test_when_nothing_may_be_recorded_it_is_put_off(web: WebDesk, recording: Recording) -> None:
    recording.full = "the disk is full"
    assert await brought(web, update()) == 503
    recording.full, recording.away = None, True
    assert await brought(web, update()) == 503
    recording.away = False
    assert await brought(web, update()) == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"message": {}}', b"\xff", b"[" * 100_000])
async def test_what_is_no_update_is_refused(web: WebDesk, recording: Recording, body: bytes) -> None:
    assert await brought(web, body) == 400
    assert recording.kept == []


async def test_an_update_may_be_larger_than_a_form_but_not_endless(
    web: WebDesk, recording: Recording
) -> None:
    assert await brought(web, update(text="ж" * 40_000)) == 200
    assert await brought(web, b"x" * (BODY_MOST + 1)) == 413


async def test_the_door_is_not_there_while_we_ask(tmp_path: Path) -> None:
    async with serving(tmp_path) as polling_desk:
        assert await brought(polling_desk, update()) == 404


@pytest.mark.parametrize(
    ("url", "refused"),
    [
        ("http://desk.example", True),
        ("http://192.0.2.1:8080", True),
        ("https://desk.example", False),
        ("http://127.0.0.1:8080", False),
        ("http://localhost:8080", False),
    ],
)
def test_threat_39_webhooks_need_an_encrypted_address(tmp_path: Path, url: str, refused: bool) -> None:
    config = changed("[web]\n", f'[telegram]\nmode = "webhook"\n\n[web]\npublic_url = "{url}"\n')
    if not refused:
        assert read(tmp_path, config).telegram.mode == "webhook"
        return
    (line,) = mistakes(tmp_path, config)
    assert f'web.public_url: found "{url}"' in line and 'because telegram.mode is "webhook"' in line


# --- how the webhook is set and looked after


@dataclass
class Watched:
    """A webhook that is looked after."""

    server: TelegramServer
    webhook: Webhook

    async def until_trouble(self, words: str) -> None:
        async with asyncio.timeout(10):
            while words not in self.webhook.standing.trouble:
                await asyncio.sleep(0.02)

    async def until_well(self) -> None:
        async with asyncio.timeout(10):
            while self.webhook.standing.trouble:
                await asyncio.sleep(0.02)


@pytest.fixture
async def watched(
    telegram_server: TelegramServer, sqlite: DeskOnDisk, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Watched]:
    monkeypatch.setattr(webhook, "LOOK", 0.05)
    monkeypatch.setattr(standing, "BACKOFF", (0.05,))
    monkeypatch.setattr(standing, "REVOKED", 0.05)
    telegram_server.bot(CLIENTS_TOKEN, "clients_bot")
    address = replace(BOT, api=telegram_server.url)
    url = webhook_url("https://desk.invalid", "clients")

    async def gap(*_: object) -> None:
        raise AssertionError("there was no gap")

    watching = Webhook(address, url, "token", Bots(sqlite.database), wanted=("message",), gap=gap)
    task = asyncio.create_task(watching.run())
    yield Watched(telegram_server, watching)
    await watching.stop()
    await task


async def test_a_webhook_that_somebody_took_away_is_set_again(watched: Watched) -> None:
    bot = watched.server.world.bots[CLIENTS_TOKEN]
    await watched.server.until_called("getWebhookInfo", 2)
    assert bot.webhook is not None and bot.webhook["url"] == "https://desk.invalid/telegram/clients"
    assert (bot.webhook["secret"], bot.allowed) == ("token", {"message"})
    bot.webhook = None
    await watched.until_trouble("taken our webhook away")
    await watched.server.until_called("setWebhook", 2)
    await watched.until_well()


async def test_a_webhook_that_telegram_does_not_reach_is_told(watched: Watched) -> None:
    bot, olga = watched.server.world.bots[CLIENTS_TOKEN], watched.server.person("Ольга")
    await watched.server.until_called("setWebhook")
    await olga.starts(bot)
    await watched.until_trouble("Telegram can't bring updates: ")


@pytest.mark.parametrize(
    ("kind", "how", "words"),
    [
        ("error", {"code": 401, "description": "Unauthorized"}, "the token of the clients bot is not valid"),
        ("error", {"code": 500}, "Telegram refuses: 500"),
        ("html", {"code": 502}, "no answer of the Bot API"),
        ("dropped", {}, "Telegram can't be reached"),
    ],
)
async def test_a_webhook_that_can_not_be_set_is_told_and_tried_again(
    watched: Watched, kind: str, how: dict[str, Any], words: str
) -> None:
    watched.server.fault("setWebhook", kind, times=3, **how)
    watched.server.fault("getWebhookInfo", kind, times=3, **how)
    await watched.until_trouble(words)
    assert CLIENTS_TOKEN not in watched.webhook.standing.trouble
    await watched.until_well()


# --- the whole service


async def test_a_conversation_goes_on_through_webhooks_and_then_by_asking(
    make_chat_desk: MakeChatDesk,
) -> None:
    desk = await make_chat_desk(changes=WEBHOOK)
    olga = desk.server.person("Ольга")
    await desk.run()
    await olga.starts(desk.bot)
    await olga.writes("Не печатает касса")
    assert "AS-000001" in (await olga.reads("приняли")).text
    topic = await desk.staff.topic_of("AS-000001")
    await desk.staff.answers(topic, "Перезапустите её")
    await olga.reads("Перезапустите её")
    assert desk.server.called("getUpdates") == []
    await desk.stop()
    await olga.writes("Не помогло")  # while nobody listens
    desk.desk.config.write_text(desk.desk.config.read_text().replace('mode = "webhook"', 'mode = "polling"'))
    await desk.run()
    await desk.staff.reads("Не помогло", topic)
    assert desk.bot.webhook is None and desk.agents_bot.webhook is None
