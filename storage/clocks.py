"""A ticket's clocks: they stop and start with its state, and its deadlines move with them. All inside a unit.

Whoever gives a ticket another state does so here, so that no clock is forgotten.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from desk.clock import Pause
from desk.ticket import State
from desk.time_spent import shown
from desk.timing import Settled, Timed, Timing
from storage import stages
from storage.clock_models import Pause as PauseRow
from storage.closures import withdraw_invitations
from storage.models import Ticket
from storage.outbox import cancel_owed
from storage.statements import insert
from storage.tickets import Change, TicketNow, note_changes

CLOCK = "otklik"  # in the history: nobody but the clock
REACTION, RESOLUTION = "reaction deadline", "resolution deadline"
WHY = {
    State.WAITING: "while we waited for the client",
    State.POSTPONED: "while it was postponed",
    State.CLOSED: "while it was closed",
}


async def moved_state(
    ticket: TicketNow,
    state: State,
    now: datetime,
    timing: Timing,
    *,
    since: datetime | None = None,
    **columns: Any,
) -> TicketNow:
    """Give a ticket a state, and set other columns besides; returns it as it stands then.

    A pause that ends moves the deadlines that are not met yet, each with a line of the history; the caller
    writes the line about the state. `since`: when the state really changed (UTC), such as when the client's
    message came; default `now`. Raises NoWorkingTime.
    """
    at = min(since or now, now)
    changed = replace(ticket, state=state.value, closed_at=at if state is State.CLOSED else None)
    pause = await _ended(ticket, at) if state != ticket.state else None
    moves = await _moves(changed, timing, pause) if pause is not None else _NOTHING
    if state != ticket.state:
        await _begin(ticket.id, state, at, timing)
        await stages.follow(ticket, state, at)
    values = {"state": state.value, **moves.columns, **columns}
    await Ticket.filter(id=ticket.id).update(**values)
    await note_changes(ticket.id, now, *moves.lines)
    return replace(changed, **{name: value for name, value in values.items() if name in TicketNow.__slots__})


async def reopen(
    ticket: TicketNow, who: str, why: str, at: datetime, timing: Timing, *, since: datetime | None = None
) -> None:
    """Put a closed ticket back to work and withdraw its rating invitation, sent or not yet sent.

    `since` as in `moved_state`. Raises NoWorkingTime.
    """
    await moved_state(ticket, State.OPEN, at, timing, since=since, closed_at=None, merged_into=None)
    await withdraw_invitations(ticket.id, at)
    await cancel_owed(ticket.id, "invitation")
    await note_changes(ticket.id, at, Change(who, "reopened", ticket.state, State.OPEN.value, why))


async def stop_clocks(ticket_ids: Collection[int], at: datetime) -> None:
    """End the pauses and stages of tickets that are over for good; their deadlines stay as they were."""
    await PauseRow.filter(ticket_id__in=ticket_ids, until=None).update(until=at)
    await stages.leave_all(ticket_ids, at)


# --- counting anew ---


@dataclass(frozen=True, slots=True)
class Moves:
    """How a ticket's deadlines change: the columns to set, and the lines of its history."""

    columns: Mapping[str, Any]
    lines: Sequence[Change]


_NOTHING = Moves({}, ())


async def timed_of(ticket: TicketNow) -> Timed:
    """What of a ticket its deadlines depend on."""
    return timed_with(ticket, (await pauses_of((ticket.id,))).get(ticket.id, ()))


def timed_with(ticket: TicketNow | Ticket, pauses: Sequence[Pause]) -> Timed:
    """The same of a ticket whose pauses are known."""
    return Timed(
        level=ticket.level,
        promise=ticket.promise,
        created_at=ticket.created_at,
        kind=ticket.kind,
        priority=ticket.priority,
        planned_for=ticket.planned_for,
        planned_at=ticket.planned_at,
        pauses=pauses,
    )


async def recount(ticket: TicketNow, timing: Timing, who: str, why: str, now: datetime) -> TicketNow:
    """Count a ticket's deadlines that are not met anew, of what it has become; returns it with them.

    `ticket` says what it is now, its deadlines are those from before. Raises NoWorkingTime.
    """
    moves = moves_of(ticket, await timed_of(ticket), timing, who, why)
    if moves.columns:
        await Ticket.filter(id=ticket.id).update(**moves.columns)
        await note_changes(ticket.id, now, *moves.lines)
    return replace(ticket, **moves.columns)


def moves_of(ticket: TicketNow | Ticket, timed: Timed, timing: Timing, who: str, why: str) -> Moves:
    """How a ticket's deadlines that are not met have to change, by the promises and targets of now."""
    columns: dict[str, Any] = {}
    lines = []
    if ticket.reacted_at is None:
        columns = _differing(
            ticket, reaction_due_at=timing.reaction_due(timed), promise=str(timing.promise(timed))
        )
        if "reaction_due_at" in columns:
            lines.append(_line(REACTION, who, ticket.reaction_due_at, columns["reaction_due_at"], why))
    settled = timing.resolution(timed)
    new = _differing(ticket, **_settled_columns(settled))
    if "resolution_due_at" in new:
        lines.append(_line(RESOLUTION, who, ticket.resolution_due_at, new["resolution_due_at"], why))
    return Moves(columns | new, tuple(lines))


def _settled_columns(settled: Settled | None) -> dict[str, Any]:
    if settled is None:
        return {"resolution": "", "resolution_due_at": None}
    return {"resolution": settled.target[:60], "resolution_due_at": settled.due_at}


def _differing(ticket: TicketNow | Ticket, **columns: Any) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if getattr(ticket, name) != value}


def _line(what: str, who: str, before: datetime | None, after: datetime | None, why: str) -> Change:
    told = [one.isoformat() if one is not None else "" for one in (before, after)]
    return Change(who, what, told[0], told[1], why)


# --- pauses ---


async def pauses_of(ticket_ids: Collection[int]) -> dict[int, tuple[Pause, ...]]:
    """The pauses of tickets. Not merged: one that goes on right after another would swallow it."""
    found: dict[int, list[Pause]] = {}
    rows = PauseRow.filter(ticket_id__in=[*ticket_ids])
    for number, since, until in await rows.values_list("ticket_id", "since", "until"):
        found.setdefault(int(number), []).append(Pause(since, until))
    return {number: tuple(pauses) for number, pauses in found.items()}


async def _ended(ticket: TicketNow, at: datetime) -> tuple[str, Pause] | None:
    """End the pause that a ticket is in; returns the state that it was for, and what of it counts."""
    if ticket.state == State.CLOSED and ticket.closed_at is not None:
        pause = Pause(ticket.closed_at, max(ticket.closed_at, at))
        await insert(
            PauseRow,
            {"ticket_id": ticket.id, "state": ticket.state, "since": pause.since, "until": pause.until},
        )
        return ticket.state, pause
    ended = None
    for row in await PauseRow.filter(ticket_id=ticket.id, until=None).order_by("id"):
        until = max(at, row.since)  # a message that came before the pause and is taken in after it
        await PauseRow.filter(id=row.id).update(until=until)
        ended = row.state, Pause(row.since, until)
    return ended


async def _begin(ticket_id: int, state: State, at: datetime, timing: Timing) -> None:
    # A closed ticket's pause is written when it is reopened, which few are.
    if state.value in timing.paused_in:
        await insert(PauseRow, {"ticket_id": ticket_id, "state": state.value, "since": at})


async def _moves(ticket: TicketNow, timing: Timing, ended: tuple[str, Pause]) -> Moves:
    state, pause = ended
    stood = timing.stood(ticket.level, pause)
    if not stood:
        return _NOTHING
    # To the next minute: a clock that stood still for seconds did not do so for 0:00.
    length = shown(timedelta(seconds=stood + 59))
    why = f"the clock stood still for {length} {WHY[State(state)]}"
    return moves_of(ticket, await timed_of(ticket), timing, CLOCK, why)
