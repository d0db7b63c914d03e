"""Answers that wait for somebody's word before they go out. Everything here runs inside a writer's unit.

One that is held is on its ticket already, but as one that was taken back, and its delivery is suppressed: a
later answer to the same client does not wait for it.
"""

from datetime import datetime

from desk.ticket import State
from replies.answering import Answer, Desk, item_of, note_answered, owed_answer, the_ticket
from replies.closing import reopen_now
from storage.answers import HELD, change_delivery, change_item, mark_posts, said_item
from storage.models import DeliveryState
from storage.outbox import owe
from storage.tickets import Change, add_message, note_changes

PENDING, WAITS = "pending", "held"  # marks of an agent's own message, see `storage.posts`
_SUPPRESSED = (DeliveryState.SUPPRESSED,)


async def hold_answer(desk: Desk, ticket_id: int, said: Answer, why: str, now: datetime) -> int:
    """Keep an answer that somebody has to confirm first: `why` names what about. Returns the item's id."""
    ticket = await the_ticket(ticket_id, desk)
    item_id = await add_message(item_of(ticket_id, said, now))
    await change_item(item_id, withdrawn_at=now)
    await note_changes(ticket_id, now, Change(said.agent, "held", why=why))
    await owe(owed_answer(ticket, item_id, said), desk.domain, now, suppressed=HELD + why)
    return item_id


async def send_held(desk: Desk, item_id: int, who: str, now: datetime, *, reopen: bool = False) -> bool:
    """Send a held answer after all, first reopening its ticket if wanted.

    Returns False, with nothing changed, when it does not wait any more. Raises desk.ticket.NotAllowed when
    the ticket is closed, and `reopen` was not asked for.
    """
    said = await said_item(item_id)
    if said is None or said.delivery is None or not said.delivery.held:
        return False
    ticket = await the_ticket(said.ticket_id, desk)
    if reopen and ticket.state == State.CLOSED:
        await reopen_now(desk, ticket.id, who, "an agent has more to say", now)
        ticket = await the_ticket(said.ticket_id, desk)
    await note_answered(desk, ticket, said.author, now)
    await change_item(item_id, withdrawn_at=None, at=now)
    await change_delivery(
        said.delivery.id, _SUPPRESSED, state=DeliveryState.OWED, error="", next_attempt_at=now
    )
    await mark_posts(item_id, PENDING)
    return True


async def drop_held(item_id: int, who: str, now: datetime) -> bool:
    """Never send a held answer; False when it does not wait any more."""
    said = await said_item(item_id)
    if said is None or said.delivery is None or not said.delivery.held:
        return False
    await change_delivery(said.delivery.id, _SUPPRESSED, state=DeliveryState.CANCELLED, error="")
    await mark_posts(item_id, PENDING)
    await note_changes(said.ticket_id, now, Change(who, "withdrawn", why="not confirmed"))
    return True
