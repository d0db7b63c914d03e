"""A calendar of the configuration, made into the working time that the rules count by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from desk.working_time import END_OF_DAY, Calendar, Hours, Interval, check_hours, no_day

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
# "22:00-00:00" is reversed; midnight as an end is written 24:00, so that it can't be a slip.
_INTERVAL = re.compile(f"({_CLOCK})-(?!00:00)({_CLOCK}|24:00)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COUNTRY = re.compile("[A-Z]{2}")

_DayTest = Callable[[date], bool]


def build_calendar(
    name: str,
    *,
    timezone: str,
    days: Sequence[str],
    hours: Sequence[str],
    holidays: str = "",
    extra_days_off: Sequence[str | date] = (),
    extra_working_days: Sequence[str | date] = (),
    shortened: Mapping[str, Sequence[str]] | None = None,
) -> Calendar:
    """The calendar that `[calendars.NAME]` describes; each argument is the key of that name.

    `holidays` is a country's two-letter code, whose public holidays close a day and whose transferred
    working days open one; empty for none. A day of `shortened` has exactly the hours given there, whatever
    day it is. Raises ValueError, which names the key, what was found and what is allowed.
    """
    regular = _hours(f"calendars.{name}.hours", hours)
    is_holiday, is_working_weekend = _public_holidays(f"calendars.{name}.holidays", holidays)
    working = _weekdays(f"calendars.{name}.days", days)
    return Calendar(
        name=name,
        timezone=_zone(f"calendars.{name}.timezone", timezone),
        week=tuple(regular if day in working else () for day in WEEKDAYS),  # type: ignore[arg-type]  # seven
        special=_special(f"calendars.{name}", regular, extra_days_off, extra_working_days, shortened or {}),
        is_holiday=is_holiday,
        is_working_weekend=is_working_weekend,
    )


def _zone(where: str, key: str) -> ZoneInfo:
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: "Europe" is a folder
        raise _refused(where, key, 'a time zone\'s name such as "Europe/Moscow"') from error


def _weekdays(where: str, days: Sequence[str]) -> frozenset[str]:
    for day in days:
        if day not in WEEKDAYS:
            raise _refused(where, day, ", ".join(WEEKDAYS))
    if not days:
        raise ValueError(f"{where} is empty; allowed: at least one of {', '.join(WEEKDAYS)}")
    return frozenset(days)


def _hours(where: str, texts: Sequence[str]) -> Hours:
    if not texts:
        raise ValueError(f'{where} is empty; allowed: at least one interval such as "05:00-14:00"')
    hours = tuple(sorted(_interval(where, text) for text in texts))
    try:
        check_hours(hours)
    except ValueError as error:
        raise ValueError(f"{where}: {error}; allowed: intervals apart from each other") from error
    return hours


def _interval(where: str, text: str) -> Interval:
    found = _INTERVAL.fullmatch(text)
    if not found:
        raise _refused(where, text, '"HH:MM-HH:MM" within one day, which ends at 24:00')
    closes = END_OF_DAY if found[2] == "24:00" else time.fromisoformat(found[2])
    return time.fromisoformat(found[1]), closes


def _special(
    where: str,
    regular: Hours,
    days_off: Iterable[str | date],
    working_days: Iterable[str | date],
    shortened: Mapping[str, Sequence[str]],
) -> dict[date, Hours]:
    """Each day of its own with its hours; ValueError when a day is both off and not."""
    off = {_day(f"{where}.extra_days_off", day) for day in days_off}
    working = {_day(f"{where}.extra_working_days", day): regular for day in working_days}
    for text, hours in shortened.items():
        working[_day(f"{where}.shortened", text)] = _hours(f'{where}.shortened."{text}"', hours)
    if both := sorted(off & working.keys()):
        raise ValueError(f"{where}.extra_days_off: {both[0]} is also in extra_working_days or shortened")
    return dict.fromkeys(off, ()) | working


def _day(where: str, found: str | date) -> date:
    """A date as text, or as TOML's own local date, which has no time."""
    if isinstance(found, date) and not isinstance(found, datetime):
        return found
    if not isinstance(found, str) or not _DATE.fullmatch(found):
        raise _refused(where, found, 'a date such as "2026-12-31"')
    try:
        return date.fromisoformat(found)
    except ValueError as error:
        raise _refused(where, found, 'a date such as "2026-12-31"') from error


def _public_holidays(where: str, country: str) -> tuple[_DayTest, _DayTest]:
    """Whether a day is a holiday of the country; whether it is a weekend day made a working day there."""
    if not country:
        return no_day, no_day
    allowed = 'a country\'s two capital letters such as "RU", "UA", "FI", or "" for none'
    # The package takes names and three letters for some countries too; one form is enough to explain.
    if not _COUNTRY.fullmatch(country):
        raise _refused(where, country, allowed)
    # Imported here, as most commands don't count working time.
    from holidays import country_holidays

    try:
        known = country_holidays(country)
    except NotImplementedError as error:
        raise _refused(where, country, allowed) from error
    # A year is filled in when a day of it is asked for. Reading `known.weekend_workdays` directly would
    # miss the working Saturdays of a year that no question has touched yet.
    return known.__contains__, lambda day: known.is_weekend(day) and known.is_working_day(day)


def _refused(where: str, found: object, allowed: str) -> ValueError:
    shown = f'"{found}"' if isinstance(found, str) else repr(found)
    return ValueError(f"{where} = {shown}; allowed: {allowed}")
