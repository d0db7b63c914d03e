"""What is due: first answers, tickets that were put off, and what clients asked of the heads.

What is told once is claimed by a conditional update whose rows are counted: of several processes one tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.ticket import State
from desk.warnings import Alert, Deadline
from storage.models import Ticket
from storage.statements import fetch, moment
from storage.tickets import Change, note_changes

WHO = "otklik"  # in the history: nobody but the clock
OVERLAP = 500  # ids looked at again: on PostgreSQL a smaller one may become visible after a larger one
AT_START = 5000  # the newest lines of the history, looked at when the process begins


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A ticket that waits for its first answer, while its clock runs."""

    id: int
    level: str
    line: str
    assignee: str
    deadline: Deadline


async def unanswered() -> list[Unanswered]:
    """All tickets that nobody has answered and whose clock runs, the oldest deadline first."""
    rows = await fetch(
        "SELECT id, level, line, assignee, created_at, reaction_due_at, warned_at, breached_at FROM tickets"
        " WHERE state IN ('new', 'open') AND reacted_at IS NULL AND merged_into IS NULL"
        " ORDER BY reaction_due_at, id"
    )
    return [
        Unanswered(
            int(row["id"]),
            row["level"],
            row["line"],
            row["assignee"] or "",
            Deadline(
                moment(row["created_at"]),
                moment(row["reaction_due_at"]),
                _moment_or_none(row["warned_at"]),
                _moment_or_none(row["breached_at"]),
            ),
        )
        for row in rows
    ]


async def note_alert(ticket: Unanswered, alert: Alert, now: datetime) -> bool:
    """Note inside a unit that agents are told of a deadline, for the topic to show it.

    False, with nothing changed, when it was told, the deadline has moved or the answer was given meanwhile.
    """
    rows = await fetch(_TELL[alert], ticket.id, ticket.deadline.due_at)
    if rows:
        change = Change(WHO, alert.value, after=ticket.deadline.due_at.isoformat())
        await note_changes(ticket.id, now, change)
    return bool(rows)


# The columns hold the deadline that was told, not when: one that moves is told anew without anybody's doing.
_TELL = {
    Alert.WARNED: """UPDATE tickets SET warned_at = reaction_due_at
        WHERE id = ? AND reaction_due_at = ? AND state IN ('new', 'open') AND reacted_at IS NULL
        AND (warned_at IS NULL OR warned_at <> reaction_due_at)
        AND (breached_at IS NULL OR breached_at <> reaction_due_at) RETURNING id""",
    Alert.BREACHED: """UPDATE tickets SET breached_at = reaction_due_at
        WHERE id = ? AND reaction_due_at = ? AND state IN ('new', 'open') AND reacted_at IS NULL
        AND (breached_at IS NULL OR breached_at <> reaction_due_at) RETURNING id""",
}


@dataclass(frozen=True, slots=True)
class PutOff:
    """A ticket that was put off until a moment (UTC)."""

    id: int
    assignee: str
    until: datetime


async def put_off() -> list[PutOff]:
    """The tickets that were put off until a date, the nearest first."""
    waiting = Ticket.filter(state=State.POSTPONED.value, resume_at__isnull=False)
    rows = await waiting.order_by("resume_at", "id").values_list("id", "assignee", "resume_at")
    return [PutOff(int(number), who or "", until) for number, who, until in rows]


async def resume(ticket_id: int, now: datetime) -> bool:
    """Put a ticket back to work whose date has come, inside a unit; False when it is not put off any more."""
    rows = await fetch(
        "UPDATE tickets SET state = 'open', resume_at = NULL"
        " WHERE id = ? AND state = 'postponed' AND resume_at <= ? RETURNING id",
        ticket_id,
        now,
    )
    if rows:
        resumed = Change(WHO, "resumed", State.POSTPONED.value, State.OPEN.value)
        await note_changes(ticket_id, now, resumed)
    return bool(rows)


@dataclass(frozen=True, slots=True)
class Escalation:
    """A line of the history by which a client turns to the head of support; `at` in UTC."""

    id: int
    ticket_id: int
    assignee: str
    at: datetime
    why: str


class Escalations:
    """Finds what was escalated since the last look; what it finds twice has to be harmless."""

    def __init__(self) -> None:
        self._last = 0

    async def found(self) -> Sequence[Escalation]:
        """The escalations that may be new, in their order."""
        newest = int((await fetch("SELECT COALESCE(MAX(id), 0) AS id FROM events"))[0]["id"])
        rows = await fetch(
            "SELECT e.id, e.ticket_id, e.at, e.why, t.assignee FROM events e JOIN tickets t"
            " ON t.id = e.ticket_id WHERE e.id > ? AND e.id <= ? AND e.what = 'escalated' ORDER BY e.id",
            max(0, self._last - OVERLAP if self._last else newest - AT_START),
            newest,
        )
        self._last = newest
        return [
            Escalation(
                int(row["id"]), int(row["ticket_id"]), row["assignee"] or "", moment(row["at"]), row["why"]
            )
            for row in rows
        ]


def _escalation(row: dict[str, Any]) -> Escalation:
    at, assignee = moment(row["at"]), row["assignee"] or ""
    return Escalation(int(row["id"]), int(row["ticket_id"]), assignee, at, row["why"])


def _moment_or_none(value: object) -> datetime | None:
    return None if value is None else moment(value)
