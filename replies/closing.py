"""Closing a ticket, with the invitation to rate it, and reopening one."""

from datetime import datetime

from desk.rating import Outcome, expires_at, may_invite
from desk.ticket import State
from replies.answering import Desk, Refused, owed_to, the_ticket
from storage.clocks import moved_state
from storage.clocks import reopen as reopen_ticket
from storage.closures import add_closure, last_invited_at
from storage.database import Database
from storage.outbox import owe
from storage.tickets import Change, note_changes


async def close(
    database: Database,
    desk: Desk,
    ticket_id: int,
    who: str,
    now: datetime,
    *,
    outcome: Outcome = Outcome.SETTLED,
) -> str:
    """Close a ticket and owe its client the invitation to rate, or a plain word that it is closed.

    Returns "" when he is invited, else why not. Spam is closed without a word.
    Raises Refused for an unknown or closed ticket.
    """

    return await database.writer.run(lambda: close_now(desk, ticket_id, who, now, outcome))


# Whom nobody tells that his ticket is closed: who sent spam, and who is told of the merging instead.
_WITHOUT_A_WORD = (Outcome.SPAM, Outcome.MERGED)


async def close_now(desk: Desk, ticket_id: int, who: str, now: datetime, outcome: Outcome) -> str:
    """The same inside a unit."""
    ticket = await the_ticket(ticket_id, desk)
    if ticket.state == State.CLOSED:
        number = desk.numbering.format(ticket_id)
        raise Refused(f"{number} is closed already", "closed-already", number=number)
    not_invited = (
        may_invite(
            outcome=outcome,
            answered=ticket.reacted_at is not None,
            last_invited_at=await last_invited_at(ticket.client_id),
            at=now,
        )
        or ""
    )
    expiry = None if not_invited else expires_at(now)
    closure_id = await add_closure(
        ticket_id,
        ticket.client_id,
        who,
        now,
        invited=not not_invited,
        not_invited=not_invited,
        expires_at=expiry,
    )
    await moved_state(ticket, State.CLOSED, now, desk.timing, closed_at=now)
    why = f"{outcome}; no invitation: {not_invited}" if not_invited else str(outcome)
    await note_changes(ticket_id, now, Change(who, "closed", ticket.state, State.CLOSED.value, why))
    if outcome not in _WITHOUT_A_WORD:
        kind = "closed" if expiry is None else "invitation"
        facts: dict[str, object] = {"closure_id": closure_id}
        if expiry is not None:
            facts["expires_at"] = expiry.isoformat()
        await owe(owed_to(ticket, kind, closure_id, facts), desk.domain, now)
    return not_invited


async def reopen(database: Database, desk: Desk, ticket_id: int, who: str, why: str, now: datetime) -> None:
    """Put a closed ticket back to work. Raises Refused for an unknown ticket or one that is not closed."""
    await database.writer.run(lambda: reopen_now(desk, ticket_id, who, why, now))


async def reopen_now(desk: Desk, ticket_id: int, who: str, why: str, now: datetime) -> None:
    """The same inside a unit."""
    ticket = await the_ticket(ticket_id, desk)
    if ticket.state != State.CLOSED:
        number = desk.numbering.format(ticket_id)
        text = f"{number} is not closed but {ticket.state}; only a closed ticket is reopened"
        raise Refused(text, "not-closed", number=number)
    await reopen_ticket(ticket, who, why, now, desk.timing)
