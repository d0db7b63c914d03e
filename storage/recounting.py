"""Deadlines that are counted anew because calendars, promises or targets have changed."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime

import structlog
from tortoise.queryset import QuerySet

from desk.clock import Pause
from desk.ticket import State
from desk.timing import Timing
from desk.working_time import NoWorkingTime
from storage.clock_models import CountedCalendar
from storage.clock_models import Pause as PauseRow
from storage.clocks import (
    CLOCK,
    REACTION,
    RESOLUTION,
    Moves,
    moves_of,
    pauses_of,
    timed_with,
)
from storage.models import Ticket
from storage.statements import insert
from storage.tickets import note_changes

log = structlog.get_logger("storage.recounting")

CHUNK = 10  # tickets counted in one transaction, for which a sender's record may have to wait


async def counted_by() -> dict[str, str]:
    """By what deadlines were counted last: a digest of each thing by its name; at first none."""
    rows = await CountedCalendar.all().values_list("name", "digest")
    return {str(name): str(digest) for name, digest in rows}


async def note_counted(digests: Mapping[str, str], now: datetime) -> None:
    """Remember by what deadlines are counted from now on, inside a unit."""
    await CountedCalendar.exclude(name__in=[*digests]).delete()
    known = await counted_by()
    for name, digest in digests.items():
        if name not in known:
            await insert(CountedCalendar, {"name": name[:100], "digest": digest, "counted_at": now})
        elif known[name] != digest:
            await CountedCalendar.filter(name=name).update(digest=digest, counted_at=now)


async def unfinished() -> int:
    """How many tickets have a deadline that may move."""
    return await _unfinished().count()


async def chunks() -> AsyncIterator[list[int]]:
    """The numbers of all tickets with a deadline that may move, some at a time."""
    last = 0
    while True:
        rows = _unfinished().filter(id__gt=last).order_by("id").limit(CHUNK)
        numbers = [int(one) for one in await rows.values_list("id", flat=True)]  # type: ignore[call-overload]
        if not numbers:
            return
        yield numbers
        last = numbers[-1]


async def would_move(ticket_ids: Collection[int], timing: Timing) -> int:
    """How many deadlines of these tickets `recount_these` would move. Reads only."""
    pauses = await pauses_of(ticket_ids)
    rows = await Ticket.filter(id__in=[*ticket_ids])
    return sum(_moved(_moves(row, pauses.get(row.id, ()), timing, "")) for row in rows)


async def recount_these(ticket_ids: Sequence[int], timing: Timing, why: str, now: datetime) -> int:
    """Count the deadlines of these tickets anew, each that moves with a line of its history, inside a unit.

    Returns how many have moved; again, none do.
    """
    pauses, moved = await pauses_of(ticket_ids), 0
    for ticket in await _unfinished().filter(id__in=[*ticket_ids]).order_by("id").select_for_update():
        moves = _moves(ticket, pauses.get(ticket.id, ()), timing, why)
        if moves.columns:
            await Ticket.filter(id=ticket.id).update(**moves.columns)
            await note_changes(ticket.id, now, *moves.lines)
        moved += _moved(moves)
    return moved


async def settle_pauses(timing: Timing, now: datetime) -> None:
    """Let the clocks of all tickets stand still, or go on, as the configuration says now; inside a unit."""
    paused = [*timing.paused_in]
    await PauseRow.filter(until=None).exclude(state__in=paused).update(until=now)
    standing = set(await PauseRow.filter(until=None).values_list("ticket_id", flat=True))
    for number, state in await Ticket.filter(state__in=paused).values_list("id", "state"):
        if number not in standing:
            await insert(PauseRow, {"ticket_id": number, "state": state, "since": now})


def _unfinished() -> QuerySet[Ticket]:
    return Ticket.exclude(state=State.CLOSED.value).filter(merged_into=None)


def _moved(moves: Moves) -> int:
    return sum(line.what in (REACTION, RESOLUTION) for line in moves.lines)


def _moves(ticket: Ticket, pauses: Sequence[Pause], timing: Timing, why: str) -> Moves:
    """One ticket whose calendar never opens must not hold up the others; its deadlines stay."""
    try:
        return moves_of(ticket, timed_with(ticket, pauses), timing, CLOCK, why)
    except NoWorkingTime as exc:
        log.error("deadline not counted anew", ticket=ticket.id, reason=str(exc))
        return Moves({}, ())
