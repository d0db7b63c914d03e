"""An understood message becomes a new ticket or goes on one that is there: all effects in one transaction."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from desk.rating import stars_in_reply
from desk.service_level import RequestFacts, ServiceLevel, assign, due
from desk.ticket import ClientMessage, Numbering, State, Verb, after, on_client_message
from desk.working_time import Calendar
from intake.incoming import IncomingMessage
from intake.language import guess
from storage.directory import KnownClient, add_unregistered, client_by_address
from storage.inbox import Claimed, finish_entry
from storage.models import EntryState
from storage.outbox import Owed, owe, sent_lately
from storage.ratings import open_invitation, rate
from storage.tickets import (
    Change,
    NewMessage,
    NewScreenshot,
    NewTicket,
    TicketNow,
    add_message,
    change_ticket,
    client_of_ticket,
    note_changes,
    open_ticket,
    reopen,
    ticket_by_message_ids,
    ticket_now,
    ticket_with_content,
)

WITHOUT_ID = timedelta(days=7)  # how long equal mails without a Message-ID are duplicates (promises, P2)
_STATES = {
    "refused": EntryState.REFUSED,
    "duplicate": EntryState.DUPLICATE,
    "set aside": EntryState.QUARANTINED,
}
# Refusals of what no person wrote or would read: an agent may take such a mail in, but nothing answers it.
_NEVER_ANSWERED = frozenset({"own-mail", "bounce", "auto-reply", "null-sender", "list", "bulk", "no-reply"})
_VERSION = re.compile(r"\b\d+\.\d+(?:\.\d+)*\b")


@dataclass(frozen=True, slots=True)
class Desk:
    """What taking a request in has to know of the desk; `domain` is that of its mail address."""

    levels: Sequence[ServiceLevel]
    calendars: Mapping[str, Calendar]
    numbering: Numbering
    domain: str
    default_language: str
    reopen_days: int
    confirmations_per_hour: int
    confirmations_per_day: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry: opened | joined | reopened | rated | duplicate | refused | set aside."""

    what: str
    ticket_id: int | None = None
    why: str = ""


async def take_in(entry: Claimed, incoming: IncomingMessage, desk: Desk, now: datetime) -> Outcome:
    """Make all effects of one message; runs inside the writer's transaction and marks the entry done.

    `now` is the moment of processing; promises count from `entry.received_at`.
    """
    outcome = await _effects(entry, incoming, desk, now)
    state = _STATES.get(outcome.what, EntryState.DONE)
    what = f"{outcome.what}: {outcome.why}" if outcome.why else outcome.what
    await finish_entry(entry.id, state, now, ticket_id=outcome.ticket_id, outcome=what)
    return outcome


async def _effects(entry: Claimed, incoming: IncomingMessage, desk: Desk, now: datetime) -> Outcome:
    if incoming.refusal == "no-sender" or not (incoming.refusal or incoming.from_addr):
        # A person may have written it, and nobody can be answered: people have to look at it (promises, P5).
        return Outcome("set aside", why=incoming.refusal_why or "there is no usable address in From")
    if incoming.refusal:
        return Outcome("refused", why=f"{incoming.refusal} ({incoming.refusal_why})")
    content_key, since = _content_key(incoming, now)
    known = await ticket_with_content(content_key, since)
    if known is not None:
        return Outcome("duplicate", known)
    client = await client_by_address(incoming.from_addr)
    if client is None:
        language = guess(f"{incoming.subject}\n{incoming.reply_text}") or desk.default_language
        client = await add_unregistered(incoming.from_addr, language, now)
    arrival = _Arrival(entry, incoming, content_key, client, desk, now)
    ticket = await _ticket_meant(arrival)
    if ticket is None:
        return await _open(arrival, follow_up_of=None)
    return await _continue(arrival, ticket)


@dataclass(frozen=True, slots=True)
class _Arrival:
    entry: Claimed
    incoming: IncomingMessage
    content_key: str
    client: KnownClient
    desk: Desk
    now: datetime


def _content_key(incoming: IncomingMessage, now: datetime) -> tuple[str, datetime | None]:
    """The key of P2, and since when an equal one makes a duplicate (None: ever).

    The sender and the content are part of it, so that nobody can make another's mail vanish by
    sending one with its Message-ID first.
    """
    parts = (incoming.message_id, incoming.from_addr, incoming.body_digest)
    key = sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return key, None if incoming.message_id else now - WITHOUT_ID


async def _ticket_meant(arrival: _Arrival) -> TicketNow | None:
    """The ticket a mail belongs to: by our or the client's Message-IDs, else by the number in its subject.

    Either way it must be a ticket of this very client: numbers can be guessed and Message-IDs forwarded.
    """
    incoming, client = arrival.incoming, arrival.client
    named = list(dict.fromkeys([incoming.in_reply_to, *incoming.references]))
    found = await ticket_by_message_ids([m for m in named if m], client.id)
    if found is None:
        for number in arrival.desk.numbering.find(incoming.subject):
            if await client_of_ticket(number) == client.id:
                found = number
                break
    return None if found is None else await ticket_now(found)


async def _continue(arrival: _Arrival, ticket: TicketNow) -> Outcome:
    if await _rated(arrival, ticket):
        return Outcome("rated", ticket.id)
    desk = arrival.desk
    meaning = on_client_message(
        State(ticket.state), ticket.closed_at, arrival.entry.received_at, desk.reopen_days
    )
    if meaning is ClientMessage.FOLLOW_UP:
        return await _open(arrival, follow_up_of=ticket.id)
    await add_message(_message(arrival, ticket.id))
    if meaning is ClientMessage.REOPEN:
        await reopen(ticket, arrival.client.address, "the client wrote again", arrival.now)
        return Outcome("reopened", ticket.id)
    state = after(State(ticket.state), Verb.CLIENT_MESSAGE)
    if state != ticket.state:
        await change_ticket(ticket.id, state=state.value)
        change = Change(arrival.client.address, "state", ticket.state, state.value, "the client wrote")
        await note_changes(ticket.id, arrival.now, change)
    return Outcome("joined", ticket.id)


async def _rated(arrival: _Arrival, ticket: TicketNow) -> bool:
    """Whether the mail was nothing but stars for a closed ticket whose invitation is open."""
    stars = stars_in_reply(arrival.incoming.reply_text)
    if stars is None or ticket.state != State.CLOSED:
        return False
    closure_id = await open_invitation(ticket.id, arrival.entry.received_at)
    if closure_id is None:
        return False
    await add_message(_message(arrival, ticket.id))
    who = arrival.client.address
    return await rate(closure_id, arrival.entry.received_at, "mail", who, stars=stars) is None


async def _open(arrival: _Arrival, follow_up_of: int | None) -> Outcome:
    entry, incoming, client, desk = arrival.entry, arrival.incoming, arrival.client, arrival.desk
    level = assign(desk.levels, _facts(client))
    promised = due(level.react_within, desk.calendars[level.calendar], entry.received_at)
    ticket_id = await open_ticket(
        NewTicket(
            client_id=client.id,
            state=State.NEW.value,
            subject=incoming.subject[:300],
            channel="mail",
            language=client.language or desk.default_language,
            level=level.key,
            promise=str(level.react_within),
            created_at=entry.received_at,
            reaction_due_at=promised.due_at,
            follow_up_of=follow_up_of,
        )
    )
    await add_message(_message(arrival, ticket_id))
    why = f"level {level.key}: {level.react_within}, until {promised.due_at.isoformat()}"
    await note_changes(ticket_id, arrival.now, Change("otklik", "opened", after=State.NEW.value, why=why))
    await _owe_confirmation(arrival, ticket_id, level, promised.due_at, follow_up_of)
    return Outcome("opened", ticket_id)


def _facts(client: KnownClient) -> RequestFacts:
    # Contracts and plans are not kept yet: a registered client counts as one with a valid contract.
    return RequestFacts(
        registered=client.registered,
        contract_valid=client.registered,
        plan=None,
        kind=None,
        product=None,
        line=None,
    )


async def _owe_confirmation(
    arrival: _Arrival, ticket_id: int, level: ServiceLevel, due_at: datetime, follow_up_of: int | None
) -> None:
    """Owe the one confirmation of a ticket, unless its address has had too many (promises, P6)."""
    incoming, client, desk = arrival.incoming, arrival.client, arrival.desk
    owed = Owed(
        key=f"{ticket_id}:confirmation",
        ticket_id=ticket_id,
        kind="confirmation",
        recipient=incoming.from_addr,
        language=client.language or desk.default_language,
        in_reply_to=incoming.message_id,
        references=" ".join([*incoming.references, incoming.message_id]).strip(),
        facts={
            "level": level.key,
            "promise": str(level.react_within),
            "due_at": due_at.isoformat(),
            "calendar": level.calendar,
            "client_name": client.name or None,
            "ask_for_details": _VERSION.search(incoming.reply_text) is None,
            "screenshots": [shot.name for shot in incoming.screenshots],
            "declined": [{"name": d.name, "reason": d.reason} for d in incoming.declined],
            "shares": list(incoming.links_to_shares),
            "follow_up_of": None if follow_up_of is None else desk.numbering.format(follow_up_of),
        },
    )
    hour, day = await sent_lately(incoming.from_addr, "confirmation", arrival.now)
    suppressed = ""
    if incoming.overruled in _NEVER_ANSWERED:
        suppressed = f"taken in by {arrival.entry.accepted_by} although it is refused as {incoming.overruled}"
    elif hour >= desk.confirmations_per_hour:
        suppressed = f"{hour} confirmations to this address within the last hour"
    elif day >= desk.confirmations_per_day:
        suppressed = f"{day} confirmations to this address within the last day"
    await owe(owed, desk.domain, arrival.now, suppressed=suppressed)
    if suppressed:
        change = Change("otklik", "confirmation suppressed", why=suppressed)
        await note_changes(ticket_id, arrival.now, change)


def _message(arrival: _Arrival, ticket_id: int) -> NewMessage:
    incoming = arrival.incoming
    return NewMessage(
        ticket_id=ticket_id,
        direction="in",
        author=incoming.from_name,
        address=incoming.from_addr,
        text=incoming.text,
        new_text=incoming.reply_text,
        message_id=incoming.message_id,
        at=arrival.entry.received_at,
        entry_id=arrival.entry.id,
        content_key=arrival.content_key,
        screenshots=[NewScreenshot(**asdict(shot)) for shot in incoming.screenshots],
        declined=[{"name": d.name, "reason": d.reason} for d in incoming.declined],
        shares=list(incoming.links_to_shares),
    )
