"""What is known of a company, as other floors see it. Reads only."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from desk.ticket import State
from storage.directory_models import (
    Company,
    CompanyDomain,
    CompanyLine,
    CompanyNote,
    CompanyProduct,
    Contract,
)
from storage.models import Client, Ticket
from storage.statements import fetch

_TOGETHER = 500  # companies read at a time


@dataclass(frozen=True, slots=True)
class Term:
    """A contract; both days are included, `valid_to` None is without end."""

    level: str
    plan: str
    valid_from: date
    valid_to: date | None

    def valid_on(self, day: date) -> bool:
        """Whether it entitles to support on a day, in the desk's zone."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Used:
    """A product that a company uses, by its key in the configuration."""

    product: str
    version: str
    registration: str


@dataclass(frozen=True, slots=True)
class Connection:
    """Since when and until when (UTC; None: still) a company is connected to a line."""

    line: str
    connected_at: datetime
    disconnected_at: datetime | None


@dataclass(frozen=True, slots=True)
class Note:
    """What an agent has noted of a company's set-up; `at` is UTC."""

    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CompanyCard:
    """A company. Contracts: what began last first; notes: the newest first; lines: all there ever were."""

    id: int
    registration: str
    name: str
    curator: str
    contracts: tuple[Term, ...]
    domains: tuple[str, ...]
    products: tuple[Used, ...]
    lines: tuple[Connection, ...]
    notes: tuple[Note, ...]
    clients: int
    open_tickets: tuple[int, ...]

    def contract_on(self, day: date) -> Term | None:
        """The contract that counts on a day (in the desk's zone): of several the one that began last."""
        return next((one for one in self.contracts if one.valid_on(day)), None)

    def contract_shown(self, day: date) -> Term | None:
        """The one that counts, else the one that will count or has counted last; None where there is none."""
        return self.contract_on(day) or next(iter(self.contracts), None)

    @property
    def connected(self) -> tuple[str, ...]:
        """The lines to which it is connected now."""
        return tuple(dict.fromkeys(one.line for one in self.lines if one.disconnected_at is None))


async def company_card(registration: str) -> CompanyCard | None:
    """The company of that registration, or None."""
    row = await Company.get_or_none(registration=registration)
    return None if row is None else (await _cards([row]))[0]


async def company_of_client(client_id: int) -> CompanyCard | None:
    """A client's company, or None."""
    client = await Client.get_or_none(id=client_id)
    if client is None or client.company_id is None:
        return None
    row = await Company.get_or_none(id=client.company_id)
    return None if row is None else (await _cards([row]))[0]


async def companies() -> AsyncIterator[CompanyCard]:
    """All companies, by registration; few at a time, so that a hundred thousand need no memory."""
    last = ""
    while rows := await Company.filter(registration__gt=last).order_by("registration").limit(_TOGETHER):
        last = rows[-1].registration
        for card in await _cards(rows):
            yield card


async def company_count() -> int:
    """How many companies there are."""
    return await Company.all().count()


async def _cards(rows: Sequence[Company]) -> list[CompanyCard]:
    ids = [row.id for row in rows]
    contracts = _by_company(await Contract.filter(company_id__in=ids).order_by("-valid_from", "-id"))
    domains = _by_company(await CompanyDomain.filter(company_id__in=ids).order_by("domain"))
    products = _by_company(await CompanyProduct.filter(company_id__in=ids).order_by("product"))
    lines = _by_company(await CompanyLine.filter(company_id__in=ids).order_by("connected_at", "id"))
    notes = _by_company(await CompanyNote.filter(company_id__in=ids).order_by("-id"))
    marks = ", ".join("?" for _ in ids)
    people = {
        row["company_id"]: int(row["number"])
        for row in await fetch(
            "SELECT company_id, COUNT(*) AS number FROM clients"  # noqa: S608 - our own words
            f" WHERE company_id IN ({marks}) GROUP BY company_id",
            *ids,
        )
    }
    tickets = _by_company(
        await Ticket.filter(company_id__in=ids).exclude(state=State.CLOSED.value).order_by("id")
    )
    return [
        CompanyCard(
            row.id,
            row.registration,
            row.name,
            row.curator,
            tuple(Term(one.level, one.plan, one.valid_from, one.valid_to) for one in contracts[row.id]),
            tuple(one.domain for one in domains[row.id]),
            tuple(Used(one.product, one.version, one.registration) for one in products[row.id]),
            tuple(Connection(one.line, one.connected_at, one.disconnected_at) for one in lines[row.id]),
            tuple(Note(one.author, one.text, one.at) for one in notes[row.id]),
            people.get(row.id, 0),
            tuple(one.id for one in tickets[row.id]),
        )
        for row in rows
    ]


def _by_company(rows: Sequence[Any]) -> defaultdict[int, list[Any]]:
    found = defaultdict[int, list[Any]](list)
    for row in rows:
        found[row.company_id].append(row)
    return found
