"""Splitting: a client's message becomes a ticket of its own, with its own promise and confirmation."""

from dataclasses import dataclass
from datetime import datetime

from desk.channels import channel_of
from desk.entitlement import About, Case, case_of
from desk.products import named_in
from desk.service_level import ServiceLevel, assign, due
from desk.ticket import State
from desk.timing import Settled, Timed
from replies.answering import Desk, Refused, the_ticket
from replies.names import plain_line
from storage.directory import standing_of
from storage.entitled import Charge, charge_of, note_opening, opening_columns, opening_facts
from storage.outbox import Owed, owe
from storage.splitting import Movable, movable_messages, move_message
from storage.tickets import Change, NewTicket, TicketNow, note_changes, open_ticket

_SUBJECT = 100


@dataclass(frozen=True, slots=True)
class _Opened:
    """The ticket that is split off: what it is promised, until when (UTC), and why."""

    level: ServiceLevel
    received: datetime
    due_at: datetime
    case: Case
    charge: Charge | None
    settled: Settled | None


async def split(desk: Desk, ticket_id: int, item_id: int, who: str, now: datetime) -> int:
    """Open a ticket for a message of the client's, which moves there; returns its number.

    Its promise counts from when that message came, or from now when it would be over already.
    Raises Refused for an unknown ticket, and for a message that is not the client's own or is all he wrote.
    """
    ticket = await the_ticket(ticket_id, desk)
    movable = await movable_messages(ticket_id, ticket.client_id)
    item = next((one for one in movable if one.id == item_id), None)
    if item is None:
        raise Refused("only a message of the client's own on this ticket is split off", "split.not-his")
    if len(movable) < 2:
        raise Refused("it is the only message of the client's on this ticket", "split.only")
    opened = await _judged(desk, ticket, item, now)
    new = await open_ticket(_new_ticket(ticket, item, opened))
    await move_message(item.id, new)
    number, other = desk.numbering.format(ticket_id), desk.numbering.format(new)
    why = f"level {opened.level.key}, split from {number}"
    await note_changes(
        new, now, Change(who, "opened", after=State.NEW.value, why=why), Change(who, "split", number, other)
    )
    await note_opening(new, opened.case, opened.charge, now)
    await note_changes(ticket_id, now, Change(who, "split", number, other))
    await owe(_confirmation(desk, ticket, item, opened, new), desk.domain, now)
    return new


async def _judged(desk: Desk, ticket: TicketNow, item: Movable, now: datetime) -> _Opened:
    """Judged as a request that comes now, by what its client is entitled to now."""
    named = named_in(item.text, desk.offering.products)
    about = About(None, named.product, named.version, ticket.line)
    case = case_of(await standing_of(ticket.client_id), desk.offering, about, now)
    level = assign(desk.levels, case.facts)
    calendar = desk.calendars[level.calendar]
    received = item.at if due(level.react_within, calendar, item.at).due_at > now else now
    due_at = due(level.react_within, calendar, received).due_at
    settled = desk.timing.resolution(Timed(level.key, str(level.react_within), received))
    return _Opened(level, received, due_at, case, await charge_of(case, desk.offering, now), settled)


def _new_ticket(ticket: TicketNow, item: Movable, opened: _Opened) -> NewTicket:
    first = next((line for line in item.text.splitlines() if line.strip()), "")
    return NewTicket(
        client_id=ticket.client_id,
        state=State.NEW.value,
        subject=plain_line(first, _SUBJECT) or ticket.subject,
        channel=channel_of(item.address),
        language=ticket.language,
        level=opened.level.key,
        promise=str(opened.level.react_within),
        created_at=opened.received,
        reaction_due_at=opened.due_at,
        line=ticket.line,
        **opening_columns(opened.case, opened.charge),
        resolution=opened.settled.target if opened.settled else "",
        resolution_due_at=opened.settled.due_at if opened.settled else None,
    )


def _confirmation(desk: Desk, ticket: TicketNow, item: Movable, opened: _Opened, number: int) -> Owed:
    return Owed(
        key=f"{number}:confirmation",
        ticket_id=number,
        kind="confirmation",
        channel=channel_of(item.address),
        recipient=item.address,
        language=ticket.language,
        in_reply_to=item.message_id,
        references=item.message_id,
        facts={
            "level": opened.level.key,
            "promise": str(opened.level.react_within),
            "due_at": opened.due_at.isoformat(),
            "calendar": opened.level.calendar,
            "client_name": ticket.client_name or None,
            "client_vocative": ticket.client_vocative or None,
            "ask_for_details": False,
            "split_from": desk.numbering.format(ticket.id),
            **opening_facts(opened.case, opened.charge),
        },
    )
