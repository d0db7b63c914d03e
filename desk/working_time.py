"""Working time: when a desk is open, how much of a span it was, and when an amount of it is used up.

All of it counts elapsed time, never wall-clock time: a night shift of 01:00–05:00 is three hours long when
the clocks go forward in it and five when they go back. What a bound means that the clock leaves out or
shows twice is settled in one place, `desk.local_time.moment_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from desk.local_time import local_day, moment_of, utc

Interval = tuple[time, time]
"""Opening and closing on the wall clock of one day; a closing of `END_OF_DAY` is 24:00."""
Hours = tuple[Interval, ...]
"""The intervals of one day, in order and apart; empty on a day off."""
Span = tuple[datetime, datetime]
"""From a moment (included) to a moment (excluded), both in UTC."""

END_OF_DAY = time.min
DAY = timedelta(days=1)
NOTHING = timedelta()

# Longer than any holiday, shorter than a wait that anybody would call a promise.
IDLE_DAYS = 400


class NoWorkingTime(Exception):
    """A calendar never opens, so nothing can be promised by it."""

    def __init__(self, calendar: str, since: date) -> None:
        super().__init__(f'calendar "{calendar}" has no working time in the {IDLE_DAYS} days from {since}')


def no_day(_day: date) -> bool:
    """For a calendar without holidays or without transferred working days."""
    return False


@dataclass(frozen=True, slots=True)
class Calendar:
    """A desk's working time in its time zone.

    `week` holds the regular hours, Monday first. `special` wins over everything else: shortened days,
    extra days off (empty hours), extra working days. `is_holiday` closes a day; `is_working_weekend` opens
    a free one that the authorities made a working day, with the calendar's regular hours.

    Every moment taken must be aware (ValueError otherwise); every moment given back is in UTC.
    Raises ValueError when hours are reversed, out of order or overlap.
    """

    name: str
    timezone: ZoneInfo
    week: tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
    special: Mapping[date, Hours] = field(default_factory=dict)
    is_holiday: Callable[[date], bool] = no_day
    is_working_weekend: Callable[[date], bool] = no_day
    # Days that were asked for: time zones are what counting takes its time with, and days are asked for
    # again.
    _known: dict[date, tuple[Span, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f'calendar "{self.name}": a week has 7 days, not {len(self.week)}')
        for hours in (*self.week, *self.special.values()):
            check_hours(hours)

    @property
    def regular_hours(self) -> Hours:
        """The hours of the week's first working day, which a transferred working day takes over."""
        return next((hours for hours in self.week if hours), ())

    def hours_on(self, day: date) -> Hours:
        """The wall-clock hours of a day, empty when the desk is closed."""
        if day in self.special:
            return self.special[day]
        if self.is_holiday(day):
            return ()
        hours = self.week[day.weekday()]
        # A desk that works on Saturdays anyway keeps its Saturday hours on a transferred one.
        return self.regular_hours if not hours and self.is_working_weekend(day) else hours

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The same hours as moments; one that the clock leaves out altogether is dropped."""
        found = self._known.get(day)
        if found is None:
            spans = (
                (self._opening(day, opens), self._closing(day, closes))
                for opens, closes in self.hours_on(day)
            )
            found = self._known[day] = tuple(span for span in spans if span[0] < span[1])
        return found

    def intervals(self, start: datetime) -> Iterator[Span]:
        """Working intervals from `start` on, lazily, without end; the first begins at `start` if open then.

        Raises NoWorkingTime when none comes in `IDLE_DAYS` days.
        """
        start = utc(start)
        for spans in self._working_days(local_day(start, self.timezone)):
            yield from _clipped(spans, start, None)

    def between(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        """The working intervals from `start` to `end`, clipped to them; none is no error here."""
        start, end = utc(start), utc(end)
        spans: list[Span] = []
        day, last = local_day(start, self.timezone), local_day(end, self.timezone)
        # One day further, for where clocks go back over midnight and show yesterday's date again.
        while day <= last + DAY:
            spans.extend(_clipped(self.spans_on(day), start, end))
            day += DAY
        return tuple(spans)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between two moments; none when `end` is before `start`."""
        return _length(self.between(start, end))

    def after_hours(self, start: datetime, amount: timedelta) -> datetime:
        """The earliest moment at which `amount` of working time has passed since `start`.

        So an amount that ends exactly at closing time is due at closing, not at the next opening.
        Raises ValueError for a negative amount and NoWorkingTime when the calendar never opens.
        """
        if amount < NOTHING:
            raise ValueError(f"an amount of working time can't be negative: {amount}")
        return _reach(self.intervals(start), amount) if amount else utc(start)

    def after_days(self, start: datetime, count: int) -> datetime:
        """The moment at which `count` whole working days have passed since `start`.

        Where the first day (that of `start`, or of the next opening) has seen no work yet, it is a whole
        day itself, and the moment is the close of the last one. Otherwise it lies on the `count`-th working
        day after the first, once as much has been worked there as on the first before `start`: with regular
        hours that is the same clock time. On a day too short for that it is the close.
        Raises ValueError for a count below 1 and NoWorkingTime when the calendar stops opening.
        """
        if count < 1:
            raise ValueError(f"a number of working days must be at least 1, not {count}")
        start = utc(start)
        days = self._working_days(local_day(start, self.timezone))
        day = next(spans for spans in days if spans[-1][1] > start)
        before = _length(_clipped(day, day[0][0], start))
        for _ in range(count if before else count - 1):
            day = next(days)
        return _reach(day, before or _length(day))

    def next_opening(self, at: datetime) -> datetime:
        """The first working moment from `at` on: `at` itself while open. Raises NoWorkingTime."""
        return next(self.intervals(at))[0]

    def closing(self, at: datetime) -> datetime:
        """The close of the working day that goes on at `at`, else of the next one. Raises NoWorkingTime."""
        at = utc(at)
        days = self._working_days(local_day(at, self.timezone))
        return next(spans[-1][1] for spans in days if spans[-1][1] > at)

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is working time; closing time is not."""
        at = utc(at)  # adding to a moment in a zone with changes would add on the wall clock
        return bool(self.between(at, at + timedelta.resolution))

    def _working_days(self, day: date) -> Iterator[tuple[Span, ...]]:
        idle = 0
        while idle < IDLE_DAYS:
            spans = self.spans_on(day)
            if spans:
                yield spans
            idle = 0 if spans else idle + 1
            day += DAY
        raise NoWorkingTime(self.name, day - IDLE_DAYS * DAY)

    def _opening(self, day: date, clock: time) -> datetime:
        return moment_of(day, clock, self.timezone)

    def _closing(self, day: date, clock: time) -> datetime:
        return moment_of(day + DAY if clock == END_OF_DAY else day, clock, self.timezone)


def check_hours(hours: Hours) -> None:
    """ValueError, naming the intervals, when hours are reversed, empty, out of order or overlap."""
    for opens, closes in hours:
        if opens >= closes and closes != END_OF_DAY:
            raise ValueError(f'"{_shown((opens, closes))}" ends before it begins')
    for former, latter in pairwise(hours):
        if former[0] > latter[0]:
            raise ValueError(f'"{_shown(latter)}" must stand before "{_shown(former)}"')
        if former[1] > latter[0] or former[1] == END_OF_DAY:
            raise ValueError(f'"{_shown(former)}" and "{_shown(latter)}" overlap')


def _shown(interval: Interval) -> str:
    closes = "24:00" if interval[1] == END_OF_DAY else f"{interval[1]:%H:%M}"
    return f"{interval[0]:%H:%M}-{closes}"


def _clipped(spans: Iterable[Span], start: datetime, end: datetime | None) -> Iterator[Span]:
    for opens, closes in spans:
        begins, ends = max(opens, start), closes if end is None else min(closes, end)
        if begins < ends:
            yield begins, ends


def _length(spans: Iterable[Span]) -> timedelta:
    return sum((closes - opens for opens, closes in spans), NOTHING)


def _reach(spans: Iterable[Span], amount: timedelta) -> datetime:
    """The earliest moment at which `amount` has been worked in `spans`; their end when they hold less."""
    end: datetime | None = None
    for opens, closes in spans:
        end = closes
        if amount <= closes - opens:
            return opens + amount
        amount -= closes - opens
    assert end is not None, "there is at least one span"
    return end
