"""Warnings and breaches of reaction deadlines: when, once, and in working time alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import warnings
from desk.service_level import Promise, due
from desk.warnings import (
    Alert,
    Deadline,
    moments,
    reminder_due,
    week_before,
    working_day,
)
from tests.desk_on_disk import MAIN

HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    """A moment in Moscow's time, three hours before UTC's."""
    return (datetime.fromisoformat(text) - 3 * HOUR).replace(tzinfo=UTC)


# Received on Monday at 05:30, 8 working hours: due at 13:30 the same day.
MONDAY = Deadline(at("2026-11-23 05:30"), at("2026-11-23 13:30"))
RECEIVED = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))
PROMISES = st.sampled_from(["0.25 working hours", "6 working hours", "8 working hours", "40 working hours",
                            "1 working day", "24 working days"]).map(Promise.parse)  # fmt: skip
JUMPS = st.lists(st.integers(-90, 15 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)), max_size=30)


def promised(received: datetime, promise: Promise) -> Deadline:
    return Deadline(received, due(promise, MAIN, received).due_at)


def alert(deadline: Deadline, now: datetime) -> Alert | None:
    at = moments(MAIN, deadline.received_at, deadline.due_at)
    return warnings.alert(deadline, at, now, MAIN.next_opening(now))


def next_alert(deadline: Deadline, now: datetime) -> datetime | None:
    at = moments(MAIN, deadline.received_at, deadline.due_at)
    return warnings.next_alert(deadline, at, MAIN.next_opening(now))


def told(deadline: Deadline, alert: Alert) -> Deadline:
    """The deadline after the alert was told."""
    if alert is Alert.WARNED:
        return replace(deadline, warned_of=deadline.due_at)
    return replace(deadline, warned_of=deadline.due_at, breached_of=deadline.due_at)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23 11:29", None),
        ("2026-11-23 11:30", Alert.WARNED),
        ("2026-11-23 13:30", Alert.WARNED),
        ("2026-11-23 13:31", Alert.BREACHED),
        ("2026-11-23 14:00", None),  # closed
        ("2026-11-23 20:00", None),
        ("2026-11-24 05:00", Alert.BREACHED),
        ("2026-11-28 12:00", None),  # Saturday
    ],
)
def test_three_quarters_warn_and_the_deadline_breaches_in_working_hours(
    now: str, expected: Alert | None
) -> None:
    assert alert(MONDAY, at(now)) == expected


def test_what_falls_on_closing_time_is_told_at_the_next_opening() -> None:
    friday = Deadline(at("2026-11-27 05:00"), at("2026-11-27 14:00"))
    assert moments(MAIN, friday.received_at, friday.due_at).breach == at("2026-11-30 05:00")
    twelve_hours = Deadline(at("2026-11-27 05:00"), at("2026-11-30 08:00"))
    assert moments(MAIN, twelve_hours.received_at, twelve_hours.due_at).warning == at("2026-11-30 05:00")


def test_a_deadline_that_moved_is_told_anew() -> None:
    warned = told(MONDAY, Alert.WARNED)
    assert alert(warned, at("2026-11-23 12:00")) is None
    moved = replace(warned, due_at=at("2026-11-24 13:30"))
    assert alert(moved, at("2026-11-23 12:00")) is None
    assert alert(moved, at("2026-11-24 09:15")) is Alert.WARNED
    breached = told(MONDAY, Alert.BREACHED)
    assert alert(replace(breached, due_at=at("2026-11-24 13:30")), at("2026-11-25 06:00")) is (Alert.BREACHED)


@given(RECEIVED, PROMISES)
def test_a_warning_leaves_a_quarter_of_the_working_time_or_less(received: datetime, promise: Promise) -> None:
    deadline = promised(received, promise)
    at = moments(MAIN, received, deadline.due_at)
    whole = MAIN.worked(received, deadline.due_at)
    assert abs(MAIN.worked(received, at.warning) - whole * 3 / 4) <= timedelta(seconds=1)
    assert MAIN.is_open(at.warning) and MAIN.is_open(at.breach)
    assert at.warning <= at.breach and deadline.due_at < at.breach


@given(RECEIVED, PROMISES, JUMPS)
def test_however_the_clock_jumps_nothing_is_told_twice_or_outside_working_hours(
    received: datetime, promise: Promise, jumps: list[timedelta]
) -> None:
    deadline, now, alerts = promised(received, promise), received, []
    for jump in jumps:
        now += jump
        if (found := alert(deadline, now)) is not None:
            assert MAIN.is_open(now)
            alerts.append(found)
            deadline = told(deadline, found)
    assert alerts in ([], [Alert.WARNED], [Alert.BREACHED], [Alert.WARNED, Alert.BREACHED])


@given(RECEIVED, PROMISES, st.timedeltas(timedelta(), timedelta(days=60)))
def test_whoever_sleeps_until_the_next_alert_misses_none(
    received: datetime, promise: Promise, later: timedelta
) -> None:
    deadline, now = promised(received, promise), received + later
    wakes = next_alert(deadline, now)
    assert wakes is not None
    assert alert(deadline, max(wakes, now)) is not None
    if wakes > now:
        assert alert(deadline, now) is None
        assert alert(deadline, now + (wakes - now) / 2) is None


@given(RECEIVED, PROMISES)
def test_of_what_was_breached_nothing_more_is_told(received: datetime, promise: Promise) -> None:
    over = told(promised(received, promise), Alert.BREACHED)
    assert next_alert(over, received) is None
    assert alert(over, received) is None


def test_a_working_day_is_the_one_that_is_worked_on() -> None:
    assert working_day(MAIN, at("2026-11-23 05:00")) == date(2026, 11, 23)
    assert working_day(MAIN, at("2026-11-23 04:59")) is None
    assert working_day(MAIN, at("2026-11-22 12:00")) is None


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 26), date(2026, 11, 29)])
def test_a_weekly_digest_is_about_the_whole_week_before(day: date) -> None:
    assert week_before(day) == (date(2026, 11, 16), date(2026, 11, 22))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-26 09:59", False),
        ("2026-11-26 10:00", True),
        ("2026-11-26 22:00", False),  # at night
        ("2026-12-04 10:00", True),
        ("2026-12-07 10:00", False),  # the invitation is over
    ],
)
def test_a_client_is_reminded_three_working_days_after_the_invitation(now: str, expected: bool) -> None:
    invited = at("2026-11-23 10:00")
    assert reminder_due(MAIN, invited, invited + timedelta(days=14), at(now)) is expected
