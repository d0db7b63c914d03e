"""Service levels: named promises, the ordered rules that assign one, and the moment a promise falls due."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from desk.local_time import utc
from desk.working_time import Calendar, Span

_PROMISE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,2})?) +working +(hour|day)s?")
_ALLOWED = (
    '"N working hours" (N more than 0, at most two decimals) or "N working days" (N whole), N below 10000'
)
_LIMIT = 10_000
AUTO = "auto"  # what is said in place of a level's key: that which the rules give


@dataclass(frozen=True, slots=True)
class Promise:
    """An amount of working time, as configurations write it: `40 working hours`, `24 working days`.

    Hours may have two decimals, so that they are whole seconds; days are whole. Raises ValueError, which
    says what is allowed.
    """

    amount: Decimal
    unit: Literal["hours", "days"]

    def __post_init__(self) -> None:
        # A promise of a hundredth of an hour is 36 seconds; anything finer would not be a whole second.
        finest = Decimal("0.01") if self.unit == "hours" else Decimal(1)
        if self.unit not in ("hours", "days") or not self.amount.is_finite():
            raise ValueError(f"{self.amount} {self.unit} is no promise; allowed: {_ALLOWED}")
        if not 0 < self.amount < _LIMIT or self.amount % finest:
            raise ValueError(f'"{self}" is no promise; allowed: {_ALLOWED}')

    @classmethod
    def parse(cls, text: str) -> Promise:
        """What a configuration says; ValueError for anything that is not of that form."""
        found = _PROMISE.fullmatch(text.strip())
        if not found:
            raise ValueError(f'"{text}" is no promise; allowed: {_ALLOWED}')
        return cls(Decimal(found[1]), "hours" if found[2] == "hour" else "days")

    def __str__(self) -> str:
        unit = self.unit.removesuffix("s") if self.amount == 1 else self.unit
        return f"{self.amount.normalize():f} working {unit}"


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What the rules may ask about a request; None where it is not known.

    `covered`: whether the plan leaves nothing of that kind out, which is so until the kind is known and where
    there is no plan. `contract`: the level that the company has bought. See `desk.entitlement`.
    """

    registered: bool
    contract_valid: bool
    covered: bool = True
    plan: str | None = None
    contract: str | None = None
    kind: str | None = None
    product: str | None = None
    line: str | None = None

    def plain(self) -> dict[str, Any]:
        """As a ticket keeps them."""
        # Not asdict, which copies all that it finds in depth: it would be a twentieth of taking a mail in.
        return {key: getattr(self, key) for key in CONDITIONS}

    @classmethod
    def kept(cls, plain: Mapping[str, Any]) -> RequestFacts:
        """Undo `plain`, whatever else stands beside it."""
        return cls(**{key: plain[key] for key in CONDITIONS if key in plain})


CONDITIONS = tuple(one.name for one in fields(RequestFacts))
YES_OR_NO = ("registered", "contract_valid", "covered")

Conditions = Mapping[str, object]
"""All of which must hold; a value is one, or a list of which any will do."""


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """A named promise, kept by the calendar of that name, and the rule that assigns it.

    `when`: conditions, or a list of such, any of which will do (`rules`). Empty ones hold for everybody; with
    None, which makes no rules, the level is only ever given by an agent.
    """

    key: str
    titles: Mapping[str, str]
    react_within: Promise
    calendar: str
    when: Conditions | Sequence[Conditions] | None = None
    rules: tuple[Conditions, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        several = () if self.when is None else (self.when,) if isinstance(self.when, Mapping) else self.when
        object.__setattr__(self, "rules", tuple(several))

    def title(self, language: str, fallback: str) -> str:
        """The title in `language`, else in the language `fallback`, else in any, else the key."""
        known = (self.titles.get(language), self.titles.get(fallback), *self.titles.values())
        return next((title for title in known if title), self.key)

    def matches(self, facts: RequestFacts) -> bool:
        """Whether the rule assigns this level to such a request."""
        return any(_first_miss(conditions, facts) is None for conditions in self.rules)


@dataclass(frozen=True, slots=True)
class Miss:
    """A condition that does not hold: what was found, and any of what would do."""

    condition: str
    found: object
    wanted: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """How a level's rule went: `misses` has the first condition that failed of each of its alternatives.

    `by_agents`: it has no rule. `assigned`: of those that match it is the first.
    """

    level: str
    matches: bool
    assigned: bool
    by_agents: bool
    misses: tuple[Miss, ...] = ()


def explain(levels: Iterable[ServiceLevel], facts: RequestFacts) -> tuple[Judged, ...]:
    """What became of each rule when a level was looked for, in their order."""
    judged: list[Judged] = []
    for level in levels:
        misses = tuple(_first_miss(conditions, facts) for conditions in level.rules)
        failed = tuple(miss for miss in misses if miss is not None)
        matches = len(failed) < len(misses)
        first = matches and not any(one.assigned for one in judged)
        judged.append(Judged(level.key, matches, first, not misses, () if matches else failed))
    return tuple(judged)


def accepted(value: object) -> tuple[object, ...]:
    """What a condition's value allows: itself, or each of a list."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _first_miss(conditions: Conditions, facts: RequestFacts) -> Miss | None:
    for key, value in conditions.items():
        found = getattr(facts, key)
        if found not in accepted(value):
            return Miss(key, found, accepted(value))
    return None


class NoLevelMatches(Exception):
    """No rule assigns a level to a request; `check_levels` finds that out before the first one comes."""

    def __init__(self, facts: RequestFacts) -> None:
        super().__init__(f"no service level matches {facts}")
        self.facts = facts


def assign(levels: Iterable[ServiceLevel], facts: RequestFacts) -> ServiceLevel:
    """The first level whose rule matches; NoLevelMatches when none does."""
    for level in levels:
        if level.matches(facts):
            return level
    raise NoLevelMatches(facts)


@dataclass(frozen=True, slots=True)
class Due:
    """When a promise falls due (UTC), and the working intervals that were counted (UTC), in seconds too."""

    due_at: datetime
    working_seconds: int
    intervals: tuple[Span, ...]


def due(promise: Promise, calendar: Calendar, received_at: datetime) -> Due:
    """When a promise that was given at `received_at` (aware) falls due in the working time of `calendar`.

    Hours are counted exactly; for days see `Calendar.after_days`. Raises NoWorkingTime.
    """
    received_at = utc(received_at)
    if promise.unit == "hours":
        due_at = calendar.after_hours(received_at, timedelta(seconds=int(promise.amount * 3600)))
    else:
        due_at = calendar.after_days(received_at, int(promise.amount))
    intervals = calendar.between(received_at, due_at)
    seconds = sum((closes - opens for opens, closes in intervals), timedelta()) // timedelta(seconds=1)
    return Due(due_at, seconds, intervals)
