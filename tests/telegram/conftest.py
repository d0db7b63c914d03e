"""A small Telegram for each test, and desks with both bots in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.demo.telegram import TelegramServer
from bot.telegram import limits
from tests.telegram.people import ChatDesk

MakeChatDesk = Callable[..., Awaitable[ChatDesk]]


@pytest.fixture
async def telegram_server() -> AsyncIterator[TelegramServer]:
    """Telegram; whatever it was asked must be what the Bot API knows."""
    server = TelegramServer()
    await server.start()
    yield server
    await server.stop()
    server.assert_strict()


@pytest.fixture
async def make_chat_desk(telegram_server: TelegramServer, tmp_path: Path) -> AsyncIterator[MakeChatDesk]:
    """Makes desks with both bots, not started yet; the arguments are those of ChatDesk after the folder."""
    made: list[ChatDesk] = []

    async def make(**settings: Any) -> ChatDesk:
        made.append(ChatDesk(telegram_server, tmp_path / f"desk-{len(made)}", **settings))
        return made[-1]

    yield make
    for desk in made:
        await desk.stop()
        desk.desk.erase()


@pytest.fixture
async def chat_desk(make_chat_desk: MakeChatDesk) -> ChatDesk:
    """A desk with both bots, running in this event loop; an answer goes out without a recall window."""
    desk = await make_chat_desk()
    await desk.run()
    return desk


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bots write as fast as they can: for tests of something else than Telegram's limits."""
    monkeypatch.setattr(limits, "CHAT", (1, 0.0))
    monkeypatch.setattr(limits, "GROUP", (10_000, 60.0))
    monkeypatch.setattr(limits, "SPARE", 0.0)
