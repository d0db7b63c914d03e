"""The stays of improvements in their stages; everything here runs inside a unit."""

from collections.abc import Collection
from datetime import datetime

from desk.stages import Stage
from desk.ticket import State
from storage.clock_models import Stage as Stay
from storage.statements import insert
from storage.tickets import TicketNow, change_ticket


async def enter(ticket: TicketNow, stage: Stage | None, at: datetime) -> None:
    """Leave the stage that a ticket is in, and enter another; None for none any more. DONE has no stay."""
    await leave_all((ticket.id,), at)
    await change_ticket(ticket.id, stage=stage.value if stage is not None else "")
    if stage is not None and stage is not Stage.DONE:
        await _stay(ticket.id, stage.value, at)


async def follow(ticket: TicketNow, state: State, at: datetime) -> None:
    """Nobody works on a closed ticket: its stay ends with the closing; reopening begins another."""
    if ticket.stage in ("", Stage.DONE):
        return
    if state is State.CLOSED:
        await leave_all((ticket.id,), at)
    elif ticket.state == State.CLOSED:
        await _stay(ticket.id, ticket.stage, at)


async def leave_all(ticket_ids: Collection[int], at: datetime) -> None:
    """End the stays that go on."""
    await Stay.filter(ticket_id__in=ticket_ids, left_at=None).update(left_at=at)


async def _stay(ticket_id: int, stage: str, at: datetime) -> None:
    await insert(Stay, {"ticket_id": ticket_id, "stage": stage, "entered_at": at})
