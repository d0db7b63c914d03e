"""Closures of tickets and what clients said of them. The writing half runs inside a writer's unit."""

from dataclasses import dataclass
from datetime import datetime

from storage.models import Closure
from storage.outbox import cancel_owed
from storage.statements import fetch, moment

REMINDER = "rating-reminder"


@dataclass(frozen=True, slots=True)
class ClosureNow:
    """A closure as it stands; moments are UTC."""

    id: int
    ticket_id: int
    client_id: int
    closed_at: datetime
    not_invited: str
    invited_at: datetime | None
    expires_at: datetime | None
    withdrawn_at: datetime | None
    stars: int | None
    comment: str
    satisfied: bool | None
    recommend: bool | None


async def add_closure(
    ticket_id: int,
    client_id: int,
    closed_by: str,
    at: datetime,
    *,
    invited: bool,
    not_invited: str,
    expires_at: datetime | None,
) -> int:
    """Note that a ticket was closed, and whether its client is asked for a rating (or why not)."""
    row = await Closure.create(
        ticket_id=ticket_id,
        client_id=client_id,
        closed_by=closed_by[:100],
        closed_at=at,
        invited_at=at if invited else None,
        not_invited=not_invited,
        expires_at=expires_at,
    )
    return int(row.id)


async def last_invited_at(client_id: int) -> datetime | None:
    """When the client was last asked for a rating (UTC), or None."""
    newest = Closure.filter(client_id=client_id, invited_at__isnull=False).order_by("-invited_at")
    return await newest.first().values_list("invited_at", flat=True)  # type: ignore[return-value]


async def closure_now(closure_id: int, *, locked: bool = False) -> ClosureNow | None:
    """A closure as it stands, or None; `locked` keeps others from changing it until the transaction ends."""
    # SQLite ignores the lock and needs none: it has one writer at a time.
    rows = Closure.select_for_update() if locked else Closure.all()
    row = await rows.get_or_none(id=closure_id)
    return None if row is None else _now(row)


async def latest_closure(ticket_id: int) -> ClosureNow | None:
    """The newest closure of a ticket, or None."""
    row = await Closure.filter(ticket_id=ticket_id).order_by("-id").first()
    return None if row is None else _now(row)


async def withdraw_invitations(ticket_id: int, at: datetime) -> None:
    """Reopening withdraws what was not answered yet; ratings that were given stay in the figures."""
    await Closure.filter(ticket_id=ticket_id, withdrawn_at__isnull=True).update(withdrawn_at=at)
    await cancel_owed(ticket_id, REMINDER)


@dataclass(frozen=True, slots=True)
class Unrated:
    """An invitation that was sent and not answered; moments are UTC."""

    closure_id: int
    ticket_id: int
    invited_at: datetime
    expires_at: datetime


async def unrated(now: datetime, invited_before: datetime) -> list[Unrated]:
    """The good invitations sent before a moment whose clients said nothing and were not reminded.

    Not those of tickets that are open again, nor of clients who were blocked or erased.
    """
    rows = await fetch(
        """SELECT c.id, c.ticket_id, c.invited_at, c.expires_at FROM closures c
        JOIN tickets t ON t.id = c.ticket_id JOIN clients p ON p.id = c.client_id
        WHERE c.expires_at > ? AND c.invited_at < ? AND c.stars IS NULL AND c.withdrawn_at IS NULL
        AND c.reminded_at IS NULL AND t.state = 'closed' AND p.blocked_at IS NULL AND p.erased_at IS NULL
        AND EXISTS (SELECT 1 FROM deliveries d WHERE d.ticket_id = c.ticket_id AND d.kind = 'invitation'
            AND d.state = 'sent' AND d.created_at >= c.invited_at) ORDER BY c.id""",
        now,
        invited_before,
    )
    return [
        Unrated(int(row["id"]), int(row["ticket_id"]), moment(row["invited_at"]), moment(row["expires_at"]))
        for row in rows
    ]


async def note_reminded(closure_id: int, now: datetime) -> bool:
    """Note inside a unit that a client is reminded; False when he was, or has rated or written meanwhile."""
    rows = await fetch(
        """UPDATE closures SET reminded_at = ? WHERE id = ? AND expires_at > ? AND invited_at IS NOT NULL
        AND stars IS NULL AND withdrawn_at IS NULL AND reminded_at IS NULL RETURNING id""",
        now,
        closure_id,
        now,
    )
    return bool(rows)


async def set_rating(
    closure_id: int,
    at: datetime,
    via: str,
    *,
    stars: int,
    comment: str,
    satisfied: bool | None,
    recommend: bool | None,
) -> None:
    """Store a rating, the last word so far; the caller checked that it is accepted and writes the history."""
    await Closure.filter(id=closure_id).update(
        stars=stars,
        comment=comment,
        satisfied=satisfied,
        recommend=recommend,
        rated_at=at,
        rated_via=via,
    )


def _now(row: Closure) -> ClosureNow:
    return ClosureNow(
        id=row.id,
        ticket_id=row.ticket_id,
        client_id=row.client_id,
        closed_at=row.closed_at,
        not_invited=row.not_invited,
        invited_at=row.invited_at,
        expires_at=row.expires_at,
        withdrawn_at=row.withdrawn_at,
        stars=row.stars,
        comment=row.comment,
        satisfied=row.satisfied,
        recommend=row.recommend,
    )
