"""Splitting: a client's message becomes a ticket of its own, with its own promise and confirmation."""

from datetime import datetime

from desk.channels import channel_of
from desk.service_level import RequestFacts, ServiceLevel, assign, due
from desk.ticket import State
from desk.timing import Case, Settled
from replies.answering import Desk, Refused, the_ticket
from replies.names import plain_line
from storage.outbox import Owed, owe
from storage.splitting import Movable, movable_messages, move_message
from storage.tickets import Change, NewTicket, TicketNow, note_changes, open_ticket

_SUBJECT = 100


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
    level = assign(desk.levels, _facts(ticket))
    calendar = desk.calendars[level.calendar]
    received = item.at if due(level.react_within, calendar, item.at).due_at > now else now
    due_at = due(level.react_within, calendar, received).due_at
    settled = desk.timing.resolution(Case(level.key, str(level.react_within), received))
    new = await open_ticket(_new_ticket(ticket, item, level, received, due_at, settled))
    await move_message(item.id, new)
    number, other = desk.numbering.format(ticket_id), desk.numbering.format(new)
    opened = Change(who, "opened", after=State.NEW.value, why=f"level {level.key}, split from {number}")
    await note_changes(new, now, opened, Change(who, "split", number, other))
    await note_changes(ticket_id, now, Change(who, "split", number, other))
    await owe(_confirmation(desk, ticket, item, level, (new, due_at)), desk.domain, now)
    return new


def _facts(ticket: TicketNow) -> RequestFacts:
    # As in intake.taking_in.conversation: a registered client counts as one with a valid contract.
    return RequestFacts(ticket.client_registered, ticket.client_registered)


def _new_ticket(
    ticket: TicketNow,
    item: Movable,
    level: ServiceLevel,
    received: datetime,
    due_at: datetime,
    settled: Settled | None,
) -> NewTicket:
    first = next((line for line in item.text.splitlines() if line.strip()), "")
    return NewTicket(
        client_id=ticket.client_id,
        state=State.NEW.value,
        subject=plain_line(first, _SUBJECT) or ticket.subject,
        channel=channel_of(item.address),
        language=ticket.language,
        level=level.key,
        promise=str(level.react_within),
        created_at=received,
        reaction_due_at=due_at,
        line=ticket.line,
        resolution=settled.target if settled else "",
        resolution_due_at=settled.due_at if settled else None,
    )


def _confirmation(
    desk: Desk, ticket: TicketNow, item: Movable, level: ServiceLevel, new: tuple[int, datetime]
) -> Owed:
    number, due_at = new
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
            "level": level.key,
            "promise": str(level.react_within),
            "due_at": due_at.isoformat(),
            "calendar": level.calendar,
            "client_name": ticket.client_name or None,
            "ask_for_details": False,
            "split_from": desk.numbering.format(ticket.id),
        },
    )
