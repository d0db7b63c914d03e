"""An understood message becomes a new ticket or goes on one that is there: all effects in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from desk.faq.entries import Suggestion
from intake.incoming import IncomingMessage
from intake.language import guess
from intake.taking_in.arrived import Arrived, envelope_recipients
from intake.taking_in.arrived import Desk as Desk
from intake.taking_in.conversation import Outcome as Outcome
from intake.taking_in.conversation import go_on, open_request
from intake.taking_in.duplicates import content_of, ticket_of_duplicate
from intake.taking_in.filing import Filing, file_refused, judged
from intake.taking_in.history import is_imported
from intake.taking_in.identity import passed_on, tagged_tickets, ticket_meant
from storage.directory import add_unregistered, client_by_address
from storage.inbox import Claimed, finish_entry, hold_entry
from storage.models import EntryState
from storage.notices import owe_quarantine

_STATES = {
    "refused": EntryState.REFUSED,
    "duplicate": EntryState.DUPLICATE,
    "set aside": EntryState.QUARANTINED,
}


async def take_in(
    entry: Claimed, incoming: IncomingMessage, desk: Desk, now: datetime, faq: Sequence[Suggestion] = ()
) -> Outcome:
    """Make all effects of one message; runs inside the writer's transaction and marks the entry done.

    `now` is the moment of processing; promises count from `entry.received_at`. `faq`: the entries that may
    answer the message. Raises ClaimLost when the
    entry is another worker's by now.
    """
    await hold_entry(entry)
    outcome = await _effects(entry, incoming, desk, now, faq)
    state = _STATES.get(outcome.what, EntryState.DONE)
    what = f"{outcome.what}: {outcome.why}" if outcome.why else outcome.what
    await finish_entry(entry.id, state, now, ticket_id=outcome.ticket_id, outcome=what)
    if state is EntryState.QUARANTINED:
        await owe_quarantine(now)
    return outcome


async def _effects(
    entry: Claimed, incoming: IncomingMessage, desk: Desk, now: datetime, faq: Sequence[Suggestion]
) -> Outcome:
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
    arrival = Arrived(entry, incoming, content.key, client, desk, now, by, faq=faq)
    ticket = None if by else await ticket_meant(incoming, client, desk.numbering, _tagged(arrival))
    if ticket is None:
        return await open_request(arrival, follow_up_of=None)
    return await go_on(arrival, ticket)


def _tagged(arrival: Arrived) -> list[int]:
    desk, recipients = arrival.desk, envelope_recipients(arrival.entry)
    return tagged_tickets(recipients, arrival.incoming, desk.secret, desk.tag_separator)
