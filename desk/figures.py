"""The figures of reports, counted from facts that storage has read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from desk.local_time import utc
from desk.periods import Frequency, Period, period_of, periods
from desk.rating import STARS


class By(StrEnum):
    """By which of its dates a closure belongs to a period."""

    CREATED = "created"
    FIRST_ANSWER = "first-answer"
    CLOSED = "closed"
    RATED = "rated"


@dataclass(frozen=True, slots=True)
class RatingFacts:
    """One closure of a ticket, and what the client said of it; moments are aware.

    `stars`, `satisfied` and `recommend` are None where he said nothing. `keys` holds what a report may be
    grouped by: agent, line, service level, …
    """

    closed_at: datetime
    invited: bool
    stars: int | None = None
    satisfied: bool | None = None
    recommend: bool | None = None
    comment: str | None = None
    created_at: datetime | None = None
    first_answer_at: datetime | None = None
    rated_at: datetime | None = None
    keys: Mapping[str, str] = field(default_factory=dict)

    def moment(self, by: By) -> datetime | None:
        """The date of that name; None for what has not happened."""
        dates = {
            By.CREATED: self.created_at,
            By.FIRST_ANSWER: self.first_answer_at,
            By.CLOSED: self.closed_at,
            By.RATED: self.rated_at,
        }
        return dates[by]


@dataclass(frozen=True, slots=True)
class RatingFigures:
    """The `ratings` report. Shares are exact and from 0 to 1; None where there is nothing to divide by.

    closures: how often a ticket was closed, each closing counted.
    invitations: closures after which the client was asked for a rating.
    ratings: closures that were rated; only the last word counts.
    response_rate: ratings ÷ invitations. Who was not asked (spam, duplicates, asked within the week already)
        can't answer and does not lower it; "1 из 4 обращений" says ratings and invitations.
    mean: of the stars of all ratings.
    distribution: number of ratings of 1, 2, 3, 4 and 5 stars, in that order.
    csat: share of 4 and 5 stars in all ratings.
    satisfied, recommend: share of yes among those who answered that question.
    comments: number of comments that are not blank.
    """

    closures: int
    invitations: int
    ratings: int
    response_rate: Fraction | None
    mean: Fraction | None
    distribution: tuple[int, int, int, int, int]
    csat: Fraction | None
    satisfied: Fraction | None
    recommend: Fraction | None
    comments: int


def figures(facts: Iterable[RatingFacts]) -> RatingFigures:
    """Every figure of the `ratings` report over these closures."""
    facts = tuple(facts)
    stars = [fact.stars for fact in facts if fact.stars is not None]
    invitations = sum(fact.invited for fact in facts)
    one, two, three, four, five = (stars.count(value) for value in STARS)
    return RatingFigures(
        closures=len(facts),
        invitations=invitations,
        ratings=len(stars),
        response_rate=_share(len(stars), invitations),
        mean=_share(sum(stars), len(stars)),
        distribution=(one, two, three, four, five),
        csat=_share(four + five, len(stars)),
        satisfied=_yes(fact.satisfied for fact in facts),
        recommend=_yes(fact.recommend for fact in facts),
        comments=sum(bool(fact.comment and fact.comment.strip()) for fact in facts),
    )


def by_group(facts: Iterable[RatingFacts], key: str) -> dict[str | None, RatingFigures]:
    """The figures of each value of a key, in alphabetical order, last those of closures without the key."""
    groups: defaultdict[str | None, list[RatingFacts]] = defaultdict(list)
    for fact in facts:
        groups[fact.keys.get(key)].append(fact)
    return {
        name: figures(groups[name]) for name in sorted(groups, key=lambda name: (name is None, name or ""))
    }


def by_period(
    facts: Iterable[RatingFacts],
    frequency: Frequency,
    zone: ZoneInfo,
    *,
    on: By = By.CLOSED,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[tuple[Period, RatingFigures], ...]:
    """The figures of each period in `zone`, in order, empty ones in between included.

    A closure that lacks the date `on` belongs to no period. `since` (included) and `until` (excluded) make
    the row of periods reach that far even when nothing happened there; they leave out no facts.
    """
    dated = [(utc(moment), fact) for fact in facts if (moment := fact.moment(on)) is not None]
    moments = [moment for moment, _ in dated]
    moments += [utc(since)] if since else []
    moments += [utc(until) - timedelta.resolution] if until else []
    if not moments:
        return ()
    groups: defaultdict[Period, list[RatingFacts]] = defaultdict(list)
    for moment, fact in dated:
        groups[period_of(moment, frequency, zone)].append(fact)
    return tuple(
        (period, figures(groups[period])) for period in periods(min(moments), max(moments), frequency, zone)
    )


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """A figure as it is shown, exactly so many decimals, halves away from zero: 4 → 4.00, 25/8 → 3.13."""
    # In whole numbers of the last place: dividing two Decimals would already round, and round twice.
    shown = Decimal(int(abs(value) * 10**places + Fraction(1, 2))).scaleb(-places)
    return -shown if value < 0 else shown


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _yes(answers: Iterable[bool | None]) -> Fraction | None:
    given: Sequence[bool] = [answer for answer in answers if answer is not None]
    return _share(sum(given), len(given))
