"""Promises, the rules that assign a level, and what is wrong with a list of levels."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.level_checks import POSSIBLE, check_levels
from desk.service_level import (
    Miss,
    NoLevelMatches,
    Promise,
    RequestFacts,
    ServiceLevel,
    assign,
    due,
    explain,
)
from desk.working_time import Calendar

STRANGER = RequestFacts(registered=False, contract_valid=False)
CLIENT = RequestFacts(registered=True, contract_valid=True)


def level(key: str, when: dict[str, object] | None) -> ServiceLevel:
    return ServiceLevel(key, {"ru": key}, Promise.parse("8 working hours"), "main", when)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("40 working hours", Decimal(40), "hours"),
        ("1 working hour", Decimal(1), "hours"),
        ("1.5 working hours", Decimal("1.5"), "hours"),
        ("0.25 working hours", Decimal("0.25"), "hours"),
        ("24 working days", Decimal(24), "days"),
        ("1 working day", Decimal(1), "days"),
    ],
)
def test_a_promise_is_read_and_written_in_the_same_words(text: str, amount: Decimal, unit: str) -> None:
    promise = Promise.parse(text)
    assert (promise.amount, promise.unit) == (amount, unit)
    assert str(promise) == text


@given(st.integers(1, 999_999))
def test_every_promise_in_hundredths_of_an_hour_comes_back(hundredths: int) -> None:
    promise = Promise(Decimal(hundredths) / 100, "hours")
    assert Promise.parse(str(promise)) == promise


def test_a_promise_is_written_without_needless_zeros() -> None:
    assert str(Promise.parse(" 8.00  working hours ")) == "8 working hours"
    assert str(Promise.parse("1 working hours")) == "1 working hour"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "40",
        "40 hours",
        "8 Working hours",
        "0 working hours",
        "-1 working hours",
        "1,5 working hours",
        "1.5 working days",
        "1.125 working hours",
        "10000 working hours",
        "1e2 working hours",
        "٤ working hours",
        "nan working hours",
        "8 working hours or so",
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match='allowed: "N working hours"') as caught:
        Promise.parse(text)
    assert text.strip() in str(caught.value)


@pytest.mark.parametrize(
    ("amount", "unit"),
    [(Decimal("nan"), "hours"), (Decimal("inf"), "days"), (Decimal("0.001"), "hours"), (Decimal(1), "weeks")],
)
def test_a_promise_made_in_code_is_held_to_the_same_rules(amount: Decimal, unit: str) -> None:
    with pytest.raises(ValueError, match="is no promise"):
        Promise(amount, unit)  # type: ignore[arg-type]


def test_the_first_level_that_matches_is_assigned() -> None:
    levels = [
        level("general", {"registered": False}),
        level("urgent", None),
        level("standard", {"registered": True, "contract_valid": True}),
        level("lapsed", {}),
    ]
    assert assign(levels, STRANGER).key == "general"
    assert assign(levels, CLIENT).key == "standard"
    assert assign(levels, RequestFacts(registered=True, contract_valid=False)).key == "lapsed"


def test_a_list_of_values_means_any_of_them_and_every_condition_must_hold() -> None:
    rule = level("a", {"kind": ["bug", "improvement"], "plan": "paid"})
    assert rule.matches(RequestFacts(True, True, plan="paid", kind="bug"))
    assert rule.matches(RequestFacts(True, True, plan="paid", kind="improvement"))
    assert not rule.matches(RequestFacts(True, True, plan="paid", kind="consultation"))
    assert not rule.matches(RequestFacts(True, True, plan="free", kind="bug"))


def test_what_is_not_known_matches_no_condition() -> None:
    assert not level("a", {"product": "AgroUchet"}).matches(CLIENT)


def test_a_level_without_a_rule_is_given_by_agents_alone() -> None:
    with pytest.raises(NoLevelMatches, match="registered=True"):
        assign([level("urgent", None)], CLIENT)


def test_a_list_that_serves_everybody_has_no_problems() -> None:
    assert (
        check_levels([level("standard", {"registered": True}), level("urgent", None), level("general", {})])
        == []
    )
    assert check_levels([level("a", {"registered": True}), level("b", {"registered": [False]})]) == []


def test_a_level_may_not_be_there_twice() -> None:
    assert check_levels([level("a", {"registered": True}), level("a", {})]) == [
        'service level "a" is there 2 times'
    ]


def test_an_unknown_condition_is_named_with_those_allowed() -> None:
    assert check_levels([level("a", {"registred": True}), level("b", {})]) == [
        'service level "a": when.registred is not known; '
        "allowed: registered, contract_valid, covered, plan, contract, kind, product, line"
    ]


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ({"registered": "yes"}, "when.registered = 'yes'; allowed: true or false, or a list of such"),
        ({"contract_valid": 1}, "when.contract_valid = 1; allowed: true or false, or a list of such"),
        ({"plan": True}, "when.plan = True; allowed: a text, or a list of such"),
        ({"kind": ["bug", 2]}, "when.kind = ['bug', 2]; allowed: a text, or a list of such"),
        ({"line": []}, "when.line = []; allowed: a text, or a list of such"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(when: dict[str, object], problem: str) -> None:
    assert check_levels([level("a", when), level("b", {})]) == [f'service level "a": {problem}']


def test_clients_without_a_level_are_named() -> None:
    problems = check_levels([level("standard", {"registered": True, "contract_valid": True})])
    assert [problem.split(" and nothing")[0] for problem in problems] == [
        "no service level matches a request with registered = false, contract_valid = false, covered = true",
        "no service level matches a request with registered = true, contract_valid = false, covered = true",
    ]
    assert len(check_levels([])) == 4


def test_a_rule_on_what_is_not_known_yet_serves_nobody_for_sure() -> None:
    assert len(check_levels([level("a", {"kind": ["bug", "consultation", "improvement"]})])) == 4


def test_a_level_behind_one_for_everybody_is_reported_but_not_an_agents_one() -> None:
    assert check_levels(
        [level("general", {}), level("urgent", None), level("standard", {"registered": True})]
    ) == ['service level "standard": when never matches: the levels before it take every such request']


def test_a_title_falls_back_to_the_desks_language_then_to_any_then_to_the_key() -> None:
    titles = {"en": "General consulting", "ru": "Консультирование по общим вопросам"}
    general = ServiceLevel("general", titles, Promise.parse("40 working hours"), "main")
    assert general.title("en", "ru") == "General consulting"
    assert general.title("fi", "ru") == "Консультирование по общим вопросам"
    assert general.title("fi", "uk") == "General consulting"
    assert ServiceLevel("general", {}, general.react_within, "main").title("fi", "ru") == "general"


MOSCOW = ZoneInfo("Europe/Moscow")
WORKDAY = ((time(5), time(14)),)
MAIN = Calendar("main", MOSCOW, (WORKDAY, WORKDAY, WORKDAY, WORKDAY, WORKDAY, (), ()))


def test_due_lists_the_intervals_that_were_counted() -> None:
    found = due(Promise.parse("10 working hours"), MAIN, datetime(2026, 11, 20, 13, 0, tzinfo=MOSCOW))
    assert found.due_at == datetime(2026, 11, 23, 14, 0, tzinfo=MOSCOW)
    assert found.due_at.tzinfo is UTC
    assert found.working_seconds == 36_000
    assert found.intervals == (
        (datetime(2026, 11, 20, 13, tzinfo=MOSCOW), datetime(2026, 11, 20, 14, tzinfo=MOSCOW)),
        (datetime(2026, 11, 23, 5, tzinfo=MOSCOW), datetime(2026, 11, 23, 14, tzinfo=MOSCOW)),
    )


def test_due_in_days_counts_the_seconds_of_those_days() -> None:
    short = Calendar("main", MOSCOW, MAIN.week, {date(2026, 11, 24): ((time(5), time(13)),)})
    received = datetime(2026, 11, 23, 13, 30, tzinfo=MOSCOW)
    assert due(Promise.parse("2 working days"), MAIN, received).working_seconds == 2 * 9 * 3600
    # Half an hour of Monday, then the eight hours to which Tuesday was shortened.
    assert due(Promise.parse("1 working day"), short, received).working_seconds == 30 * 60 + 8 * 3600


def test_a_fraction_of_an_hour_is_exact_to_the_second() -> None:
    received = datetime(2026, 11, 23, 5, 30, 7, tzinfo=MOSCOW)
    assert due(Promise.parse("0.01 working hours"), MAIN, received).due_at.astimezone(MOSCOW).time() == time(
        5, 30, 43
    )


def test_due_refuses_a_moment_without_a_zone() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        due(Promise.parse("1 working hour"), MAIN, datetime(2026, 11, 23, 5, 30))


def test_any_of_several_tables_of_conditions_will_do() -> None:
    rule = level("general", [{"contract_valid": False}, {"covered": False}])  # type: ignore[arg-type]
    assert rule.matches(STRANGER)
    assert rule.matches(RequestFacts(True, True, covered=False))
    assert not rule.matches(CLIENT)


@pytest.mark.parametrize(
    ("levels", "problem"),
    [
        (
            [("a", {"registered": False, "contract_valid": True}), ("b", {})],
            'service level "a": when never matches: its conditions exclude each other',
        ),
        (
            [("a", [{"contract_valid": False}, {"contract_valid": False, "covered": False}]), ("b", {})],
            'service level "a": when[2] never matches: its conditions exclude each other',
        ),
        (
            [("a", {"contract_valid": False}), ("b", {"registered": False}), ("c", {})],
            'service level "b": when never matches: the levels before it take every such request',
        ),
        (
            [("a", {"kind": ["bug", "consultation"]}), ("b", [{"kind": "bug", "plan": "paid"}, {}])],
            'service level "b": when[1] never matches: the levels before it take every such request',
        ),
        (
            [("a", []), ("b", {})],
            'service level "a": when is an empty list; allowed: {} for everybody, or no when',
        ),
    ],
)
def test_a_rule_that_no_request_can_meet_is_reported(levels: list[tuple[str, object]], problem: str) -> None:
    assert check_levels([level(key, when) for key, when in levels]) == [problem]  # type: ignore[arg-type]


def test_a_rule_is_not_reported_while_something_is_left_for_it() -> None:
    some = {"plan": ["paid", "free"], "kind": "bug"}
    levels = [level("a", some), level("b", {"plan": "paid"}), level("c", {"kind": ["bug", "improvement"]})]
    assert check_levels([*levels, level("d", {})]) == []


def test_what_became_of_each_rule_is_told_with_the_condition_that_failed() -> None:
    levels = [
        level("vip", {"contract": ["gold", "silver"], "kind": "bug"}),
        level("general", [{"contract_valid": False}, {"covered": False}]),  # type: ignore[arg-type]
        level("urgent", None),
        level("standard", {}),
        level("rest", {"registered": True}),
    ]
    told = explain(levels, RequestFacts(True, True, contract="bronze", kind="bug"))
    assert [(one.level, one.matches, one.assigned, one.by_agents) for one in told] == [
        ("vip", False, False, False),
        ("general", False, False, False),
        ("urgent", False, False, True),
        ("standard", True, True, False),
        ("rest", True, False, False),
    ]
    assert told[0].misses == (Miss("contract", "bronze", ("gold", "silver")),)
    assert told[1].misses == (Miss("contract_valid", True, (False,)), Miss("covered", True, (False,)))


def test_facts_come_back_from_what_a_ticket_keeps_whatever_stands_beside_them() -> None:
    facts = RequestFacts(True, False, plan="free", kind="bug")
    assert RequestFacts.kept({**facts.plain(), "why": "expired", "day": "2026-10-31"}) == facts


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["registered", "contract_valid", "covered", "kind", "plan"]),
            st.booleans(),
            max_size=3,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_rule_is_reported_exactly_when_no_possible_request_gets_its_level(
    rules: list[dict[str, bool]],
) -> None:
    # Texts stand in for booleans: a kind is "yes" or "no", or anything else.
    def worded(rule: dict[str, bool]) -> dict[str, object]:
        texts = {True: "yes", False: "no"}
        return {key: texts[value] if key in ("kind", "plan") else value for key, value in rule.items()}

    levels = [level(f"l{number}", worded(rule)) for number, rule in enumerate(rules)]
    reached = set()
    for case in POSSIBLE:
        for kind in (None, "yes", "no", "other"):
            for plan in (None, "yes", "no", "other"):
                facts = replace(case, kind=kind, plan=plan)
                reached |= {one.level for one in explain(levels, facts) if one.assigned}
    told = " ".join(check_levels(levels))
    assert {one.key for one in levels if f'"{one.key}": when never' not in told} == reached
