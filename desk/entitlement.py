"""Who is entitled to what on a day: by his registration, his company's contract, and what its plan covers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from desk.local_time import local_day
from desk.products import Product, is_outdated
from desk.service_level import RequestFacts
from desk.ticket import Kind

EVERYTHING = tuple(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a company has bought: the kinds of request that it covers.

    `to_curator`: its requests go to the company's curator at once. `titles` by language.
    """

    key: str
    titles: Mapping[str, str]
    covers: tuple[str, ...] = EVERYTHING
    to_curator: bool = False

    def title(self, language: str, fallback: str) -> str:
        """The title in `language`, else in the language `fallback`, else in any, else the key."""
        known = (self.titles.get(language), self.titles.get(fallback), *self.titles.values())
        return next((title for title in known if title), self.key)


PLANS = (
    Plan("paid", {"ru": "Платный", "uk": "Платний", "en": "Paid", "fi": "Maksullinen"}),
    Plan(
        "free", {"ru": "Бесплатный", "uk": "Безкоштовний", "en": "Free", "fi": "Maksuton"}, (Kind.BUG.value,)
    ),
    Plan(
        "individual",
        {"ru": "Индивидуальный", "uk": "Індивідуальний", "en": "Individual", "fi": "Yksilöllinen"},
        to_curator=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Contract:
    """The certificate that entitles to support; both days are included, without a last one it is open-ended.

    `plan`: its key, "" for none: then everything is covered. `level`: as the company has bought it.
    """

    valid_from: date
    valid_to: date | None = None
    plan: str = ""
    level: str = ""

    def holds(self, day: date) -> bool:
        """Whether it is valid on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the directory knows of whoever asks; the company's are None and empty for one of no company."""

    registered: bool = False
    company_id: int | None = None
    company: str = ""
    curator: str = ""
    contracts: tuple[Contract, ...] = ()


STRANGER = Standing()


class Why(StrEnum):
    """What an entitlement goes by."""

    VALID = "valid"
    UNREGISTERED = "unregistered"
    NO_COMPANY = "no company"
    NO_CONTRACT = "no contract"
    NOT_BEGUN = "not begun"
    EXPIRED = "expired"
    NOT_COVERED = "not covered"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What somebody may ask for; `day`: when his contract ended or will begin, None otherwise.

    `covered` says that the plan leaves nothing of that kind out, also where there is no plan; whether there
    is a valid contract is said by `contract_valid` alone. `plan` and `level` are the valid contract's.
    """

    contract_valid: bool
    covered: bool
    why: Why
    plan: str = ""
    level: str = ""
    day: date | None = None

    def told(self) -> dict[str, Any]:
        """What of it a letter has to know."""
        day = self.day.isoformat() if self.day else None
        return {"why": self.why.value, "day": day, "plan": self.plan}


def entitlement(standing: Standing, plans: Iterable[Plan], day: date, kind: str | None) -> Entitlement:
    """What somebody is entitled to on a day of the desk's, for a request of a kind (None: not known yet)."""
    if not standing.registered:
        return Entitlement(False, True, Why.UNREGISTERED)
    if standing.company_id is None:
        # Somebody has put him in by hand: that is what entitles him.
        return Entitlement(True, True, Why.NO_COMPANY)
    contract = valid_contract(standing.contracts, day)
    if contract is None:
        return _without_contract(standing.contracts, day)
    plan = next((one for one in plans if one.key == contract.plan), None)
    covered = plan is None or kind is None or kind in plan.covers
    why = Why.VALID if covered else Why.NOT_COVERED
    return Entitlement(True, covered, why, contract.plan, contract.level)


def valid_contract(contracts: Iterable[Contract], day: date) -> Contract | None:
    """The contract that counts on a day: of several valid ones that which began last."""
    return max((one for one in contracts if one.holds(day)), key=lambda one: one.valid_from, default=None)


def _without_contract(contracts: Sequence[Contract], day: date) -> Entitlement:
    """One that is still to come says more than one that is over: its company has renewed already."""
    if begins := min((one.valid_from for one in contracts if one.valid_from > day), default=None):
        return Entitlement(False, True, Why.NOT_BEGUN, day=begins)
    if ended := max((one.valid_to for one in contracts if one.valid_to and one.valid_to < day), default=None):
        return Entitlement(False, True, Why.EXPIRED, day=ended)
    return Entitlement(False, True, Why.NO_CONTRACT)


@dataclass(frozen=True, slots=True)
class Offering:
    """What the desk offers, as configured; a day is one of `timezone`.

    `agents`: by name, the calendar by which each works; a curator who is not among them is not assigned.
    """

    timezone: ZoneInfo
    plans: tuple[Plan, ...] = PLANS
    products: tuple[Product, ...] = ()
    agents: Mapping[str, str] = field(default_factory=dict)

    def plan(self, key: str) -> Plan | None:
        """The plan of that key, None for one that is not configured (any more)."""
        return next((one for one in self.plans if one.key == key), None)


@dataclass(frozen=True, slots=True)
class About:
    """What a request is about, as far as it is known: the keys of kind, product and line; a version."""

    kind: str | None = None
    product: str = ""
    version: str = ""
    line: str = "first"


@dataclass(frozen=True, slots=True)
class Case:
    """A request before the rules: whose it is, what it is about, and what follows from that."""

    standing: Standing
    about: About
    facts: RequestFacts
    entitled: Entitlement
    to_curator: bool
    outdated: bool

    def kept(self) -> dict[str, Any]:
        """What of it a ticket keeps (`level_facts`), so that its level can be explained later."""
        found = self.facts.plain() | {"why": self.entitled.why.value}
        return found | ({"day": self.entitled.day.isoformat()} if self.entitled.day else {})

    def told(self) -> dict[str, Any]:
        """What of it the client's letters have to know."""
        entitled, about = self.entitled, self.about
        found: dict[str, Any] = {}
        if entitled.why not in (Why.UNREGISTERED, Why.NO_COMPANY, Why.VALID):
            found["entitlement"] = entitled.told()
        if self.outdated:
            found["outdated"] = {"product": about.product, "version": about.version}
        return found


def case_of(standing: Standing, offering: Offering, about: About, at: datetime) -> Case:
    """What the rules of levels are asked about a request that came at `at` (aware)."""
    entitled = entitlement(standing, offering.plans, local_day(at, offering.timezone), about.kind)
    facts = RequestFacts(
        registered=standing.registered,
        contract_valid=entitled.contract_valid,
        covered=entitled.covered,
        plan=entitled.plan or None,
        contract=entitled.level or None,
        kind=about.kind,
        product=about.product or None,
        line=about.line,
    )
    plan = offering.plan(entitled.plan)
    outdated = is_outdated(offering.products, about.product, about.version)
    return Case(standing, about, facts, entitled, plan is not None and plan.to_curator, outdated)


def in_charge(curator: str, away: Mapping[str, str], agents: Collection[str]) -> str:
    """Who answers for a curator's company just now: himself or, while he is away, whoever stands in for him.

    `away`: who is away, with his substitute ("" for none). "" when nobody is there who is an agent.
    """
    seen: set[str] = set()
    who = curator
    while who in away and who not in seen:
        seen.add(who)
        who = away[who]
    return who if who in agents and who not in away else ""
