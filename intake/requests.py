"""An understood message becomes a new ticket or goes on one that is there: all effects in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime

from desk.rating import stars_in_reply
from desk.service_level import RequestFacts, assign, due
from desk.ticket import ClientMessage, State, Verb, after, on_client_message
from intake.incoming import IncomingMessage
from intake.language import guess
from intake.taking_in.arrived import Arrived, envelope_recipients, message_of
from intake.taking_in.arrived import Desk as Desk
from intake.taking_in.confirming import owe_confirmation
from intake.taking_in.duplicates import content_of, ticket_of_duplicate
from intake.taking_in.filing import Filing, file_refused, judged
from intake.taking_in.history import file_on, is_history, is_imported
from intake.taking_in.identity import is_unverified, passed_on, tagged_tickets, ticket_meant
from storage.directory import KnownClient, add_unregistered, client_by_address
from storage.inbox import Claimed, finish_entry, hold_entry
from storage.models import EntryState
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

_STATES = {
    "refused": EntryState.REFUSED,
    "duplicate": EntryState.DUPLICATE,
    "set aside": EntryState.QUARANTINED,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry: opened | joined | reopened | rated | duplicate | refused | set aside."""

    what: str
    ticket_id: int | None = None
    why: str = ""


async def take_in(entry: Claimed, incoming: IncomingMessage, desk: Desk, now: datetime) -> Outcome:
    """Make all effects of one message; runs inside the writer's transaction and marks the entry done.

    `now` is the moment of processing; promises count from `entry.received_at`. Raises ClaimLost when the
    entry is another worker's by now.
    """
    await hold_entry(entry)
    outcome = await _effects(entry, incoming, desk, now)
    state = _STATES.get(outcome.what, EntryState.DONE)
    what = f"{outcome.what}: {outcome.why}" if outcome.why else outcome.what
    await finish_entry(entry.id, state, now, ticket_id=outcome.ticket_id, outcome=what)
    return outcome


async def _effects(entry: Claimed, incoming: IncomingMessage, desk: Desk, now: datetime) -> Outcome:
    if incoming.refusal == "no-sender" or not (incoming.refusal or incoming.from_addr):
        # A person may have written it, and nobody can be answered: people have to look at it (promises, P5).
        return Outcome("set aside", why=incoming.refusal_why or "there is no usable address in From")
    filing = Filing(desk.numbering, desk.secret, desk.tag_separator)
    incoming = await judged(entry, incoming, filing)
    if incoming.refusal:
        filed = await file_refused(entry, incoming, filing, now)
        return Outcome("refused", filed.ticket_id, filed.why)
    content = content_of(incoming, now)
    known = await ticket_of_duplicate(content, ever=is_imported(entry))
    if known is not None:
        return Outcome("duplicate", known)
    clients = passed_on(incoming, desk.agents, desk.own_addresses)
    incoming, by = clients or (incoming, None)
    client = await client_by_address(incoming.from_addr)
    if client is None:
        language = guess(f"{incoming.subject}\n{incoming.reply_text}") or desk.default_language
        client = await add_unregistered(incoming.from_addr, language, now)
    if client.blocked and not entry.accepted_by:
        return Outcome("refused", why="blocked (an agent has blocked this client)")
    arrival = Arrived(entry, incoming, content.key, client, desk, now, by)
    ticket = None if by else await ticket_meant(incoming, client, desk.numbering, _tagged(arrival))
    if ticket is None:
        return await _open(arrival, follow_up_of=None)
    return await _continue(arrival, ticket)


def _tagged(arrival: Arrived) -> list[int]:
    desk, recipients = arrival.desk, envelope_recipients(arrival.entry)
    return tagged_tickets(recipients, arrival.incoming, desk.secret, desk.tag_separator)


async def _continue(arrival: Arrived, ticket: TicketNow) -> Outcome:
    is_client = ticket.client_id == arrival.client.id
    if is_client and await _rated(arrival, ticket):
        return Outcome("rated", ticket.id)
    if is_history(arrival.entry):
        await add_message(message_of(arrival, ticket.id))
        await file_on(ticket, arrival.entry.received_at)
        return Outcome("joined", ticket.id)
    desk = arrival.desk
    meaning = on_client_message(
        State(ticket.state), ticket.closed_at, arrival.entry.received_at, desk.reopen_days
    )
    if meaning is ClientMessage.FOLLOW_UP:
        return await _open(arrival, follow_up_of=ticket.id)
    await add_message(message_of(arrival, ticket.id))
    who = "the client" if is_client else "a participant"
    if meaning is ClientMessage.REOPEN:
        await reopen(ticket, arrival.client.address, f"{who} wrote again", arrival.now)
        return Outcome("reopened", ticket.id)
    state = after(State(ticket.state), Verb.CLIENT_MESSAGE)
    if state != ticket.state:
        await change_ticket(ticket.id, state=state.value)
        change = Change(arrival.client.address, "state", ticket.state, state.value, f"{who} wrote")
        await note_changes(ticket.id, arrival.now, change)
    return Outcome("joined", ticket.id)


async def _rated(arrival: Arrived, ticket: TicketNow) -> bool:
    """Whether the mail was nothing but stars for a closed ticket whose invitation is open."""
    stars = stars_in_reply(arrival.incoming.reply_text)
    if stars is None or ticket.state != State.CLOSED:
        return False
    closure_id = await open_invitation(ticket.id, arrival.entry.received_at)
    if closure_id is None:
        return False
    who = arrival.client.address
    if await rate(closure_id, arrival.entry.received_at, "mail", who, stars=stars) is not None:
        return False
    await add_message(message_of(arrival, ticket.id))
    return True


async def _open(arrival: Arrived, follow_up_of: int | None) -> Outcome:
    entry, incoming, client, desk = arrival.entry, arrival.incoming, arrival.client, arrival.desk
    level = assign(desk.levels, _facts(client, verified=not is_unverified(incoming)))
    promised = due(level.react_within, desk.calendars[level.calendar], entry.received_at)
    state = State.CLOSED if is_history(entry) else State.NEW
    ticket_id = await open_ticket(
        NewTicket(
            client_id=client.id,
            state=state.value,
            subject=incoming.subject[:300],
            channel="mail",
            language=client.language or desk.default_language,
            level=level.key,
            promise=str(level.react_within),
            created_at=entry.received_at,
            reaction_due_at=promised.due_at,
            follow_up_of=follow_up_of,
            closed_at=entry.received_at if state is State.CLOSED else None,
        )
    )
    await add_message(message_of(arrival, ticket_id))
    why = f"level {level.key}: {level.react_within}, until {promised.due_at.isoformat()}"
    await note_changes(ticket_id, arrival.now, Change("otklik", "opened", after=state.value, why=why))
    await _note_origin(arrival, ticket_id)
    await owe_confirmation(arrival, ticket_id, level, promised.due_at, follow_up_of)
    return Outcome("opened", ticket_id)


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
