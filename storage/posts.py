"""Which message in a chat stands for which item of a ticket's thread. Everything here runs inside a unit."""

from dataclasses import dataclass
from datetime import datetime

from storage.chat_models import Post
from storage.statements import insert

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
