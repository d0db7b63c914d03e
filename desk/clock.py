"""A clock that counts working time and stands still in pauses: what it has counted, and when it gets there.

Pauses may overlap, touch, or still go on. They are merged first, so what two of them share counts once; and
only the working time in them is left out, so a pause over a weekend moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.local_time import utc
from desk.service_level import Due, Promise, due
from desk.working_time import NOTHING, Calendar, Span


@dataclass(frozen=True, slots=True)
class Pause:
    """From a moment (included) to a moment (excluded), both aware; `until` None: it goes on."""

    since: datetime
    until: datetime | None = None


def merged(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """The same pauses in order and apart, in UTC; those without length are left out."""
    whole: list[Pause] = []
    for pause in sorted(map(_in_utc, pauses), key=lambda one: one.since):
        last = whole[-1] if whole else None
        if last is None or (last.until is not None and last.until < pause.since):
            whole.append(pause)
        elif last.until is not None and (pause.until is None or pause.until > last.until):
            whole[-1] = Pause(last.since, pause.until)
    return tuple(one for one in whole if one.until is None or one.since < one.until)


def _in_utc(pause: Pause) -> Pause:
    return Pause(utc(pause.since), None if pause.until is None else utc(pause.until))


@dataclass(frozen=True, slots=True)
class Clock:
    """Counts the working time of `calendar` from `start` (aware) on, except in `pauses`.

    Raises ValueError for naive moments. Every moment given back is in UTC.
    """

    calendar: Calendar
    start: datetime
    pauses: Sequence[Pause] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", utc(self.start))
        object.__setattr__(self, "pauses", merged(self.pauses))

    def used(self, until: datetime) -> timedelta:
        """The working time that has been counted until a moment (aware)."""
        return _length(self.counted(until))

    def counted(self, until: datetime) -> tuple[Span, ...]:
        """The working intervals that are counted until a moment (aware)."""
        return tuple(self._counted(self.calendar.between(self.start, until)))

    def reached(self, amount: timedelta) -> datetime | None:
        """The earliest moment at which so much has been counted; None where a pause that goes on prevents it.

        Raises ValueError for a negative amount and NoWorkingTime when the calendar never opens.
        """
        if amount < NOTHING:
            raise ValueError(f"an amount of working time can't be negative: {amount}")
        if not amount:
            return self.start
        endless = self._stands_since()
        for opens, closes in self.calendar.intervals(self.start):
            for begins, ends in self._counted(((opens, closes),)):
                if amount <= ends - begins:
                    return begins + amount
                amount -= ends - begins
            if endless is not None and closes >= endless:
                return None
        raise AssertionError("intervals have no end")

    def due(self, promise: Promise) -> datetime | None:
        """When a promise falls due; None as in `reached`.

        Hours are counted exactly. Days are the deadline without pauses, moved on as `moved` says. Raises
        NoWorkingTime.
        """
        if promise.unit == "hours":
            return self.reached(timedelta(seconds=int(promise.amount * 3600)))
        return self.moved(due(promise, self.calendar, self.start).due_at)

    def moved(self, due_at: datetime) -> datetime | None:
        """A deadline (aware) that was counted without pauses, moved on by what was paused before it.

        Pause by pause: what a first one moves it over may bring a second one before it. None where a pause
        that goes on began before the deadline. Raises NoWorkingTime.
        """
        due_at = utc(due_at)
        for pause in self.pauses:
            if pause.since >= due_at:
                break
            if pause.until is None:
                return None
            stood = self.calendar.worked(max(pause.since, self.start), pause.until)
            due_at = self.calendar.after_hours(due_at, stood)
        return due_at

    def _stands_since(self) -> datetime | None:
        """Since when a pause goes on that has no end yet; None when there is none."""
        last = self.pauses[-1] if self.pauses else None
        return last.since if last is not None and last.until is None else None

    def _counted(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The parts of working intervals that are outside of all pauses."""
        for opens, closes in spans:
            begins: datetime | None = opens
            for pause in self.pauses:
                if begins is None or pause.since >= closes:
                    break
                if pause.until is not None and pause.until <= begins:
                    continue
                if pause.since > begins:
                    yield begins, pause.since
                begins = None if pause.until is None else pause.until
            if begins is not None and begins < closes:
                yield begins, closes


def due_with(promise: Promise, calendar: Calendar, received_at: datetime, pauses: Sequence[Pause]) -> Due:
    """As `desk.service_level.due`, with pauses that are over: their working time is in no interval.

    Raises NoWorkingTime, and ValueError for a pause that goes on.
    """
    clock = Clock(calendar, received_at, pauses)
    due_at = clock.due(promise)
    if due_at is None:
        raise ValueError("with a pause that goes on nothing falls due")
    intervals = clock.counted(due_at)
    return Due(due_at, int(_length(intervals).total_seconds()), intervals)


def _length(spans: Iterable[Span]) -> timedelta:
    return sum((closes - opens for opens, closes in spans), NOTHING)
