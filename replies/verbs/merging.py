"""Merging a ticket into another one of the same client, where what he writes goes on."""

from datetime import datetime

from desk.merging import Mergeable, NotMerged, may_merge
from desk.rating import Outcome
from desk.ticket import State
from replies.answering import Desk, Refused, owed_to, the_ticket
from replies.closing import close_now
from storage.clocks import moved_state
from storage.outbox import owe
from storage.participants import copy_participants
from storage.tickets import Change, TicketNow, change_ticket, note_changes, ticket_that_goes_on

_WHY = {
    NotMerged.ITSELF: "a ticket can't be merged into itself",
    NotMerged.CLIENTS: "tickets of different clients are not merged: one would read what the other writes",
    NotMerged.CLOSED: "neither of both may be closed; reopen it first",
}


async def merge(desk: Desk, ticket_id: int, into_id: int, who: str, now: datetime) -> int:
    """Close a ticket as merged into another, and tell its client once where he is answered.

    Its messages stay on it; what he writes to it later goes on the other one, and whoever takes part in it
    takes part there. Returns the number of the one that goes on, as `into_id` may be merged itself.
    Raises Refused for unknown tickets and for those that `desk.merging` does not allow.
    """
    ticket = await the_ticket(ticket_id, desk)
    into = await ticket_that_goes_on(into_id) or await the_ticket(into_id, desk)
    refused = may_merge(_mergeable(ticket), _mergeable(into))
    if refused is not None:
        raise Refused(_WHY[refused], f"merge.{refused}")
    await close_now(desk, ticket_id, who, now, Outcome.MERGED)
    await change_ticket(ticket_id, merged_into=into.id)
    await copy_participants(ticket_id, into.id)
    number, other = desk.numbering.format(ticket_id), desk.numbering.format(into.id)
    await note_changes(ticket_id, now, Change(who, "merged", number, other))
    changes = [Change(who, "merged", number, other)]
    if into.state in (State.WAITING, State.POSTPONED) and ticket.state in (State.NEW, State.OPEN):
        # The client has said something that nobody has dealt with: what waited for him goes on.
        await moved_state(into, State.OPEN, now, desk.timing)
        changes.append(Change(who, "state", into.state, State.OPEN.value, "merged"))
    await note_changes(into.id, now, *changes)
    await owe(owed_to(ticket, "merged", now.isoformat(), {"into": other}), desk.domain, now)
    return into.id


def _mergeable(ticket: TicketNow) -> Mergeable:
    return Mergeable(ticket.id, ticket.client_id, ticket.state)
