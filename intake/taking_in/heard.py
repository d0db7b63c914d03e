"""What a client's words tell besides: which product and version he means, and whether he is in a hurry."""

from datetime import datetime

from desk.entitlement import About
from desk.products import Named, is_outdated, named_in, version_in_answer
from desk.ticket import State
from desk.urgency import claimed_urgency
from intake.taking_in.arrived import Arrived, Desk
from intake.taking_in.history import is_imported
from intake.taking_in.identity import is_unverified
from storage.entitled import note_outdated
from storage.notices import LEADERS, Notice, agent, owe_notice
from storage.tickets import Change, TicketNow, change_ticket, note_changes


def about(arrival: Arrived) -> About:
    """What a new request is about."""
    named = named_in(_all_words(arrival), arrival.desk.offering.products)
    return About(arrival.kind, named.product, named.version)


async def heard_more(arrival: Arrived, ticket: TicketNow) -> None:
    """What a further message on an open ticket tells."""
    if ticket.client_id != arrival.client.id:
        return
    words = arrival.incoming.reply_text
    await note_named(ticket, named_in(words, arrival.desk.offering.products), arrival.desk, arrival.now)
    await note_urgency(arrival, ticket.id, words, ticket.assignee)


async def answer_to(ticket: TicketNow, text: str, desk: Desk, now: datetime) -> None:
    """What the answer to "which version do you have?" tells, which may be but a number."""
    found = named_in(text, desk.offering.products)
    await note_named(ticket, Named(found.product, version_in_answer(text) or found.version), desk, now)


async def note_named(ticket: TicketNow, named: Named, desk: Desk, now: datetime) -> None:
    """Note on a ticket the product and version that it did not have, and that they are outdated."""
    product, version = ticket.product or named.product, ticket.version or named.version
    if (product, version) == (ticket.product, ticket.version):
        return
    await change_ticket(ticket.id, product=product, version=version)
    if is_outdated(desk.offering.products, product, version):
        await note_outdated(ticket.id, product, version, now)


async def note_urgency(arrival: Arrived, ticket_id: int, words: str, assignee: str | None) -> None:
    """Alert the agents when the client says that it is urgent, once a ticket; it promises him nothing.

    The history's line stands in the topic, and calls whoever has to know (`replies.chats.events`).
    """
    if is_unverified(arrival.incoming) or is_imported(arrival.entry):
        return
    claim = claimed_urgency(words)
    if not claim:
        return
    recipient = agent(assignee) if assignee else LEADERS
    facts = {"claim": claim, "assignee": assignee}
    if await owe_notice(Notice(f"{ticket_id}:urgent", "urgent", recipient, facts, ticket_id), arrival.now):
        change = Change(arrival.client.address, "urgency claimed", after=claim)
        await note_changes(ticket_id, arrival.now, change)


async def note_urgency_at_once(arrival: Arrived, ticket_id: int, state: State, assignee: str | None) -> None:
    """The same for a new request, in its subject or its text."""
    if state is not State.CLOSED:
        await note_urgency(arrival, ticket_id, _all_words(arrival), assignee)


def _all_words(arrival: Arrived) -> str:
    return f"{arrival.incoming.subject}\n{arrival.incoming.reply_text}"
