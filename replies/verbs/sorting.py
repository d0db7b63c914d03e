"""What a ticket is and whose: its kind, its priority, its line."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from desk.ticket import PRIORITIES, Kind, Line, State
from replies.answering import Desk, Refused, the_ticket
from replies.verbs import improving
from storage.clocks import recount
from storage.tickets import Change, change_ticket, note_changes


async def set_kind(desk: Desk, ticket_id: int, kind: str, who: str, now: datetime) -> None:
    """Say what a ticket is about; by when it is to be settled follows from that.

    What is no improvement any more loses its date and its stage. Raises Refused for what it is already, or
    for no kind.
    """
    allowed = [one.value for one in Kind]
    if kind not in allowed:
        raise _unknown("kind", kind, allowed)
    ticket = await the_ticket(ticket_id, desk)
    if ticket.kind == kind:
        raise _same(desk, ticket_id, f"a {kind}")
    await change_ticket(ticket_id, kind=kind)
    await note_changes(ticket_id, now, Change(who, "kind", ticket.kind or "", kind))
    ticket = replace(ticket, kind=kind)
    if kind != Kind.IMPROVEMENT:
        ticket = await improving.given_up(ticket, who, now)
    await recount(ticket, desk.timing, who, f"it is a {kind}", now)


async def set_priority(desk: Desk, ticket_id: int, priority: str, who: str, now: datetime) -> None:
    """Give a ticket a priority, "1" to "3"; by when it is to be settled may follow from that.

    Raises Refused for the one that it has, or for none of them.
    """
    allowed = [str(one) for one in PRIORITIES]
    if priority not in allowed:
        raise _unknown("priority", priority, allowed)
    ticket = await the_ticket(ticket_id, desk)
    if ticket.priority == int(priority):
        raise _same(desk, ticket_id, f"of priority {priority}")
    await change_ticket(ticket_id, priority=int(priority))
    before = "" if ticket.priority is None else str(ticket.priority)
    await note_changes(ticket_id, now, Change(who, "priority", before, priority))
    of_priority = replace(ticket, priority=int(priority))
    await recount(of_priority, desk.timing, who, f"its priority is {priority}", now)


async def hand_over(
    desk: Desk, ticket_id: int, line: str, who: str, why: str, now: datetime, *, members: Collection[str]
) -> None:
    """Hand a ticket over to another line; nobody is responsible there yet, unless he is of its `members`.

    Raises Refused for an unknown or closed ticket, the line that it is on, or no line.
    """
    allowed = [one.value for one in Line]
    if line not in allowed:
        raise _unknown("line", line, allowed)
    ticket = await the_ticket(ticket_id, desk)
    number = desk.numbering.format(ticket_id)
    if ticket.line == line:
        raise _same(desk, ticket_id, f"on the line {line}")
    if ticket.state == State.CLOSED:
        raise Refused(f"{number} is closed; reopen it first", "closed", number=number)
    changes = [Change(who, "line", ticket.line, line, why)]
    columns: dict[str, object] = {"line": line}
    if ticket.assignee is not None and ticket.assignee not in members:
        columns["assignee"] = None
        changes.append(Change(who, "assigned", ticket.assignee, "", "handed over"))
    await change_ticket(ticket_id, **columns)
    await note_changes(ticket_id, now, *changes)


def _unknown(what: str, given: str, allowed: Collection[str]) -> Refused:
    text = f"{given!r} is no {what}; allowed: {', '.join(allowed)}"
    return Refused(text, "not-allowed-value", given=given, allowed=", ".join(allowed))


def _same(desk: Desk, ticket_id: int, what: str) -> Refused:
    number = desk.numbering.format(ticket_id)
    return Refused(f"{number} is {what} already", "same", number=number)
