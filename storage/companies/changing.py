"""What people change of a company. Everything here runs inside a unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tortoise.expressions import Q

from storage.companies.card import Term, Used
from storage.directory_models import (
    Company,
    CompanyDomain,
    CompanyLine,
    CompanyNote,
    CompanyProduct,
    Contract,
)
from storage.statements import fetch, row_lock

_NOTE = 10_000  # characters
_BLANK_LINES = re.compile(r"\s*\n(?:[^\S\n]*\n)+\s*")


class NoCompany(Exception):
    """There is no company of that registration."""


class CompanyKnown(Exception):
    """There is a company of that registration, or with that mail domain, already; the text says which."""


class NotConnected(Exception):
    """The company is, or is not, connected to the line already."""


class NoContract(Exception):
    """There is no contract to change: it has to be said from when it is valid."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be changed of a company; None leaves it as it is.

    `level`, `plan` and `valid_to` are those of the contract that begins on `valid_from`, which is made if
    there is none; without it, of the one that began last. `endless` takes the last day off.
    """

    name: str | None = None
    curator: str | None = None
    level: str | None = None
    plan: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    endless: bool = False
    domains: Sequence[str] | None = None
    products: Sequence[Used] | None = None


def tidy_note(text: str) -> str:
    """A note as it is kept: without blank lines, which part one note from another in a CSV file."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return _BLANK_LINES.sub("\n", lines)[:_NOTE]


async def add_company(registration: str, name: str, now: datetime) -> None:
    """Add a company. Raises CompanyKnown."""
    if await Company.filter(registration=registration).exists():
        raise CompanyKnown(f"there is a company {registration} already")
    await Company.create(registration=registration, name=name, created_at=now)


async def edit_company(registration: str, edit: Edit) -> None:
    """Change a company. Raises NoCompany, NoContract, CompanyKnown for another's mail domain; ValueError for
    a contract that would end before it begins.
    """
    company = await _held(registration)
    plain = {"name": edit.name, "curator": edit.curator}
    given = {name: value for name, value in plain.items() if value is not None}
    if given:
        await Company.filter(id=company.id).update(**given)
    terms = (edit.level, edit.plan, edit.valid_from, edit.valid_to)
    if edit.endless or any(one is not None for one in terms):
        await _contract(company, edit)
    if edit.domains is not None:
        await _domains(company, edit.domains)
    if edit.products is not None:
        await CompanyProduct.filter(company_id=company.id).delete()
        for one in edit.products:
            await CompanyProduct.create(
                company_id=company.id, product=one.product, version=one.version, registration=one.registration
            )


async def _contract(company: Company, edit: Edit) -> None:
    rows = Contract.filter(company_id=company.id)
    if edit.valid_from is not None:
        rows = rows.filter(valid_from=edit.valid_from)
    row = await rows.order_by("-valid_from", "-id").first()
    if row is None and edit.valid_from is None:
        raise NoContract(f"{company.registration} has no contract yet; say from when it is valid")
    old = None if row is None else Term(row.level, row.plan, row.valid_from, row.valid_to)
    first = edit.valid_from or (old.valid_from if old else None)
    assert first is not None
    last = None if edit.endless else edit.valid_to or (old.valid_to if old else None)
    if last is not None and last < first:
        raise ValueError(f"the contract would end on {last}, before it begins on {first}")
    terms: dict[str, Any] = {
        "level": edit.level if edit.level is not None else (old.level if old else ""),
        "plan": edit.plan if edit.plan is not None else (old.plan if old else ""),
        "valid_to": last,
    }
    if row is None:
        await Contract.create(company_id=company.id, valid_from=first, **terms)
    else:
        await Contract.filter(id=row.id).update(**terms)


async def _domains(company: Company, domains: Sequence[str]) -> None:
    taken = await CompanyDomain.filter(Q(domain__in=list(domains)) & ~Q(company_id=company.id)).first()
    if taken is not None:
        owner = await Company.get(id=taken.company_id)
        raise CompanyKnown(f"{taken.domain} is a mail domain of the company {owner.registration}")
    await CompanyDomain.filter(company_id=company.id).delete()
    for domain in dict.fromkeys(domains):
        await CompanyDomain.create(company_id=company.id, domain=domain)


async def connect(registration: str, line: str, at: datetime) -> None:
    """Connect a company to a line from a moment on (UTC). Raises NoCompany, NotConnected."""
    company = await _held(registration)
    if await CompanyLine.filter(company_id=company.id, line=line, disconnected_at=None).exists():
        raise NotConnected(f"{registration} is connected to {line} already")
    await CompanyLine.create(company_id=company.id, line=line, connected_at=at)


async def disconnect(registration: str, line: str, at: datetime) -> None:
    """End a connection at a moment (UTC). Raises NoCompany, NotConnected."""
    company = await _held(registration)
    rows = CompanyLine.filter(company_id=company.id, line=line, disconnected_at=None)
    if not await rows.exists():
        raise NotConnected(f"{registration} is not connected to {line}")
    if await rows.filter(connected_at__gt=at).exists():
        raise NotConnected(f"{registration} was connected to {line} after that")
    await rows.update(disconnected_at=at)


async def note_on_company(registration: str, author: str, text: str, now: datetime) -> None:
    """Write a note on a company's card. Raises NoCompany, ValueError for a note of nothing."""
    company = await _held(registration)
    tidy = tidy_note(text)
    if not tidy:
        raise ValueError("a note says something")
    await CompanyNote.create(company_id=company.id, author=author[:200], text=tidy, at=now)


async def _held(registration: str) -> Company:
    """The company; nobody else changes it until the transaction ends."""
    await fetch(
        f"SELECT id FROM companies WHERE registration = ?{row_lock('UPDATE')}",  # noqa: S608
        registration,
    )
    row = await Company.get_or_none(registration=registration)
    if row is None:
        raise NoCompany(f"there is no company {registration}")
    return row
