"""By when a case is to be settled: a table of the trade's rule, and what holds for every receipt."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendars import build_calendar
from desk.clock import Pause
from desk.resolution import TARGETS, Target, due_by, hours, never_reached, target_for
from desk.ticket import Kind
from tests.desk_on_disk import MAIN

BUG = target_for(TARGETS, Kind.BUG, None)
CONSULTATION = target_for(TARGETS, Kind.CONSULTATION, None)
LATE_DESK = build_calendar(
    "late", timezone="Europe/Moscow", days=["mon", "tue", "wed", "thu", "fri"], hours=["09:00-18:00"],
    holidays="RU", shortened={"2026-11-25": ["09:00-13:00"]},
)  # fmt: skip
NIGHT = build_calendar("night", timezone="Europe/Moscow", days=["mon", "tue"], hours=["20:00-24:00"])


def at(text: str) -> datetime:
    """A moment in Moscow's time, three hours before UTC's."""
    return (datetime.fromisoformat(text) - timedelta(hours=3)).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # Monday 23 November 2026, the desk works from 09:00 to 18:00; Wednesday is over at 13:00.
        ("2026-11-23 09:30", "2026-11-23 17:30"),  # eight hours later
        ("2026-11-23 12:00", "2026-11-23 18:00"),  # by the end of the day, though that is six hours
        ("2026-11-23 15:59", "2026-11-23 18:00"),
        ("2026-11-23 16:00", "2026-11-24 17:00"),  # counts from Tuesday 09:00
        ("2026-11-23 17:30", "2026-11-24 17:00"),
        ("2026-11-23 21:00", "2026-11-24 17:00"),
        ("2026-11-24 03:00", "2026-11-24 17:00"),  # before opening: that day, from 09:00
        ("2026-11-24 16:30", "2026-11-25 13:00"),  # Wednesday is short: by its end all the same
        ("2026-11-25 14:00", "2026-11-26 17:00"),  # before 16:00, but that day is over
        ("2026-11-27 16:30", "2026-11-30 17:00"),  # Friday, so Monday
        ("2026-11-28 10:00", "2026-11-30 17:00"),  # a day off: as at the next opening
        ("2026-11-03 17:00", "2026-11-05 17:00"),  # 4 November is a holiday
    ],
)
def test_a_bug_by_the_end_of_its_day_or_from_the_next_opening(received: str, due: str) -> None:
    assert BUG is not None
    assert due_by(BUG, LATE_DESK, at(received)) == at(due)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23 05:30", "2026-11-23 13:30"),
        ("2026-11-23 08:00", "2026-11-23 14:00"),
        ("2026-11-23 15:00", "2026-11-24 13:00"),  # before 16:00, but the default desk closes at 14:00
        ("2026-11-23 17:00", "2026-11-24 13:00"),
    ],
)
def test_with_the_default_working_time_the_day_is_over_before_the_cut_off(received: str, due: str) -> None:
    assert BUG is not None
    assert due_by(BUG, MAIN, at(received)) == at(due)


def test_a_night_shift_after_the_cut_off_counts_from_its_next_opening() -> None:
    assert BUG is not None
    # Monday's shift goes on, but it is after 16:00: Tuesday's, which lasts four hours.
    assert due_by(BUG, NIGHT, at("2026-11-23 21:00")) == at("2026-11-25 00:00")


def test_a_consultation_counts_its_twelve_hours_and_an_improvement_has_no_target() -> None:
    assert CONSULTATION is not None
    assert due_by(CONSULTATION, MAIN, at("2026-11-23 08:00")) == at("2026-11-24 11:00")
    assert target_for(TARGETS, Kind.IMPROVEMENT, 1) is target_for(TARGETS, None, None) is None


def test_what_was_paused_moves_the_end_of_the_day_too() -> None:
    assert BUG is not None
    pause = Pause(at("2026-11-23 13:00"), at("2026-11-23 15:00"))
    assert due_by(BUG, LATE_DESK, at("2026-11-23 12:00"), [pause]) == at("2026-11-24 11:00")
    assert due_by(BUG, LATE_DESK, at("2026-11-23 12:00"), [Pause(at("2026-11-23 13:00"))]) is None
    # Working time before the clock begins is none of its own.
    early = Pause(at("2026-11-23 16:30"), at("2026-11-23 17:30"))
    assert due_by(BUG, LATE_DESK, at("2026-11-23 16:10"), [early]) == at("2026-11-24 17:00")


def test_the_first_target_that_fits_counts() -> None:
    urgent, bugs, rest = Target(hours("2"), priority=1), Target(hours("8"), Kind.BUG), Target(hours("40"))
    targets = (urgent, bugs, rest)
    assert target_for(targets, Kind.BUG, 1) is urgent
    assert target_for(targets, Kind.BUG, None) is bugs
    assert target_for(targets, None, None) is rest
    assert never_reached(targets) == []
    assert never_reached((bugs, Target(hours("2"), Kind.BUG, 1), rest, urgent)) == [1, 3]


@given(st.lists(st.datetimes(datetime(2025, 10, 1), datetime(2026, 2, 1)), min_size=2, max_size=8),
       st.integers(1, 12), st.integers(0, 23))  # fmt: skip
def test_nobody_who_comes_later_is_helped_earlier(
    received: list[datetime], amount: int, cut_off: int
) -> None:
    target = Target(hours(str(amount)), same_day_before=time(cut_off))
    moments = sorted(one.replace(tzinfo=UTC) for one in received)
    due = [due_by(target, LATE_DESK, one) for one in moments]
    assert due == sorted(due, key=lambda one: one or moments[0])
