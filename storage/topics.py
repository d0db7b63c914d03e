"""Which ticket is shown where in a staff chat, and what there is of it to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.chat_models import Topic
from storage.chats import change_chat, chat_now
from storage.database import Database
from storage.models import Event, Message
from storage.posts import AGENTS, NewPost, forget_marks, forget_post, note_post
from storage.statements import fetch, moment


@dataclass(frozen=True, slots=True)
class TopicNow:
    """A ticket's place in a staff chat as it stands; see `storage.chat_models.Topic`.

    `deleted`: the ticket had a place in the same chat before, which is gone.
    """

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
    created_at: datetime
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a ticket's thread, to be shown.

    `earlier`: its texts before each edit, the first one first. `withdrawn`: taken back before it left.
    """

    id: int
    ticket_id: int
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
    earlier: Sequence[str] = ()
    withdrawn: bool = False

    def said(self, version: int | None = None) -> str:
        """What was newly written in it: after so many edits, now if None."""
        if version is not None and version < len(self.earlier):
            return self.earlier[version]
        return self.new_text or self.text


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
    if row is None:
        return None
    columns = {name: getattr(row, name) for name in TopicNow.__slots__ if name != "deleted"}
    before = Topic.filter(ticket_id=ticket_id, chat_id=row.chat_id, id__lt=row.id)
    return TopicNow(**columns, deleted=await before.exists())


async def ticket_in(chat_id: int, thread_id: int) -> int | None:
    """The ticket that a topic of a staff chat is about, or None."""
    row = await Topic.get_or_none(chat_id=chat_id, thread_id=thread_id)
    return None if row is None else row.ticket_id


async def items_of(ticket_id: int) -> list[Item]:
    """The items of a ticket's thread, in their order."""
    rows = Message.filter(ticket_id=ticket_id).order_by("id").prefetch_related("screenshots", "attachments")
    return [_item(row) for row in await rows]


async def events_after(ticket_id: int, event_id: int) -> list[Moved]:
    """The lines of a ticket's history after one, in their order."""
    rows = await Event.filter(ticket_id=ticket_id, id__gt=event_id).order_by("id")
    return [Moved(**{name: getattr(row, name) for name in Moved.__slots__}) for row in rows]


async def last_album_part(ticket_id: int) -> datetime | None:
    """When the newest part of any album of a client's came to a ticket (UTC), or None."""
    rows = await fetch(
        "SELECT MAX(at) AS at FROM posts WHERE ticket_id = ? AND bot = 'clients' AND album <> ''", ticket_id
    )
    return moment(rows[0]["at"]) if rows and rows[0]["at"] is not None else None


class Topics:
    """Keeps what is shown where."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def placed(self, ticket_id: int, chat_id: int, thread_id: int | None, title: str, icon: str,
                     now: datetime) -> None:  # fmt: skip
        """A place for the ticket was made; what its last place said of the history is not said again."""

        async def unit() -> None:
            last = await Topic.filter(ticket_id=ticket_id).order_by("-id").first()
            await Topic.create(
                ticket_id=ticket_id, chat_id=chat_id, thread_id=thread_id, title=title, icon=icon,
                created_at=now, seen_event=last.seen_event if last else 0,
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

    async def unmark(self, ticket_id: int) -> None:
        """The ticket has no place any more: nobody waits for what became of its answers."""
        await self._database.writer.run(lambda: forget_marks(ticket_id))

    async def lost_card(self, topic: TopicNow) -> None:
        """Somebody has deleted the card: what it said is to be said again."""

        async def unit() -> None:
            await Topic.filter(id=topic.id).update(card_id=None, card_sha256="", pinned=False)
            if topic.card_id is not None:
                await forget_post(AGENTS, topic.chat_id, topic.card_id)

        await self._database.writer.run(unit)

    async def moved(self, chat_id: int, new_chat_id: int) -> None:
        """A staff group became a supergroup: its places go on there, with new cards.

        What was said in the old chat keeps its numbers there; only the first word about a chat counts.
        """

        async def unit() -> None:
            known = await chat_now(AGENTS, chat_id)
            if known is None or known.moved_to is None:
                await change_chat(AGENTS, chat_id, moved_to=new_chat_id)
                await Topic.filter(chat_id=chat_id, left_at=None, thread_id=None).update(
                    chat_id=new_chat_id, card_id=None, card_sha256=""
                )

        await self._database.writer.run(unit)


def _item(row: Message) -> Item:
    return Item(
        id=row.id,
        ticket_id=row.ticket_id,
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
            {"id": s.id, "sha256": s.sha256, "name": s.name, "media_type": s.media_type}
            for s in row.screenshots  # type: ignore[attr-defined]
        ],
        attachments=[
            {"id": a.id, "sha256": a.sha256, "name": a.name, "media_type": a.media_type,
             "as_picture": a.as_picture}
            for a in row.attachments  # type: ignore[attr-defined]
        ],
        edited=row.edited_at is not None,
        automatic=row.automatic,
        earlier=[str(one.get("text", "")) for one in row.earlier or ()],
        withdrawn=row.withdrawn_at is not None,
    )  # fmt: skip
