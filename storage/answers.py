"""What an agent has said to a client: what of it has not gone yet, and can be changed. All inside a unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.chat_models import Attachment, Post
from storage.models import Delivery, DeliveryState, Message
from storage.posts import AGENTS
from storage.statements import change

HELD = "held: "  # how the reason of a suppressed delivery begins that waits for a person's word


@dataclass(frozen=True, slots=True)
class Underway:
    """The delivery of an answer; `composed`: its bytes are fixed. `held`: what it waits for a word about."""

    id: int
    channel: str
    recipient: str
    state: DeliveryState
    composed: bool
    held: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer or a note of an agent's; `size` in bytes of its files. `delivery` is None for a note."""

    id: int
    ticket_id: int
    direction: str
    author: str
    text: str
    at: datetime
    withdrawn: bool
    size: int
    delivery: Underway | None


async def said_item(item_id: int) -> Said | None:
    """What an agent said as it stands, or None for what is no answer or note."""
    row = await Message.select_for_update().get_or_none(id=item_id, direction__in=("out", "note"))
    if row is None:
        return None
    delivery = await Delivery.select_for_update().filter(item_id=item_id, kind="answer").first()
    sizes = await Attachment.filter(message_id=item_id).values_list("size", flat=True)
    return Said(
        row.id,
        row.ticket_id,
        row.direction,
        row.author,
        row.text,
        row.at,
        row.withdrawn_at is not None,
        sum(int(size) for size in sizes),  # type: ignore[call-overload]
        _underway(delivery) if delivery is not None else None,
    )


def _underway(row: Delivery) -> Underway:
    waits = row.state == DeliveryState.SUPPRESSED and row.error.startswith(HELD)
    held = row.error.removeprefix(HELD) if waits else ""
    return Underway(
        row.id,
        row.channel,
        row.recipient,
        DeliveryState(row.state),
        row.content is not None,
        held,
        dict(row.facts),
    )


async def last_answer(ticket_id: int, author: str) -> int | None:
    """The newest answer of an agent's on a ticket, whatever became of it, or None."""
    his = Message.filter(ticket_id=ticket_id, author=author, direction="out", automatic=False)
    row = await his.order_by("-id").first()
    return row.id if row else None


async def answered_since(ticket_id: int, since: datetime, *, besides: str) -> str:
    """Who has answered a ticket since a moment (UTC), other than `besides`; "" for nobody."""
    others = Message.filter(ticket_id=ticket_id, direction="out", automatic=False, at__gte=since)
    row = await others.filter(withdrawn_at=None).exclude(author=besides).order_by("-id").first()
    return row.author if row else ""


async def first_answer(ticket_id: int) -> tuple[datetime, str] | None:
    """When a ticket was answered first (UTC), by whom; None if it was not."""
    answers = Message.filter(ticket_id=ticket_id, direction="out", automatic=False, withdrawn_at=None)
    row = await answers.order_by("at", "id").first()
    return (row.at, row.author) if row else None


async def change_item(item_id: int, **columns: Any) -> None:
    """Set columns of an item; the caller writes the history."""
    await Message.filter(id=item_id).update(**columns)


async def change_delivery(delivery_id: int, among: Sequence[DeliveryState], **columns: Any) -> bool:
    """Set columns of a delivery that is in one of these states; False, with nothing set, when it is not."""
    return bool(await Delivery.filter(id=delivery_id, state__in=among).update(**columns))


async def mark_posts(item_id: int, mark: str) -> None:
    """Mark the messages as which an item came in the staff chat; what the marks mean: `storage.posts`."""
    await Post.filter(bot=AGENTS, item_id=item_id, incoming=True).update(mark=mark)


def question(item_id: int) -> str:
    """The mark of the message that asks about a held answer."""
    return f"ask:{item_id}"


async def question_asked(item_id: int) -> bool:
    """Whether the question about a held answer stands in the staff chat."""
    return await Post.filter(bot=AGENTS, incoming=False, mark=question(item_id)).exists()


async def album_marks(chat_id: int, album: str) -> set[str]:
    """The marks of an album's messages in a staff chat."""
    found = await Post.filter(bot=AGENTS, chat_id=chat_id, album=album).values_list("mark", flat=True)
    return {str(mark) for mark in found}


async def put_off_unsent(until: datetime) -> None:
    """Let answers from staff chats that never were tried wait: parts of them, or an undo, may be on the way.

    For the start after a downtime, when Telegram has yet to be asked what is new; `until` in UTC.
    """
    await change(
        "UPDATE deliveries SET next_attempt_at = ? WHERE state = 'owed' AND kind = 'answer' AND attempts = 0"
        " AND content IS NULL AND next_attempt_at < ? AND EXISTS (SELECT 1 FROM posts p"
        " WHERE p.item_id = deliveries.item_id AND p.bot = 'agents' AND p.incoming)",
        until,
        until,
    )
