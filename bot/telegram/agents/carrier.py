"""Delivers what agents are told: to an agent's private chat with the agents' bot, or into a staff chat."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from telegram import Bot, InputMediaPhoto, Message
from telegram.error import ChatMigrated, TelegramError

from bot.telegram.errors import of_agents
from bot.telegram.limits import Pace
from desk.channels import telegram_user
from replies.chats.sayings import PICTURE, Saying, Script
from replies.delivery_error import DeliveryError
from storage.agents import move_staff_chat
from storage.chats import present_chat
from storage.database import Database
from storage.files import FileStore
from storage.notices import STAFF
from storage.posts import AGENTS, NewPost, note_post, parts_of_delivery
from storage.threads import in_thread

log = structlog.get_logger("bot.telegram.notices")


class AgentsCarrier:
    """A carrier as `replies.outbox.Carrier` wants it; recipients as in `storage.notices`."""

    def __init__(
        self, bot: Callable[[], Bot], ready: Callable[[], Awaitable[None]], database: Database,
        files: FileStore, pace: Pace, chat_of: Callable[[str], int],
    ) -> None:  # fmt: skip
        """`ready` asks Telegram who we are, once. `chat_of` tells a line's staff chat, "" the desk's."""
        self._bot, self._ready, self._database = bot, ready, database
        self._files, self._pace, self._chat_of = files, pace, chat_of

    async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        """Say all of a script that was not said yet; raises DeliveryError."""
        chat_id = await self._chat(recipient)
        script = Script.from_bytes(content)
        said = await parts_of_delivery(script.delivery_id)
        numbers: list[int] = []
        for part, saying in enumerate(script.sayings):
            if part not in said:
                picture = await self._picture(saying)
                if picture is None and not saying.text:
                    continue
                message = await self._one(chat_id, saying.text, picture)
                numbers.append(message.message_id)
                await self._note(script, part, message)
        return ",".join(map(str, numbers)) or "said before"

    async def close(self) -> None:
        """Nothing to close: the bot is shared with those who answer commands."""

    async def _chat(self, recipient: str) -> int:
        private = telegram_user(recipient)
        if private is not None:
            return private
        place, _, line = recipient.partition(":")
        if place != STAFF:
            raise DeliveryError(f"{recipient} is no chat", permanent=True)
        return await present_chat(self._chat_of(line))

    async def _one(self, chat_id: int, text: str, picture: InputMediaPhoto | None) -> Message:
        await self._pace.turn(chat_id)
        try:
            await self._ready()
            if picture is None:
                return await self._bot().send_message(chat_id, text)
            return await self._bot().send_photo(chat_id, picture.media, caption=text or None)
        except ChatMigrated as exc:
            moved_to = exc.new_chat_id
            await self._database.writer.run(lambda: move_staff_chat(chat_id, moved_to))
            raise DeliveryError(str(exc), retry_after=1.0, exact=True) from exc
        except TelegramError as exc:
            error = of_agents(exc)
            if error.exact and not error.unknown:
                self._pace.hold(chat_id, error.retry_after)
            raise error from exc

    async def _picture(self, saying: Saying) -> InputMediaPhoto | None:
        """The picture of a saying, one of our own charts; None when it is there no more."""
        for file in saying.files:
            if file.kind == PICTURE:
                try:
                    return InputMediaPhoto(await in_thread(self._files.read, file.sha256), filename=file.name)
                except FileNotFoundError:
                    # Nothing refers to a chart, so it is removed in time; the figures stand in the text.
                    log.warning("said without its chart", sha256=file.sha256)
        return None

    async def _note(self, script: Script, part: int, message: Message) -> None:
        now = datetime.now(UTC)
        post = NewPost(
            AGENTS, message.chat_id, message.message_id, now, delivery_id=script.delivery_id, part=part
        )
        await self._database.writer.run(lambda: note_post(post))
