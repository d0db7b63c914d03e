"""Chats that the bots know, and what a client is in the middle of there; all inside a writer's unit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.ticket import State
from storage.chat_models import Chat, Post
from storage.models import Message, Ticket


@dataclass(frozen=True, slots=True)
class ChatNow:
    """A chat as it stands; see `storage.chat_models.Chat`."""

    id: int
    bot: str
    chat_id: int
    client_id: int | None
    ticket_id: int | None
    chosen_at: datetime | None
    expects: dict[str, Any] | None
    told_at: datetime | None
    left_at: datetime | None
    moved_to: int | None


async def chat_now(bot: str, chat_id: int) -> ChatNow | None:
    """A chat that a bot knows, or None."""
    row = await Chat.get_or_none(bot=bot, chat_id=chat_id)
    return None if row is None else ChatNow(**{name: getattr(row, name) for name in ChatNow.__slots__})


async def change_chat(bot: str, chat_id: int, **columns: Any) -> None:
    """Set columns of a chat, which is remembered if it was not known."""
    if not await Chat.filter(bot=bot, chat_id=chat_id).update(**columns):
        await Chat.create(bot=bot, chat_id=chat_id, **columns)


async def present_chat(chat_id: int) -> int:
    """The chat that a staff chat of the configuration is now: a group that became a supergroup has moved."""
    seen = {chat_id}
    while (known := await chat_now("agents", chat_id)) and known.moved_to and known.moved_to not in seen:
        chat_id = known.moved_to
        seen.add(chat_id)
    return chat_id


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket of a client's as a list shows it."""

    id: int
    subject: str
    state: str
    closed_at: datetime | None


async def tickets_of(client_id: int, most: int) -> list[TicketLine]:
    """A client's tickets: those that are not closed first, then the closed ones, each the newest first."""
    mine = Ticket.filter(client_id=client_id, merged_into=None)
    unfinished = await mine.exclude(state=State.CLOSED.value).order_by("-id").limit(most)
    closed = await mine.filter(state=State.CLOSED.value).order_by("-closed_at", "-id").limit(most)
    rows = [*unfinished, *closed][:most]
    return [TicketLine(row.id, row.subject, row.state, row.closed_at) for row in rows]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote last in a chat: on which ticket, when, and how much (characters)."""

    ticket_id: int
    at: datetime
    length: int


async def last_said(bot: str, chat_id: int) -> Said | None:
    """What was last taken in from a chat, or None."""
    post = await Post.filter(bot=bot, chat_id=chat_id, incoming=True).order_by("-message_id").first()
    if post is None or post.item_id is None or post.ticket_id is None:
        return None
    item = await Message.get_or_none(id=post.item_id)
    return Said(post.ticket_id, item.at, len(item.text)) if item else None


async def album_item(bot: str, chat_id: int, album: str) -> tuple[int, int] | None:
    """The ticket and the item of its thread that the first known part of an album became, or None."""
    known = Post.filter(bot=bot, chat_id=chat_id, album=album, item_id__isnull=False)
    row = await known.order_by("id").first()
    return None if row is None or not row.ticket_id or not row.item_id else (row.ticket_id, row.item_id)


async def text_lengths(bot: str, item_id: int) -> list[tuple[int, int]]:
    """The posts that an album's item came as, in their order, each with how long its part of the text is."""
    rows = await Post.filter(bot=bot, item_id=item_id, incoming=True).order_by("id")
    return [(row.id, int(row.mark or 0)) for row in rows]


async def text_length_is(post_id: int, length: int) -> None:
    """A part of an album's text has another length now."""
    await Post.filter(id=post_id).update(mark=str(length))
