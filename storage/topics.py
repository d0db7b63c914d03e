"""Which ticket is shown where in a staff chat, and what of it is not shown there yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.chat_models import Topic
from storage.database import Database
from storage.models import Event, Message
from storage.posts import NewPost, note_post
from storage.statements import fetch

OVERLAP = 500  # ids looked at again: on PostgreSQL a smaller one may become visible after a larger one


@dataclass(frozen=True, slots=True)
class TopicNow:
    """A ticket's place in a staff chat as it stands; see `storage.chat_models.Topic`."""

    id: int
    ticket_id: int
    chat_id: int
    thread_id: int | None
    card_id: int | None
    pinned: bool
    title: str
    icon: str
    card_sha256: str
    closed: bool
    posted_item: int
    seen_event: int


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a ticket's thread, to be shown."""

    id: int
    direction: str
    author: str
    address: str
    text: str
    new_text: str
    at: datetime
    origin: str
    declined: Sequence[dict[str, Any]]
    shares: Sequence[str]
    screenshots: Sequence[dict[str, Any]]
    attachments: Sequence[dict[str, Any]]
    edited: bool
    automatic: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A line of a ticket's history."""

    id: int
    at: datetime
    who: str
    what: str
    before: str
    after: str
    why: str


async def topic_of(ticket_id: int) -> TopicNow | None:
    """Where a ticket is shown, or None."""
    row = await Topic.filter(ticket_id=ticket_id, left_at=None).order_by("-id").first()
    return None if row is None else TopicNow(**{name: getattr(row, name) for name in TopicNow.__slots__})


async def ticket_in(chat_id: int, thread_id: int) -> int | None:
    """The ticket that a topic of a staff chat is about, or None."""
    row = await Topic.get_or_none(chat_id=chat_id, thread_id=thread_id)
    return None if row is None else row.ticket_id


async def items_after(ticket_id: int, item_id: int) -> list[Item]:
    """The items of a ticket's thread after one, in their order."""
    rows = Message.filter(ticket_id=ticket_id, id__gt=item_id).order_by("id")
    return [_item(row) for row in await rows.prefetch_related("screenshots", "attachments")]


async def events_after(ticket_id: int, event_id: int) -> list[Moved]:
    """The lines of a ticket's history after one, in their order."""
    rows = await Event.filter(ticket_id=ticket_id, id__gt=event_id).order_by("id")
    return [Moved(**{name: getattr(row, name) for name in Moved.__slots__}) for row in rows]


class Topics:
    """Keeps what is shown where; the reading half of the worker that brings staff chats up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._items = 0
        self._events = 0

    async def behind(self) -> list[int]:
        """The tickets whose topic does not show all of them: all of those at the start, by one look."""
        await self.changed()
        rows = await fetch(
            """SELECT t.id FROM tickets t LEFT JOIN topics p ON p.ticket_id = t.id AND p.left_at IS NULL
            WHERE (p.id IS NULL AND t.state <> 'closed')
            OR EXISTS (SELECT 1 FROM events e WHERE e.ticket_id = t.id AND e.id > p.seen_event)
            OR EXISTS (SELECT 1 FROM messages m WHERE m.ticket_id = t.id AND m.id > p.posted_item)"""
        )
        return [int(row["id"]) for row in rows]

    async def changed(self) -> set[int]:
        """The tickets with a message or a line of history since the last call."""
        found: set[int] = set()
        for table, last in (("messages", self._items), ("events", self._events)):
            sql = f"SELECT id, ticket_id FROM {table} WHERE id > ? ORDER BY id"  # noqa: S608 - our own names
            rows = await fetch(sql, max(0, last - OVERLAP)) if last else await _newest(table)
            newest = max((int(row["id"]) for row in rows), default=last)
            found |= {int(row["ticket_id"]) for row in rows if int(row["id"]) > last - OVERLAP}
            if table == "messages":
                self._items = max(newest, 1)
            else:
                self._events = max(newest, 1)
        return found

    async def placed(self, ticket_id: int, chat_id: int, thread_id: int | None, title: str, icon: str,
                     now: datetime) -> None:  # fmt: skip
        """A place for the ticket was made."""

        async def unit() -> None:
            await Topic.create(
                ticket_id=ticket_id, chat_id=chat_id, thread_id=thread_id, title=title, icon=icon,
                created_at=now,
            )  # fmt: skip

        await self._database.writer.run(unit)

    async def change(self, topic_id: int, *posts: NewPost, **columns: Any) -> None:
        """Note what is shown now, with the messages that show it."""

        async def unit() -> None:
            if columns:
                await Topic.filter(id=topic_id).update(**columns)
            for post in posts:
                await note_post(post)

        await self._database.writer.run(unit)

    async def leave(self, topic_id: int, now: datetime) -> None:
        """The place is gone: the ticket gets another one, with all of its thread."""
        await self.change(topic_id, left_at=now)


async def _newest(table: str) -> list[dict[str, Any]]:
    return await fetch(f"SELECT id, ticket_id FROM {table} ORDER BY id DESC LIMIT 1")  # noqa: S608


def _item(row: Message) -> Item:
    return Item(
        id=row.id,
        direction=row.direction,
        author=row.author,
        address=row.address,
        text=row.text,
        new_text=row.new_text,
        at=row.at,
        origin=row.origin,
        declined=row.declined,
        shares=row.shares,
        screenshots=[
            {"sha256": s.sha256, "name": s.name, "media_type": s.media_type}
            for s in row.screenshots  # type: ignore[attr-defined]
        ],
        attachments=[
            {"sha256": a.sha256, "name": a.name, "media_type": a.media_type, "as_picture": a.as_picture}
            for a in row.attachments  # type: ignore[attr-defined]
        ],
        edited=row.edited_at is not None,
        automatic=row.automatic,
    )
