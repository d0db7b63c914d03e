"""What no other room handles: buttons that we did not make, or do not know any more."""

from datetime import datetime

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.telegram.clients.desk import ClientsDesk, Turn
from bot.telegram.clients.pressing import answered, not_yours
from intake.taking_in.conversation import Outcome


def router() -> Router:
    """The handler of this room; asked last."""
    found = Router(name="elsewhere")
    found.callback_query.register(unknown)
    return found


async def unknown(query: CallbackQuery, turn: Turn, desk: ClientsDesk) -> None:
    """Whatever comes as a button's data that no button of ours has: nothing changes (promises, threat 36)."""

    async def unit(_: datetime) -> Outcome:
        return Outcome("refused", why="a button that we did not make")

    await desk.effects(turn, unit)
    await answered(query, not_yours(query, desk))
