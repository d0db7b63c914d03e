"""Who writes, on which level his request goes, by when he is answered, and what he reads of it.

The tables are those of the trade, with the levels and plans that `otklik init` writes. Every request is
received on Monday, 23 November 2026, at 05:30 in Moscow, half an hour after opening.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.config import Settings
from bot.rules import rules
from bot.wiring import letters
from desk.entitlement import (
    PLANS,
    STRANGER,
    About,
    Contract,
    Offering,
    Standing,
    Why,
    case_of,
    entitlement,
    in_charge,
    valid_contract,
)
from desk.service_level import assign, due
from replies.compose import compose
from replies.languages import Languages
from tests.bot.configuration import read

TEXTS = Languages()
MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY = date(2026, 11, 23)
RECEIVED = datetime(2026, 11, 23, 5, 30, tzinfo=MOSCOW)
EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """What a new desk starts with."""
    return read(tmp_path_factory.mktemp("desk"), EXAMPLE.read_text(encoding="utf-8"))


def company(*contracts: Contract) -> Standing:
    """A registered client of a company with these contracts."""
    return Standing(True, 7, "ООО «Нива»", "Анна", contracts)


def contract(begins: str, ends: str | None, plan: str = "") -> Contract:
    return Contract(date.fromisoformat(begins), date.fromisoformat(ends) if ends else None, plan)


BY_HAND = Standing(registered=True)
NO_CONTRACT = company()
OPEN_ENDED = company(contract("2026-01-01", None))
THIS_YEAR = company(contract("2026-01-01", "2026-12-31"))
ENDED_YESTERDAY = company(contract("2025-11-23", "2026-11-22"))
ENDS_TODAY = company(contract("2025-11-24", "2026-11-23"))
BEGINS_TODAY = company(contract("2026-11-23", "2027-11-22"))
BEGINS_TOMORROW = company(contract("2026-11-24", "2027-11-23"))
RENEWED_FROM_TOMORROW = company(contract("2025-11-23", "2026-11-22"), contract("2026-11-24", None))
ENDED_TWICE = company(contract("2024-01-01", "2024-12-31"), contract("2025-01-01", "2025-12-31"))
PAID = company(contract("2026-01-01", None, "paid"))
FREE = company(contract("2026-01-01", None, "free"))
INDIVIDUAL = company(contract("2026-01-01", None, "individual"))
UNKNOWN_PLAN = company(contract("2026-01-01", None, "platinum"))

GENERAL, STANDARD = ("general", "2026-11-27 09:30"), ("standard", "2026-11-23 13:30")
# What the confirmation says of it; of the promise alone where there is nothing to be explained.
PROMISE = "Уровень обслуживания — «"
ENDED = "Срок действия Вашего сертификата на поддержку закончился 22 ноября 2026 г. Поэтому обращение принято"
BEGINS = "Ваш сертификат на поддержку начинает действовать 24 ноября 2026 г. До этого дня мы принимаем"
ERRORS_ALONE = "В Ваш план «Бесплатный» входит: исправление ошибок. Это обращение в план не входит, поэтому"


@pytest.mark.parametrize(
    ("who", "kind", "level_and_deadline", "sentence"),
    [
        # Unregistered clients and companies without a valid contract: general questions, 40 working hours.
        (STRANGER, None, GENERAL, PROMISE),
        (NO_CONTRACT, None, GENERAL, PROMISE),
        (ENDED_YESTERDAY, None, GENERAL, ENDED),
        (BEGINS_TOMORROW, None, GENERAL, BEGINS),
        (RENEWED_FROM_TOMORROW, None, GENERAL, BEGINS),
        # A registered client with a valid contract: standard support, 8 working hours.
        (BY_HAND, None, STANDARD, PROMISE),
        (OPEN_ENDED, None, STANDARD, PROMISE),
        (THIS_YEAR, None, STANDARD, PROMISE),
        (ENDS_TODAY, None, STANDARD, PROMISE),
        (BEGINS_TODAY, None, STANDARD, PROMISE),
        # The paid plan covers everything, the free one errors alone, an individual one everything.
        (PAID, "consultation", STANDARD, PROMISE),
        (PAID, "bug", STANDARD, PROMISE),
        (PAID, "improvement", STANDARD, PROMISE),
        (FREE, "bug", STANDARD, PROMISE),
        (FREE, "consultation", GENERAL, ERRORS_ALONE),
        (FREE, "improvement", GENERAL, ERRORS_ALONE),
        (INDIVIDUAL, "consultation", STANDARD, PROMISE),
        (INDIVIDUAL, "improvement", STANDARD, PROMISE),
        # As long as nobody has said what it is about, the plan leaves nothing out.
        (FREE, None, STANDARD, PROMISE),
        # A contract without a plan, or with one that is not configured, covers everything.
        (OPEN_ENDED, "consultation", STANDARD, PROMISE),
        (UNKNOWN_PLAN, "improvement", STANDARD, PROMISE),
    ],
)
def test_who_writes_decides_level_deadline_and_what_he_reads(
    shipped: Settings, who: Standing, kind: str | None, level_and_deadline: tuple[str, str], sentence: str
) -> None:
    known = rules(shipped)
    case = case_of(who, known.offering, About(kind), RECEIVED)
    level = assign(known.levels, case.facts)
    due_at = due(level.react_within, known.calendars[level.calendar], RECEIVED).due_at
    assert (level.key, f"{due_at.astimezone(MOSCOW):%Y-%m-%d %H:%M}") == level_and_deadline
    words = letters(shipped, TEXTS)
    promise = {"level": level.key, "promise": str(level.react_within), "due_at": due_at.isoformat()}
    facts = {"number": "AS-000042", "ticket_url": "/ticket/x", **promise, **case.told()}
    told = compose("confirmation", "ru", facts, words.desk, TEXTS).text.replace("\u00a0", " ")
    assert any(line.startswith(sentence) for line in told.splitlines()), told


@pytest.mark.parametrize(
    ("who", "kind", "reason"),
    [
        (STRANGER, None, "unregistered"),
        (BY_HAND, None, "no company"),
        (NO_CONTRACT, None, "no contract"),
        (ENDED_YESTERDAY, None, "expired"),
        (BEGINS_TOMORROW, None, "not begun"),
        (FREE, "improvement", "not covered"),
        (FREE, "bug", "valid"),
    ],
)
def test_what_an_entitlement_goes_by_is_named(who: Standing, kind: str | None, reason: str) -> None:
    assert entitlement(who, PLANS, MONDAY, kind).why == reason


@pytest.mark.parametrize(
    ("who", "day"),
    [
        (ENDED_YESTERDAY, date(2026, 11, 22)),
        (BEGINS_TOMORROW, date(2026, 11, 24)),
        # Renewed already: that it will begin says more than that it has ended.
        (RENEWED_FROM_TOMORROW, date(2026, 11, 24)),
        (
            company(contract("2024-01-01", "2024-12-31"), contract("2025-01-01", "2025-12-31")),
            date(2025, 12, 31),
        ),
        (company(contract("2027-01-01", None), contract("2026-12-01", None)), date(2026, 12, 1)),
        (OPEN_ENDED, None),
        (NO_CONTRACT, None),
    ],
)
def test_the_day_that_the_client_is_told_is_the_last_or_the_next_first_one(
    who: Standing, day: date | None
) -> None:
    assert entitlement(who, PLANS, MONDAY, None).day == day


def test_of_several_valid_contracts_that_which_began_last_counts() -> None:
    old, new = contract("2026-01-01", None, "free"), contract("2026-06-01", "2026-12-31", "paid")
    assert valid_contract((new, old), MONDAY) == new
    assert valid_contract((old, new), date(2027, 1, 1)) == old


def test_a_day_begins_where_the_desk_is() -> None:
    # 22:30 in UTC on Sunday is Monday in Moscow, when yesterday's contract is over.
    late = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    moscow, utc = Offering(MOSCOW), Offering(ZoneInfo("UTC"))
    assert case_of(ENDED_YESTERDAY, moscow, About(), late).entitled.why == Why.EXPIRED
    assert case_of(ENDED_YESTERDAY, utc, About(), late).entitled.why == Why.VALID


def test_a_contract_gives_an_unregistered_person_of_the_company_nothing() -> None:
    unregistered = Standing(False, 7, "ООО «Нива»", "", OPEN_ENDED.contracts)
    found = entitlement(unregistered, PLANS, MONDAY, "bug")
    assert (found.contract_valid, found.why) == (False, Why.UNREGISTERED)


@pytest.mark.parametrize(
    ("away", "who"),
    [
        ({}, "Анна"),
        ({"Анна": "Борис"}, "Борис"),
        ({"Борис": "Вера"}, "Анна"),
        # The substitute is away, too: whoever stands in for him.
        ({"Анна": "Борис", "Борис": "Вера"}, "Вера"),
        # Nobody stands in, or both for each other, or somebody who is no agent (any more).
        ({"Анна": ""}, ""),
        ({"Анна": "Борис", "Борис": "Анна"}, ""),
        ({"Анна": "Пётр"}, ""),
    ],
)
def test_while_a_curator_is_away_his_substitute_answers(away: dict[str, str], who: str) -> None:
    assert in_charge("Анна", away, ("Анна", "Борис", "Вера")) == who


def test_a_curator_who_is_no_agent_any_more_is_not_given_anything() -> None:
    assert in_charge("Пётр", {}, ("Анна",)) == ""


def test_only_an_individual_plan_goes_to_the_curator() -> None:
    offering = Offering(MOSCOW)
    to_curator = {
        plan: case_of(company(contract("2026-01-01", None, plan)), offering, About(), RECEIVED).to_curator
        for plan in ("paid", "free", "individual", "")
    }
    assert to_curator == {"paid": False, "free": False, "individual": True, "": False}
    expired = company(contract("2025-01-01", "2025-12-31", "individual"))
    assert not case_of(expired, offering, About(), RECEIVED).to_curator


def test_a_new_desk_s_plans_are_those_of_the_code(shipped: Settings) -> None:
    assert rules(shipped).offering.plans == PLANS
