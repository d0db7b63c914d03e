"""Days, weeks, months, quarters and years of a time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.periods import Frequency, period_of, periods, preceding

KYIV = ZoneInfo("Europe/Kyiv")


@pytest.mark.parametrize(
    ("frequency", "label", "first_day", "last_day"),
    [
        (Frequency.DAY, "2026-11-23", date(2026, 11, 23), date(2026, 11, 23)),
        (Frequency.WEEK, "2026-W48", date(2026, 11, 23), date(2026, 11, 29)),
        (Frequency.MONTH, "2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        (Frequency.QUARTER, "2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        (Frequency.YEAR, "2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_moment_lies_in_its_period(
    frequency: Frequency, label: str, first_day: date, last_day: date
) -> None:
    period = period_of(datetime(2026, 11, 23, 5, 30, tzinfo=UTC), frequency, KYIV)
    assert (period.label, period.first_day) == (label, first_day)
    assert period.start.astimezone(KYIV).replace(tzinfo=None) == datetime(*first_day.timetuple()[:3])
    assert (period.end - timedelta(seconds=1)).astimezone(KYIV).date() == last_day


def test_the_first_days_of_a_year_may_be_of_the_last_week_of_the_former() -> None:
    assert period_of(datetime(2027, 1, 1, 12, tzinfo=UTC), Frequency.WEEK, KYIV).label == "2026-W53"
    assert period_of(datetime(2024, 12, 30, 12, tzinfo=UTC), Frequency.WEEK, KYIV).label == "2025-W01"


@pytest.mark.parametrize(
    ("zone", "noon", "length"),
    [
        ("Europe/Kyiv", datetime(2026, 3, 29, 12), 23),
        ("Europe/Kyiv", datetime(2026, 10, 25, 12), 25),
        ("America/New_York", datetime(2026, 3, 8, 12), 23),
        ("America/New_York", datetime(2026, 11, 1, 12), 25),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 12), 23.5),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 12), 24.5),
        ("Africa/Cairo", datetime(2026, 4, 24, 12), 23),  # midnight itself is left out
        ("Europe/Moscow", datetime(2026, 3, 29, 12), 24),
    ],
)
def test_a_day_of_a_clock_change_is_as_long_as_it_is(zone: str, noon: datetime, length: float) -> None:
    period = period_of(noon.replace(tzinfo=ZoneInfo(zone)), Frequency.DAY, ZoneInfo(zone))
    assert period.end - period.start == timedelta(hours=length)


def test_yesterdays_date_shown_again_after_midnight_is_still_today() -> None:
    # In St. John's the clock went back at 00:01 on 7 November 2010, to 23:01 of the 6th.
    zone = ZoneInfo("America/St_Johns")
    again = datetime(2010, 11, 6, 23, 30, fold=1, tzinfo=zone)
    period = period_of(again, Frequency.DAY, zone)
    assert period.first_day == date(2010, 11, 7)
    assert period.start <= again.astimezone(UTC) < period.end


@given(
    st.datetimes(datetime(2009, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(Frequency),
    st.sampled_from(
        ["Europe/Kyiv", "Australia/Lord_Howe", "America/St_Johns", "Africa/Cairo", "Pacific/Apia"]
    ),
)
def test_a_moment_is_within_its_period_and_its_bounds_agree(
    moment: datetime, frequency: Frequency, zone: str
) -> None:
    period = period_of(moment, frequency, ZoneInfo(zone))
    assert period.start <= moment < period.end
    assert period_of(period.start, frequency, ZoneInfo(zone)) == period
    assert period_of(period.end - timedelta.resolution, frequency, ZoneInfo(zone)) == period
    assert period_of(period.end, frequency, ZoneInfo(zone)).start == period.end


def test_all_periods_between_two_moments_come_in_order() -> None:
    first, last = datetime(2025, 11, 30, 23, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    found = list(periods(first, last, Frequency.MONTH, KYIV))
    assert [period.label for period in found] == ["2025-12", "2026-01", "2026-02"]
    assert [period.label for period in periods(first, last, Frequency.QUARTER, KYIV)] == [
        "2025-Q4",
        "2026-Q1",
    ]
    assert [period.label for period in periods(last, last, Frequency.YEAR, KYIV)] == ["2026"]
    assert list(periods(last, first, Frequency.DAY, KYIV)) == []


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        period_of(datetime(2026, 11, 23), Frequency.DAY, KYIV)


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-11-16", "2026-11-29", ("2026-11-02", "2026-11-15")),
        ("2026-03-01", "2026-03-01", ("2026-02-28", "2026-02-28")),
        # Whole months are compared with whole months, however long those are.
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2024-01-01", "2024-12-31", ("2023-01-01", "2023-12-31")),
        ("2026-11-01", "2026-11-29", ("2026-10-03", "2026-10-31")),
    ],
)
def test_a_span_is_compared_with_the_one_right_before_it(
    first: str, last: str, before: tuple[str, str]
) -> None:
    found = preceding(date.fromisoformat(first), date.fromisoformat(last))
    assert tuple(map(str, found)) == before
