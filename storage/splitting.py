"""Messages of a client's that may become tickets of their own; everything here runs inside a unit."""

from dataclasses import dataclass
from datetime import datetime

from storage.chat_models import Post
from storage.models import Address, Entry, Message


@dataclass(frozen=True, slots=True)
class Movable:
    """A client's own message; `at`: when it came (UTC)."""

    id: int
    address: str
    text: str
    message_id: str
    at: datetime


async def movable_messages(ticket_id: int, client_id: int) -> list[Movable]:
    """What the client himself wrote on a ticket, in its order; neither machines nor participants."""
    his = await Address.filter(client_id=client_id).values_list("address", flat=True)
    rows = Message.filter(ticket_id=ticket_id, direction="in", automatic=False, address__in=[*his])
    return [
        Movable(row.id, row.address, row.new_text or row.text, row.message_id, row.at)
        for row in await rows.order_by("id")
    ]


async def move_message(item_id: int, ticket_id: int) -> None:
    """Put a message with its files on another ticket; what its client replies to it goes there, too."""
    row = await Message.get(id=item_id)
    await Message.filter(id=item_id).update(ticket_id=ticket_id)
    await Post.filter(item_id=item_id).update(ticket_id=ticket_id)
    if row.entry_id is not None:
        await Entry.filter(id=row.entry_id).update(ticket_id=ticket_id)
