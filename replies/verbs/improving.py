"""An improvement: the date that its client is told, and the stages that it goes through."""

from dataclasses import replace
from datetime import date, datetime

from desk.stages import NoSuchStep, Stage, check_step
from desk.ticket import Kind, State
from replies.answering import Desk, Refused, owed_to, the_ticket
from storage import stages
from storage.clocks import recount
from storage.outbox import owe
from storage.tickets import Change, TicketNow, change_ticket, note_changes


async def plan(desk: Desk, ticket_id: int, day: date, who: str, now: datetime) -> datetime:
    """Set the day by whose end an improvement is there, and tell its client; returns that moment (UTC).

    Raises Refused for what is no improvement, is closed, or for a day that is over or planned already.
    """
    ticket = await _improvement(desk, ticket_id)
    number = desk.numbering.format(ticket_id)
    until = desk.timing.end_of(day, ticket.level)
    if until <= now:
        raise Refused(f"{day} is over", "passed")
    if ticket.planned_for == until:
        raise Refused(f"{number} is planned for {day} already", "same", number=number)
    before = ticket.planned_for.isoformat() if ticket.planned_for is not None else ""
    await change_ticket(ticket_id, planned_for=until, planned_at=now)
    await note_changes(ticket_id, now, Change(who, "planned", before, until.isoformat()))
    ticket = replace(ticket, planned_for=until, planned_at=now)
    await recount(ticket, desk.timing, who, "the date was set", now)
    facts: dict[str, object] = {"due_at": until.isoformat(), "old_due_at": before or None}
    await owe(owed_to(ticket, "planned", now.isoformat(), facts), desk.domain, now)
    return until


async def enter_stage(desk: Desk, ticket_id: int, stage: str, who: str, why: str, now: datetime) -> None:
    """Let an improvement enter a stage, or be done. Raises Refused where `desk.stages` does not allow it."""
    allowed = ", ".join(Stage)
    if stage not in list(Stage):
        raise Refused(
            f"{stage!r} is no stage; allowed: {allowed}", "not-allowed-value", given=stage, allowed=allowed
        )
    ticket = await _improvement(desk, ticket_id)
    number = desk.numbering.format(ticket_id)
    try:
        check_step(ticket.stage, Stage(stage), why)
    except NoSuchStep as exc:
        raise Refused(f"{number}: {exc}", f"stage.{exc.why}", number=number) from exc
    await stages.enter(ticket, Stage(stage), now)
    await note_changes(ticket_id, now, Change(who, "stage", ticket.stage, stage, why.strip()))


async def given_up(ticket: TicketNow, who: str, now: datetime) -> TicketNow:
    """What is no improvement any more has neither a date nor a stage; returns it so."""
    if ticket.stage:
        await stages.enter(ticket, None, now)
        await note_changes(ticket.id, now, Change(who, "stage", ticket.stage, "", "it is no improvement"))
    if ticket.planned_for is not None:
        await change_ticket(ticket.id, planned_for=None, planned_at=None)
    return replace(ticket, stage="", planned_for=None, planned_at=None)


async def _improvement(desk: Desk, ticket_id: int) -> TicketNow:
    ticket = await the_ticket(ticket_id, desk)
    number = desk.numbering.format(ticket_id)
    if ticket.kind != Kind.IMPROVEMENT:
        text = f"{number} is no improvement; say first that it is one (/kind {Kind.IMPROVEMENT})"
        raise Refused(text, "no-improvement", number=number)
    if ticket.state == State.CLOSED:
        raise Refused(f"{number} is closed; reopen it first", "closed", number=number)
    return ticket
