"""Stars that a client presses under an invitation (promises, P8)."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.telegram.clients.desk import ClientsDesk, Turn
from desk.channels import telegram_address
from intake.taking_in.conversation import Outcome
from storage.closures import closure_now
from storage.directory import client_by_address
from storage.ratings import rate


def router() -> Router:
    """The handlers of this room."""
    found = Router(name="ratings")
    found.callback_query.register(rated, F.data.startswith("rate:"))
    return found


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
