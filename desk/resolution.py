"""By when a case is to be settled: ordered targets by kind and priority, with a cut-off of the day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal

from desk.clock import Clock, Pause
from desk.local_time import local_day, moment_of, utc
from desk.service_level import Promise, due
from desk.ticket import Kind
from desk.working_time import DAY, Calendar


@dataclass(frozen=True, slots=True)
class Target:
    """How soon cases of a kind and a priority are settled; None stands for any, a kind not known included.

    `same_day_before`: who asks before that clock time of the calendar is helped by the end of that working
    day; see `counts_from` for all others.
    """

    within: Promise
    kind: str | None = None
    priority: int | None = None
    same_day_before: time | None = None

    def fits(self, kind: str | None, priority: int | None) -> bool:
        """Whether it is about such a case."""
        return self.kind in (None, kind) and self.priority in (None, priority)

    def __str__(self) -> str:
        cut_off = self.same_day_before
        return f"{self.within}" + (f", same day before {cut_off:%H:%M}" if cut_off is not None else "")


def hours(amount: str) -> Promise:
    """So many working hours."""
    return Promise(Decimal(amount), "hours")


# For improvements an agent sets the date.
TARGETS = (
    Target(hours("12"), Kind.CONSULTATION),
    Target(hours("8"), Kind.BUG, same_day_before=time(16)),
)


def target_for(targets: Iterable[Target], kind: str | None, priority: int | None) -> Target | None:
    """The first target that fits, or None."""
    return next((one for one in targets if one.fits(kind, priority)), None)


def never_reached(targets: Sequence[Target]) -> list[int]:
    """The places of targets behind one that fits all that they fit, so that they never count."""
    return [
        place
        for place, one in enumerate(targets)
        if any(
            former.kind in (None, one.kind) and former.priority in (None, one.priority)
            for former in targets[:place]
        )
    ]


def counts_from(target: Target, calendar: Calendar, received_at: datetime) -> datetime:
    """From when (UTC) a case that came at `received_at` (aware) counts.

    Without a cut-off that is its receipt. With one, a case that comes on a working day, before the cut-off
    and before that day's close, counts from its receipt. Any other (late, at night after closing, on a day
    off) counts as if it had come at the opening of the next working day. So nobody who comes later is helped
    earlier. Raises NoWorkingTime.
    """
    received_at = utc(received_at)
    if target.same_day_before is None or _comes_in_time(target.same_day_before, calendar, received_at):
        return received_at
    day = local_day(received_at, calendar.timezone)
    tomorrow = moment_of(day + DAY, time.min, calendar.timezone)
    return calendar.next_opening(max(tomorrow, received_at))


def _comes_in_time(cut_off: time, calendar: Calendar, received_at: datetime) -> bool:
    day = local_day(received_at, calendar.timezone)
    spans = calendar.spans_on(day)
    return bool(spans) and received_at < min(moment_of(day, cut_off, calendar.timezone), spans[-1][1])


def due_by(
    target: Target, calendar: Calendar, received_at: datetime, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """When (UTC) a case is to be settled; None while a pause goes on that began before.

    With a cut-off it is no later than the end of the working day from which it counts; what was paused moves
    that end like any deadline. Raises NoWorkingTime.
    """
    start = counts_from(target, calendar, received_at)
    clock = Clock(calendar, start, pauses)
    if target.same_day_before is None:
        return clock.due(target.within)
    return clock.moved(min(due(target.within, calendar, start).due_at, calendar.closing(start)))
