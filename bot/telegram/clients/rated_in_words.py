"""What a client writes about a closed ticket: the comment that he was asked for, or stars in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiogram.types import Message

from bot.telegram.clients.desk import ClientsDesk, Turn
from bot.telegram.clients.telling import Telling
from desk.channels import telegram_address
from desk.rating import stars_in_reply
from intake.taking_in.conversation import Outcome
from storage.chats import ChatNow, change_chat, chat_now
from storage.closures import ClosureNow, closure_now, latest_closure
from storage.directory import KnownClient, client_by_address
from storage.posts import CLIENTS, NewPost, note_post, post_of
from storage.ratings import invitation_post, invited_last, rate

KEY = "comment"  # in a chat's `expects`
COMMENT_IN = timedelta(hours=1)  # after which what a client writes is no comment any more


def expecting(closure_id: int, message_id: int, at: datetime) -> dict[str, Any]:
    """What a chat expects of a client who is to write a comment, since a moment (UTC)."""
    return {KEY: {"closure": closure_id, "message": message_id, "at": at.isoformat()}}


async def expect_no_comment(chat_id: int) -> None:
    """Take what a client writes next for what it is; another question that waits goes on waiting."""
    chat = await chat_now(CLIENTS, chat_id)
    if chat is not None and KEY in (chat.expects or {}):
        await change_chat(CLIENTS, chat_id, expects=None)


@dataclass(frozen=True, slots=True)
class Awaited:
    """The comment that a chat waits for: on which closure, asked for by which message."""

    closure_id: int
    message_id: int


async def is_comment(message: Message) -> bool | dict[str, object]:
    """Whether a client's message is the comment that he was asked for; with it comes `awaited`."""
    chat = await chat_now(CLIENTS, message.chat.id)
    waiting = ((chat and chat.expects) or {}).get(KEY)
    if chat is None or not waiting or (message.text or "").startswith("/"):
        return False
    at = datetime.fromisoformat(waiting["at"])
    replied = message.reply_to_message
    about_it = replied is None or replied.message_id == waiting["message"]
    if not about_it or _chosen_since(chat, at) or message.date - at > COMMENT_IN:
        return False
    return {"awaited": Awaited(int(waiting["closure"]), int(waiting["message"]))}


def _chosen_since(chat: ChatNow, at: datetime) -> bool:
    """Whether he has turned to some ticket, or to a new one, after he was asked."""
    return chat.chosen_at is not None and chat.chosen_at > at


async def commented(message: Message, turn: Turn, desk: ClientsDesk, awaited: Awaited) -> None:
    """The comment on a rating; the invitation's message shows that it was saved, or that it is over."""

    async def unit(now: datetime) -> Outcome:
        telling = await _telling(message, desk, awaited.closure_id, awaited.message_id, now)
        stars = telling.closure.stars if isinstance(telling, Telling) else None
        if isinstance(telling, Outcome) or stars is None:
            return telling if isinstance(telling, Outcome) else _NOT_HIS
        await expect_no_comment(message.chat.id)
        comment = (message.text or "").strip()
        return await _rated(telling, turn.entry.received_at, stars, comment)

    await desk.effects(turn, unit)


async def is_rating(message: Message) -> bool | dict[str, object]:
    """Whether a client's message is nothing but stars for the closed ticket that we spoke of last.

    A reply is about the message that it replies to. With it comes `closure_id`.
    """
    if stars_in_reply(message.text or "") is None:
        return False
    if message.reply_to_message is None:
        meant = await invited_last(message.chat.id)
    else:
        post = await post_of(CLIENTS, message.chat.id, message.reply_to_message.message_id)
        meant = post.ticket_id if post else None
    closure = await latest_closure(meant) if meant else None
    # A ticket that was reopened since is talked about, not rated.
    asked = closure is not None and closure.invited_at is not None and closure.withdrawn_at is None
    return {"closure_id": closure.id} if closure is not None and asked else False


async def starred(message: Message, turn: Turn, desk: ClientsDesk, closure_id: int) -> None:
    """Stars in words: as good as those that are pressed."""
    stars = stars_in_reply(message.text or "")
    assert stars is not None

    async def unit(now: datetime) -> Outcome:
        telling = await _telling(message, desk, closure_id, None, now)
        if isinstance(telling, Outcome):
            return telling
        return await _rated(telling, turn.entry.received_at, stars, None)

    await desk.effects(turn, unit)


_NOT_HIS = Outcome("refused", why="rate: written by somebody else")


async def _telling(
    message: Message, desk: ClientsDesk, closure_id: int, asked_by: int | None, now: datetime
) -> Telling | Outcome:
    """Who is told how his rating stands, by `asked_by` or the invitation; or why this changes nothing."""
    closure: ClosureNow | None = await closure_now(closure_id)
    client: KnownClient | None = await client_by_address(telegram_address(message.chat.id))
    if closure is None or client is None or client.blocked or closure.client_id != client.id:
        return _NOT_HIS
    known = await post_of(CLIENTS, message.chat.id, message.message_id)
    if known is not None:
        return Outcome("duplicate", known.ticket_id)
    said = NewPost(CLIENTS, message.chat.id, message.message_id, now, closure.ticket_id, incoming=True)
    await note_post(said)
    asked_by = asked_by or await invitation_post(closure.id, closure.ticket_id)
    return Telling(desk.desk, client, closure, asked_by, f"said-{message.message_id}", now)


async def _rated(telling: Telling, at: datetime, stars: int, comment: str | None) -> Outcome:
    closure, who = telling.closure, telling.client.address
    refused = await rate(closure.id, at, "telegram", who, stars=stars, comment=comment)
    return await telling.over(refused) if refused else await telling.rated()
