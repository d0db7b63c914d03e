"""Buttons under what was offered of the FAQ: it has helped, or the request is to be opened."""

import re
from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.telegram.clients.desk import ClientsDesk, Turn
from bot.telegram.clients.pressed import Pressed, pressed_by
from bot.telegram.clients.pressing import answered, not_yours
from intake.chatting.owing import tell
from intake.chatting.waiting import choose
from intake.taking_in.conversation import Outcome
from storage.held import held_in, let_go
from storage.offers import OfferNow, did_not_help, helped, offer_now
from storage.tickets import Change, note_changes

_OFFER = re.compile(r"faq:(yes|no):(\d{1,18})")


def router() -> Router:
    """The handlers of this room."""
    found = Router(name="offers")
    found.callback_query.register(decided, F.data.startswith("faq:"))
    return found


async def decided(query: CallbackQuery, turn: Turn, desk: ClientsDesk) -> None:
    """The client has read what was offered; the message then says what follows."""
    found = _OFFER.fullmatch(query.data or "")

    async def unit(now: datetime) -> Outcome:
        by = await pressed_by(query, None) if found else None
        offer = await offer_now(int(found[2])) if found else None
        if found is None or by is None or offer is None or offer.chat_id != by.chat_id:
            return Outcome("refused", why="a button that is not his, or not ours")
        kind = await (_helped if found[1] == "yes" else _not_helped)(by, offer, now)
        facts = {"edits": by.message_id}
        await tell(by.client, desk.desk, kind, query.id, facts, now, ticket_id=offer.ticket_id)
        return Outcome("done", offer.ticket_id, kind)

    outcome = await desk.effects(turn, unit)
    await answered(query, not_yours(query, desk) if outcome.what == "refused" else "")


async def _helped(by: Pressed, offer: OfferNow, now: datetime) -> str:
    """What waits is not opened; what was opened meanwhile stays, for agents may be at work on it."""
    await helped(offer.id, now)
    if offer.ticket_id is not None:
        await note_changes(offer.ticket_id, now, Change(by.client.address, "faq helped", after=offer.entry))
        return "faq-helped-late"
    if any(one.message_id == offer.message_id for one in await held_in(by.chat_id)):
        await let_go(by.chat_id, f"the FAQ has helped: {offer.entry}", now)
    return "faq-helped"


async def _not_helped(by: Pressed, offer: OfferNow, now: datetime) -> str:
    if offer.message_id is not None:
        await did_not_help(by.chat_id, offer.message_id, now)
    if offer.ticket_id is None and any(
        one.message_id == offer.message_id for one in await held_in(by.chat_id)
    ):
        await choose(by.chat_id, 0, now)
    return "faq-opening"
