"""Working time by hand-computed cases; `test_working_time_counted.py` compares it with a plain count."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from desk.working_time import Calendar, Hours, NoWorkingTime, check_hours

MOSCOW = ZoneInfo("Europe/Moscow")  # UTC+3 without changes
HELSINKI = ZoneInfo("Europe/Helsinki")
NINE_HOURS: Hours = ((time(5), time(14)),)
SPLIT: Hours = ((time(5), time(9)), (time(10), time(14)))
OFF: Hours = ()
NIGHT: Hours = ((time(1), time(5)),)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def desk(regular: Hours = NINE_HOURS, special: dict[date, Hours] | None = None) -> Calendar:
    """Monday to Friday in Moscow."""
    week = (regular, regular, regular, regular, regular, OFF, OFF)
    return Calendar("main", MOSCOW, week, special or {})


def every_day(regular: Hours, zone: str) -> Calendar:
    return Calendar("nights", ZoneInfo(zone), (regular,) * 7)  # type: ignore[arg-type]


def msk(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


def shown(moment: datetime) -> str:
    assert moment.tzinfo is UTC
    return f"{moment.astimezone(MOSCOW):%a %d %b %H:%M}"


# The dates of the letters that the desk sends: received on Monday 23 November 2026 at 05:30.
@pytest.mark.parametrize(
    ("promised", "due"),
    [(8, "Mon 23 Nov 13:30"), (6, "Mon 23 Nov 11:30"), (40, "Fri 27 Nov 09:30")],
)
def test_the_promises_of_the_letters_fall_due_as_the_letters_say(promised: int, due: str) -> None:
    assert shown(desk().after_hours(msk("2026-11-23 05:30"), hours(promised))) == due


def test_an_amount_that_ends_at_closing_time_is_due_at_closing() -> None:
    assert shown(desk().after_hours(msk("2026-11-23 05:30"), hours(8.5))) == "Mon 23 Nov 14:00"
    assert shown(desk(SPLIT).after_hours(msk("2026-11-23 05:30"), hours(3.5))) == "Mon 23 Nov 09:00"


def test_what_comes_outside_hours_counts_from_the_next_opening() -> None:
    assert shown(desk().after_hours(msk("2026-11-20 14:00"), hours(1))) == "Mon 23 Nov 06:00"
    assert shown(desk().after_hours(msk("2026-11-22 23:59"), hours(1))) == "Mon 23 Nov 06:00"
    assert shown(desk(SPLIT).after_hours(msk("2026-11-23 09:30"), hours(1))) == "Mon 23 Nov 11:00"


def test_no_amount_is_over_at_once_and_a_negative_one_is_refused() -> None:
    assert desk().after_hours(msk("2026-11-22 12:00"), hours(0)) == msk("2026-11-22 12:00")
    with pytest.raises(ValueError, match="negative"):
        desk().after_hours(msk("2026-11-22 12:00"), hours(-1))


def test_special_days_win_over_holidays_weekends_and_working_weekends() -> None:
    saturday, sunday, monday = date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)
    short: Hours = ((time(5), time(13)),)
    calendar = Calendar(
        "main",
        MOSCOW,
        (NINE_HOURS, NINE_HOURS, NINE_HOURS, NINE_HOURS, NINE_HOURS, OFF, OFF),
        special={saturday: OFF, sunday: NINE_HOURS, monday: short},
        is_holiday=lambda day: day == monday,
        is_working_weekend=lambda day: day == saturday,
    )
    assert [calendar.hours_on(day) for day in (saturday, sunday, monday)] == [OFF, NINE_HOURS, short]


def test_a_working_saturday_has_the_regular_hours_unless_saturday_has_its_own() -> None:
    saturday = date(2024, 4, 27)
    short: Hours = ((time(8), time(10)),)
    week = (OFF, SPLIT, SPLIT, SPLIT, SPLIT)
    closed = Calendar("a", MOSCOW, (*week, OFF, OFF), is_working_weekend=lambda day: day == saturday)
    own = Calendar("b", MOSCOW, (*week, short, OFF), is_working_weekend=lambda day: day == saturday)
    assert closed.hours_on(saturday) == SPLIT
    assert own.hours_on(saturday) == short


def test_a_holiday_is_no_working_time() -> None:
    calendar = Calendar("main", MOSCOW, (NINE_HOURS,) * 7, is_holiday=lambda day: day == date(2026, 11, 24))
    assert shown(calendar.after_hours(msk("2026-11-23 13:00"), hours(2))) == "Wed 25 Nov 06:00"


@pytest.mark.parametrize(
    ("received", "count", "due"),
    [
        ("2026-11-23 05:30", 1, "Tue 24 Nov 05:30"),  # the same clock time, the next working day
        ("2026-11-23 12:34", 5, "Mon 30 Nov 12:34"),
        ("2026-11-20 13:59", 1, "Mon 23 Nov 13:59"),
        ("2026-11-23 04:59", 1, "Mon 23 Nov 14:00"),  # before opening: Monday is the first whole day
        ("2026-11-23 05:00", 1, "Mon 23 Nov 14:00"),  # so it is at the very opening
        ("2026-11-23 05:00", 2, "Tue 24 Nov 14:00"),
        ("2026-11-23 14:00", 1, "Tue 24 Nov 14:00"),  # after closing: Tuesday is
        ("2026-11-21 12:00", 3, "Wed 25 Nov 14:00"),
        ("2026-11-23 05:30", 24, "Fri 25 Dec 05:30"),  # 24 weekdays after, no holidays here
    ],
)
def test_working_days_end_at_the_same_clock_time_or_at_closing(received: str, count: int, due: str) -> None:
    assert shown(desk().after_days(msk(received), count)) == due


def test_a_lunch_break_counts_neither_way_in_working_days() -> None:
    # Received at lunch, four hours into the day: they are over when the next day's lunch begins.
    assert shown(desk(SPLIT).after_days(msk("2026-11-23 09:30"), 1)) == "Tue 24 Nov 09:00"
    assert shown(desk(SPLIT).after_days(msk("2026-11-23 10:30"), 1)) == "Tue 24 Nov 10:30"


def test_on_a_shortened_day_a_working_day_ends_at_its_close() -> None:
    short: Hours = ((time(5), time(13)),)
    calendar = desk(special={date(2026, 11, 24): short})
    assert shown(calendar.after_days(msk("2026-11-23 13:30"), 1)) == "Tue 24 Nov 13:00"
    assert shown(calendar.after_days(msk("2026-11-23 12:30"), 1)) == "Tue 24 Nov 12:30"


def test_what_comes_when_a_shortened_day_closes_has_the_whole_next_day() -> None:
    calendar = desk(special={date(2026, 11, 23): ((time(5), time(13)),)})
    assert shown(calendar.after_days(msk("2026-11-23 13:00"), 1)) == "Tue 24 Nov 14:00"


def test_a_number_of_working_days_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        desk().after_days(msk("2026-11-23 05:30"), 0)


# 29 March 2026 in Helsinki has 23 hours, 25 October 25; Lord Howe changes by half an hour.
@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Helsinki", date(2026, 3, 29), 3),
        ("Europe/Helsinki", date(2026, 10, 25), 5),
        ("Europe/Kyiv", date(2026, 3, 29), 3),
        ("Europe/Kyiv", date(2026, 10, 25), 5),
        ("America/New_York", date(2026, 3, 8), 3),
        ("America/New_York", date(2026, 11, 1), 5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 3.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 4.5),
        ("Europe/Moscow", date(2026, 3, 29), 4),
    ],
)
def test_a_night_shift_is_as_long_as_it_lasts_not_as_the_clock_says(
    zone: str, day: date, length: float
) -> None:
    ((opens, closes),) = every_day(NIGHT, zone).spans_on(day)
    assert closes - opens == hours(length)


def test_a_promise_across_a_clock_change_counts_elapsed_hours() -> None:
    nights = every_day(NIGHT, "Europe/Helsinki")
    received = datetime(2026, 3, 29, 1, tzinfo=HELSINKI)
    # The three hours of that night, and one of the next.
    assert nights.after_hours(received, hours(4)) == datetime(2026, 3, 30, 2, tzinfo=HELSINKI)


def test_a_bound_in_the_gap_of_spring_is_the_jump() -> None:
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    opening = every_day(((time(3, 30), time(8)),), "Europe/Helsinki")
    closing = every_day(((time(0), time(3, 30)),), "Europe/Helsinki")
    assert opening.spans_on(date(2026, 3, 29)) == ((jump, datetime(2026, 3, 29, 5, tzinfo=UTC)),)
    assert closing.spans_on(date(2026, 3, 29)) == ((datetime(2026, 3, 28, 22, tzinfo=UTC), jump),)


def test_a_shift_wholly_in_the_gap_is_no_working_day() -> None:
    calendar = every_day(((time(3, 10), time(3, 50)),), "Europe/Helsinki")
    assert calendar.spans_on(date(2026, 3, 29)) == ()
    saturday = datetime(2026, 3, 28, 3, 20, tzinfo=HELSINKI)
    assert calendar.after_days(saturday, 1) == datetime(2026, 3, 30, 3, 20, tzinfo=HELSINKI)


def test_shifts_that_touch_within_the_repeated_hour_are_not_counted_twice() -> None:
    calendar = every_day(((time(0), time(3, 30)), (time(3, 30), time(8))), "Europe/Helsinki")
    first, second = calendar.spans_on(date(2026, 10, 25))
    assert first[1] == second[0] == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert second[1] - first[0] == hours(9)


def test_a_day_that_began_is_counted_while_the_clock_shows_yesterday_again() -> None:
    # In St. John's the clock went back at 00:01 on Sunday, 7 November 2010, to 23:01 of Saturday.
    zone = ZoneInfo("America/St_Johns")
    sundays = Calendar("sundays", zone, (OFF, OFF, OFF, OFF, OFF, OFF, ((time(0), time(8)),)))
    again = datetime(2010, 11, 6, 23, 30, fold=1, tzinfo=zone)
    assert sundays.is_open(again)
    assert sundays.worked(datetime(2010, 11, 6, 12, tzinfo=zone), again) == timedelta(minutes=30)


def test_hours_may_end_at_midnight_and_go_on_after_it() -> None:
    calendar = every_day(((time(0), time(2)), (time(22), time(0))), "Europe/Moscow")
    assert calendar.worked(msk("2026-11-23 00:00"), msk("2026-11-24 00:00")) == hours(4)
    assert shown(calendar.after_hours(msk("2026-11-23 23:30"), hours(1))) == "Tue 24 Nov 00:30"


def test_round_the_clock_is_just_elapsed_time() -> None:
    calendar = every_day(((time(0), time(0)),), "America/New_York")
    received = datetime(2026, 10, 30, 12, 0, 1, tzinfo=UTC)
    assert calendar.after_hours(received, hours(100)) == received + hours(100)
    assert calendar.worked(received, received + hours(100)) == hours(100)


def test_it_is_open_from_opening_until_just_before_closing() -> None:
    calendar = desk(SPLIT)
    second = timedelta(seconds=1)
    opening, lunch = msk("2026-11-23 05:00"), msk("2026-11-23 09:00")
    assert calendar.is_open(opening)
    assert not calendar.is_open(opening - second)
    assert calendar.is_open(lunch - second)
    assert not calendar.is_open(lunch)
    assert not calendar.is_open(msk("2026-11-22 10:30"))


def test_the_next_opening_is_now_while_open() -> None:
    assert shown(desk(SPLIT).next_opening(msk("2026-11-23 08:59"))) == "Mon 23 Nov 08:59"
    assert shown(desk(SPLIT).next_opening(msk("2026-11-23 09:00"))) == "Mon 23 Nov 10:00"
    assert shown(desk(SPLIT).next_opening(msk("2026-11-20 14:00"))) == "Mon 23 Nov 05:00"


def test_intervals_come_without_end_and_the_first_begins_at_the_start() -> None:
    coming = list(islice(desk(SPLIT).intervals(msk("2026-11-20 11:00")), 3))
    assert [(shown(opens), shown(closes)) for opens, closes in coming] == [
        ("Fri 20 Nov 11:00", "Fri 20 Nov 14:00"),
        ("Mon 23 Nov 05:00", "Mon 23 Nov 09:00"),
        ("Mon 23 Nov 10:00", "Mon 23 Nov 14:00"),
    ]


def test_worked_time_is_none_where_the_end_is_not_after_the_start() -> None:
    assert desk().worked(msk("2026-11-23 10:00"), msk("2026-11-23 10:00")) == hours(0)
    assert desk().worked(msk("2026-11-23 12:00"), msk("2026-11-23 10:00")) == hours(0)


def test_a_calendar_that_never_opens_says_so_instead_of_searching_for_ever() -> None:
    never = Calendar("closed", MOSCOW, (OFF,) * 7)
    start = msk("2026-11-23 05:30")
    for ask in (
        lambda: never.after_hours(start, hours(1)),
        lambda: never.after_days(start, 1),
        lambda: never.next_opening(start),
    ):
        with pytest.raises(
            NoWorkingTime, match='calendar "closed" has no working time in the 400 days from 2026-11-23'
        ):
            ask()


def test_a_calendar_that_never_opens_is_simply_not_open() -> None:
    never = Calendar("closed", MOSCOW, (OFF,) * 7)
    assert not never.is_open(msk("2026-11-23 05:30"))
    assert never.worked(msk("2026-11-23 05:30"), msk("2036-11-23 05:30")) == hours(0)


def test_a_calendar_that_stops_opening_is_told_by_when_it_stopped() -> None:
    once = Calendar("once", MOSCOW, (OFF,) * 7, {date(2026, 11, 23): NINE_HOURS})
    assert shown(once.after_hours(msk("2026-11-23 05:30"), hours(8))) == "Mon 23 Nov 13:30"
    with pytest.raises(NoWorkingTime, match="from 2026-11-24"):
        once.after_hours(msk("2026-11-23 05:30"), hours(9))


def test_moments_without_a_time_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        desk().after_hours(datetime(2026, 11, 23, 5, 30), hours(1))


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (((time(14), time(5)),), '"14:00-05:00" ends before it begins'),
        (((time(9), time(9)),), '"09:00-09:00" ends before it begins'),
        (((time(5), time(10)), (time(9), time(14))), '"05:00-10:00" and "09:00-14:00" overlap'),
        (((time(20), time(0)), (time(22), time(23))), '"20:00-24:00" and "22:00-23:00" overlap'),
        (((time(10), time(14)), (time(5), time(9))), '"05:00-09:00" must stand before "10:00-14:00"'),
    ],
)
def test_hours_that_make_no_sense_are_refused_by_name(wrong: Hours, complaint: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_hours(wrong)
    assert str(caught.value) == complaint
    with pytest.raises(ValueError):
        desk(special={date(2026, 11, 23): wrong})


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValueError, match="a week has 7 days, not 5"):
        Calendar("main", MOSCOW, (NINE_HOURS,) * 5)  # type: ignore[arg-type]
