"""The clients' bot: what a client writes or presses in his private chat becomes an effect on his tickets."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.types import CallbackQuery, Message

from bot.telegram.understood import Look, language_of, understood
from desk.channels import telegram_address
from intake import chats
from intake.taking_in.arrived import Desk
from intake.taking_in.conversation import Outcome
from storage.chats import change_chat
from storage.closures import closure_now
from storage.database import Database
from storage.directory import client_by_address
from storage.inbox import Claimed, hold_entry
from storage.outbox import Owed, owe
from storage.posts import CLIENTS
from storage.ratings import rate

_Result = TypeVar("_Result")


@dataclass(slots=True)
class Turn:
    """One update in hand: its entry, and what became of it."""

    entry: Claimed
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class ClientsDesk:
    """What the handlers have to know: the desk's rules, the database, who looks at files."""

    database: Database
    desk: Desk
    look: Look

    async def effects(self, turn: Turn, unit: Callable[[datetime], Awaitable[Outcome]]) -> Outcome:
        """Make effects and mark the entry done, in one transaction."""
        now = datetime.now(UTC)

        async def whole() -> Outcome:
            await hold_entry(turn.entry)
            outcome = await unit(now)
            await chats.finish(turn.entry, outcome, now)
            return outcome

        turn.outcome = outcome = await self.database.writer.run(whole)
        return outcome


class ClientsBot:
    """Hands updates to the handlers; Telegram's library never sees the network for them."""

    def __init__(self, api: str, token: str, desk: ClientsDesk) -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(api))
        self.bot = Bot(token, session=session, default=DefaultBotProperties(link_preview_is_disabled=True))
        self._dispatcher = Dispatcher(desk=desk)
        self._dispatcher.include_router(_router())
        self._desk = desk

    async def feed(self, entry: Claimed, update: dict[str, Any]) -> Outcome:
        """Make the effects of an update; raises what its handler raises."""
        turn = Turn(entry)
        await self._dispatcher.feed_raw_update(self.bot, update, turn=turn)
        return turn.outcome or await self._desk.effects(turn, _nothing)

    async def close(self) -> None:
        """Close the connections to Telegram."""
        await self.bot.session.close()


async def _nothing(_: datetime) -> Outcome:
    return Outcome("done", why="nothing to do")


def _router() -> Router:
    router = Router(name="clients")
    router.message.register(started, F.chat.type == "private", CommandStart())
    router.message.register(written, F.chat.type == "private")
    router.callback_query.register(rated, F.data.startswith("rate:"))
    return router


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


async def rated(query: CallbackQuery, turn: Turn, desk: ClientsDesk) -> None:
    """A star: saved at once; pressing again changes it until the invitation expires."""
    closure_id, stars = _numbers(query.data or "")

    async def unit(now: datetime) -> Outcome:
        who = telegram_address(query.from_user.id)
        closure, client = await closure_now(closure_id), await client_by_address(who)
        if closure is None or client is None or closure.client_id != client.id:
            return Outcome("refused", why="rate: pressed by somebody else")
        refused = await rate(closure_id, now, "telegram", who, stars=stars)
        return Outcome("refused" if refused else "rated", closure.ticket_id, refused or "")

    await desk.effects(turn, unit)
    await query.answer()


def _numbers(data: str) -> tuple[int, int]:
    _, closure, stars = data.split(":")
    return int(closure), int(stars)
