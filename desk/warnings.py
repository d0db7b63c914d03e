"""When agents are warned of a deadline, when it is late, and what is told on which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from desk.clock import Clock, Pause
from desk.local_time import local_day, utc
from desk.working_time import Calendar

WARN_AT = Fraction(3, 4)  # of the working time between receipt and deadline
REMIND_AFTER = 3  # working days after the invitation to rate


class Promised(StrEnum):
    """What a deadline is for: the first answer, or settling the case."""

    REACTION = "reaction"
    RESOLUTION = "resolution"


class Alert(StrEnum):
    """What is told of a deadline."""

    WARNED = "warned"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that is owed since `received_at`; moments are aware.

    `pauses`: in which its clock stood still. `warned_of`, `breached_of`: the deadline that was told last, so
    that one which has moved is told anew and no clock, however it jumps, tells the same one twice.
    """

    received_at: datetime
    due_at: datetime
    warned_of: datetime | None = None
    breached_of: datetime | None = None
    promised: Promised = Promised.REACTION
    pauses: Sequence[Pause] = ()

    def was(self, alert: Alert) -> bool:
        """Whether this was told of the deadline as it is now; who was told of the breach needs no warning."""
        told = (self.breached_of,) if alert is Alert.BREACHED else (self.warned_of, self.breached_of)
        return self.due_at in told


@dataclass(frozen=True, slots=True)
class Moments:
    """When a deadline is told, both in working time and in UTC, as `moments` says."""

    warning: datetime
    breach: datetime


def moments(
    calendar: Calendar, received_at: datetime, due_at: datetime, pauses: Sequence[Pause] = ()
) -> Moments:
    """When three quarters of a deadline's working time are over, and when it has passed; moments are aware.

    What falls outside working time is told at the next opening. Pauses, all of them over, are not counted.
    Raises NoWorkingTime.
    """
    clock = Clock(calendar, received_at, pauses)
    seconds = clock.used(due_at) // timedelta(seconds=1) * WARN_AT
    three_quarters = clock.reached(timedelta(seconds=float(seconds)))
    assert three_quarters is not None, "so much has been counted before the deadline"
    passed = utc(due_at) + timedelta.resolution
    return Moments(calendar.next_opening(three_quarters), calendar.next_opening(passed))


def alert(deadline: Deadline, at: Moments, now: datetime, opening: datetime) -> Alert | None:
    """What is to be told of a deadline at `now` (UTC): one thing at most, and nothing twice.

    `opening`: the next working moment from `now` on, which is `now` itself in working time. A desk that was
    away for days tells the breach and leaves the warning out.
    """
    if opening > now:
        return None
    if not deadline.was(Alert.BREACHED) and now >= at.breach:
        return Alert.BREACHED
    # Between the deadline and the moment at which the breach is told there is nothing left to warn of.
    if deadline.was(Alert.WARNED) or not at.warning <= now <= deadline.due_at:
        return None
    return Alert.WARNED


def next_alert(deadline: Deadline, at: Moments, opening: datetime) -> datetime | None:
    """When (UTC) something is to be told next of a deadline, if nobody answers; None when all is told.

    `opening` as in `alert`.
    """
    if deadline.was(Alert.BREACHED):
        return None
    if not deadline.was(Alert.WARNED) and max(opening, at.warning) <= deadline.due_at:
        return max(opening, at.warning)
    return max(opening, at.breach)


def working_day(calendar: Calendar, now: datetime) -> date | None:
    """The day of the calendar's zone whose work is going on at `now` (aware), None outside working time."""
    return local_day(now, calendar.timezone) if calendar.is_open(now) else None


def week_before(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week before that of `day`, which a weekly digest is about."""
    monday = day - timedelta(days=day.weekday() + 7)
    return monday, monday + timedelta(days=6)


def reminder_due(calendar: Calendar, invited_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether a client is reminded at `now` of an invitation to rate: in working time, while it is good.

    Moments are aware. Raises NoWorkingTime.
    """
    if not calendar.is_open(now) or utc(now) >= utc(expires_at):
        return False
    return utc(now) >= calendar.after_days(invited_at, REMIND_AFTER)
