"""Working time that agents log: how they write a length of time, and on what it was spent."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

LONGEST = timedelta(hours=24)
ALLOWED = "1:30, 90m, 1.5h or 1h30m, up to 24 hours"

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
_HOURS = r"(?:h|ч|г|год|t)"
_MINUTES = r"(?:m|min|м|мин|хв)"
_UNITS = re.compile(rf"(?:(\d{{1,2}}(?:[.,]\d{{1,2}})?){_HOURS})?(?:(\d{{1,4}}){_MINUTES})?", re.IGNORECASE)


class Activity(StrEnum):
    """What working time was spent on."""

    SUPPORT = "support"
    REQUIREMENTS = "requirements"
    SPECIFICATION = "specification"
    BUILD = "build"
    CALL = "call"
    REMOTE = "remote"


def length_of(text: str) -> timedelta:
    """Return the length of time that `text` says; ValueError, saying what is allowed, for anything else.

    `1:30` and `1h30m` are an hour and a half, in Latin or Cyrillic letters; `1,5ч` too. A bare number is
    refused: nobody could tell minutes from hours.
    """
    said = text.strip()
    if clock := _CLOCK.fullmatch(said):
        length = timedelta(hours=int(clock[1]), minutes=int(clock[2]))
    elif said and (units := _UNITS.fullmatch(said)):
        hours = Decimal((units[1] or "0").replace(",", "."))
        length = timedelta(seconds=int(hours * 3600), minutes=int(units[2] or 0))
    else:
        raise ValueError(f"{text!r} is no length of time; allowed: {ALLOWED}")
    if not timedelta() < length <= LONGEST:
        raise ValueError(f"{text!r} is too short or too long; allowed: {ALLOWED}")
    return length


def shown(length: timedelta) -> str:
    """Return a length as `1:30`, whole minutes."""
    minutes = int(length.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02}"
