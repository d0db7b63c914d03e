"""What a client writes opens a ticket, goes on one, reopens it or rates it; whatever way it came."""

from dataclasses import dataclass, replace
from datetime import datetime

from desk.channels import channel_of
from desk.entitlement import STRANGER, Case, case_of
from desk.rating import stars_in_reply
from desk.service_level import ServiceLevel, assign, due
from desk.ticket import ClientMessage, State, Verb, after, on_client_message
from desk.timing import Timed
from intake.taking_in.arrived import Arrived, message_of
from intake.taking_in.confirming import Promised, owe_confirmation
from intake.taking_in.heard import about, heard_more, note_urgency_at_once
from intake.taking_in.history import file_on, is_history
from intake.taking_in.identity import is_unverified
from intake.taking_in.suggesting import suggest_company
from intake.taking_in.thanking import file_thanks, is_mere_thanks
from storage.clocks import moved_state, reopen
from storage.entitled import UNVERIFIED, Charge, charge_of, note_opening, opening_columns, opening_facts
from storage.ratings import open_invitation, rate
from storage.tickets import (
    Change,
    NewMessage,
    NewTicket,
    TicketNow,
    add_message,
    note_changes,
    open_ticket,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry: opened | joined | reopened | rated | duplicate | refused | set aside.

    `item_id`: what it became in its ticket's thread.
    """

    what: str
    ticket_id: int | None = None
    why: str = ""
    item_id: int | None = None


async def go_on(arrival: Arrived, ticket: TicketNow) -> Outcome:
    """Put what arrived on the ticket that it belongs to; an old closed one is followed up by a new one."""
    is_client = ticket.client_id == arrival.client.id
    if is_client and await _rated(arrival, ticket):
        return Outcome("rated", ticket.id)
    if is_history(arrival.entry):
        item = await add_message(message_of(arrival, ticket.id))
        await file_on(ticket, arrival.entry.received_at)
        return Outcome("joined", ticket.id, item_id=item)
    if is_mere_thanks(arrival, ticket):
        return Outcome("joined", ticket.id, "thanks", item_id=await file_thanks(arrival, ticket))
    desk = arrival.desk
    meaning = on_client_message(
        State(ticket.state), ticket.closed_at, arrival.entry.received_at, desk.reopen_days
    )
    if meaning is ClientMessage.FOLLOW_UP:
        return await open_request(arrival, follow_up_of=ticket.id)
    item = await add_message(message_of(arrival, ticket.id))
    who = "the client" if is_client else "a participant"
    if meaning is ClientMessage.REOPEN:
        since, timing = arrival.entry.received_at, desk.timing
        await reopen(ticket, arrival.client.address, f"{who} wrote again", arrival.now, timing, since=since)
        await heard_more(arrival, ticket)
        return Outcome("reopened", ticket.id, item_id=item)
    state = after(State(ticket.state), Verb.CLIENT_MESSAGE)
    if state != ticket.state:
        # What the desk waited for is there since it was received, however late it is taken in.
        await moved_state(ticket, state, arrival.now, desk.timing, since=arrival.entry.received_at)
        change = Change(arrival.client.address, "state", ticket.state, state.value, f"{who} wrote")
        await note_changes(ticket.id, arrival.now, change)
    await heard_more(arrival, ticket)
    return Outcome("joined", ticket.id, item_id=item)


async def _rated(arrival: Arrived, ticket: TicketNow) -> bool:
    """Whether the mail was nothing but stars for a closed ticket whose invitation is open."""
    stars = stars_in_reply(arrival.incoming.reply_text)
    if stars is None or ticket.state != State.CLOSED:
        return False
    closure_id = await open_invitation(ticket.id, arrival.entry.received_at)
    if closure_id is None:
        return False
    who = arrival.client.address
    if await rate(closure_id, arrival.entry.received_at, channel_of(who), who, stars=stars) is not None:
        return False
    await add_message(message_of(arrival, ticket.id))
    return True


@dataclass(frozen=True, slots=True)
class _Opening:
    """A request before its ticket is there: what it is entitled to, who is in charge, by when (UTC)."""

    case: Case
    charge: Charge | None
    level: ServiceLevel
    due_at: datetime
    state: State
    follow_up_of: int | None


async def open_request(arrival: Arrived, follow_up_of: int | None) -> Outcome:
    """Open a ticket for what arrived, with its level and deadline, and owe the one confirmation."""
    opening = await _opening(arrival, follow_up_of)
    ticket_id = await open_ticket(_new_ticket(arrival, opening))
    item = await add_message(message_of(arrival, ticket_id))
    await _note_opened(arrival, opening, ticket_id)
    charge = opening.charge
    await note_urgency_at_once(arrival, ticket_id, opening.state, charge.name if charge else None)
    told = Promised(opening.level, opening.due_at, opening_facts(opening.case, charge))
    await owe_confirmation(arrival, ticket_id, told, follow_up_of)
    return Outcome("opened", ticket_id, item_id=item)


async def _opening(arrival: Arrived, follow_up_of: int | None) -> _Opening:
    desk, case = arrival.desk, _case(arrival)
    level = assign(desk.levels, case.facts)
    promised = due(level.react_within, desk.calendars[level.calendar], arrival.entry.received_at)
    state = State.CLOSED if is_history(arrival.entry) else State.NEW
    charge = await _charge(arrival, case, state)
    return _Opening(case, charge, level, promised.due_at, state, follow_up_of)


def _new_ticket(arrival: Arrived, opening: _Opening) -> NewTicket:
    client, desk, at, level = arrival.client, arrival.desk, arrival.entry.received_at, opening.level
    settled = desk.timing.resolution(Timed(level.key, str(level.react_within), at, arrival.kind))
    return NewTicket(
        client_id=client.id,
        state=opening.state.value,
        subject=arrival.incoming.subject[:300],
        channel=channel_of(client.address),
        language=client.language or desk.default_language,
        level=level.key,
        promise=str(level.react_within),
        created_at=at,
        reaction_due_at=opening.due_at,
        follow_up_of=opening.follow_up_of,
        closed_at=at if opening.state is State.CLOSED else None,
        **opening_columns(opening.case, opening.charge),
        resolution=settled.target if settled else "",
        resolution_due_at=settled.due_at if settled else None,
    )


async def _note_opened(arrival: Arrived, opening: _Opening, ticket_id: int) -> None:
    """Write what the history of a new ticket begins with."""
    level, now, numbering = opening.level, arrival.now, arrival.desk.numbering
    why = f"level {level.key}: {level.react_within}, until {opening.due_at.isoformat()}"
    await note_changes(ticket_id, now, Change("otklik", "opened", after=opening.state.value, why=why))
    await note_opening(ticket_id, opening.case, opening.charge, now)
    if opening.follow_up_of is not None:
        old, new = numbering.format(opening.follow_up_of), numbering.format(ticket_id)
        await note_changes(ticket_id, now, Change(arrival.client.address, "follow-up of", old, new))
        followed = Change(arrival.client.address, "followed up", old, new)
        await note_changes(opening.follow_up_of, now, followed)
    await _note_origin(arrival, ticket_id)
    await suggest_company(arrival, ticket_id)


async def _note_origin(arrival: Arrived, ticket_id: int) -> None:
    """Note who passed the request on, with what he says of it, or that it may not be From's at all."""
    by = arrival.passed_on
    if by is not None:
        why = f"forwarded by {by.agent}"
        await note_changes(ticket_id, arrival.now, Change(by.agent, "forwarded", why=why))
        if by.words:
            note = NewMessage(ticket_id, "note", by.agent, "", by.words, arrival.entry.received_at)
            await add_message(replace(note, message_id=by.message_id))
    if is_unverified(arrival.incoming):
        change = Change("otklik", UNVERIFIED, why=arrival.incoming.authenticity.why)
        await note_changes(ticket_id, arrival.now, change)


def _case(arrival: Arrived) -> Case:
    """What levels go by. A level is a right, and From of a mail that is not verified gives none."""
    standing = STRANGER if is_unverified(arrival.incoming) else arrival.client.standing
    return case_of(standing, arrival.desk.offering, about(arrival), arrival.entry.received_at)


async def _charge(arrival: Arrived, case: Case, state: State) -> Charge | None:
    if state is State.CLOSED:  # of long ago: nobody has to answer for it
        return None
    return await charge_of(case, arrival.desk.offering, arrival.entry.received_at)
