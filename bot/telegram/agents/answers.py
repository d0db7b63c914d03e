"""What an agent writes in a ticket's topic: an answer to the client, or with // before it a note."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler, MessageHandler, filters

from bot.telegram.agents.desk import Agent, AgentsDesk, Context
from desk.ticket import NotAllowed
from intake.taking_in.conversation import Outcome
from replies.answering import Answer, Refused, answer_now
from storage.posts import AGENTS, NewPost, note_post, post_of
from storage.threads import in_thread
from storage.tickets import Change, NewAttachment, NewMessage, add_message, note_changes
from storage.topics import ticket_in

NOTE = "//"


def handlers() -> Sequence[BaseHandler[Any, Any, Any]]:
    """The handlers of this room; asked last, for any message in a topic is an answer."""
    return (MessageHandler(filters.UpdateType.MESSAGE, written),)


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
