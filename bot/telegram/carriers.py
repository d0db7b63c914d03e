"""Delivers to a client's private chat; what of a delivery has gone already does not go again."""

from collections.abc import Callable
from datetime import UTC, datetime

from aiogram import Bot
from aiogram.exceptions import AiogramError
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
from replies.chats.sayings import PICTURE, ChatFile, Saying, Script
from replies.delivery_error import DeliveryError
from storage.database import Database
from storage.files import FileStore
from storage.posts import CLIENTS, NewPost, note_post, parts_of_delivery
from storage.threads import in_thread


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
        for part, saying in enumerate(script.sayings):
            if part in said:
                continue
            await self._pace.turn(chat_id, max(1, len(saying.files)))
            try:
                messages = await self._say(chat_id, saying)
            except AiogramError as exc:
                error = of_clients(exc)
                if error.exact and not error.unknown:
                    self._pace.hold(chat_id, error.retry_after)
                raise error from exc
            numbers += [one.message_id for one in messages]
            await self._note(script, part, chat_id, messages)
        return ",".join(map(str, numbers)) or "said before"

    async def close(self) -> None:
        """Nothing to close: the bot is shared with those who answer buttons."""

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
        if not saying.files:
            return [await self._bot.send_message(chat_id, saying.text, reply_markup=markup)]
        media = [await self._media(file, saying.text if index == 0 else "") for index, file in
                 enumerate(saying.files)]  # fmt: skip
        if len(media) > 1:
            return list(await self._bot.send_media_group(chat_id, media=list(media)))
        (only,) = media
        if isinstance(only, InputMediaPhoto):
            sent = await self._bot.send_photo(chat_id, only.media, caption=only.caption, reply_markup=markup)
        else:
            sent = await self._bot.send_document(
                chat_id, only.media, caption=only.caption, reply_markup=markup
            )
        return [sent]

    async def _media(self, file: ChatFile, caption: str) -> InputMediaPhoto | InputMediaDocument:
        content = await in_thread(self._files.read, file.sha256)
        told = caption or None
        if file.kind == PICTURE:
            shown = await in_thread(self._shown, content)
            return InputMediaPhoto(media=BufferedInputFile(shown, file.name), caption=told)
        return InputMediaDocument(media=BufferedInputFile(content, file.name), caption=told)


def _keyboard(saying: Saying) -> InlineKeyboardMarkup | None:
    if not saying.buttons:
        return None
    rows = [
        [InlineKeyboardButton(text=one.text, callback_data=one.data) for one in row] for row in saying.buttons
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)
