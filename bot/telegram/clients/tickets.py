"""/tickets: a client's requests with their states, and for each a card with what he can do with it."""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.telegram.clients.desk import ClientsDesk, Turn
from bot.telegram.clients.pressed import Pressed, pressed_by
from bot.telegram.clients.pressing import answered, not_yours
from desk.channels import telegram_address
from desk.rating import Outcome as ClosedAs
from desk.ticket import State
from intake.chatting.owing import listed, tell
from intake.taking_in.conversation import Outcome
from replies import answering
from replies.closing import close_now
from replies.verbs import by_client
from storage.asked import asked_for
from storage.chats import change_chat, tickets_of
from storage.directory import client_by_address
from storage.posts import CLIENTS
from storage.tickets import TicketNow, ticket_now

LISTED = 10  # tickets at most, those that are not closed first
_DATA = re.compile(r"ticket:(card|solved|reopen|escalate):(\d{1,18})")


def menu() -> Sequence[tuple[str, str]]:
    """The commands of this room, each with the name of the text that describes it."""
    return (("tickets", "menu.tickets"),)


def router() -> Router:
    """The handlers of this room."""
    found = Router(name="tickets")
    found.message.register(list_them, F.chat.type == "private", Command("tickets"))
    found.callback_query.register(pressed, F.data.startswith("ticket:"))
    return found


async def list_them(message: Message, turn: Turn, desk: ClientsDesk) -> None:
    """/tickets: the list, with a button for each."""

    async def unit(now: datetime) -> Outcome:
        sender = message.from_user
        client = await client_by_address(telegram_address(sender.id)) if sender is not None else None
        if client is None or client.blocked:
            return Outcome("refused", why="nobody we know")
        facts = {"tickets": listed(await tickets_of(client.id, LISTED))}
        await tell(client, desk.desk, "tickets", turn.entry.id, facts, now)
        return Outcome("done", why="tickets listed")

    await desk.effects(turn, unit)


async def pressed(query: CallbackQuery, turn: Turn, desk: ClientsDesk) -> None:
    """A button under the list or under a card."""
    found = _DATA.fullmatch(query.data or "")

    async def unit(now: datetime) -> Outcome:
        by = await pressed_by(query, int(found[2])) if found else None
        if found is None or by is None or by.ticket is None:
            return Outcome("refused", why="a button that is not his, or not ours")
        return await _VERBS[found[1]](_Press(by, by.ticket, query.id, desk, now))

    outcome = await desk.effects(turn, unit)
    alert = not_yours(query, desk) if outcome.what == "refused" else ""
    await answered(query, alert)


class _Press:
    """A verb on a client's own ticket, in hand; `serial` is that of the press."""

    __slots__ = ("by", "desk", "now", "serial", "ticket")

    def __init__(self, by: Pressed, ticket: TicketNow, serial: str, desk: ClientsDesk, now: datetime) -> None:
        self.by, self.ticket, self.serial, self.desk, self.now = by, ticket, serial, desk, now

    async def tell(self, kind: str, facts: dict[str, Any]) -> None:
        """Owe a notice to who pressed."""
        rules = self.desk.desk
        await tell(self.by.client, rules, kind, self.serial, facts, self.now, ticket_id=self.ticket.id)

    async def show(self, *, anew: bool = False, **facts: Any) -> None:
        """Have the card show how the ticket stands now; `anew`: as a message of its own."""
        ticket = await ticket_now(self.ticket.id)
        assert ticket is not None
        card = {
            "subject": ticket.subject,
            "state": ticket.state,
            "level": ticket.level,
            "due_at": ticket.reaction_due_at.isoformat(),
            "reacted": ticket.reacted_at is not None,
            "can_reopen": by_client.may_reopen(ticket, self.now, self.desk.desk.reopen_days),
            "escalated": by_client.lately_escalated(await asked_for(ticket.id), self.now),
            **facts,
        }
        await self.tell("card", card if anew else {**card, "edits": self.by.message_id})


async def _card(press: _Press) -> Outcome:
    await press.show(anew=True)
    return Outcome("done", press.ticket.id, "card shown")


async def _solved(press: _Press) -> Outcome:
    """It settled itself, or an answer settled it: closed by its client."""
    ticket, rules = press.ticket, press.desk.desk
    if ticket.state == State.CLOSED:
        await press.show()
        return Outcome("done", ticket.id, "closed already")
    verbs = answering.Desk(
        rules.levels,
        rules.calendars,
        rules.numbering,
        rules.domain,
        rules.offering,
        rules.targets,
        rules.paused_in,
    )
    await close_now(verbs, ticket.id, press.by.client.address, press.now, ClosedAs.SETTLED)
    await press.show()
    return Outcome("closed", ticket.id, "solved, says the client")


async def _reopen(press: _Press) -> Outcome:
    ticket, client = press.ticket, press.by.client
    rules = press.desk.desk
    if not await by_client.take_up_again(ticket, client.address, rules.reopen_days, press.now, rules.timing):
        await press.show()
        return Outcome("done", ticket.id, "not closed, or too long ago")
    await change_chat(CLIENTS, press.by.chat_id, ticket_id=ticket.id, chosen_at=press.now, expects=None)
    await press.tell("reopened", {})
    await press.show()
    return Outcome("reopened", ticket.id)


async def _escalate(press: _Press) -> Outcome:
    """To the head of support, once per ticket and day."""
    ticket, client = press.ticket, press.by.client
    if not await by_client.escalate(ticket, client.address, press.now):
        await press.show()
        return Outcome("done", ticket.id, "escalated already, or closed")
    await press.tell("escalated", {})
    await press.show()
    return Outcome("escalated", ticket.id)


_VERBS: dict[str, Callable[[_Press], Awaitable[Outcome]]] = {
    "card": _card,
    "solved": _solved,
    "reopen": _reopen,
    "escalate": _escalate,
}
