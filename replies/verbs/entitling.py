"""The rules of levels, asked anew about a ticket: what they say today, and giving it that level."""

from dataclasses import dataclass
from datetime import datetime

from desk.entitlement import Case
from desk.service_level import ServiceLevel, assign
from desk.ticket import State
from replies.answering import Desk, Refused, set_level_now, the_ticket
from storage.entitled import case_today
from storage.tickets import TicketNow, change_ticket


@dataclass(frozen=True, slots=True)
class Today:
    """What the rules say of a ticket today, and the level that it has."""

    case: Case
    level: ServiceLevel
    has: str


async def today(desk: Desk, ticket: TicketNow, now: datetime) -> Today:
    """Ask the rules anew, by what its client is entitled to at `now` (UTC). Raises NoLevelMatches."""
    case = await case_today(ticket, desk.offering, now)
    return Today(case, assign(desk.levels, case.facts), ticket.level)


async def coverage(desk: Desk, ticket_id: int, now: datetime) -> Today | None:
    """Judge an open ticket anew after its kind was said.

    None unless the plan leaves that kind out, or did leave out the one of before, and the rules give it
    another level for that than it has.
    """
    ticket = await the_ticket(ticket_id, desk)
    if ticket.state == State.CLOSED:
        return None
    found = await today(desk, ticket, now)
    was_covered = (ticket.level_facts or {}).get("covered", True)
    matters = not (was_covered and found.case.entitled.covered)
    return found if matters and found.level.key != found.has else None


async def level_by_rules(
    desk: Desk, ticket_id: int, who: str, why: str, now: datetime
) -> tuple[ServiceLevel, datetime]:
    """Give a ticket the level of today's rules, and the new deadline (UTC); its client is told why.

    Raises Refused for an unknown or closed ticket, and for one that has that level already.
    """
    ticket = await the_ticket(ticket_id, desk)
    found = await today(desk, ticket, now)
    if found.level.key == ticket.level:
        number = desk.numbering.format(ticket_id)
        text = f"{number} has the level that the rules give, {ticket.level}, already"
        raise Refused(text, "same", number=number)
    due_at = await set_level_now(
        desk, ticket_id, found.level.key, who, why, now, entitled=found.case.entitled.told()
    )
    await change_ticket(ticket_id, level_facts=found.case.kept(), company_id=found.case.standing.company_id)
    return found.level, due_at
