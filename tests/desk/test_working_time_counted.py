"""Working time against a plain count of minutes and seconds, on random calendars and across clock changes.

The count knows nothing of intervals: it walks through time in UTC, keeps the latest reading that the wall
clock has shown so far (a clock that is put back waits until it has caught up, one put forward jumps), and
asks of each minute whether that reading lies within the day's hours.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from desk.service_level import Promise, due
from desk.working_time import Calendar, Hours

MINUTE, SECOND, DAY = timedelta(minutes=1), timedelta(seconds=1), timedelta(days=1)
DAYS = 12

# Each within a few days after the first date, but for the turn of the year.
CHANGES = [
    ("Europe/Kyiv", date(2026, 3, 26)),
    ("Europe/Kyiv", date(2026, 10, 22)),
    ("Europe/Helsinki", date(2026, 3, 27)),
    ("Europe/Helsinki", date(2026, 10, 23)),
    ("America/New_York", date(2026, 3, 5)),
    ("America/New_York", date(2026, 10, 29)),
    ("Australia/Lord_Howe", date(2026, 4, 2)),
    ("Australia/Lord_Howe", date(2026, 10, 1)),
    # At 00:01, so that it was yesterday once more, and at midnight itself.
    ("America/St_Johns", date(2010, 3, 11)),
    ("America/St_Johns", date(2010, 11, 4)),
    ("Africa/Cairo", date(2026, 4, 21)),
    ("Africa/Cairo", date(2026, 10, 27)),
    ("Europe/Moscow", date(2026, 12, 26)),
]


Reading = tuple[datetime, date, int]
"""A moment, and what the wall clock has shown at the latest by then: a day, and the seconds of it."""


@lru_cache
def readings(zone: str, start: datetime, count: int, step: timedelta) -> list[Reading]:
    latest, shown = datetime.min, []
    for number in range(count):
        moment = start + number * step
        latest = max(latest, moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
        shown.append((moment, latest.date(), seconds(latest.time())))
    return shown


def seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def working(calendar: Calendar, shown: list[Reading]) -> list[tuple[datetime, date]]:
    """Each step that is working time, with the day that it is of."""
    bounds = {
        day: [(seconds(opens), seconds(closes) or 86400) for opens, closes in hours_on(day, calendar)]
        for day in {day for _, day, _ in shown}
    }
    return [
        (moment, day)
        for moment, day, second in shown
        for opens, closes in bounds[day]
        if opens <= second < closes
    ]


def hours_on(day: date, calendar: Calendar) -> Hours:
    if day in calendar.special:
        return calendar.special[day]
    if calendar.is_holiday(day):
        return ()
    if calendar.is_working_weekend(day) and not calendar.week[day.weekday()]:
        return next((hours for hours in calendar.week if hours), ())
    return calendar.week[day.weekday()]


@st.composite
def day_hours(draw: st.DrawFn, unit: int, last: int) -> Hours:
    """Up to three intervals whose bounds are multiples of `unit` seconds, up to `last` such units."""
    count = draw(st.sampled_from([0, 2, 2, 4, 4, 6]))
    bounds = sorted(draw(st.sets(st.integers(0, last), min_size=count, max_size=count)))
    clocks = [(datetime.min + timedelta(seconds=bound * unit)).time() for bound in bounds]
    return tuple(zip(clocks[::2], clocks[1::2], strict=True))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    zone, first = draw(st.sampled_from(CHANGES))
    quarters = day_hours(900, 96)
    minutes = day_hours(60, 1440)
    regular = draw(quarters | minutes)
    weekend = draw(st.sampled_from([(), regular]) | quarters)
    days = st.integers(0, DAYS).map(lambda number: first + number * DAY)
    holidays, working = draw(st.frozensets(days, max_size=3)), draw(st.frozensets(days, max_size=3))
    week = draw(st.sampled_from([(regular,) * 5, (regular, (), regular, (), regular)]))
    calendar = Calendar(
        "random",
        ZoneInfo(zone),
        (*week, weekend, ()),  # type: ignore[arg-type]
        special=draw(st.dictionaries(days, quarters, max_size=3)),
        is_holiday=holidays.__contains__,
        is_working_weekend=working.__contains__,
    )
    return calendar, first


def working_minutes(calendar: Calendar, first: date) -> list[tuple[datetime, date]]:
    begins = datetime.combine(first, time.min, UTC)
    return working(calendar, readings(str(calendar.timezone), begins, DAYS * 1440, MINUTE))


def some_minute(first: date) -> st.SearchStrategy[datetime]:
    # Not on the window's first day: the walk must have seen the wall clock for a while.
    begins = datetime.combine(first, time.min, UTC) + DAY
    return st.integers(0, (DAYS - 3) * 1440).map(lambda number: begins + number * MINUTE)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_worked_time_is_the_number_of_working_minutes(data: st.DataObject) -> None:
    calendar, first = data.draw(calendars())
    start, end = sorted((data.draw(some_minute(first)), data.draw(some_minute(first))))
    minutes = [minute for minute, _ in working_minutes(calendar, first)]
    assert calendar.worked(start, end) == sum(start <= minute < end for minute in minutes) * MINUTE
    assert calendar.is_open(start) == (start in minutes)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_hours_are_due_when_so_many_minutes_have_been_counted(data: st.DataObject) -> None:
    calendar, first = data.draw(calendars())
    start = data.draw(some_minute(first))
    coming = [minute for minute, _ in working_minutes(calendar, first) if minute >= start]
    assume(coming)
    count = data.draw(st.integers(1, len(coming)))
    assert calendar.after_hours(start, count * MINUTE) == coming[count - 1] + MINUTE
    assert calendar.next_opening(start) == coming[0]


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_days_are_due_when_as_much_is_worked_on_the_last_as_was_on_the_first(data: st.DataObject) -> None:
    calendar, first = data.draw(calendars())
    start = data.draw(some_minute(first))
    minutes = working_minutes(calendar, first)
    coming = list(dict.fromkeys(day for minute, day in minutes if minute >= start))
    assume(len(coming) > 2)
    worked_before = sum(day == coming[0] and minute < start for minute, day in minutes)
    # Neither the count's last day, which the window may cut off.
    count = data.draw(st.integers(1, len(coming) - 2))
    last = coming[count] if worked_before else coming[count - 1]
    of_last_day = [minute for minute, day in minutes if day == last]
    enough = min(worked_before, len(of_last_day)) or len(of_last_day)
    assert calendar.after_days(start, count) == of_last_day[enough - 1] + MINUTE


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        [
            ("Europe/Helsinki", date(2026, 3, 29), 22),
            ("Europe/Helsinki", date(2026, 10, 25), 21),
            ("America/New_York", date(2026, 3, 8), 29),
            ("America/New_York", date(2026, 11, 1), 28),
            ("Australia/Lord_Howe", date(2026, 4, 5), 13),
            ("Australia/Lord_Howe", date(2026, 10, 4), 13),
        ]
    ),
    day_hours(1, 6 * 3600),
    st.integers(0, 6 * 3600),
    st.data(),
)
def test_the_night_of_a_change_is_exact_to_the_second(
    night: tuple[str, date, int], shift: Hours, after: int, data: st.DataObject
) -> None:
    zone, day, hours_before = night
    midnight_or_so = datetime.combine(day - DAY, time.min, UTC) + hours_before * timedelta(hours=1)
    calendar = Calendar("night", ZoneInfo(zone), ((),) * 7, {day: shift})  # type: ignore[arg-type]
    shown = readings(zone, midnight_or_so, 9 * 3600, SECOND)
    start = midnight_or_so + after * SECOND
    coming = [second for second, _ in working(calendar, shown) if second >= start]
    assert calendar.worked(start, start + DAY) == len(coming) * SECOND
    if coming:
        count = data.draw(st.integers(1, len(coming)))
        assert calendar.after_hours(start, count * SECOND) == coming[count - 1] + SECOND


@settings(max_examples=150, deadline=None)
@given(
    calendars(),
    st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 9999).map(lambda hundredths: Promise.parse(f"{hundredths / 100:.2f} working hours")),
)
def test_due_is_the_earliest_moment_at_which_the_amount_has_been_worked(
    random: tuple[Calendar, date], received: datetime, promise: Promise
) -> None:
    calendar, _ = random
    assume(calendar.regular_hours)
    found = due(promise, calendar, received)
    amount = timedelta(seconds=int(promise.amount * 3600))
    assert calendar.worked(received, found.due_at) == amount
    assert calendar.worked(received, found.due_at - timedelta.resolution) < amount
    assert found.working_seconds == amount.total_seconds()
    assert found.intervals[-1][1] == found.due_at


@pytest.mark.parametrize(("zone", "first"), CHANGES)
def test_the_windows_really_hold_a_change_or_a_new_year(zone: str, first: date) -> None:
    start = datetime.combine(first, time.min, UTC)
    offsets = {(start + day * DAY).astimezone(ZoneInfo(zone)).utcoffset() for day in range(DAYS)}
    assert len(offsets) == 2 or (start + DAYS * DAY).year != start.year
