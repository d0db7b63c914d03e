"""Whose client somebody is: linking a client to a company, and what is suggested for linking."""

from dataclasses import dataclass
from datetime import datetime

from storage.companies.changing import NoCompany
from storage.directory_models import Company
from storage.models import Client, Event, Ticket
from storage.statements import fetch, row_lock
from storage.tickets import Change, note_changes, open_tickets

LINKED, UNLINKED, SUGGESTED = "company linked", "company unlinked", "company suggested"


class NotLinkable(Exception):
    """The client is linked to that company already, or to none, or there is no such client."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A company that may be a person's, by his mail domain."""

    registration: str
    name: str


async def company_at(domain: str) -> Suggested | None:
    """The company whose people write from a mail domain (in lower case), or None."""
    rows = await fetch(
        "SELECT o.registration, o.name FROM company_domains d JOIN companies o ON o.id = d.company_id"
        " WHERE d.domain = ?",
        domain,
    )
    return Suggested(rows[0]["registration"], rows[0]["name"]) if rows else None


async def suggested_for(ticket_id: int) -> list[str]:
    """The registrations that were suggested for a ticket's client, in the order of suggesting."""
    rows = Event.filter(ticket_id=ticket_id, what=SUGGESTED).order_by("id")
    return list(dict.fromkeys([str(one) for one in await rows.values_list("after", flat=True)]))


async def link_client(client_id: int, registration: str, who: str, now: datetime) -> None:
    """Link a client to a company; inside a unit. Somebody vouches for him, so he counts as registered.

    His open tickets are the company's from now on, and their history says so. Raises NoCompany, NotLinkable.
    """
    client = await _held(client_id)
    company = await Company.get_or_none(registration=registration)
    if company is None:
        raise NoCompany(f"there is no company {registration}")
    if client.company_id == company.id and client.registered:
        raise NotLinkable(f"the client is linked to {registration} already")
    before = await _registration(client.company_id)
    await Client.filter(id=client_id).update(company_id=company.id, registered=True)
    await _note(client_id, company.id, Change(who, LINKED, before, registration, company.name), now)


async def unlink_client(client_id: int, who: str, now: datetime) -> str:
    """Take a client's company away; inside a unit. Returns its registration.

    He is not registered any more: without a company a registered client counts as one with a valid contract,
    which whoever has left a company is not. Raises NotLinkable.
    """
    client = await _held(client_id)
    if client.company_id is None:
        raise NotLinkable("the client is linked to no company")
    before = await _registration(client.company_id)
    await Client.filter(id=client_id).update(company_id=None, registered=False)
    await _note(client_id, None, Change(who, UNLINKED, before), now)
    return before


async def _note(client_id: int, company_id: int | None, change: Change, now: datetime) -> None:
    for number in await open_tickets(client_id):
        await Ticket.filter(id=number).update(company_id=company_id)
        await note_changes(number, now, change)


async def _held(client_id: int) -> Client:
    """The client; nobody else changes or erases him until the transaction ends."""
    await fetch(f"SELECT id FROM clients WHERE id = ?{row_lock('UPDATE')}", client_id)  # noqa: S608
    client = await Client.get_or_none(id=client_id, erased_at=None)
    if client is None:
        raise NotLinkable("there is no such client")
    return client


async def _registration(company_id: int | None) -> str:
    row = await Company.get_or_none(id=company_id) if company_id is not None else None
    return row.registration if row else ""
