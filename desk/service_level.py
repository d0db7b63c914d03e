"""Service levels: named promises, the ordered rules that assign one, and the moment a promise falls due."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Literal

from desk.local_time import utc
from desk.working_time import Calendar, Span

_PROMISE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,2})?) +working +(hour|day)s?")
_ALLOWED = (
    '"N working hours" (N more than 0, at most two decimals) or "N working days" (N whole), N below 10000'
)
_LIMIT = 10_000


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
    """What the rules may ask about a request; None where it is not known."""

    registered: bool
    contract_valid: bool
    plan: str | None = None
    kind: str | None = None
    product: str | None = None
    line: str | None = None


_KEYS = tuple(field.name for field in fields(RequestFacts))
_YES_OR_NO = ("registered", "contract_valid")


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """A named promise, kept by the calendar of that name, and the rule that assigns it.

    Every condition in `when` must hold; its value is one value or a list of which any will do. An empty
    `when` holds for everybody; with None the level is only ever given by an agent.
    """

    key: str
    titles: Mapping[str, str]
    react_within: Promise
    calendar: str
    when: Mapping[str, object] | None = None

    def title(self, language: str, fallback: str) -> str:
        """The title in `language`, else in the language `fallback`, else in any, else the key."""
        known = (self.titles.get(language), self.titles.get(fallback), *self.titles.values())
        return next((title for title in known if title), self.key)

    def matches(self, facts: RequestFacts) -> bool:
        """Whether the rule assigns this level to such a request."""
        if self.when is None:
            return False
        return all(getattr(facts, key) in _accepted(value) for key, value in self.when.items())


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


def check_levels(levels: Sequence[ServiceLevel]) -> list[str]:
    """What is wrong with a configured list of levels, a sentence each; empty when it can be used."""
    problems = _repeated_keys(levels)
    unreadable = [problem for level in levels for problem in _rule_problems(level)]
    # Who would be left without a level can only be told once every rule can be read.
    return problems + (unreadable or _never_assigned(levels) + _left_out(levels))


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


def _accepted(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _repeated_keys(levels: Sequence[ServiceLevel]) -> list[str]:
    keys = [level.key for level in levels]
    return [
        f'service level "{key}" is there {keys.count(key)} times'
        for key in dict.fromkeys(keys)
        if keys.count(key) > 1
    ]


def _rule_problems(level: ServiceLevel) -> list[str]:
    problems = []
    for key, value in (level.when or {}).items():
        where = f'service level "{level.key}": when.{key}'
        expected = bool if key in _YES_OR_NO else str
        if key not in _KEYS:
            problems.append(f"{where} is not known; allowed: {', '.join(_KEYS)}")
        elif not _accepted(value) or not all(isinstance(one, expected) for one in _accepted(value)):
            allowed = "true or false" if expected is bool else "a text"
            problems.append(f"{where} = {value!r}; allowed: {allowed}, or a list of such")
    return problems


def _never_assigned(levels: Sequence[ServiceLevel]) -> list[str]:
    """Rules behind one that takes everybody: whoever wrote them expects them to be asked."""
    everybody = next((place for place, level in enumerate(levels) if level.when == {}), len(levels))
    return [
        f'service level "{level.key}" is never assigned: "{levels[everybody].key}" before it takes everything'
        for level in levels[everybody + 1 :]
        if level.when is not None
    ]


def _left_out(levels: Sequence[ServiceLevel]) -> list[str]:
    """Kinds of client for whom nothing matches while plan, kind, product and line are not known yet."""
    cases = (RequestFacts(*answers) for answers in product((False, True), (False, True)))
    return [
        f"no service level matches a request with registered = {str(facts.registered).lower()}, "
        f"contract_valid = {str(facts.contract_valid).lower()} and nothing else known; "
        "a last level with an empty `when` takes every request"
        for facts in cases
        if not any(level.matches(facts) for level in levels)
    ]
