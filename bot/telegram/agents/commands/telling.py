"""How an answer to a command is said: as a reply with buttons, or in place of the question it answers."""

from collections.abc import Sequence
from datetime import datetime

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, MessageEntity

from bot.telegram.agents.commands.asked import Said
from bot.telegram.agents.desk import Afterwards, AgentsDesk
from replies.chats.sayings import Button
from replies.chats.splitting import length, split
from storage.posts import AGENTS, NewPost, note_post


async def reply(desk: AgentsDesk, message: Message, said: Said) -> Afterwards | None:
    """Answer a message. Raises TelegramAway while Telegram can't be asked.

    What is to be noted of it: that our message is about the ticket, whose buttons are asked for there.
    """
    pieces = split(said.text) or ["…"]
    told: Message | None = None
    for piece in pieces:
        keys = _keyboard(said.rows) if piece is pieces[-1] else None
        await desk.pace.turn(message.chat_id)
        told = await desk.asked(
            message.chat_id,
            message.reply_text(
                piece, do_quote=True, allow_sending_without_reply=True, reply_markup=keys,
                entities=_entities(piece, said.links), disable_web_page_preview=True,
            ),
        )  # fmt: skip
    return _noted(told, said.ticket_id) if told is not None and said.ticket_id is not None else None


async def replace(desk: AgentsDesk, message: Message, said: Said) -> None:
    """Say it in place of the question that was asked. Raises TelegramAway while Telegram can't be asked."""
    await desk.pace.turn(message.chat_id)
    text = split(said.text)[0] if said.text.strip() else "…"
    await desk.asked(message.chat_id, message.edit_text(text, reply_markup=_keyboard(said.rows)))


def _noted(told: Message, ticket_id: int) -> Afterwards:
    async def note(now: datetime) -> None:
        await note_post(NewPost(AGENTS, told.chat_id, told.message_id, now, ticket_id))

    return note


def _keyboard(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(one.text, callback_data=one.data) for one in row] for row in rows]
    )


def _entities(text: str, links: Sequence[tuple[str, str]]) -> list[MessageEntity]:
    """Where the text leads; offsets count as Telegram does, see `replies.chats.splitting.length`."""
    found, start = [], 0
    for label, url in links:
        at = text.find(label, start)
        if at >= 0:
            start = at + len(label)
            offset = length(text[:at])
            found.append(MessageEntity(MessageEntity.TEXT_LINK, offset, length(label), url=url))
    return found
