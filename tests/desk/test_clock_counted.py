"""Deadlines with pauses against a plain count of minutes, in 10,000 random combinations.

A combination is a level, a calendar, a receipt and pauses.

The count knows nothing of intervals, pauses merged or clocks: it paints each minute of a window by what the
wall clock shows in it (as in test_working_time_counted), wipes out the minutes of every pause, overlapping or
not, and walks from the receipt on until enough painted minutes have gone by.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calendars import build_calendar
from desk.clock import Clock, Pause, merged
from desk.resolution import Target, counts_from, due_by
from desk.service_level import Promise
from desk.working_time import Calendar, Hours
from tests.desk.test_working_time_counted import CHANGES, MINUTE, calendars, readings, seconds, working

DAY = timedelta(days=1)
DAYS = 16
COMBINATIONS, PER_CALENDAR = 10_000, 25
# The turn of the year by the official calendar: days off from 29 to 31 December, working Saturdays on the
# 28th (2024) and, for 2025, on 1 November. The first date of each window.
TURNS = [date(2024, 12, 23), date(2025, 12, 24), date(2024, 4, 24), date(2024, 10, 30), date(2025, 10, 28)]
RUSSIAN = [
    build_calendar("RU", timezone="Europe/Moscow", days=["mon", "tue", "wed", "thu", "fri"], hours=hours,
                   holidays="RU", shortened={"2024-12-28": ["05:00-13:00"], "2025-11-01": ["05:00-13:00"]})
    for hours in (["05:00-14:00"], ["05:00-09:00", "10:00-14:00"], ["22:00-24:00"],
                  ["00:00-06:00", "20:00-24:00"])
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes from `begins` (UTC) on: whether each is working time; `worked`: which are, by their day."""

    begins: datetime
    is_open: bytes
    worked: dict[date, list[int]]

    def number(self, moment: datetime) -> int:
        """The minute of a moment."""
        return (moment - self.begins) // MINUTE

    def moment(self, number: int) -> datetime:
        """When a minute begins."""
        return self.begins + number * MINUTE


def painted(calendar: Calendar, first: date) -> Window:
    """What the wall clock shows in each minute, as working time or not."""
    begins = datetime.combine(first, time.min, UTC)
    shown = readings(str(calendar.timezone), begins, DAYS * 1440, MINUTE)
    is_open = bytearray(len(shown))
    worked: dict[date, list[int]] = {}
    for moment, day in sorted(set(working(calendar, shown))):
        number = (moment - begins) // MINUTE
        is_open[number] = 1
        worked.setdefault(day, []).append(number)
    return Window(begins, bytes(is_open), worked)


def walked(minutes: bytes, start: int, count: int) -> int | None:
    """The minute after the `count`-th painted one from `start` on; None beyond the window."""
    for number in range(start, len(minutes)):
        count -= minutes[number]
        if not count:
            return number + 1
    return None


def unpaused(window: Window, pauses: Sequence[tuple[int, int]]) -> bytes:
    """The window with the minutes of pauses wiped out."""
    minutes = bytearray(window.is_open)
    for since, until in pauses:
        for number in range(max(since, 0), min(until, len(minutes))):
            minutes[number] = 0
    return bytes(minutes)


def days_on(window: Window, start: int, count: int) -> int | None:
    """The minute at which `count` working days are over, without pauses; None beyond the window."""
    coming = [numbers for numbers in window.worked.values() if numbers[-1] >= start]
    if not coming:
        return None
    before = sum(number < start for number in coming[0])
    place = count if before else count - 1
    # The window's last day may be cut off.
    if place >= len(coming) - 1:
        return None
    of_last = coming[place]
    return of_last[(min(before, len(of_last)) or len(of_last)) - 1] + 1


def same_day(window: Window, calendar: Calendar, start: int, cut_off: time) -> tuple[int, int] | None:
    """From which minute a case with a cut-off counts, and the end of that working day."""
    # What the wall shows, also where a clock that is put back over midnight shows yesterday once more.
    shown = window.moment(start).astimezone(calendar.timezone)
    of_today = window.worked.get(shown.date(), [-1])
    if start <= of_today[-1] and seconds(shown.time()) < seconds(cut_off):
        return start, of_today[-1] + 1
    later = [numbers for day, numbers in window.worked.items() if day > shown.date() and numbers[-1] >= start]
    # The window's last day may be cut off.
    if len(later) < 2:
        return None
    return next(number for number in later[0] if number >= start), later[0][-1] + 1


@cache
def the_calendars() -> list[tuple[Calendar, date]]:
    """Random ones over changes of the clock, and the Russian production calendar over its odd weeks."""
    known = [(calendar, first) for calendar in RUSSIAN for first in TURNS]
    chance = random.Random(20261129)
    while len(known) < COMBINATIONS // PER_CALENDAR:
        zone, first = chance.choice(CHANGES)
        known.append((random_calendar(chance, zone, first), first))
    return known


def random_calendar(chance: random.Random, zone: str, first: date) -> Calendar:
    """Split days, night shifts, shortened days, holidays and working weekends, all within the window."""
    regular = random_hours(chance, 15) or ((time(5), time(14)),)
    days = [first + number * DAY for number in range(DAYS)]
    holidays, saturdays = set(chance.sample(days, 2)), set(chance.sample(days, 2))
    weekend: Hours = chance.choice([(), (), regular])
    special = {day: random_hours(chance, 15) for day in chance.sample(days, 2)}
    return Calendar(
        "random", ZoneInfo(zone), (regular,) * 5 + (weekend, ()), special=special,  # type: ignore[arg-type]
        is_holiday=holidays.__contains__, is_working_weekend=saturdays.__contains__,
    )  # fmt: skip


def random_hours(chance: random.Random, minutes: int) -> Hours:
    """Up to three intervals of a day, some of them at night."""
    units = 1440 // minutes
    bounds = sorted(chance.sample(range(units + 1), chance.choice([0, 2, 2, 4, 4, 6])))
    clocks = [(datetime.min + timedelta(minutes=bound * minutes)).time() for bound in bounds]
    return tuple(zip(clocks[::2], clocks[1::2], strict=True))


def random_pauses(chance: random.Random, start: int) -> list[tuple[int, int]]:
    """Up to four, overlapping, touching, of no length, begun before the receipt."""
    pauses = []
    for _ in range(chance.choice([0, 1, 1, 2, 3, 4])):
        since = start + chance.randrange(-600, 5 * 1440)
        pauses.append((since, since + chance.choice([0, 1, 30, 200, 540, 1440, 3000])))
    if len(pauses) > 1 and chance.random() < 0.3:
        pauses.append((pauses[0][1], pauses[0][1] + 60))
    return pauses


def as_pauses(window: Window, pauses: Sequence[tuple[int, int]]) -> list[Pause]:
    return [Pause(window.moment(since), window.moment(until)) for since, until in pauses]


@pytest.mark.parametrize("part", range(4))
def test_every_deadline_is_where_a_count_of_minutes_comes_to(part: int) -> None:
    chance, counted = random.Random(part), 0
    for calendar, first in the_calendars()[part::4]:
        window = painted(calendar, first)
        for _ in range(PER_CALENDAR):
            counted += compared(chance, calendar, window)
    # Where a window ends before the deadline there is nothing to compare; most do not.
    assert counted > COMBINATIONS // 4 * 3 // 4, counted


def compared(chance: random.Random, calendar: Calendar, window: Window) -> bool:
    """Compare one combination; False when its deadline lies beyond the window."""
    start = chance.randrange(1440, 7 * 1440)
    pauses = random_pauses(chance, start)
    received, minutes = window.moment(start), unpaused(window, pauses)
    told = Clock(calendar, received, as_pauses(window, pauses))
    later = start + chance.randrange(0, 4 * 1440)
    assert told.used(window.moment(later)) == sum(minutes[start:later]) * MINUTE
    kind = chance.choice(["hours", "hours", "days", "same day"])
    if kind == "hours":
        count = chance.randrange(1, 45 * 60)
        expected = walked(minutes, start, count)
        if expected is not None:
            assert told.reached(count * MINUTE) == window.moment(expected)
            assert told.moved(calendar.after_hours(received, count * MINUTE)) == window.moment(expected)
        return expected is not None
    if kind == "days":
        count = chance.randrange(1, 5)
        whole = days_on(window, start, count)
        expected = None if whole is None else walked(minutes, start, sum(window.is_open[start:whole]))
        if expected is not None:
            assert told.due(Promise.parse(f"{count} working days")) == window.moment(expected)
        return expected is not None
    return compared_same_day(chance, calendar, window, start, pauses)


def compared_same_day(
    chance: random.Random, calendar: Calendar, window: Window, start: int, pauses: Sequence[tuple[int, int]]
) -> bool:
    cut_off, hours = time(chance.choice([9, 12, 16])), chance.choice([1, 4, 8])
    counted = same_day(window, calendar, start, cut_off)
    if counted is None:
        return False
    first, end = counted
    whole = walked(window.is_open, first, hours * 60)
    least = min(end, whole if whole is not None else end)
    expected = walked(unpaused(window, pauses), first, sum(window.is_open[first:least]))
    target = Target(Promise.parse(f"{hours} working hours"), same_day_before=cut_off)
    received = window.moment(start)
    assert counts_from(target, calendar, received) == window.moment(first)
    if expected is not None:
        assert due_by(target, calendar, received, as_pauses(window, pauses)) == window.moment(expected)
    return expected is not None


@settings(max_examples=60, deadline=None)
@given(calendars(), st.data())
def test_whatever_is_drawn_hours_with_pauses_are_a_count_of_minutes(
    drawn: tuple[Calendar, date], data: st.DataObject
) -> None:
    calendar, first = drawn
    window = painted(calendar, first)
    minute = st.integers(1440, (DAYS - 5) * 1440)
    start, count = data.draw(minute), data.draw(st.integers(1, 3000))
    pauses = [
        (since, since + data.draw(st.integers(0, 4000))) for since in data.draw(st.lists(minute, max_size=4))
    ]
    expected = walked(unpaused(window, pauses), start, count)
    if expected is not None:
        clock = Clock(calendar, window.moment(start), as_pauses(window, pauses))
        assert clock.reached(count * MINUTE) == window.moment(expected)


@given(st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(0, 12)), max_size=8))
def test_merged_pauses_hold_the_same_minutes_each_once_in_order_and_apart(
    drawn: list[tuple[int, int | None]],
) -> None:
    begins, last = datetime(2026, 1, 1, tzinfo=UTC), 400
    pauses = [
        Pause(begins + since * MINUTE, None if length is None else begins + (since + length) * MINUTE)
        for since, length in drawn
    ]
    whole = merged(pauses)

    def minutes(some: Sequence[Pause]) -> list[int]:
        return [
            number
            for one in some
            for number in range(
                (one.since - begins) // MINUTE, last if one.until is None else (one.until - begins) // MINUTE
            )
        ]

    assert minutes(whole) == sorted(set(minutes(pauses)))
    assert all(former.until is not None and former.until < latter.since for former, latter in pairwise(whole))


def test_the_windows_hold_new_year_both_nights_of_a_change_and_transferred_days() -> None:
    firsts = {first for _, first in the_calendars()}
    assert {first.year + 1 for first in TURNS if (first + DAYS * DAY).year != first.year} == {2025, 2026}
    shifts = set()
    for calendar, first in the_calendars():
        start = datetime.combine(first, time.min, UTC)
        offsets = [(start + day * DAY).astimezone(calendar.timezone).utcoffset() for day in range(DAYS)]
        assert offsets[0] is not None and offsets[-1] is not None
        shifts.add((offsets[-1] > offsets[0]) - (offsets[-1] < offsets[0]))
    assert shifts == {-1, 0, 1}
    assert len(firsts) == len(CHANGES) + len(TURNS)
    assert RUSSIAN[0].hours_on(date(2024, 12, 28)) and not RUSSIAN[0].hours_on(date(2024, 12, 30))
    assert len(the_calendars()) * PER_CALENDAR == COMBINATIONS
