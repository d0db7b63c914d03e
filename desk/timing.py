"""By what a desk counts: its levels, calendars and targets, and in which states a ticket's clocks stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256

from desk.clock import Clock, Pause
from desk.local_time import moment_of
from desk.resolution import TARGETS, Target, counts_from, due_by, target_for
from desk.service_level import Promise, ServiceLevel
from desk.ticket import Kind, State
from desk.working_time import DAY, Calendar

PAUSED_IN = frozenset({State.WAITING.value, State.POSTPONED.value})
# Whose holidays a calendar's digest tells apart: the days that packages of holidays know, and a few more
# years.
_FIRST_DAY, _LAST_DAY = date(2024, 1, 1), date(2031, 12, 31)


@dataclass(frozen=True, slots=True)
class Timed:
    """What of a ticket its deadlines depend on. Moments are aware; `promise` and `level` as it has them.

    `planned_for`: when an improvement is to be there, as an agent said at `planned_at`.
    """

    level: str
    promise: str
    created_at: datetime
    kind: str | None = None
    priority: int | None = None
    planned_for: datetime | None = None
    planned_at: datetime | None = None
    pauses: Sequence[Pause] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """By when a ticket is to be settled (UTC), since when that counts, and by which target, in words."""

    target: str
    counts_from: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Timing:
    """By what a desk counts; `calendars` by name, the first is the desk's own."""

    levels: Sequence[ServiceLevel]
    calendars: Mapping[str, Calendar]
    targets: Sequence[Target] = TARGETS
    paused_in: frozenset[str] = PAUSED_IN

    def level(self, key: str) -> ServiceLevel | None:
        """The level of that key, None for one that has left the configuration."""
        return next((one for one in self.levels if one.key == key), None)

    def calendar(self, level: str) -> Calendar:
        """The calendar of a level; of one that has left the configuration, that of the desk."""
        known = self.level(level)
        return self.calendars[known.calendar] if known else next(iter(self.calendars.values()))

    def promise(self, timed: Timed) -> Promise:
        """What a level promises now; of one that has left the configuration, what was promised."""
        known = self.level(timed.level)
        return known.react_within if known else Promise.parse(timed.promise)

    def reaction_due(self, timed: Timed) -> datetime:
        """When (UTC) the first answer is due; a pause that goes on moves it when it ends. NoWorkingTime."""
        clock = Clock(self.calendar(timed.level), timed.created_at, ended(timed.pauses))
        return _certain(clock.due(self.promise(timed)))

    def resolution(self, timed: Timed) -> Settled | None:
        """By when a ticket is to be settled, None where nothing says so; pauses as in `reaction_due`.

        A date that an agent has set stays whatever pauses come: it was told to the client. Raises
        NoWorkingTime.
        """
        if timed.kind == Kind.IMPROVEMENT and timed.planned_for is not None:
            return Settled("planned", timed.planned_at or timed.created_at, timed.planned_for)
        target = target_for(self.targets, timed.kind, timed.priority)
        if target is None:
            return None
        calendar = self.calendar(timed.level)
        start = counts_from(target, calendar, timed.created_at)
        due_at = _certain(due_by(target, calendar, timed.created_at, ended(timed.pauses)))
        return Settled(str(target), start, due_at)

    def end_of(self, day: date, level: str) -> datetime:
        """When (UTC) a day is over for work of that level: at its close, on a day off at midnight."""
        calendar = self.calendar(level)
        spans = calendar.spans_on(day)
        return spans[-1][1] if spans else moment_of(day + DAY, time.min, calendar.timezone)

    def stood(self, level: str, pause: Pause) -> int:
        """How many seconds of working time an ended pause has held."""
        until = pause.until or pause.since
        return int(self.calendar(level).worked(pause.since, until).total_seconds())

    def digests(self) -> dict[str, str]:
        """A digest of each thing that deadlines are counted by, so that a changed one is noticed."""
        told = {f"calendar {name}": _calendar_told(one) for name, one in self.calendars.items()}
        told |= {f"level {one.key}": f"{one.react_within} by {one.calendar}" for one in self.levels}
        told["resolution"] = "; ".join(f"{one.kind} {one.priority}: {one}" for one in self.targets)
        told["clocks"] = " ".join(sorted(self.paused_in))
        return {name: sha256(text.encode()).hexdigest() for name, text in told.items()}


def ended(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """The pauses that are over."""
    return tuple(one for one in pauses if one.until is not None)


def _certain(due_at: datetime | None) -> datetime:
    assert due_at is not None, "no pause without an end was given"
    return due_at


def _calendar_told(calendar: Calendar) -> str:
    """All that a calendar says, its holidays with the package's transfers included."""
    special = sorted(calendar.special.items())
    days = (_FIRST_DAY + number * DAY for number in range((_LAST_DAY - _FIRST_DAY).days + 1))
    apart = [day for day in days if calendar.is_holiday(day) or calendar.is_working_weekend(day)]
    return f"{calendar.timezone.key} {calendar.week} {special} {apart}"
