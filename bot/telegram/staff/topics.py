"""Brings the staff chats up to date: a topic a ticket, its card, every item of its thread, answers' marks.

It says what the database holds and the chat does not show yet, so nothing has to be owed for it, a crash
loses nothing, and a topic that was deleted is made again with all of its thread. The oldest deadline goes
first.
"""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
)
from telegram.error import TelegramError

from bot.telegram.errors import of_agents
from bot.telegram.limits import Pace
from replies.chats.card import Cards
from replies.chats.sayings import PICTURE, ChatFile, Saying
from replies.delivery_error import DeliveryError
from storage.chats import present_chat
from storage.database import Database
from storage.files import FileStore
from storage.posts import AGENTS, NewPost, posts_of_item
from storage.threads import in_thread
from storage.tickets import TicketNow, ticket_now
from storage.topics import Item, TopicNow, Topics, events_after, items_after, topic_of

log = structlog.get_logger("bot.telegram.topics")

LOOK = 0.5  # seconds between two looks for what has changed
AGAIN = 5.0  # seconds before a ticket whose topic could not be brought up to date is tried again


class Staff:
    """Runs until stopped."""

    def __init__(
        self, bot: Callable[[], Bot], database: Database, files: FileStore, cards: Cards, pace: Pace,
        chat_of: Callable[[str], int], shown: Callable[[bytes], bytes],
    ) -> None:  # fmt: skip
        """`chat_of` tells a line's staff chat; `shown` as in `ClientsCarrier`."""
        self._bot, self._database, self._files = bot, database, files
        self._cards, self._pace, self._chat_of, self._shown = cards, pace, chat_of, shown
        self._topics = Topics(database)
        self._over = asyncio.Event()
        self._wake = asyncio.Event()
        self._behind: dict[int, float] = {}  # tickets, and the loop's time before which they are left alone
        self.trouble = ""

    def wake(self) -> None:
        """Something has changed: look now."""
        self._wake.set()

    async def run(self) -> None:
        """Keep topics up to date until `stop`; raises Unavailable when the database can't be reached."""
        self._over.clear()
        self._behind = dict.fromkeys(await self._topics.behind(), 0.0)
        while not self._over.is_set():
            for ticket_id in await self._topics.changed():
                self._behind.setdefault(ticket_id, 0.0)
            if not await self._one():
                await self._rest()

    async def stop(self) -> None:
        """Say nothing more."""
        self._over.set()
        self._wake.set()

    async def _rest(self) -> None:
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), LOOK)
        except TimeoutError:
            return

    async def _one(self) -> bool:
        """Take the next step of the most urgent ticket; False when nothing is to be done now."""
        ticket = await self._most_urgent()
        if ticket is None:
            return False
        try:
            done = await self._step(ticket)
        except TelegramError as exc:
            self._failed(ticket, of_agents(exc))
        except DeliveryError as exc:
            self._failed(ticket, exc)
        else:
            self.trouble = ""
            if done:
                del self._behind[ticket.id]
        return True

    async def _most_urgent(self) -> TicketNow | None:
        now = asyncio.get_running_loop().time()
        ready = [ticket_id for ticket_id, at in self._behind.items() if at <= now]
        found = [ticket for one in ready if (ticket := await self._ticket(one)) is not None]
        return min(found, key=lambda ticket: (ticket.reaction_due_at, ticket.id), default=None)

    async def _ticket(self, ticket_id: int) -> TicketNow | None:
        ticket = await self._database.writer.run(lambda: ticket_now(ticket_id))
        if ticket is None:
            self._behind.pop(ticket_id, None)
        return ticket

    def _failed(self, ticket: TicketNow, error: DeliveryError) -> None:
        log.warning("topic not up to date", ticket=ticket.id, reason=str(error))
        self.trouble = str(error)
        self._behind[ticket.id] = asyncio.get_running_loop().time() + max(error.retry_after, AGAIN)

    async def _step(self, ticket: TicketNow) -> bool:
        """Say one thing that is missing; True when nothing is."""
        topic = await topic_of(ticket.id)
        if topic is None:
            await self._make_place(ticket)
            return False
        if topic.card_id is None:
            await self._post_card(ticket, topic)
            return False
        for item in await items_after(ticket.id, topic.posted_item):
            await self._post_item(ticket, topic, item)
            return False
        return await self._card_is_current(ticket, topic)

    async def _make_place(self, ticket: TicketNow) -> None:
        chat_id = await present_chat(self._chat_of(ticket.line))
        title, colour = self._cards.title(ticket), self._cards.colour(ticket)
        await self._pace.turn(chat_id)
        made = await self._bot().create_forum_topic(chat_id, title, icon_color=colour)
        await self._topics.placed(
            ticket.id, chat_id, made.message_thread_id, title, str(colour), datetime.now(UTC)
        )

    async def _post_card(self, ticket: TicketNow, topic: TopicNow) -> None:
        saying = self._cards.card(ticket)
        (message,) = await self._say(topic, saying)
        events = await events_after(ticket.id, topic.seen_event)
        await self._topics.change(
            topic.id,
            NewPost(AGENTS, topic.chat_id, message.message_id, datetime.now(UTC), ticket.id),
            card_id=message.message_id,
            card_sha256=_digest(saying),
            seen_event=events[-1].id if events else topic.seen_event,
        )

    async def _post_item(self, ticket: TicketNow, topic: TopicNow, item: Item) -> None:
        posts: list[NewPost] = []
        if not await _came_from_here(item):
            for part, saying in enumerate(self._cards.item(item)):
                for message in await self._say(topic, saying):
                    posts.append(
                        NewPost(AGENTS, topic.chat_id, message.message_id, datetime.now(UTC), ticket.id,
                                item.id, part=part)
                    )  # fmt: skip
        await self._topics.change(topic.id, *posts, posted_item=item.id)

    async def _card_is_current(self, ticket: TicketNow, topic: TopicNow) -> bool:
        saying = self._cards.card(ticket)
        events = await events_after(ticket.id, topic.seen_event)
        seen = events[-1].id if events else topic.seen_event
        if _digest(saying) != topic.card_sha256 and topic.card_id is not None:
            await self._bot().edit_message_text(
                saying.text, topic.chat_id, topic.card_id, reply_markup=_keyboard(saying)
            )
        await self._topics.change(topic.id, card_sha256=_digest(saying), seen_event=seen)
        return True

    async def _say(self, topic: TopicNow, saying: Saying) -> list[Message]:
        await self._pace.turn(topic.chat_id, max(1, len(saying.files)))
        bot, chat, thread, markup = self._bot(), topic.chat_id, topic.thread_id, _keyboard(saying)
        if not saying.files:
            return [await bot.send_message(chat, saying.text, message_thread_id=thread, reply_markup=markup)]
        media = [await self._media(file, saying.text if index == 0 else "") for index, file in
                 enumerate(saying.files)]  # fmt: skip
        if len(media) > 1:
            return list(await bot.send_media_group(chat, media, message_thread_id=thread))
        (only,) = media
        if isinstance(only, InputMediaPhoto):
            return [await bot.send_photo(chat, only.media, caption=only.caption, message_thread_id=thread)]
        return [await bot.send_document(chat, only.media, caption=only.caption, message_thread_id=thread)]

    async def _media(self, file: ChatFile, caption: str) -> InputMediaPhoto | InputMediaDocument:
        content = await in_thread(self._files.read, file.sha256)
        told = caption or None
        if file.kind == PICTURE:
            shown = await in_thread(self._shown, content)
            return InputMediaPhoto(shown, caption=told, filename=file.name)
        return InputMediaDocument(content, caption=told, filename=file.name)


async def _came_from_here(item: Item) -> bool:
    """Whether an agent wrote the item in the staff chat, where it stands already."""
    return bool(await posts_of_item(AGENTS, item.id, incoming=True))


def _digest(saying: Saying) -> str:
    return hashlib.sha256(repr(saying).encode()).hexdigest()


def _keyboard(saying: Saying) -> InlineKeyboardMarkup | None:
    if not saying.buttons:
        return None
    rows = [[InlineKeyboardButton(one.text, callback_data=one.data) for one in row] for row in saying.buttons]
    return InlineKeyboardMarkup(rows)
