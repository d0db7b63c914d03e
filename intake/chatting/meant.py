"""Which ticket a client's message in his chat is meant for; where it can't be told, he is asked.

After a closing a message without a reply may go on what was closed, or be something new: only its author
knows. Within three days he is asked, for whoever writes then mostly means it; later it is a new request. If
he does not say, it becomes a new request too, because that is answered in any case. Thanks and stars need no
question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from desk.rating import stars_in_reply
from desk.thanks import is_thanks
from desk.ticket import State
from intake.chatting.details import Asked, asked_in, reads_like_answer
from storage.chats import ChatNow, TicketLine, chat_now, last_said, tickets_of
from storage.posts import CLIENTS, post_of

CHOSEN_FOR = timedelta(hours=1)  # how long what a client writes goes to the ticket that he has chosen
CLOSED_LATELY = timedelta(days=3)  # after a closing, a message may go on with it
OFFERED = 6  # tickets to choose from at most
# A text that is longer than a message is cut in two by Telegram's programs, which send both at once.
CUT, CUT_WITHIN = 4000, timedelta(seconds=5)


class Unclear(Enum):
    """What is to be asked of the client."""

    WHICH = auto()
    CONTINUED = auto()


@dataclass(frozen=True, slots=True)
class Situation:
    """What tells where a message belongs; tickets by their numbers.

    `replied_to`: that of the message that it answers. `cut_from`: that of a long text which it goes on with.
    `chosen`: by a button or a command, 0 for a new one. `asked`: that of a question which it may answer;
    `plausible`: it reads so. `unfinished`, `closed_lately`: the newest first. `needs_nothing`: thanks,
    or stars.
    """

    replied_to: int | None = None
    cut_from: int | None = None
    chosen: int | None = None
    asked: int | None = None
    plausible: bool = False
    unfinished: Sequence[int] = ()
    closed_lately: Sequence[int] = ()
    last_closed: int | None = None
    needs_nothing: bool = False


@dataclass(frozen=True, slots=True)
class Meant:
    """Where a message belongs: a ticket, None for a new one; or what is not clear."""

    ticket_id: int | None = None
    unclear: Unclear | None = None


def decide(now: Situation) -> Meant:
    """Say where a message belongs; the first that tells it counts."""
    for known in (now.replied_to, now.cut_from):
        if known is not None:
            return Meant(known)
    if now.chosen is not None:
        return Meant(now.chosen or None)
    if now.asked is not None and now.asked in now.unfinished and now.plausible:
        return Meant(now.asked)
    if now.unfinished:
        several = len(now.unfinished) > 1
        return Meant(unclear=Unclear.WHICH) if several else Meant(now.unfinished[0])
    if now.needs_nothing and now.last_closed is not None:
        return Meant(now.last_closed)
    return Meant(unclear=Unclear.CONTINUED) if now.closed_lately else Meant()


@dataclass(frozen=True, slots=True)
class Written:
    """What of a message tells where it belongs; `sent_at` is Telegram's (UTC)."""

    chat_id: int
    text: str
    reply_to: int | None
    sent_at: datetime


async def situation(
    message: Written, client_id: int, now: datetime, *, reopen_days: int
) -> tuple[Situation, Asked | None]:
    """What tells where a message belongs, and the question that waits for an answer; inside a unit."""
    chat = await chat_now(CLIENTS, message.chat_id)
    tickets = await tickets_of(client_id, 50)
    unfinished = [one.id for one in tickets if one.state != State.CLOSED]
    closed = [one for one in tickets if one.state == State.CLOSED and one.closed_at is not None]
    lately = _within(closed, now, CLOSED_LATELY)
    reopenable = _within(closed, now, timedelta(days=reopen_days))
    asked = asked_in(chat, now)
    found = Situation(
        replied_to=await _replied_to(message),
        cut_from=await _cut_from(message),
        chosen=_chosen(chat, unfinished, now),
        asked=asked.ticket_id if asked else None,
        plausible=asked is not None and reads_like_answer(asked.asks, message.text),
        unfinished=unfinished,
        closed_lately=lately,
        last_closed=reopenable[0] if reopenable else None,
        needs_nothing=is_thanks(message.text) or stars_in_reply(message.text) is not None,
    )
    return found, asked


def _within(closed: Sequence[TicketLine], now: datetime, span: timedelta) -> list[int]:
    return [one.id for one in closed if one.closed_at is not None and now - one.closed_at <= span]


def _chosen(chat: ChatNow | None, unfinished: Sequence[int], now: datetime) -> int | None:
    if chat is None or chat.chosen_at is None or now - chat.chosen_at > CHOSEN_FOR:
        return None
    return chat.ticket_id if chat.ticket_id == 0 or chat.ticket_id in unfinished else None


async def _replied_to(message: Written) -> int | None:
    if message.reply_to is None:
        return None
    post = await post_of(CLIENTS, message.chat_id, message.reply_to)
    return post.ticket_id if post is not None else None


async def _cut_from(message: Written) -> int | None:
    last = await last_said(CLIENTS, message.chat_id)
    if last is None or last.length < CUT:
        return None
    at_once = timedelta() <= message.sent_at - last.at <= CUT_WITHIN
    return last.ticket_id if at_once else None
