"""The clients' bot: hands what a client writes or presses to its handlers, and keeps what became of it."""

from datetime import datetime
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.telegram.clients import asking, elsewhere, groups, linking, offers, ratings, requests, tickets
from bot.telegram.clients.desk import ClientsDesk, Turn
from intake.taking_in.conversation import Outcome
from storage.inbox import Claimed

# Asked in this order; what a room does not handle goes on to the next.
ROOMS = (asking, offers, ratings, linking, tickets, groups, requests, elsewhere)


class ClientsBot:
    """Hands updates to the handlers; Telegram's library never sees the network for them."""

    def __init__(self, api: str, token: str, desk: ClientsDesk) -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(api))
        self.bot = Bot(token, session=session, default=DefaultBotProperties(link_preview_is_disabled=True))
        self._dispatcher = Dispatcher(desk=desk)
        for room in ROOMS:
            self._dispatcher.include_router(room.router())
        self._desk = desk

    async def feed(self, entry: Claimed, update: dict[str, Any]) -> Outcome:
        """Make the effects of an update; raises what its handler raises."""
        turn = Turn(entry)
        await self._dispatcher.feed_raw_update(self.bot, update, turn=turn)
        if turn.failed is not None:
            raise turn.failed  # not through aiogram, which logs whatever it sees with its whole traceback
        return turn.outcome or await self._desk.effects(turn, _nothing)

    async def close(self) -> None:
        """Close the connections to Telegram."""
        await self.bot.session.close()


async def _nothing(_: datetime) -> Outcome:
    return Outcome("done", why="nothing to do")
