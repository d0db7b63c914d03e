"""How much of a promise is left, told so coarsely that it need not be told anew every minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from desk.local_time import utc
from desk.working_time import Calendar

# Working hours that are told, the most first. Closer together towards the end, when an hour matters.
STEPS = tuple(map(Decimal, ("80", "40", "24", "16", "8", "6", "4", "3", "2", "1", "0.5")))
SLACK = timedelta(minutes=5)  # a promise of 8 hours is still told as 8 a few minutes after it was given


def told(left: timedelta) -> Decimal | None:
    """Return the working hours of which at least so many are left; None when it is less than all steps."""
    return next((step for step in STEPS if _length(step) <= left + SLACK), None)


def tells_until(calendar: Calendar, now: datetime, due_at: datetime) -> datetime | None:
    """Return until when (UTC) what is told at `now` stays true; None once the deadline has passed.

    Moments are aware. Raises NoWorkingTime when the calendar never opens.
    """
    if utc(now) >= utc(due_at):
        return None
    left = calendar.worked(now, due_at)
    step = told(left)
    if step is None:
        return utc(due_at)
    until = calendar.after_hours(now, max(left - _length(step) + SLACK, timedelta()))
    return min(until, utc(due_at))


def _length(hours: Decimal) -> timedelta:
    return timedelta(seconds=int(hours * 3600))
