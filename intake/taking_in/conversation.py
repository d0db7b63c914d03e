"""What a client writes opens a ticket, goes on one, reopens it or rates it; whatever way it came."""

from dataclasses import dataclass, replace

from desk.channels import channel_of
from desk.rating import stars_in_reply
from desk.service_level import RequestFacts, assign, due
from desk.ticket import ClientMessage, State, Verb, after, on_client_message
from intake.taking_in.arrived import Arrived, message_of
from intake.taking_in.confirming import owe_confirmation
from intake.taking_in.history import file_on, is_history
from intake.taking_in.identity import is_unverified
from intake.taking_in.thanking import file_thanks, is_mere_thanks
from storage.directory import KnownClient
from storage.ratings import open_invitation, rate
from storage.tickets import (
    Change,
    NewMessage,
    NewTicket,
    TicketNow,
    add_message,
    change_ticket,
    note_changes,
    open_ticket,
    reopen,
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
        await reopen(ticket, arrival.client.address, f"{who} wrote again", arrival.now)
        return Outcome("reopened", ticket.id, item_id=item)
    state = after(State(ticket.state), Verb.CLIENT_MESSAGE)
    if state != ticket.state:
        await change_ticket(ticket.id, state=state.value)
        change = Change(arrival.client.address, "state", ticket.state, state.value, f"{who} wrote")
        await note_changes(ticket.id, arrival.now, change)
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


async def open_request(arrival: Arrived, follow_up_of: int | None) -> Outcome:
    """Open a ticket for what arrived, with its level and deadline, and owe the one confirmation."""
    entry, incoming, client, desk = arrival.entry, arrival.incoming, arrival.client, arrival.desk
    level = assign(desk.levels, _facts(client, verified=not is_unverified(incoming)))
    promised = due(level.react_within, desk.calendars[level.calendar], entry.received_at)
    state = State.CLOSED if is_history(entry) else State.NEW
    ticket_id = await open_ticket(
        NewTicket(
            client_id=client.id,
            state=state.value,
            subject=incoming.subject[:300],
            channel=channel_of(client.address),
            language=client.language or desk.default_language,
            level=level.key,
            promise=str(level.react_within),
            created_at=entry.received_at,
            reaction_due_at=promised.due_at,
            follow_up_of=follow_up_of,
            closed_at=entry.received_at if state is State.CLOSED else None,
        )
    )
    item = await add_message(message_of(arrival, ticket_id))
    why = f"level {level.key}: {level.react_within}, until {promised.due_at.isoformat()}"
    await note_changes(ticket_id, arrival.now, Change("otklik", "opened", after=state.value, why=why))
    if follow_up_of is not None:
        old, new = desk.numbering.format(follow_up_of), desk.numbering.format(ticket_id)
        await note_changes(ticket_id, arrival.now, Change(client.address, "follow-up of", old, new))
        await note_changes(follow_up_of, arrival.now, Change(client.address, "followed up", old, new))
    await _note_origin(arrival, ticket_id)
    await owe_confirmation(arrival, ticket_id, level, promised.due_at, follow_up_of)
    return Outcome("opened", ticket_id, item_id=item)


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
        change = Change("otklik", "sender not verified", why=arrival.incoming.authenticity.why)
        await note_changes(ticket_id, arrival.now, change)


def _facts(client: KnownClient, *, verified: bool) -> RequestFacts:
    """What levels go by. A level is a right, and From of a mail that is not verified gives none."""
    # Contracts and plans are not kept yet: a registered client counts as one with a valid contract.
    registered = client.registered and verified
    return RequestFacts(
        registered=registered,
        contract_valid=registered,
        plan=None,
        kind=None,
        product=None,
        line=None,
    )
