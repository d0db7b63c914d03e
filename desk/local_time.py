"""What a wall clock says and when: between moments in UTC and the days and hours of a time zone."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; ValueError for a naive one, which would silently be read in the host's zone."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; a moment needs one")
    return moment.astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The date that a wall calendar in `zone` shows at `moment`."""
    return utc(moment).astimezone(zone).date()


def moment_of(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When the wall clock in `zone` first shows `clock` on `day`, or anything later; in UTC.

    That one sentence settles both odd cases. A time shown twice in autumn counts when it is shown first;
    a time left out in spring is reached at the moment of the jump. RFC 5545 §3.3.5 would read a left-out
    02:30 by the old offset, as 03:30: then 02:30 came after 03:00, and two shifts that merely touch on the
    wall clock would overlap and be counted twice. This way a later clock time never comes earlier.
    """
    wanted = datetime.combine(day, clock.replace(fold=0), zone)
    moment = wanted.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wanted.replace(tzinfo=None):
        return moment
    return _jump_before(moment, wanted.replace(fold=1).astimezone(UTC), zone)


def _jump_before(moment: datetime, earlier: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clock jumped, to the second: after `earlier`, not after `moment` (PEP 495)."""
    earlier = earlier.replace(microsecond=0)
    offset = earlier.astimezone(zone).utcoffset()
    seconds = range(int((moment - earlier).total_seconds()) + 1)
    jumped = bisect_left(
        seconds, True, key=lambda s: (earlier + timedelta(seconds=s)).astimezone(zone).utcoffset() != offset
    )
    return earlier + timedelta(seconds=jumped)
