"""Days on which an agent is away, as he writes them in a chat."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

ALLOWED = "1.12, 1.12-10.12, 01.12.2026 10.12.2026 or 2026-12-01..2026-12-10"
LONGEST = timedelta(days=366)

_DAY = r"(\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}(?:\.\d{4})?)"
_DAYS = re.compile(rf"(?<![\d.]){_DAY}(?:(?:\s*(?:-|–|—|\.\.|…)\s*|\s+){_DAY})?(?!\d|\.\d)")


@dataclass(frozen=True, slots=True)
class Days:
    """From the first to the last day, both included."""

    first: date
    last: date


def days_in(text: str, today: date) -> tuple[Days, str] | None:
    """Return the days that `text` names, and `text` without them; None when it names none.

    A day without a year is the next one of that date from `today` on. Raises ValueError, saying what is
    allowed, for days that are none, that end before they begin or before today, or last over a year.
    """
    found = _DAYS.search(text)
    if found is None:
        return None
    first = _day(found[1], today)
    last = _day(found[2], first) if found[2] else first
    if last < first or last < today or last - first > LONGEST:
        raise ValueError(f"{found[0]!r} can't be; allowed: {ALLOWED}, not over already, up to a year")
    return Days(first, last), " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())


def _day(text: str, since: date) -> date:
    try:
        if "-" in text:
            return date.fromisoformat(text)
        numbers = [int(part) for part in text.split(".")]
        if len(numbers) == 3:
            return date(numbers[2], numbers[1], numbers[0])
        return _next(numbers[0], numbers[1], since)
    except ValueError:
        raise ValueError(f"{text!r} is no day; allowed: {ALLOWED}") from None


def _next(day: int, month: int, since: date) -> date:
    # The 29th of February may be up to eight years off.
    for year in range(since.year, since.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= since:
            return found
    raise ValueError
