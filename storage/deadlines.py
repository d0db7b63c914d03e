"""What is due: deadlines, tickets that were put off, and what clients asked of the heads.

What is told once is claimed by a conditional update whose rows are counted: of several processes one tells.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from desk.clock import Pause
from desk.ticket import Kind, State
from desk.timing import Timing
from desk.warnings import Alert, Deadline, Promised
from storage.clocks import moved_state
from storage.models import Ticket
from storage.statements import fetch, moment, row_lock
from storage.tickets import Change, note_changes, ticket_now

WHO = "otklik"  # in the history: nobody but the clock
OVERLAP = 500  # ids looked at again: on PostgreSQL a smaller one may become visible after a larger one
AT_START = 5000  # the newest lines of the history, looked at when the process begins


@dataclass(frozen=True, slots=True)
class Awaited:
    """One deadline of a ticket whose clocks run; a ticket that is to be answered and settled has two.

    `curator`: who answers for the requests of its company, "" for nobody. `deadline.received_at` is the
    receipt, or when the date of an improvement was set; a target may count from later
    (`desk.resolution.counts_from`).
    """

    id: int
    level: str
    line: str
    assignee: str
    curator: str
    kind: str | None
    priority: int | None
    planned: bool
    deadline: Deadline


async def awaited(paused_in: Collection[str]) -> list[Awaited]:
    """The deadlines that are not met of all tickets whose clocks run, the oldest first.

    `paused_in`: the states in which clocks stand still.
    """
    running = _running(paused_in)
    pauses: dict[int, list[Pause]] = {}
    for row in await fetch(_PAUSES.format(running=running)):
        pauses.setdefault(int(row["ticket_id"]), []).append(Pause(moment(row["since"]), moment(row["until"])))
    found: list[Awaited] = []
    for row in await fetch(_AWAITED.format(running=running)):
        found += _of_ticket(row, pauses.get(int(row["id"]), ()))
    return sorted(found, key=lambda one: (one.deadline.due_at, one.id))


_AWAITED = """SELECT t.id, t.level, t.line, t.assignee, t.kind, t.priority,
    t.created_at, t.planned_for, t.planned_at, t.reacted_at, t.reaction_due_at, t.warned_at, t.breached_at,
    t.resolution_due_at, t.resolution_warned_at, t.resolution_breached_at, c.curator
    FROM tickets t LEFT JOIN companies c ON c.id = t.company_id
    WHERE t.state IN ({running}) AND t.merged_into IS NULL
    AND (t.reacted_at IS NULL OR t.resolution_due_at IS NOT NULL)"""
_PAUSES = """SELECT p.ticket_id, p.since, p.until FROM pauses p JOIN tickets t ON t.id = p.ticket_id
    WHERE t.state IN ({running}) AND p.until IS NOT NULL"""


def _running(paused_in: Collection[str]) -> str:
    """The states in which clocks run, as SQL lists them."""
    running = [one.value for one in State if one is not State.CLOSED and one not in paused_in]
    return ", ".join(f"'{one}'" for one in running)


def _of_ticket(row: dict[str, Any], pauses: Sequence[Pause]) -> Iterator[Awaited]:
    created_at, due_at = moment(row["created_at"]), _moment_or_none(row["resolution_due_at"])
    planned = row["kind"] == Kind.IMPROVEMENT and row["planned_for"] is not None
    of = partial(
        Awaited, int(row["id"]), row["level"], row["line"], row["assignee"] or "", row["curator"] or "",
        row["kind"], row["priority"], planned,
    )  # fmt: skip
    if row["reacted_at"] is None:
        told = _moment_or_none(row["warned_at"]), _moment_or_none(row["breached_at"])
        reaction = moment(row["reaction_due_at"])
        yield of(Deadline(created_at, reaction, *told, Promised.REACTION, tuple(pauses)))
    if due_at is not None:
        told = (
            _moment_or_none(row["resolution_warned_at"]),
            _moment_or_none(row["resolution_breached_at"]),
        )
        since = (_moment_or_none(row["planned_at"]) or created_at) if planned else created_at
        # A date stays whatever pauses come.
        counted = () if planned else tuple(pauses)
        yield of(Deadline(since, due_at, *told, Promised.RESOLUTION, counted))


async def note_alert(ticket: Awaited, alert: Alert, now: datetime, paused_in: Collection[str]) -> bool:
    """Note inside a unit that agents are told of a deadline, for the topic to show it.

    False, with nothing changed, when it was told, the deadline has moved or was met, or the clock stands
    still meanwhile.
    """
    deadline = ticket.deadline
    sql = _TELL[alert].format(running=_running(paused_in), **_COLUMNS[deadline.promised])
    rows = await fetch(sql, ticket.id, deadline.due_at)
    if rows:
        what = _NOTED[deadline.promised].format(alert.value)
        await note_changes(ticket.id, now, Change(WHO, what, after=deadline.due_at.isoformat()))
    return bool(rows)


_COLUMNS = {
    Promised.REACTION: {"of": "", "due": "reaction_due_at", "met": "reacted_at IS NOT NULL"},
    Promised.RESOLUTION: {"of": "resolution_", "due": "resolution_due_at", "met": "closed_at IS NOT NULL"},
}
_NOTED = {Promised.REACTION: "{}", Promised.RESOLUTION: "resolution {}"}
# The columns hold the deadline that was told, not when: one that moves is told anew without anybody's doing.
_TELL = {
    Alert.WARNED: """UPDATE tickets SET {of}warned_at = {due}
        WHERE id = ? AND {due} = ? AND state IN ({running}) AND NOT ({met})
        AND ({of}warned_at IS NULL OR {of}warned_at <> {due})
        AND ({of}breached_at IS NULL OR {of}breached_at <> {due}) RETURNING id""",
    Alert.BREACHED: """UPDATE tickets SET {of}breached_at = {due}
        WHERE id = ? AND {due} = ? AND state IN ({running}) AND NOT ({met})
        AND ({of}breached_at IS NULL OR {of}breached_at <> {due}) RETURNING id""",
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


async def resume(ticket_id: int, now: datetime, timing: Timing) -> bool:
    """Put a ticket back to work whose date has come, inside a unit; False when it is not put off any more.

    Its clocks go on from that date, however late it is noticed.
    """
    sql = "SELECT resume_at FROM tickets WHERE id = ? AND state = 'postponed' AND resume_at <= ?"
    rows = await fetch(sql + row_lock("UPDATE"), ticket_id, now)
    ticket = await ticket_now(ticket_id) if rows else None
    if ticket is None:
        return False
    await moved_state(ticket, State.OPEN, now, timing, since=moment(rows[0]["resume_at"]), resume_at=None)
    resumed = Change(WHO, "resumed", State.POSTPONED.value, State.OPEN.value)
    await note_changes(ticket_id, now, resumed)
    return True


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


def _moment_or_none(value: object) -> datetime | None:
    return None if value is None else moment(value)
