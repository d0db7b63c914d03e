"""An agent's message as we can pass it on: its text, its files fetched and kept, or why it can't be."""

from dataclasses import dataclass, field
from typing import Any

import structlog
from telegram import Audio, Document, Message, MessageEntity, PhotoSize, Voice
from telegram.error import BadRequest, EndPointNotFound, Forbidden, InvalidToken

from bot.telegram.agents.desk import AgentsDesk
from intake.mime.cleaning import file_name, readable
from storage.threads import in_thread
from storage.tickets import NewAttachment

log = structlog.get_logger("bot.telegram.received")

NOTE = "//"  # what an internal note begins with
LARGEST = 20 * 1024 * 1024  # bytes that a bot may fetch: https://core.telegram.org/bots/api#getfile
# What is neither text nor picture nor file. An animation has a document as well, so these come first.
_UNSENDABLE = (
    "voice", "video", "video_note", "animation", "audio", "sticker", "location", "venue", "contact", "poll",
    "dice", "story", "game", "paid_media", "checklist",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Received:
    """What an agent's message says. `refusal`: the name of the text that tells why it can't be passed on."""

    text: str = ""
    note: bool = False
    files: tuple[NewAttachment, ...] = ()
    refusal: str = ""
    values: dict[str, Any] = field(default_factory=dict)


async def received(message: Message, desk: AgentsDesk) -> Received | None:
    """What a message says; None for one that says nothing, such as Telegram's own about a topic."""
    if any(getattr(message, kind, None) is not None for kind in _UNSENDABLE):
        return Received(refusal="agents.unsendable")
    text, note = words(message)
    if is_command(message):
        return Received(refusal="agents.unknown-command")
    sent = message.photo[-1] if message.photo else message.document
    if sent is None:
        return Received(text, note) if text else None
    name = _name(message)
    if (sent.file_size or 0) > LARGEST:
        limit = desk.words.size(LARGEST)
        return Received(text, note, refusal="agents.too-large", values={"name": name, "limit": limit})
    content = await fetched(sent)
    if content is None:
        return Received(text, note, refusal="agents.file-gone", values={"name": name})
    digest = await in_thread(desk.files.keep, content)
    media_type = "image/jpeg" if message.photo else (message.document and message.document.mime_type) or ""
    kept = NewAttachment(
        name, media_type[:100] or "application/octet-stream", len(content), digest, bool(message.photo)
    )
    return Received(text, note, (kept,))


def words(message: Message) -> tuple[str, bool]:
    """A message's text or caption, and whether it is a note's: then without the mark of one."""
    text = readable(message.text or message.caption or "").strip()
    if text.startswith(NOTE):
        return text.removeprefix(NOTE).strip(), True
    return text, False


def is_command(message: Message) -> bool:
    """Whether a message is one that a bot would obey; a client need not see what an agent mistyped."""
    first = next(iter((*message.entities, *message.caption_entities)), None)
    return first is not None and first.type == MessageEntity.BOT_COMMAND and first.offset == 0


def _name(message: Message) -> str:
    if message.document is not None:
        return file_name(message.document.file_name or "") or f"file-{message.message_id}"
    return f"photo-{message.message_id}.jpg"


async def fetched(sent: PhotoSize | Document | Voice | Audio) -> bytes | None:
    """The file's bytes, None when Telegram does not have it any more; raises what passes by itself."""
    try:
        file = await sent.get_file()
    except BadRequest as exc:
        log.warning("file not there", reason=str(exc))
        return None
    try:
        return bytes(await file.download_as_bytearray())
    except (BadRequest, Forbidden, InvalidToken, EndPointNotFound) as exc:
        # The library takes 404 for a wrong token, which it can't be: it was right a moment ago.
        log.warning("file not there", reason=str(exc))
        return None
