"""Delivers to a client's private chat; what of a delivery has gone already does not go again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
)
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
)

from bot.telegram.errors import of_clients
from bot.telegram.limits import Pace
from desk.channels import telegram_user
from replies.chats.items import is_gif
from replies.chats.sayings import PICTURE, ChatFile, Saying, Script
from replies.chats.splitting import length, split
from replies.delivery_error import DeliveryError
from storage.chats import change_chat
from storage.database import Database
from storage.files import FileStore
from storage.posts import CLIENTS, NewPost, messages_of_delivery, note_post, parts_of_delivery
from storage.threads import in_thread

log = structlog.get_logger("bot.telegram.carriers")

_AS_FILE = "picture as a file"  # a kind beside those of `replies.chats.sayings`


class ClientsCarrier:
    """A carrier as `replies.outbox.Carrier` wants it."""

    def __init__(
        self, bot: Bot, database: Database, files: FileStore, pace: Pace, shown: Callable[[bytes], bytes]
    ) -> None:
        """`shown` makes the copy of a picture that is passed on, without what it says of its maker."""
        self._bot, self._database, self._files = bot, database, files
        self._pace, self._shown = pace, shown

    async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        """Say all of a script that was not said yet; raises DeliveryError."""
        chat_id = telegram_user(recipient)
        if chat_id is None:
            raise DeliveryError(f"{recipient} is no chat", permanent=True)
        script = Script.from_bytes(content)
        said = await parts_of_delivery(script.delivery_id)
        numbers: list[int] = []
        for part, saying in enumerate(await self._in_place(script)):
            if part in said or (script.edits is not None and not saying.text):
                continue
            try:
                messages = await self._said(chat_id, saying)
            except AiogramError as exc:
                raise await self._failed(chat_id, exc) from exc
            numbers += [one.message_id for one in messages]
            await self._note(script, part, chat_id, messages)
        return ",".join(map(str, numbers)) or "said before"

    async def close(self) -> None:
        """Nothing to close: the bot is shared with those who answer buttons."""

    async def _failed(self, chat_id: int, exc: AiogramError) -> DeliveryError:
        """How it failed; a chat that Telegram asks to leave alone is, and one that is gone is remembered."""
        error = of_clients(exc)
        if isinstance(exc, TelegramRetryAfter):
            self._pace.hold(chat_id, error.retry_after)
        if isinstance(exc, TelegramForbiddenError):
            now = datetime.now(UTC)
            await self._database.writer.run(lambda: change_chat(CLIENTS, chat_id, left_at=now))
        return error

    async def _said(self, chat_id: int, saying: Saying) -> list[Message]:
        """Say it; what Telegram does not take as it is, more plainly."""
        try:
            return await self._in_turn(chat_id, saying)
        except TelegramBadRequest as exc:
            plainer = _plainer(saying, exc.message)
            if not plainer:
                raise
            log.warning("said more plainly", chat=chat_id, reason=exc.message)
            return [message for one in plainer for message in await self._in_turn(chat_id, one)]

    async def _in_turn(self, chat_id: int, saying: Saying) -> list[Message]:
        count = max(1, len(saying.files))
        await self._pace.turn(chat_id, count)
        messages = await self._say(chat_id, saying)
        self._pace.landed(chat_id, count)
        return messages

    async def _in_place(self, script: Script) -> list[Saying]:
        """The sayings of a script; of one that changes another's, each with the message that it changes."""
        if script.edits is None:
            return list(script.sayings)
        places = await messages_of_delivery(script.edits)
        if not places:
            raise DeliveryError("what it changes did not arrive", permanent=True)
        return [replace(one, edits=places.get(part)) for part, one in enumerate(script.sayings)]

    async def _note(self, script: Script, part: int, chat_id: int, messages: list[Message]) -> None:
        now = datetime.now(UTC)

        async def unit() -> None:
            for message in messages:
                await note_post(
                    NewPost(
                        CLIENTS, chat_id, message.message_id, now, script.ticket_id, script.item_id,
                        script.delivery_id, part=part,
                    )
                )  # fmt: skip

        await self._database.writer.run(unit)

    async def _say(self, chat_id: int, saying: Saying) -> list[Message]:
        markup = _keyboard(saying)
        if saying.edits is not None and await self._edited(chat_id, saying, saying.edits):
            return []
        if not saying.files:
            return [await self._bot.send_message(chat_id, saying.text, reply_markup=markup)]
        if any(is_gif(file) for file in saying.files):
            # A GIF stops moving as a picture, and can't share an album with pictures as a file.
            saying = replace(saying, files=_as_files(saying.files))
        media = [await self._media(file, saying.text if index == 0 else "") for index, file in
                 enumerate(saying.files)]  # fmt: skip
        if len(media) > 1:
            return list(await self._bot.send_media_group(chat_id, media=list(media)))
        (only,) = media
        if isinstance(only, InputMediaPhoto):
            sent = await self._bot.send_photo(chat_id, only.media, caption=only.caption, reply_markup=markup)
        else:
            sent = await self._bot.send_document(
                chat_id, only.media, caption=only.caption, reply_markup=markup,
                disable_content_type_detection=True,
            )  # fmt: skip
        return [sent]

    async def _edited(self, chat_id: int, saying: Saying, message_id: int) -> bool:
        """Whether a message became what is to be said; False for one that is gone or can't be changed."""
        try:
            if saying.files:
                await self._bot.edit_message_caption(
                    chat_id=chat_id, message_id=message_id, caption=saying.text
                )
            else:
                await self._bot.edit_message_text(
                    saying.text, chat_id=chat_id, message_id=message_id, reply_markup=_keyboard(saying)
                )
        except TelegramBadRequest as exc:
            # Said before, and only the answer was lost; or its button was pressed twice.
            return "message is not modified" in exc.message
        return True

    async def _media(self, file: ChatFile, caption: str) -> InputMediaPhoto | InputMediaDocument:
        content = await in_thread(self._files.read, file.sha256)
        if file.kind in (PICTURE, _AS_FILE):
            content = await in_thread(self._shown, content)
        media, told = BufferedInputFile(content, file.name), caption or None
        if file.kind == PICTURE:
            return InputMediaPhoto(media=media, caption=told)
        return InputMediaDocument(media=media, caption=told, disable_content_type_detection=True)


def _plainer(saying: Saying, refusal: str) -> list[Saying]:
    """What is said in place of a saying that Telegram refuses: shorter pieces, or files for pictures."""
    if "too long" in refusal.lower() and length(saying.text) > 1:
        half = -(-length(saying.text) // 2)
        said = [Saying(piece) for piece in split(saying.text, half, half)]
        if saying.files:
            return [*said, replace(saying, text="")]
        return [*said[:-1], replace(said[-1], buttons=saying.buttons)]
    files = _as_files(saying.files)
    return [replace(saying, files=files)] if files != saying.files else []


def _as_files(files: tuple[ChatFile, ...]) -> tuple[ChatFile, ...]:
    return tuple(replace(file, kind=_AS_FILE) if file.kind == PICTURE else file for file in files)


def _keyboard(saying: Saying) -> InlineKeyboardMarkup | None:
    if not saying.buttons:
        return None
    rows = [
        [InlineKeyboardButton(text=one.text, callback_data=one.data) for one in row] for row in saying.buttons
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)
