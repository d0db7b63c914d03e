"""The figures of the `ratings` report, over everything, by group and by period."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.figures import By, RatingFacts, by_group, by_period, figures, rounded
from desk.periods import Frequency

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
UNASKED = RatingFacts(NOON, invited=False)
SILENT = RatingFacts(NOON, invited=True)


def rated(stars: int, **said: object) -> RatingFacts:
    return replace(SILENT, stars=stars, rated_at=NOON, **said)  # type: ignore[arg-type]


def test_one_in_four_rates_and_the_mean_stands_with_its_count() -> None:
    found = figures([rated(4), SILENT, SILENT, SILENT])
    assert (found.mean, found.ratings, found.invitations, found.response_rate) == (4, 1, 4, Fraction(1, 4))


def test_who_was_not_asked_does_not_lower_the_response_rate() -> None:
    found = figures([rated(4), SILENT, UNASKED, UNASKED])
    assert (found.closures, found.invitations, found.response_rate) == (4, 2, Fraction(1, 2))


def test_every_figure_of_a_small_month() -> None:
    found = figures(
        [
            rated(5, satisfied=True, recommend=True, comment="Быстро, спасибо"),
            rated(5, satisfied=True),
            rated(4, satisfied=False, recommend=False, comment=" \n"),
            rated(1, comment="Не работает"),
            SILENT,
            UNASKED,
        ]
    )
    assert (found.closures, found.invitations, found.ratings) == (6, 5, 4)
    assert found.mean == Fraction(15, 4)
    assert found.distribution == (1, 0, 0, 1, 2)
    assert found.csat == Fraction(3, 4)
    assert found.satisfied == Fraction(2, 3)
    assert found.recommend == Fraction(1, 2)
    assert found.comments == 2


def test_where_there_is_nothing_to_divide_by_there_is_no_figure_rather_than_zero() -> None:
    nothing = figures([])
    assert (nothing.closures, nothing.ratings, nothing.comments) == (0, 0, 0)
    assert (nothing.response_rate, nothing.mean, nothing.csat) == (None, None, None)
    assert (nothing.satisfied, nothing.recommend) == (None, None)
    assert nothing.distribution == (0, 0, 0, 0, 0)
    assert figures([SILENT]).response_rate == 0
    assert figures([SILENT]).mean is None
    assert figures([rated(3, satisfied=False)]).satisfied == 0


@given(st.lists(st.tuples(st.booleans(), st.none() | st.integers(1, 5))))
def test_the_figures_fit_together(closures: list[tuple[bool, int | None]]) -> None:
    facts = [
        replace(SILENT, invited=invited, stars=stars if invited else None) for invited, stars in closures
    ]
    found = figures(facts)
    assert sum(found.distribution) == found.ratings <= found.invitations <= found.closures
    if found.mean is not None:
        assert 1 <= found.mean <= 5
        assert found.mean * found.ratings == sum(n * count for n, count in enumerate(found.distribution, 1))


def test_groups_are_in_order_and_what_has_no_such_key_comes_last() -> None:
    facts = [
        SILENT,
        rated(3, keys={"line": "second"}),
        rated(5, keys={"line": "first"}),
        rated(4, keys={"line": "first"}),
    ]
    groups = by_group(facts, "line")
    assert list(groups) == ["first", "second", None]
    assert groups["first"].mean == Fraction(9, 2)
    assert groups[None].closures == 1


def closed(text: str) -> RatingFacts:
    return replace(SILENT, closed_at=datetime.fromisoformat(text).replace(tzinfo=MOSCOW))


def test_periods_come_in_order_with_the_empty_ones_between() -> None:
    found = by_period([closed("2026-11-26 00:00"), closed("2026-11-23 23:59")], Frequency.DAY, MOSCOW)
    assert [(period.label, row.closures) for period, row in found] == [
        ("2026-11-23", 1),
        ("2026-11-24", 0),
        ("2026-11-25", 0),
        ("2026-11-26", 1),
    ]
    assert found[1][1].mean is None


def test_weeks_begin_on_monday_in_the_zone() -> None:
    # Sunday 21:30 UTC is Monday 00:30 in Moscow.
    fact = replace(SILENT, closed_at=datetime(2026, 11, 22, 21, 30, tzinfo=UTC))
    ((period, _),) = by_period([fact], Frequency.WEEK, MOSCOW)
    assert (period.first_day, period.label) == (date(2026, 11, 23), "2026-W48")
    ((period, _),) = by_period([fact], Frequency.WEEK, ZoneInfo("UTC"))
    assert period.first_day == date(2026, 11, 16)


def test_a_report_goes_by_the_date_that_is_asked_for() -> None:
    fact = replace(
        rated(5),
        created_at=datetime(2026, 8, 1, tzinfo=UTC),
        first_answer_at=datetime(2026, 9, 1, tzinfo=UTC),
        rated_at=datetime(2026, 12, 1, tzinfo=UTC),
    )
    months = {
        on: [period.label for period, _ in by_period([fact], Frequency.MONTH, MOSCOW, on=on)] for on in By
    }
    assert months == {
        "created": ["2026-08"],
        "first-answer": ["2026-09"],
        "closed": ["2026-11"],
        "rated": ["2026-12"],
    }


def test_what_has_no_such_date_belongs_to_no_period() -> None:
    assert by_period([SILENT], Frequency.MONTH, MOSCOW, on=By.RATED) == ()
    assert by_period([], Frequency.MONTH, MOSCOW) == ()


def test_a_report_reaches_as_far_as_it_is_asked_to() -> None:
    since, until = datetime(2026, 10, 1, tzinfo=MOSCOW), datetime(2027, 1, 1, tzinfo=MOSCOW)
    found = by_period([SILENT], Frequency.MONTH, MOSCOW, since=since, until=until)
    assert [(period.label, row.closures) for period, row in found] == [
        ("2026-10", 0),
        ("2026-11", 1),
        ("2026-12", 0),
    ]


@given(
    st.lists(st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1), timezones=st.just(UTC)), max_size=20),
    st.sampled_from(Frequency),
    st.sampled_from(["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]),
)
def test_every_closure_is_in_one_period_and_periods_have_no_gaps(
    moments: list[datetime], frequency: Frequency, zone: str
) -> None:
    found = by_period([replace(SILENT, closed_at=moment) for moment in moments], frequency, ZoneInfo(zone))
    assert sum(row.closures for _, row in found) == len(moments)
    for period, row in found:
        assert row.closures == sum(period.start <= moment < period.end for moment in moments)
    for (former, _), (latter, _) in pairwise(found):
        assert former.end == latter.start


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(4), "4.00"),
        (Fraction(1, 4), "0.25"),
        (Fraction(2, 3), "0.67"),
        (Fraction(25, 8), "3.13"),
        (Fraction(1, 200), "0.01"),
        (Fraction(-25, 8), "-3.13"),
        (Fraction(0), "0.00"),
        (Fraction(2_000_000, 3), "666666.67"),
    ],
)
def test_a_figure_is_rounded_once_and_halves_go_up(value: Fraction, shown: str) -> None:
    assert str(rounded(value)) == shown
    assert rounded(Fraction(15, 4), 0) == Decimal(4)
