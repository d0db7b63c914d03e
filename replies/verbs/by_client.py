"""What a client may ask for on his ticket, in his chat as on its page: the head of support, and reopening."""

from datetime import datetime, timedelta

from desk.ticket import ClientMessage, State, on_client_message
from desk.timing import Timing
from storage.asked import AskedFor, asked_for
from storage.clocks import reopen
from storage.tickets import Change, TicketNow, note_changes

ESCALATES_AGAIN = timedelta(days=1)  # once per ticket and day
HOLDER = "client"  # in the history: whoever holds the link to the page, so no name


def may_reopen(ticket: TicketNow, now: datetime, days: int) -> bool:
    """Whether the client may put a ticket back to work himself: closed within `days`, and not merged."""
    if ticket.state != State.CLOSED or ticket.merged_into is not None:
        return False
    meaning = on_client_message(State(ticket.state), ticket.closed_at, now, days)
    return meaning is ClientMessage.REOPEN


def may_escalate(ticket: TicketNow, asked: AskedFor, now: datetime) -> bool:
    """Whether the client may turn to the head of support."""
    return ticket.state != State.CLOSED and not lately_escalated(asked, now)


def lately_escalated(asked: AskedFor, now: datetime) -> bool:
    """Whether he has done so within the day."""
    return asked.escalated_at is not None and now - asked.escalated_at < ESCALATES_AGAIN


async def escalate(ticket: TicketNow, who: str, now: datetime) -> bool:
    """Ask the head of support to comment or to speed up; False, with nothing done, when he may not.

    Inside a unit, on a ticket that it holds (`storage.tickets.ticket_now`), so that of two at once one
    counts. The heads are told by `replies.deadlines`, which finds the line of the history.
    """
    asked = await asked_for(ticket.id)
    if not asked.served or not may_escalate(ticket, asked, now):
        return False
    await note_changes(ticket.id, now, Change(who, "escalated"))
    return True


async def take_up_again(ticket: TicketNow, who: str, days: int, now: datetime, timing: Timing) -> bool:
    """Put a closed ticket back to work at its client's wish; False, with nothing done, when he may not.

    Inside a unit, on a ticket that it holds. `days`: for how many after the closing it can be reopened.
    """
    if not may_reopen(ticket, now, days) or not (await asked_for(ticket.id)).served:
        return False
    await reopen(ticket, who, "the client pressed Reopen", now, timing)
    return True
