"""What is wrong with a list of levels: rules that can't be read, never match, or leave somebody out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desk.service_level import CONDITIONS, YES_OR_NO, Conditions, RequestFacts, ServiceLevel, accepted

# What can be true of a request at once: nobody who is not registered has a contract, and only a contract's
# plan can leave something out.
POSSIBLE = (
    RequestFacts(registered=False, contract_valid=False),
    RequestFacts(registered=True, contract_valid=False),
    RequestFacts(registered=True, contract_valid=True),
    RequestFacts(registered=True, contract_valid=True, covered=False),
)
_SOMETHING_ELSE = object()  # stands for every text that no rule names

Values = Mapping[str, frozenset[object]]
"""For each condition what it may be found to be."""


def check_levels(levels: Sequence[ServiceLevel]) -> list[str]:
    """What is wrong with a configured list of levels, a sentence each; empty when it can be used."""
    problems = _repeated_keys(levels)
    unreadable = [problem for level in levels for problem in _rule_problems(level)]
    # Who would be left without a level can only be told once every rule can be read.
    return problems + (unreadable or _never_assigned(levels) + _left_out(levels))


def conditions_of(level: ServiceLevel) -> list[tuple[str, str, object]]:
    """Each condition of a level's rule with its place, `when` or `when[2]`, counting from 1."""
    return [
        (_place(level, number), key, value)
        for number, conditions in enumerate(level.rules, 1)
        for key, value in conditions.items()
    ]


def _place(level: ServiceLevel, number: int) -> str:
    return "when" if isinstance(level.when, Mapping) else f"when[{number}]"


def _repeated_keys(levels: Sequence[ServiceLevel]) -> list[str]:
    keys = [level.key for level in levels]
    return [
        f'service level "{key}" is there {keys.count(key)} times'
        for key in dict.fromkeys(keys)
        if keys.count(key) > 1
    ]


def _rule_problems(level: ServiceLevel) -> list[str]:
    if level.when is not None and not level.rules:
        return [
            f'service level "{level.key}": when is an empty list; allowed: {{}} for everybody, or no when'
        ]
    problems = []
    for place, key, value in conditions_of(level):
        where = f'service level "{level.key}": {place}.{key}'
        expected = bool if key in YES_OR_NO else str
        if key not in CONDITIONS:
            problems.append(f"{where} is not known; allowed: {', '.join(CONDITIONS)}")
        elif not accepted(value) or not all(isinstance(one, expected) for one in accepted(value)):
            allowed = "true or false" if expected is bool else "a text"
            problems.append(f"{where} = {value!r}; allowed: {allowed}, or a list of such")
    return problems


def _never_assigned(levels: Sequence[ServiceLevel]) -> list[str]:
    """Rules that no request can reach: whoever wrote them expects them to be asked."""
    universe, before, problems = _universe(levels), list[Conditions](), list[str]()
    for level in levels:
        for number, conditions in enumerate(level.rules, 1):
            where = f'service level "{level.key}": {_place(level, number)}'
            if not _reached(universe, conditions, ()):
                problems.append(f"{where} never matches: its conditions exclude each other")
            elif not _reached(universe, conditions, before):
                problems.append(f"{where} never matches: the levels before it take every such request")
        before += level.rules
    return problems


def _left_out(levels: Sequence[ServiceLevel]) -> list[str]:
    """Whoever gets no level while plan, kind, product and line are not known yet."""
    return [
        f"no service level matches a request with registered = {str(facts.registered).lower()}, "
        f"contract_valid = {str(facts.contract_valid).lower()}, covered = {str(facts.covered).lower()} "
        "and nothing else known; a last level with an empty `when` takes every request"
        for facts in POSSIBLE
        if not any(level.matches(facts) for level in levels)
    ]


def _universe(levels: Sequence[ServiceLevel]) -> Values:
    """What each condition can be found to be, as far as rules tell it apart."""
    found: dict[str, set[object]] = {
        key: {True, False} if key in YES_OR_NO else {None, _SOMETHING_ELSE} for key in CONDITIONS
    }
    for level in levels:
        for _, key, value in conditions_of(level):
            found[key].update(accepted(value))
    return {key: frozenset(values) for key, values in found.items()}


def _reached(universe: Values, conditions: Conditions, before: Sequence[Conditions]) -> bool:
    """Whether a request is possible that meets these conditions and none of those `before`."""
    return any(
        _any_left(_narrowed(_narrowed(universe, _yes_or_no(case)), conditions), before) for case in POSSIBLE
    )


def _yes_or_no(case: RequestFacts) -> Conditions:
    return {key: getattr(case, key) for key in YES_OR_NO}


def _narrowed(values: Values, conditions: Conditions) -> Values:
    return {**values, **{key: values[key] & frozenset(accepted(value)) for key, value in conditions.items()}}


def _any_left(values: Values, before: Sequence[Conditions]) -> bool:
    """Whether any of these values is left when all that meets one of `before` is taken away."""
    if not all(values.values()):
        return False
    if not before:
        return True
    first, *rest = before
    inside = dict(values)
    for key, value in first.items():
        meets = frozenset(accepted(value))
        if _any_left({**inside, key: inside[key] - meets}, rest):
            return True
        inside[key] &= meets
    return False
