"""The agents' bot: what an agent writes in a ticket's topic is an answer, a note or a command."""

import contextvars
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram import Message, Update
from telegram.ext import (
    Application,
    CallbackContext,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from desk.ticket import NotAllowed
from intake import chats
from intake.taking_in.conversation import Outcome
from replies.answering import Answer, Desk, Refused, answer_now
from storage.chats import present_chat
from storage.database import Database
from storage.files import FileStore
from storage.inbox import Claimed, hold_entry
from storage.posts import AGENTS, NewPost, note_post, post_of
from storage.threads import in_thread
from storage.tickets import Change, NewAttachment, NewMessage, add_message, note_changes
from storage.topics import ticket_in

NOTE = "//"
Context = CallbackContext[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who may act in the staff chat; `role` is agent, head or admin."""

    name: str
    telegram_id: int
    role: str
    line: str


@dataclass(slots=True)
class Turn:
    """One update in hand: its entry, and what became of it."""

    entry: Claimed
    outcome: Outcome | None = None


_TURN: contextvars.ContextVar[Turn] = contextvars.ContextVar("turn")


@dataclass(frozen=True, slots=True)
class AgentsDesk:
    """What the handlers have to know. `staff_chats`: as configured; `recall`: see `Answer.not_before`."""

    database: Database
    files: FileStore
    desk: Desk
    agents: Mapping[int, Agent]
    staff_chats: tuple[int, ...]
    recall: timedelta

    async def effects(self, unit: Callable[[datetime], Awaitable[Outcome]]) -> Outcome:
        """Make effects and mark the entry done, in one transaction."""
        turn, now = _TURN.get(), datetime.now(UTC)

        async def whole() -> Outcome:
            await hold_entry(turn.entry)
            outcome = await unit(now)
            await chats.finish(turn.entry, outcome, now)
            return outcome

        turn.outcome = outcome = await self.database.writer.run(whole)
        return outcome

    async def is_staff_chat(self, chat_id: int) -> bool:
        """Whether a chat is one of the configured, wherever that has moved."""
        return chat_id in {await present_chat(one) for one in self.staff_chats}


class _Loud(Application[Any, Any, Any, Any, Any, Any]):
    """An application whose handlers' errors reach whoever processes the entry: it is tried again."""

    async def process_error(self, update: object | None, error: Exception, *_: object, **__: object) -> bool:
        raise error


class AgentsBot:
    """Hands updates to the handlers; the library polls nothing by itself."""

    def __init__(self, api: str, token: str, desk: AgentsDesk) -> None:
        built = (
            Application.builder()
            .application_class(_Loud)
            .token(token)
            .base_url(f"{api}/bot")
            .base_file_url(f"{api}/file/bot")
            .updater(None)
            .build()
        )
        self.application = built
        self.application.bot_data["desk"] = desk
        self._desk = desk
        self._ready = False
        built.add_handler(CallbackQueryHandler(pressed))
        built.add_handler(CommandHandler("close", closed))
        built.add_handler(MessageHandler(filters.UpdateType.MESSAGE, written))

    async def ready(self) -> None:
        """Ask Telegram who we are; raises what the library raises when it can't be reached."""
        if not self._ready:
            await self.application.initialize()
            self._ready = True

    async def feed(self, entry: Claimed, update: dict[str, Any]) -> Outcome:
        """Make the effects of an update; raises what its handler raises."""
        await self.ready()
        turn = Turn(entry)
        token = _TURN.set(turn)
        try:
            await self.application.process_update(Update.de_json(update, self.application.bot))
            return turn.outcome or await self._desk.effects(_nothing)
        finally:
            _TURN.reset(token)

    async def close(self) -> None:
        """Close the connections to Telegram."""
        if self._ready:
            await self.application.shutdown()


async def _nothing(_: datetime) -> Outcome:
    return Outcome("done", why="nothing to do")


async def written(update: Update, context: Context) -> None:
    """A message in a ticket's topic: an answer, or with // before it a note."""
    desk: AgentsDesk = context.bot_data["desk"]
    message = update.message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return
    agent = desk.agents.get(message.from_user.id)
    if agent is None or not await desk.is_staff_chat(message.chat_id):
        return
    files = await _files(message, desk)
    text = (message.text or message.caption or "").strip()
    if not text and not files:
        return

    async def unit(now: datetime) -> Outcome:
        ticket_id = await _ticket(message)
        if ticket_id is None:
            return Outcome("done", why="not in a ticket's topic")
        if await post_of(AGENTS, message.chat_id, message.message_id) is not None:
            return Outcome("duplicate", ticket_id)
        try:
            item, mark = await _said(desk, ticket_id, agent, text, files, now)
        except (Refused, NotAllowed) as exc:
            return Outcome("refused", ticket_id, str(exc))
        post = NewPost(
            AGENTS, message.chat_id, message.message_id, now, ticket_id, item, incoming=True,
            album=message.media_group_id or "", mark=mark,
        )  # fmt: skip
        await note_post(post)
        return Outcome("joined", ticket_id, item_id=item)

    await desk.effects(unit)


async def _said(
    desk: AgentsDesk, ticket_id: int, agent: Agent, text: str, files: list[NewAttachment], now: datetime
) -> tuple[int, str]:
    """Put what an agent said on the ticket; returns the item, and what mark its message waits for."""
    if text.startswith(NOTE):
        note = NewMessage(
            ticket_id, "note", agent.name, "", text[len(NOTE) :].strip(), now, attachments=files
        )
        item = await add_message(note)
        await note_changes(ticket_id, now, Change(agent.name, "noted"))
        return item, ""
    answer = Answer(agent.name, text, files, not_before=now + desk.recall)
    return await answer_now(desk.desk, ticket_id, answer, now), "pending"


async def _ticket(message: Message) -> int | None:
    """The ticket that a message is about: that of its topic, or of the message that it replies to."""
    if message.message_thread_id and message.is_topic_message:
        return await ticket_in(message.chat_id, message.message_thread_id)
    replied = message.reply_to_message
    post = await post_of(AGENTS, message.chat_id, replied.message_id) if replied else None
    return post.ticket_id if post else None


async def _files(message: Message, desk: AgentsDesk) -> list[NewAttachment]:
    if message.photo:
        sent, name, media_type = message.photo[-1], f"photo-{message.message_id}.jpg", "image/jpeg"
        content = bytes(await (await sent.get_file()).download_as_bytearray())
    elif message.document:
        document = message.document
        name = document.file_name or f"file-{message.message_id}"
        media_type = document.mime_type or "application/octet-stream"
        content = bytes(await (await document.get_file()).download_as_bytearray())
    else:
        return []
    digest = await in_thread(desk.files.keep, content)
    return [NewAttachment(name, media_type, len(content), digest, as_picture=bool(message.photo))]


async def closed(update: Update, context: Context) -> None:
    """/close in a topic."""


async def pressed(update: Update, context: Context) -> None:
    """A button under a card."""
    if update.callback_query is not None:
        await update.callback_query.answer()
