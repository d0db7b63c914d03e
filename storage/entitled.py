"""What a ticket gets of what its client is entitled to, whoever asks for it. All of it runs inside a unit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.entitlement import STRANGER, About, Case, Offering, Standing, case_of, in_charge
from storage.absences import away_at
from storage.directory import standing_of
from storage.models import Event
from storage.tickets import Change, TicketNow, note_changes

UNVERIFIED = "sender not verified"  # in a history: somebody else than From may have written it


@dataclass(frozen=True, slots=True)
class Charge:
    """Who answers for a request of an individual plan: the `curator`, or `name` in his stead; "": nobody."""

    name: str
    curator: str


async def case_today(ticket: TicketNow, offering: Offering, now: datetime) -> Case:
    """What the rules of levels are asked about a ticket if they are asked anew (`now` in UTC)."""
    about = About(ticket.kind, ticket.product, ticket.version, ticket.line)
    return case_of(await _standing_behind(ticket), offering, about, now)


async def _standing_behind(ticket: TicketNow) -> Standing:
    """The client's; a ticket of which nobody knows whether he has written it has no rights, today neither."""
    if await Event.filter(ticket_id=ticket.id, what=UNVERIFIED).exists():
        return STRANGER
    return await standing_of(ticket.client_id)


async def charge_of(case: Case, offering: Offering, at: datetime) -> Charge | None:
    """To whom a request goes that came at `at` (UTC); None where the plan names nobody."""
    curator = case.standing.curator
    if not case.to_curator or not curator:
        return None
    away = {one.agent: one.substitute for one in await away_at(at)}
    return Charge(in_charge(curator, away, offering.agents), curator)


def opening_columns(case: Case, charge: Charge | None) -> dict[str, Any]:
    """What of it is kept on the ticket, as columns of `NewTicket`."""
    return {
        "company_id": case.standing.company_id,
        "level_facts": case.kept(),
        "kind": case.about.kind,
        "product": case.about.product,
        "version": case.about.version,
        "assignee": (charge.name or None) if charge else None,
    }


def opening_facts(case: Case, charge: Charge | None) -> dict[str, Any]:
    """What of it the confirmation has to know."""
    return case.told() | ({"curator": charge.name} if charge and charge.name else {})


async def note_opening(ticket_id: int, case: Case, charge: Charge | None, now: datetime) -> None:
    """Note in the history to whom it went, and that its version is outdated."""
    if charge is not None:
        if charge.name:
            why = "the curator" if charge.name == charge.curator else f"stands in for {charge.curator}"
            await note_changes(ticket_id, now, Change("otklik", "assigned", after=charge.name, why=why))
        # Told in the topic, and calls him there, or the heads when nobody is there.
        await note_changes(ticket_id, now, Change("otklik", "curator", charge.curator, charge.name))
    if case.outdated:
        await note_outdated(ticket_id, case.about.product, case.about.version, now)


async def note_outdated(ticket_id: int, product: str, version: str, now: datetime) -> None:
    """Note in the history that a request names a version that is not supported any more."""
    await note_changes(ticket_id, now, Change("otklik", "outdated version", product, version))
