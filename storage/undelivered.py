"""Deliveries that did not arrive: by the relay's word at once, or by a bounce that came back later.

Everything here runs inside a writer's unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.models import Delivery, DeliveryState, Event, Message

# In the hands of a worker it may have left already, and the bounce be faster than our own note of that.
_LEFT = (DeliveryState.SENT, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class SentDelivery:
    """A delivery that a bounce or an answer is about; `ticket_id` is None for one without a ticket."""

    id: int
    ticket_id: int | None
    kind: str
    recipient: str


async def delivery_by_message_ids(message_ids: Sequence[str]) -> SentDelivery | None:
    """Our delivery with one of these Message-IDs, the first that there is, or None."""
    for message_id in message_ids:
        if found := await _first(message_id=message_id):
            return found
    return None


async def delivery_by_id(delivery_id: int) -> SentDelivery | None:
    """The delivery with that id, or None."""
    return await _first(id=delivery_id)


async def _first(**wanted: object) -> SentDelivery | None:
    row = await Delivery.filter(**wanted).first().values("id", "ticket_id", "kind", "recipient")
    return SentDelivery(**row) if row else None


async def mark_undeliverable(delivery: SentDelivery, reason: str, now: datetime) -> bool:
    """A bounce says that it did not arrive: note it, in the ticket for the agents to see.

    Returns False, and changes nothing, when it has not left or is marked already.
    """
    # Locked, or an erasure beside us could take the recipient away after he was read.
    locked = Delivery.select_for_update().only("id", "recipient", "item_id")
    left = await locked.get_or_none(id=delivery.id, state__in=_LEFT)
    if left is None:
        return False
    # Of somebody who was erased it is kept that the mail came back, without the words that name him.
    erased = not left.recipient
    await Delivery.filter(id=left.id).update(
        state=DeliveryState.UNDELIVERABLE, error="" if erased else reason, claimed_until=None
    )
    if not erased:
        await tell_agents(delivery.ticket_id, delivery.kind, left.recipient, reason, now, left.item_id)
    return True


async def tell_agents(
    ticket_id: int | None, kind: str, recipient: str, error: str, now: datetime, item_id: int | None = None
) -> None:
    """Write a note into the ticket, if there is one, and a line of its history.

    `item_id`: which item of the thread did not arrive, as the line's `before`.
    """
    if ticket_id is None:
        return
    note = f"{kind} to {recipient} could not be delivered: {error}"
    await Message.create(ticket_id=ticket_id, direction="note", author="otklik", text=note, at=now)
    item = str(item_id) if item_id is not None else ""
    what = "undeliverable"
    await Event.create(
        ticket_id=ticket_id, at=now, who="otklik", what=what, before=item, after=kind, why=error
    )
