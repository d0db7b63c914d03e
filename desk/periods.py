"""The periods of reports: days, weeks, months, quarters and years of a time zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from desk.local_time import local_day, moment_of, utc


class Frequency(StrEnum):
    """How long the periods of a report are."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """A day, week (from Monday), month, quarter or year of a time zone: `start` ≤ moment < `end`, in UTC."""

    frequency: Frequency
    first_day: date
    start: datetime
    end: datetime

    @property
    def label(self) -> str:
        """`2026-11-23`, `2026-W48` (ISO 8601), `2026-11`, `2026-Q4` or `2026`."""
        return _LABELS[self.frequency](self.first_day)


def period_of(moment: datetime, frequency: Frequency, zone: ZoneInfo) -> Period:
    """The period of `zone` that a moment (aware) lies in. Days there may have 23 or 25 hours."""
    period = _period(_first_day(local_day(moment, zone), frequency), frequency, zone)
    # Where clocks go back over midnight they show yesterday's date once more, after today has begun.
    return period if utc(moment) < period.end else _next(period, zone)


def periods(first: datetime, last: datetime, frequency: Frequency, zone: ZoneInfo) -> Iterator[Period]:
    """Every period from the one that `first` lies in to the one that `last` lies in."""
    period = period_of(first, frequency, zone)
    while period.start <= utc(last):
        yield period
        period = _next(period, zone)


def preceding(first: date, last: date) -> tuple[date, date]:
    """The span of days before that from `first` to `last` (included), which it is compared with.

    Whole calendar months are compared with as many months before them, anything else with as many days.
    """
    before = first - timedelta(days=1)
    after = last + timedelta(days=1)
    if first.day != 1 or after.day != 1:
        return first - (after - first), before
    months = (after.year - first.year) * 12 + after.month - first.month
    years, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(years, month + 1, 1), before


_FLOORS: Mapping[Frequency, Callable[[date], date]] = {
    Frequency.DAY: lambda day: day,
    Frequency.WEEK: lambda day: day - timedelta(days=day.weekday()),
    Frequency.MONTH: lambda day: day.replace(day=1),
    Frequency.QUARTER: lambda day: day.replace(month=day.month - (day.month - 1) % 3, day=1),
    Frequency.YEAR: lambda day: day.replace(month=1, day=1),
}
_LABELS: Mapping[Frequency, Callable[[date], str]] = {
    Frequency.DAY: date.isoformat,
    Frequency.WEEK: lambda day: f"{day:%G-W%V}",
    Frequency.MONTH: lambda day: f"{day:%Y-%m}",
    Frequency.QUARTER: lambda day: f"{day:%Y}-Q{(day.month + 2) // 3}",
    Frequency.YEAR: lambda day: f"{day:%Y}",
}
# So many days after a period's first day it is over, and the next one is not.
_LONGEST = {
    Frequency.DAY: 1,
    Frequency.WEEK: 7,
    Frequency.MONTH: 31,
    Frequency.QUARTER: 92,
    Frequency.YEAR: 366,
}


def _first_day(day: date, frequency: Frequency) -> date:
    return _FLOORS[frequency](day)


def _following(first_day: date, frequency: Frequency) -> date:
    return _first_day(first_day + timedelta(days=_LONGEST[frequency]), frequency)


def _period(first_day: date, frequency: Frequency, zone: ZoneInfo) -> Period:
    start = moment_of(first_day, time.min, zone)
    return Period(frequency, first_day, start, moment_of(_following(first_day, frequency), time.min, zone))


def _next(period: Period, zone: ZoneInfo) -> Period:
    return _period(_following(period.first_day, period.frequency), period.frequency, zone)
