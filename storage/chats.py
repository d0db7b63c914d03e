"""Chats that the bots know, and what a client is in the middle of there; all inside a writer's unit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.chat_models import Chat


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
