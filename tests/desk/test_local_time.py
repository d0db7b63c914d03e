"""Wall clocks and moments, above all where the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.local_time import local_day, moment_of, utc

HELSINKI = ZoneInfo("Europe/Helsinki")  # 2026: forward on 29 March at 03:00, back on 25 October at 04:00
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # by half an hour: forward on 4 October 2026 at 02:00


def test_a_naive_moment_is_refused_rather_than_read_in_the_hosts_zone() -> None:
    with pytest.raises(ValueError, match="2026-11-23T05:30:00 has no time zone"):
        utc(datetime(2026, 11, 23, 5, 30))


def test_an_ordinary_clock_time_is_what_the_zone_says() -> None:
    assert moment_of(date(2026, 1, 15), time(9), HELSINKI) == datetime(2026, 1, 15, 7, tzinfo=UTC)
    assert moment_of(date(2026, 7, 15), time(9), HELSINKI) == datetime(2026, 7, 15, 6, tzinfo=UTC)


@pytest.mark.parametrize("left_out", [time(3), time(3, 0, 1), time(3, 30), time(3, 59, 59), time(4)])
def test_a_time_that_spring_leaves_out_is_reached_at_the_jump(left_out: time) -> None:
    assert moment_of(date(2026, 3, 29), left_out, HELSINKI) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_the_jump_is_found_where_it_is_half_an_hour() -> None:
    # 02:00 at +10:30 is 15:30 UTC of the day before.
    assert moment_of(date(2026, 10, 4), time(2, 29), LORD_HOWE) == datetime(2026, 10, 3, 15, 30, tzinfo=UTC)


def test_a_time_that_autumn_shows_twice_counts_when_it_is_shown_first() -> None:
    assert moment_of(date(2026, 10, 25), time(3, 30), HELSINKI) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = time(3, 30, fold=1)
    assert moment_of(date(2026, 10, 25), second, HELSINKI) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_midnight_that_is_left_out_is_reached_at_the_jump() -> None:
    # Egypt goes from 24:00 on Thursday to 01:00 on Friday, 24 April 2026.
    cairo = ZoneInfo("Africa/Cairo")
    assert moment_of(date(2026, 4, 24), time(0), cairo) == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert moment_of(date(2026, 4, 24), time(1), cairo) == datetime(2026, 4, 23, 22, tzinfo=UTC)


def test_a_whole_day_that_was_left_out_has_no_length() -> None:
    # Samoa had no 30 December 2011.
    apia = ZoneInfo("Pacific/Apia")
    assert moment_of(date(2011, 12, 30), time(0), apia) == moment_of(date(2011, 12, 31), time(0), apia)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_later_clock_time_never_comes_earlier(day: date) -> None:
    clocks = [(datetime.min + timedelta(minutes=minute)).time() for minute in range(1440)]
    moments = [moment_of(day, clock, HELSINKI) for clock in clocks]
    assert moments == sorted(moments)


def test_the_day_is_the_one_of_the_zone() -> None:
    late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    assert local_day(late, HELSINKI) == date(2026, 11, 24)
    assert local_day(late, ZoneInfo("America/New_York")) == date(2026, 11, 23)
