"""How much time is left, as cards tell it: true at any moment, and not told anew every minute."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.time_left import SLACK, STEPS, tells_until, told
from tests.desk_on_disk import MAIN

OPENING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 05:00 in Moscow


def test_eight_hours_are_told_as_eight_for_some_minutes() -> None:
    assert told(timedelta(hours=8)) == Decimal(8)
    assert told(timedelta(hours=7, minutes=56)) == Decimal(8)
    assert told(timedelta(hours=7, minutes=54)) == Decimal(6)
    assert told(timedelta(minutes=20)) is None


def test_a_card_of_eight_hours_is_told_anew_seven_times_and_at_the_end() -> None:
    due = MAIN.after_hours(OPENING, timedelta(hours=8))
    moments, now = [], OPENING
    while (until := tells_until(MAIN, now, due)) is not None:
        moments.append(until)
        now = until + timedelta(microseconds=1)
    assert len(moments) == 8
    assert moments[-1] == due


def test_over_a_night_nothing_is_told() -> None:
    evening = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # closing time
    due = MAIN.after_hours(evening, timedelta(hours=4))
    until = tells_until(MAIN, evening, due)
    assert until is not None
    assert until > evening + timedelta(hours=15)


def test_after_the_deadline_there_is_nothing_to_tell() -> None:
    assert tells_until(MAIN, OPENING, OPENING) is None


@given(start=st.integers(0, 60 * 24 * 14), hours=st.integers(1, 60), later=st.integers(0, 60 * 24 * 20))
def test_what_is_told_is_true_until_it_changes(start: int, hours: int, later: int) -> None:
    now = OPENING + timedelta(minutes=start)
    due = MAIN.after_hours(now, timedelta(hours=hours))
    until = tells_until(MAIN, now, due)
    assert until is not None
    assert now <= until <= due
    between = min(until - timedelta(microseconds=1), now + timedelta(minutes=later))
    if between > now:
        assert told(MAIN.worked(between, due)) == told(MAIN.worked(now, due))
    assert tuple(sorted(STEPS, reverse=True)) == STEPS
    assert timedelta(minutes=30) > SLACK
