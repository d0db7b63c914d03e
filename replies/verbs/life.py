"""A ticket's life: taking it, waiting for its client, putting it off for a reason that he is told."""

from dataclasses import dataclass
from datetime import datetime

from desk.postponing import Reason
from desk.ticket import State, Verb, after
from replies.answering import Desk, Refused, owed_to, the_ticket
from storage.clocks import moved_state
from storage.outbox import owe
from storage.tickets import Change, note_changes


async def take(desk: Desk, ticket_id: int, agent: str, now: datetime) -> None:
    """Make an agent responsible who works on it from now on. Raises Refused, desk.ticket.NotAllowed."""
    ticket = await the_ticket(ticket_id, desk)
    state = after(State(ticket.state), Verb.TAKE)
    if ticket.assignee == agent and state == ticket.state:
        number = desk.numbering.format(ticket_id)
        raise Refused(f"{number} is {agent}'s already", "taken-already", number=number)
    await moved_state(ticket, state, now, desk.timing, assignee=agent)
    changes = [Change(agent, "taken", ticket.assignee or "", agent)]
    if state != ticket.state:
        changes.append(Change(agent, "state", ticket.state, state.value))
    await note_changes(ticket_id, now, *changes)


async def wait(desk: Desk, ticket_id: int, who: str, now: datetime) -> None:
    """Wait for the client. Raises Refused for an unknown ticket, desk.ticket.NotAllowed."""
    ticket = await the_ticket(ticket_id, desk)
    state = after(State(ticket.state), Verb.WAIT)
    await moved_state(ticket, state, now, desk.timing, resume_at=None)
    await note_changes(ticket_id, now, Change(who, "state", ticket.state, state.value))


@dataclass(frozen=True, slots=True)
class Postponement:
    """Why a ticket is put off; `note`: what the agent adds for the client. `until`: when to go on (UTC)."""

    reason: Reason
    note: str = ""
    until: datetime | None = None


async def postpone(desk: Desk, ticket_id: int, who: str, why: Postponement, now: datetime) -> None:
    """Put a ticket off, and owe its client the text of the reason.

    Raises Refused for an unknown ticket or a moment that has passed, desk.ticket.NotAllowed.
    """
    ticket = await the_ticket(ticket_id, desk)
    state = after(State(ticket.state), Verb.POSTPONE)
    if why.until is not None and why.until <= now:
        raise Refused(f"{why.until.isoformat()} has passed", "passed")
    await moved_state(ticket, state, now, desk.timing, resume_at=why.until)
    until = why.until.isoformat() if why.until else ""
    # `after` is the reason, which reports count; the state can be nothing but postponed.
    await note_changes(ticket_id, now, Change(who, "postponed", ticket.state, why.reason, until))
    facts: dict[str, object] = {"reason": why.reason.value, "note": why.note or None, "until": until or None}
    await owe(owed_to(ticket, "postponed", now.isoformat(), facts), desk.domain, now)
