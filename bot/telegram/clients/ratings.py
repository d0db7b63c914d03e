"""Stars, answers and comments that a client gives in chat under an invitation (promises, P8)."""

import re
from dataclasses import dataclass
from datetime import datetime

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.telegram.clients.desk import ClientsDesk, Turn
from bot.telegram.clients.pressing import answered, not_yours, presser
from bot.telegram.clients.rated_in_words import (
    commented,
    expect_no_comment,
    expecting,
    is_comment,
    is_rating,
    starred,
)
from bot.telegram.clients.telling import LATE, Telling
from desk.channels import telegram_address
from desk.rating import RatingRefused
from desk.ticket import ClientMessage, State, on_client_message
from intake.taking_in.arrived import Desk
from intake.taking_in.conversation import Outcome
from storage.chats import change_chat
from storage.clocks import reopen
from storage.closures import ClosureNow, closure_now
from storage.directory import client_by_address
from storage.posts import CLIENTS
from storage.ratings import rate
from storage.tickets import ticket_now

_DATA = re.compile(r"rate:([0-9]{1,18}):([1-5]|[sr][01]|[cxo])")
_COMMENT, _REOPEN = "c", "o"  # and x, which takes asking for a comment back
_QUESTIONS = {"s": "satisfied", "r": "recommend"}


@dataclass(frozen=True, slots=True)
class _Press:
    """A button under an invitation: `what` as in its data, `at` when it was pressed (UTC)."""

    closure_id: int
    what: str
    who: str
    chat_id: int
    message_id: int
    callback_id: str
    at: datetime


def router() -> Router:
    """The handlers of this room."""
    found = Router(name="ratings")
    found.callback_query.register(pressed, F.data.startswith("rate:"))
    found.message.register(commented, F.chat.type == "private", F.text, is_comment)
    found.message.register(starred, F.chat.type == "private", F.text, is_rating)
    return found


async def pressed(query: CallbackQuery, turn: Turn, desk: ClientsDesk) -> None:
    """A button under an invitation: saved at once; the last word counts until the invitation expires."""
    found, by = _DATA.fullmatch(query.data or ""), presser(query)

    async def unit(now: datetime) -> Outcome:
        if found is None or by is None:
            return Outcome("refused", why="rate: a button that we did not make")
        press = _Press(
            int(found[1]), found[2], telegram_address(query.from_user.id), by.chat_id, by.message_id,
            query.id, turn.entry.received_at,
        )  # fmt: skip
        return await _press(press, desk.desk, now)

    outcome = await desk.effects(turn, unit)
    await answered(query, not_yours(query, desk) if outcome.what == "refused" else "")


async def _press(press: _Press, desk: Desk, now: datetime) -> Outcome:
    closure, client = await closure_now(press.closure_id), await client_by_address(press.who)
    rated = closure is not None and closure.stars is not None
    if closure is None or client is None or client.blocked or closure.client_id != client.id:
        return Outcome("refused", why="rate: pressed by somebody else")
    if closure.invited_at is None or not (rated or press.what.isdigit() or press.what == _REOPEN):
        return Outcome("refused", closure.ticket_id, "rate: not asked for")
    telling = Telling(desk, client, closure, press.message_id, press.callback_id, now)
    if await telling.told():
        return Outcome("duplicate", closure.ticket_id)
    if press.what == _REOPEN:
        return await _reopen(press, telling)
    refused = await _rate(press, closure)
    if refused is not None:
        return await telling.over(refused)
    asking = press.what == _COMMENT
    if asking:
        expects = expecting(closure.id, press.message_id, press.at)
        await change_chat(CLIENTS, press.chat_id, expects=expects)
    else:
        await expect_no_comment(press.chat_id)
    return await telling.rated(asking=asking)


async def _rate(press: _Press, closure: ClosureNow) -> str | None:
    """What a button says, saved; asking for a comment says nothing new but may be too late as well."""
    stars = int(press.what) if press.what.isdigit() else closure.stars
    assert stars is not None
    name = _QUESTIONS.get(press.what[0])
    return await rate(
        closure.id,
        press.at,
        "telegram",
        press.who,
        stars=stars,
        satisfied=press.what == "s1" if name == "satisfied" else None,
        recommend=press.what == "r1" if name == "recommend" else None,
    )


async def _reopen(press: _Press, telling: Telling) -> Outcome:
    ticket = await ticket_now(telling.closure.ticket_id)
    assert ticket is not None
    if ticket.state != State.CLOSED:
        return await telling.over(RatingRefused.WITHDRAWN)
    state, days = State(ticket.state), telling.desk.reopen_days
    if on_client_message(state, ticket.closed_at, press.at, days) is ClientMessage.FOLLOW_UP:
        return await telling.over(LATE)
    timing = telling.desk.timing
    await reopen(ticket, press.who, "the client pressed Reopen", telling.now, timing)
    await change_chat(CLIENTS, press.chat_id, ticket_id=ticket.id, chosen_at=telling.now, expects=None)
    await telling.owe("rating-reopened", {})
    return Outcome("reopened", ticket.id)
