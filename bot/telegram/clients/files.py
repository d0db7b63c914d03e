"""A file of a client's message: fetched from Telegram and looked at, or why that can't be done.

What may still work is tried again for a while, in which the message waits; then its text comes in without the
file (promises, fault 34).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.types import Message

from intake.incoming import Declined, Screenshot
from intake.mime.cleaning import file_name
from intake.pictures import Looked
from intake.sandbox.pool import UnderstandingFailed, WorkerKilled
from storage.inbox import FAILURES, KILLS, Claimed

log = structlog.get_logger("bot.telegram.clients")

LARGEST = 20 * 1024 * 1024  # bytes that a bot may fetch: https://core.telegram.org/bots/api#getfile
PATIENCE = 60  # seconds for one file
TRIED_FOR = timedelta(seconds=60)  # for which the file of one message is tried for
_GONE = (404, 410)  # what the file server says of a link that is not good any more

Look = Callable[[bytes, str, str], Awaitable[Looked]]
"""Look at a file's bytes, its claimed name and media type, at a safe distance."""


class NotFetchedYet(OSError):
    """Telegram does not hand a file out now: the message is tried again in a moment."""


class _NeverFetched(Exception):
    """Telegram will not hand a file out; says why, as `Declined.reason` does."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a message, not fetched yet; `size` in bytes, as Telegram says."""

    file_id: str
    name: str
    media_type: str
    size: int


def sent_file(message: Message) -> SentFile | None:
    """The picture or file that a message brings; of a photo the largest size that there is."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        name = f"photo-{message.message_id}.jpg"
        return SentFile(largest.file_id, name, "image/jpeg", largest.file_size or 0)
    if message.document:
        document = message.document
        name = file_name(document.file_name or "") or f"file-{message.message_id}"
        return SentFile(document.file_id, name, document.mime_type or "", document.file_size or 0)
    return None


@dataclass(slots=True)
class Fetching:
    """Fetches files and has them looked at.

    `_since`: when the file of an entry could first not be had; a restart begins anew, which loses nothing.
    """

    look: Look
    tried_for: timedelta = TRIED_FOR
    _since: dict[int, datetime] = field(default_factory=dict)

    async def file(self, entry: Claimed, sent: SentFile, bot: Bot) -> Screenshot | Declined:
        """The file as a screenshot, or why it is none.

        Raises NotFetchedYet while it may still be had, and what `look` raises unless this was the last try.
        """
        if sent.size > LARGEST:
            return Declined(sent.name, "too-large", sent.media_type)
        try:
            content = await self._content(entry, sent, bot)
        except _NeverFetched as exc:
            return Declined(sent.name, str(exc), sent.media_type)
        self._since.pop(entry.id, None)
        try:
            looked = await self.look(content, sent.name, sent.media_type)
        except (WorkerKilled, UnderstandingFailed) as exc:
            killed = isinstance(exc, WorkerKilled)
            if entry.kills < KILLS - 1 if killed else entry.failures < FAILURES - 1:
                raise
            log.warning("picture not readable", entry=entry.id, reason=str(exc))
            return Declined(sent.name, "damaged", sent.media_type)
        return looked.screenshot or looked.declined or Declined(sent.name, "other", sent.media_type)

    async def _content(self, entry: Claimed, sent: SentFile, bot: Bot) -> bytes:
        try:
            return await _fetched(bot, sent.file_id)
        except TelegramUnauthorizedError as exc:
            raise NotFetchedYet("the clients bot's token is not valid (any more)") from exc
        except (AiogramError, aiohttp.ClientError, TimeoutError) as exc:
            since = self._since.setdefault(entry.id, datetime.now(UTC))
            if datetime.now(UTC) - since < self.tried_for:
                raise NotFetchedYet(f"a file can't be had now: {type(exc).__name__}") from exc
            log.warning("file not fetched", entry=entry.id, reason=type(exc).__name__)
            del self._since[entry.id]
            raise _NeverFetched("unfetched") from exc


async def _fetched(bot: Bot, file_id: str) -> bytes:
    """A file's bytes; a link that has expired meanwhile is asked for once more."""
    try:
        return await _downloaded(bot, await _path(bot, file_id))
    except aiohttp.ClientResponseError as exc:
        if exc.status not in _GONE:
            raise
    try:
        return await _downloaded(bot, await _path(bot, file_id))
    except aiohttp.ClientResponseError as exc:
        if exc.status not in _GONE:
            raise
        raise _NeverFetched("unfetched") from exc


async def _downloaded(bot: Bot, path: str) -> bytes:
    fetched = await asyncio.wait_for(bot.download_file(path, timeout=PATIENCE), PATIENCE)
    assert fetched is not None
    return fetched.read()


async def _path(bot: Bot, file_id: str) -> str:
    try:
        file = await bot.get_file(file_id, request_timeout=PATIENCE)
    except (TelegramBadRequest, TelegramEntityTooLarge) as exc:
        # "wrong file_id or the file is temporarily unavailable" is one message: the latter may still work.
        if "temporarily" in exc.message.lower():
            raise
        raise _NeverFetched("too-large" if "too big" in exc.message.lower() else "unfetched") from exc
    except TelegramNotFound as exc:
        raise _NeverFetched("unfetched") from exc
    if file.file_path is None:
        raise _NeverFetched("unfetched")
    return file.file_path
