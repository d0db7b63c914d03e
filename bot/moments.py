"""Moments as people type them on the command line."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

ALLOWED = 'a date such as 2026-11-23, or a moment such as "2026-11-23 05:30" or 2026-11-23T05:30+03:00'


def parse_moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment (UTC) that `text` means; without an offset it is in `zone`, a date alone is its beginning.

    Raises ValueError saying what is allowed.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no moment; allowed: {ALLOWED}") from None
    _check_year(text, moment.year)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def parse_day(text: str) -> date:
    """The day that `text` means. Raises ValueError saying what is allowed."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date; allowed: one such as 2026-11-23") from None
    _check_year(text, day.year)
    return day


def _check_year(text: str, year: int) -> None:
    # Calendars end somewhere; nobody's support desk does outside these.
    if not 1970 <= year <= 2199:
        raise ValueError(f"{text!r} is out of range; allowed: the years 1970 to 2199")


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first moment (UTC) of a day in `zone`."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
