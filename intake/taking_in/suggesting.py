"""An unknown person writes from a known company's mail domain: the agents are asked whether he is its."""

from desk.mail_domains import company_domain
from intake.taking_in.arrived import Arrived
from intake.taking_in.history import is_imported
from intake.taking_in.identity import is_unverified
from storage.companies.linking import SUGGESTED, company_at
from storage.tickets import Change, note_changes


async def suggest_company(arrival: Arrived, ticket_id: int) -> None:
    """Note in a new ticket's history which company its client may be of; he is never linked by it.

    A domain in From proves nothing of a mail that somebody else has sent, and old mail asks for nothing.
    """
    if arrival.client.registered or is_imported(arrival.entry) or is_unverified(arrival.incoming):
        return
    domain = company_domain(arrival.client.address)
    company = await company_at(domain) if domain else None
    if company is not None:
        change = Change("otklik", SUGGESTED, domain, company.registration, company.name)
        await note_changes(ticket_id, arrival.now, change)
