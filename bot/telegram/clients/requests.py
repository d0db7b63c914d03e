"""/start and whatever a client writes: a request, or more on one."""

from datetime import UTC, datetime

from aiogram import Bot, F, Router
from aiogram.filters import CommandStart
from aiogram.types import Message

from bot.telegram.clients.desk import ClientsDesk, Turn
from bot.telegram.clients.understood import language_of, understood
from desk.channels import telegram_address
from intake import chats
from intake.taking_in.conversation import Outcome
from storage.chats import change_chat
from storage.outbox import Owed, owe
from storage.posts import CLIENTS


def router() -> Router:
    """The handlers of this room; asked last, for any message is a request."""
    found = Router(name="requests")
    found.message.register(started, F.chat.type == "private", CommandStart())
    found.message.register(written, F.chat.type == "private")
    return found


async def started(message: Message, turn: Turn, desk: ClientsDesk) -> None:
    """/start: say hello, once for each time."""
    sender = message.from_user
    assert sender is not None

    async def unit(now: datetime) -> Outcome:
        client = await chats.known_client(sender.id, language_of(sender.language_code), desk.desk, now)
        await change_chat(CLIENTS, message.chat.id, client_id=client.id, left_at=None)
        hello = Owed(
            key=f"hello:{turn.entry.id}",
            ticket_id=None,
            kind="hello",
            channel="telegram",
            recipient=telegram_address(sender.id),
            language=client.language or desk.desk.default_language,
            facts={},
        )
        await owe(hello, desk.desk.domain, now)
        return Outcome("done", why="greeted")

    await desk.effects(turn, unit)


async def written(message: Message, bot: Bot, turn: Turn, desk: ClientsDesk) -> None:
    """Any private message is a request, or goes on one."""
    if message.from_user is None or message.from_user.is_bot:
        return
    told = await understood(message, bot, desk.look)
    now = datetime.now(UTC)
    turn.outcome = await desk.database.writer.run(lambda: chats.take_in(turn.entry, told, desk.desk, now))
