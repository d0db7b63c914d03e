"""A Telegram message of a client as `intake.chats` takes it: its files fetched and looked at."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound
from aiogram.types import (
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)

from intake.chats import ChatMessage
from intake.incoming import Declined, Screenshot
from intake.mime.cleaning import file_name, one_line, readable
from intake.pictures import Looked
from replies.languages import LANGUAGES

LARGEST = 20 * 1024 * 1024  # bytes that a bot may fetch: https://core.telegram.org/bots/api#getfile
PATIENCE = 60  # seconds for one file
# What is no file to look at: what it is called to the client, and what he may send instead.
_NEVER_FETCHED = (
    "voice",
    "video",
    "video_note",
    "animation",
    "audio",
    "sticker",
    "location",
    "contact",
    "poll",
)

Look = Callable[[bytes, str, str], Awaitable[Looked]]
"""Look at a file's bytes, its claimed name and media type, at a safe distance."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A file of a message, not fetched yet."""

    file_id: str
    name: str
    media_type: str
    size: int


async def understood(message: Message, bot: Bot, look: Look) -> ChatMessage:
    """The message with its files; raises what aiogram raises when a file can't be had for now."""
    shots, declined = await _files(message, bot, look)
    sender = message.from_user
    assert sender is not None
    return ChatMessage(
        chat_id=message.chat.id,
        message_id=message.message_id,
        sender_id=sender.id,
        name=one_line(sender.full_name, 200),
        language=language_of(sender.language_code),
        sent_at=message.date.astimezone(UTC) if message.date else datetime.now(UTC),
        text=readable(message.text or message.caption or "").strip(),
        reply_to=message.reply_to_message.message_id if message.reply_to_message else None,
        album=message.media_group_id or "",
        origin=_origin(message),
        screenshots=tuple(shots),
        declined=tuple(declined),
    )


def language_of(code: str | None) -> str:
    """The language of ours that a Telegram program is set to, or ""."""
    primary = (code or "").partition("-")[0].lower()
    return primary if primary in LANGUAGES else ""


async def _files(message: Message, bot: Bot, look: Look) -> tuple[list[Screenshot], list[Declined]]:
    kind = next((one for one in _NEVER_FETCHED if getattr(message, one, None) is not None), None)
    if kind is not None:
        return [], [Declined(_called(message, kind), "format", "", _hint(kind))]
    sent = _sent(message)
    if sent is None:
        return [], []
    if sent.size > LARGEST:
        return [], [Declined(sent.name, "too-large", sent.media_type)]
    content = await _fetched(bot, sent)
    if content is None:
        return [], [Declined(sent.name, "other", sent.media_type)]
    looked = await look(content, sent.name, sent.media_type)
    return [looked.screenshot] if looked.screenshot else [], [looked.declined] if looked.declined else []


def _sent(message: Message) -> _Sent | None:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        name = f"photo-{message.message_id}.jpg"
        return _Sent(largest.file_id, name, "image/jpeg", largest.file_size or 0)
    if message.document:
        document = message.document
        name = file_name(document.file_name or "") or f"file-{message.message_id}"
        return _Sent(document.file_id, name, document.mime_type or "", document.file_size or 0)
    return None


async def _fetched(bot: Bot, sent: _Sent) -> bytes | None:
    """The file's bytes; None when Telegram does not have it any more, or finds it too large."""
    try:
        file = await bot.get_file(sent.file_id, request_timeout=PATIENCE)
        if file.file_path is None:
            return None
        fetched = await asyncio.wait_for(bot.download_file(file.file_path), PATIENCE)
    except (TelegramBadRequest, TelegramNotFound):
        return None
    assert fetched is not None
    return fetched.read()


def _called(message: Message, kind: str) -> str:
    named = getattr(getattr(message, kind), "file_name", None)
    return file_name(named or "") or kind


def _hint(kind: str) -> str:
    return "video" if kind in ("video", "video_note", "animation") else kind


def _origin(message: Message) -> str:
    origin = message.forward_origin
    match origin:
        case MessageOriginUser():
            name = origin.sender_user.full_name
        case MessageOriginHiddenUser():
            name = origin.sender_user_name
        case MessageOriginChat():
            name = origin.sender_chat.title or ""
        case MessageOriginChannel():
            name = origin.chat.title or ""
        case _:
            return ""
    return one_line(name, 200)
