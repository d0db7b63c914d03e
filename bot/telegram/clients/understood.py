"""A Telegram message of a client as `intake.chats` takes it, besides its file."""

from dataclasses import replace
from datetime import UTC, datetime

from aiogram.types import (
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)

from bot.telegram.clients.files import Look as Look
from bot.telegram.clients.files import SentFile, sent_file
from intake.chats import ChatMessage
from intake.incoming import Declined, Screenshot
from intake.mime.cleaning import file_name, one_line, readable
from replies.languages import LANGUAGES

# What is no text and no picture: what we call it, and what a file of it is called that has no name.
_NOT_TAKEN = {
    "voice": "voice.ogg",
    "video": "video.mp4",
    "video_note": "video.mp4",
    "animation": "animation.mp4",
    "audio": "audio.mp3",
    "sticker": "",
    "location": "",
    "venue": "",
    "contact": "",
    "poll": "",
    "dice": "",
    "game": "",
    "story": "",
    "checklist": "",
    "paid_media": "",
    "invoice": "",
}
_MOVING = ("video", "video_note", "animation")


def understood(message: Message) -> ChatMessage | None:
    """The message without its file, None for one that says nothing: that somebody has pinned something."""
    sender, kind = message.from_user, not_taken(message)
    text = readable(message.text or message.caption or "").strip()
    if sender is None or not (text or kind or sent_file(message)):
        return None
    return ChatMessage(
        chat_id=message.chat.id,
        message_id=message.message_id,
        sender_id=sender.id,
        name=one_line(sender.full_name, 200),
        language=language_of(sender.language_code),
        sent_at=message.date.astimezone(UTC) if message.date else datetime.now(UTC),
        text=text,
        reply_to=message.reply_to_message.message_id if message.reply_to_message else None,
        album=message.media_group_id or "",
        origin=_origin(message),
        declined=(_declined(message, kind),) if kind else (),
        only=called(kind) if kind and not text else "",
    )


def file_of(message: Message) -> SentFile | None:
    """The file of a message that is to be fetched."""
    return None if not_taken(message) else sent_file(message)


def with_file(message: ChatMessage, file: Screenshot | Declined) -> ChatMessage:
    """The message with its file."""
    if isinstance(file, Declined):
        return replace(message, declined=(*message.declined, file))
    return replace(message, screenshots=(*message.screenshots, file))


def language_of(code: str | None) -> str:
    """The language of ours that a Telegram program is set to, or ""."""
    primary = (code or "").partition("-")[0].lower()
    return primary if primary in LANGUAGES else ""


def not_taken(message: Message) -> str:
    """Which kind of message it is that we don't take, "" for text, pictures and files."""
    # A GIF is sent as a silent video, and as a file, too; one that was not made a video is a picture to us.
    if message.animation is not None and message.animation.mime_type == "image/gif":
        return ""
    return next((one for one in _NOT_TAKEN if getattr(message, one, None) is not None), "")


def called(kind: str) -> str:
    """What a kind of message is called in texts to clients: `cannot-take.KIND`."""
    if kind in _MOVING:
        return "video"
    return kind if kind in ("voice", "audio", "sticker", "location", "contact", "poll") else "other"


def _declined(message: Message, kind: str) -> Declined:
    named = getattr(getattr(message, kind), "file_name", None)
    name = file_name(named or "") or _NOT_TAKEN[kind] or kind
    return Declined(name, "format", "", "video" if kind in _MOVING else called(kind))


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
