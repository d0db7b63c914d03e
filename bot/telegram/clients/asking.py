"""Questions to a client that he answers by a button: to which request a message belongs; a detail to skip."""

import re
from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery, Message

from bot.telegram.clients.desk import ClientsDesk, Turn
from bot.telegram.clients.pressed import Pressed, pressed_by
from bot.telegram.clients.pressing import answered, not_yours
from bot.telegram.clients.requests import written
from desk.ticket import State
from intake.chatting.details import Asking, ask, asked_in
from intake.chatting.owing import tell
from intake.chatting.waiting import choose
from intake.taking_in.conversation import Outcome
from storage.chats import chat_now
from storage.held import HELD
from storage.posts import CLIENTS

_TO = re.compile(r"to:(\d{1,18})")
_SKIP = re.compile(r"skip:(\d{1,18}):([a-z]{1,20})")


def router() -> Router:
    """The handlers of this room; asked first, for a message that has waited is nothing but a request."""
    found = Router(name="asking")
    found.message.register(sent_on, _has_waited)
    found.callback_query.register(chosen, F.data.startswith("to:"))
    found.callback_query.register(skipped, F.data.startswith("skip:"))
    return found


def _has_waited(_: Message, turn: Turn) -> bool:
    return HELD in turn.entry.envelope


async def sent_on(message: Message, bot: Bot, turn: Turn, desk: ClientsDesk) -> None:
    """A message that has waited for a choice: it goes where its client said, or where it likely belongs."""
    await written(message, bot, turn, desk)


async def chosen(query: CallbackQuery, turn: Turn, desk: ClientsDesk) -> None:
    """Where it belongs; the question's message then says so."""
    found = _TO.fullmatch(query.data or "")

    async def unit(now: datetime) -> Outcome:
        ticket_id = int(found[1]) if found else -1
        by = await pressed_by(query, ticket_id or None)
        if by is None:
            return Outcome("refused", why="a button that is not his, or not ours")
        waiting = await choose(by.chat_id, ticket_id, now)
        closed = by.ticket is not None and by.ticket.state == State.CLOSED
        facts = {"edits": by.message_id, "waiting": waiting, "closed": closed and waiting > 0}
        await tell(by.client, desk.desk, "chosen", query.id, facts, now, ticket_id=ticket_id or None)
        return Outcome("done", ticket_id or None, "chosen")

    outcome = await desk.effects(turn, unit)
    await answered(query, not_yours(query, desk) if outcome.what == "refused" else "")


async def skipped(query: CallbackQuery, turn: Turn, desk: ClientsDesk) -> None:
    """A question that he does not want to answer: the next one, if any."""
    found = _SKIP.fullmatch(query.data or "")

    async def unit(now: datetime) -> Outcome:
        by = await pressed_by(query, int(found[1])) if found else None
        if found is None or by is None:
            return Outcome("refused", why="a button that is not his, or not ours")
        await _skip(by, int(found[1]), found[2], query.id, desk, now)
        return Outcome("done", int(found[1]), "skipped")

    outcome = await desk.effects(turn, unit)
    await answered(query, not_yours(query, desk) if outcome.what == "refused" else "")


async def _skip(
    by: Pressed, ticket_id: int, question: str, serial: str, desk: ClientsDesk, now: datetime
) -> None:
    facts = {"edits": by.message_id, "asks": question}
    await tell(by.client, desk.desk, "detail-skipped", serial, facts, now, ticket_id=ticket_id)
    asked = asked_in(await chat_now(CLIENTS, by.chat_id), now)
    if asked is not None and (asked.ticket_id, asked.asks) == (ticket_id, question):
        language = by.client.language or desk.desk.default_language
        to = Asking(by.chat_id, by.client.address, language, desk.desk.domain, serial)
        await ask(to, ticket_id, asked.left, now)
