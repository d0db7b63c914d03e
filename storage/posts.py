"""Which message in a chat stands for which item of a ticket's thread. Everything here runs inside a unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.chat_models import Post
from storage.statements import fetch, insert

CLIENTS, AGENTS = "clients", "agents"


@dataclass(frozen=True, slots=True)
class NewPost:
    """A message in a chat, by the bot that knows it: in private chats each bot has its own numbers.

    `item_id`: the item of the ticket's thread that it shows, or is. `incoming`: somebody else wrote it.
    `album`: Telegram's media group. `part`: its place among the messages of one item.
    """

    bot: str
    chat_id: int
    message_id: int
    at: datetime
    ticket_id: int | None = None
    item_id: int | None = None
    delivery_id: int | None = None
    incoming: bool = False
    album: str = ""
    part: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a message in a chat stands for."""

    id: int
    chat_id: int
    message_id: int
    ticket_id: int | None
    item_id: int | None
    delivery_id: int | None
    incoming: bool
    album: str
    mark: str


async def note_post(new: NewPost) -> None:
    """Remember a message of a chat; one that is known already keeps what it stands for."""
    if await post_of(new.bot, new.chat_id, new.message_id) is None:
        await insert(Post, {name: getattr(new, name) for name in NewPost.__slots__})


async def forget_post(bot: str, chat_id: int, message_id: int) -> None:
    """A message of a chat is gone."""
    await Post.filter(bot=bot, chat_id=chat_id, message_id=message_id).delete()


async def post_of(bot: str, chat_id: int, message_id: int) -> Posted | None:
    """What a message of a chat stands for, or None for one that is not known."""
    return _posted(await Post.get_or_none(bot=bot, chat_id=chat_id, message_id=message_id))


async def post_of_album(bot: str, chat_id: int, album: str) -> Posted | None:
    """The first known message of an album in a chat, or None."""
    row = await Post.filter(bot=bot, chat_id=chat_id, album=album).order_by("id").first()
    return _posted(row)


async def posts_of_item(bot: str, item_id: int, *, incoming: bool) -> list[Posted]:
    """The messages that show an item in a bot's chats (or that it came as), in their order."""
    rows = await Post.filter(bot=bot, item_id=item_id, incoming=incoming).order_by("part", "id")
    return [posted for row in rows if (posted := _posted(row)) is not None]


def _posted(row: Post | None) -> Posted | None:
    if row is None:
        return None
    return Posted(
        row.id,
        row.chat_id,
        row.message_id,
        row.ticket_id,
        row.item_id,
        row.delivery_id,
        row.incoming,
        row.album,
        row.mark,
    )


async def parts_of_delivery(delivery_id: int) -> set[int]:
    """Which parts of a delivery have been said."""
    found = await Post.filter(delivery_id=delivery_id).values_list("part", flat=True)
    return {int(part) for part in found}  # type: ignore[call-overload]


async def messages_of_delivery(delivery_id: int) -> dict[int, int]:
    """The first message of each part of a delivery, by the part."""
    rows = await Post.filter(delivery_id=delivery_id).order_by("-id")
    return {row.part: row.message_id for row in rows}


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of ours in a place that shows an item, or a part of it: `mark` tells which."""

    item_id: int
    message_id: int
    mark: str


async def shown_in(ticket_id: int, chat_id: int, since: datetime) -> tuple[list[Shown], set[int]]:
    """What of a ticket our messages in a chat show since a moment (UTC), and what was written there."""
    rows = Post.filter(bot=AGENTS, ticket_id=ticket_id, chat_id=chat_id, item_id__not_isnull=True)
    shown, written = [], set()
    for row in await rows.order_by("id"):
        # What was said in a topic that is gone has to be said again.
        if row.item_id is None or row.at < since:
            continue
        if row.incoming:
            written.add(row.item_id)
        else:
            shown.append(Shown(row.item_id, row.message_id, row.mark))
    return shown, written


@dataclass(frozen=True, slots=True)
class Answered:
    """An agent's message that is an answer, and how its deliveries stand; see `storage.outbox`."""

    post_id: int
    chat_id: int
    message_id: int
    item_id: int
    mark: str
    states: frozenset[str]
    error: str


async def answers_of(ticket_id: int) -> list[Answered]:
    """The agents' messages of a ticket whose mark may have to change, in their order."""
    rows = await fetch(_ANSWERS, ticket_id)
    found: dict[int, Answered] = {}
    for row in rows:
        known = found.get(row["id"])
        states = (known.states if known else frozenset()) | ({row["state"]} if row["state"] else set())
        error = (known.error if known else "") or row["error"] or ""
        found[row["id"]] = Answered(
            row["id"], row["chat_id"], row["message_id"], row["item_id"], row["mark"], states, error
        )
    return list(found.values())


_ANSWERS = """SELECT p.id, p.chat_id, p.message_id, p.item_id, p.mark, d.state, d.error
    FROM posts p LEFT JOIN deliveries d ON d.item_id = p.item_id
    WHERE p.ticket_id = ? AND p.mark IN ('pending', 'told', 'sent') AND p.item_id IS NOT NULL ORDER BY p.id"""


async def change_mark(post_ids: Sequence[int], mark: str) -> None:
    """Note what is shown on messages of what became of their answer."""
    await Post.filter(id__in=list(post_ids)).update(mark=mark)


async def forget_marks(ticket_id: int) -> None:
    """Wait no more for what becomes of a ticket's answers."""
    await Post.filter(ticket_id=ticket_id, mark="pending").update(mark="")
