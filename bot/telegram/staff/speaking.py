"""Says things in a ticket's place: in its topic, or as answers to its card where a chat has no topics."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
    User,
)
from telegram.error import BadRequest

from bot.telegram.limits import Pace
from bot.telegram.staff.failures import Failure, failure
from replies.chats.items import is_gif
from replies.chats.sayings import FILE, PICTURE, ChatFile, Saying
from replies.chats.splitting import length
from storage.files import FileStore
from storage.threads import in_thread
from storage.topics import TopicNow

log = structlog.get_logger("bot.telegram.topics")

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)  # a stranger's link is not fetched for everybody to see


class Speaker:
    """Says things at the bot's pace; raises what the library raises."""

    def __init__(
        self, bot: Callable[[], Bot], files: FileStore, pace: Pace, shown: Callable[[bytes], bytes]
    ) -> None:
        """`shown` makes the copy of a picture that is passed on, without what it says of its maker."""
        self._bot, self._files, self.pace, self._shown = bot, files, pace, shown

    @property
    def bot(self) -> Bot:
        """The agents' bot."""
        return self._bot()

    async def say(self, topic: TopicNow, saying: Saying, reply_to: int | None = None) -> list[Message]:
        """Say it, in one call; as files what Telegram does not take for pictures, names as mere words."""
        try:
            return await self._say(topic, saying, reply_to)
        except BadRequest as exc:
            plainer = _plainer(saying)
            if failure(exc) is not Failure.REFUSED or plainer == saying:
                raise
            log.warning("said more plainly", ticket=topic.ticket_id, reason=exc.message)
            return await self._say(topic, plainer, reply_to)

    async def edit(self, topic: TopicNow, message_id: int, saying: Saying) -> None:
        """Make a message of ours another one."""
        await self.pace.turn(topic.chat_id, 0)
        await self.bot.edit_message_text(
            saying.text, topic.chat_id, message_id, reply_markup=_keyboard(saying),
            link_preview_options=_NO_PREVIEW,
        )  # fmt: skip

    async def unreadable(self, files: Sequence[ChatFile]) -> ChatFile | None:
        """The first file whose bytes are gone or can't be shown."""
        for file in files:
            try:
                await self._content(file)
            except Exception as exc:  # noqa: BLE001 - whatever a picture does to the decoder, the others go on
                log.error("file not shown", file=file.name, reason=f"{type(exc).__name__}: {exc}")
                return file
        return None

    async def _say(self, topic: TopicNow, saying: Saying, reply_to: int | None) -> list[Message]:
        count = max(1, len(saying.files))
        media = [await self._media(file, saying, first=file is saying.files[0]) for file in saying.files]
        await self.pace.turn(topic.chat_id, count)
        said = await self._sent(topic, saying, media, _reply(topic, reply_to))
        self.pace.landed(topic.chat_id, count)
        return said

    async def _sent(
        self, topic: TopicNow, saying: Saying, media: list[InputMediaPhoto | InputMediaDocument],
        reply: ReplyParameters | None,
    ) -> list[Message]:  # fmt: skip
        bot, chat, thread, markup = self.bot, topic.chat_id, topic.thread_id, _keyboard(saying)
        if not media:
            message = await bot.send_message(
                chat, saying.text, message_thread_id=thread, reply_parameters=reply, reply_markup=markup,
                entities=_entities(saying), link_preview_options=_NO_PREVIEW,
            )  # fmt: skip
            return [message]
        if len(media) > 1:
            sent = await bot.send_media_group(chat, media, message_thread_id=thread, reply_parameters=reply)
            return list(sent)
        (only,) = media
        if isinstance(only, InputMediaPhoto):
            message = await bot.send_photo(
                chat, only.media, caption=only.caption, message_thread_id=thread, reply_parameters=reply
            )
        else:
            message = await bot.send_document(
                chat, only.media, caption=only.caption, message_thread_id=thread, reply_parameters=reply,
                disable_content_type_detection=True,
            )  # fmt: skip
        return [message]

    async def _media(
        self, file: ChatFile, saying: Saying, *, first: bool
    ) -> InputMediaPhoto | InputMediaDocument:
        content, told = await self._content(file), (saying.text or None) if first else None
        if file.kind == PICTURE and not is_gif(file):
            return InputMediaPhoto(content, caption=told, filename=file.name)
        return InputMediaDocument(
            content, caption=told, filename=file.name, disable_content_type_detection=True
        )

    async def _content(self, file: ChatFile) -> bytes:
        content = await in_thread(self._files.read, file.sha256)
        # What is to be shown as a file all the same has been a picture: see `_plainer`.
        return await in_thread(self._shown, content) if file.kind != FILE else content


def _plainer(saying: Saying) -> Saying:
    files = tuple(replace(file, kind=_AS_FILE) if file.kind == PICTURE else file for file in saying.files)
    return replace(saying, files=files, mentions=())


_AS_FILE = "picture as a file"


def _reply(topic: TopicNow, reply_to: int | None) -> ReplyParameters | None:
    if reply_to is None and topic.thread_id is None:
        reply_to = topic.card_id
    return ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to is not None else None


def _keyboard(saying: Saying) -> InlineKeyboardMarkup | None:
    if not saying.buttons:
        return None
    rows = [[InlineKeyboardButton(one.text, callback_data=one.data) for one in row] for row in saying.buttons]
    return InlineKeyboardMarkup(rows)


def _entities(saying: Saying) -> list[MessageEntity] | None:
    found = []
    for mention in saying.mentions:
        at = saying.text.rfind(mention.name)
        if at >= 0:
            user = User(mention.telegram_id, mention.name, is_bot=False)
            offset, size = length(saying.text[:at]), length(mention.name)
            found.append(MessageEntity(MessageEntity.TEXT_MENTION, offset, size, user=user))
    return found or None
