"""A client has edited a message: its ticket says what it says now, and keeps what it said before."""

from __future__ import annotations

from datetime import datetime

from desk.thanks import is_thanks
from desk.ticket import ClientMessage, State, on_client_message
from intake.chatting.message import ChatMessage
from intake.chatting.received import Received
from intake.taking_in.arrived import message_of
from intake.taking_in.conversation import Outcome
from storage.chats import text_length_is, text_lengths
from storage.clocks import reopen
from storage.edits import edit_message, has_picture, text_of
from storage.posts import CLIENTS, Posted
from storage.tickets import Change, add_message, note_changes, ticket_now


async def edited(got: Received, post: Posted, at: datetime) -> Outcome:
    """Give the item that a message became its new text; a picture that was put in its place is added.

    `at`: when the client edited it (UTC). Nothing is reopened and no clock goes on: what an agent has read
    may have changed, so the ticket shows it, but it is no new message. Thanks alone, which nobody had to
    read, may have become a question: that is a new one. Inside a unit.
    """
    assert post.ticket_id is not None and post.item_id is not None
    text = await _whole(got.message, post)
    old = await edit_message(post.item_id, text, at)
    if old is not None:
        await note_changes(
            post.ticket_id, got.now, Change(got.client.address, "edited", old[:300], text[:300])
        )
    fresh = [shot for shot in got.message.screenshots if not await has_picture(post.item_id, shot.sha256)]
    if fresh:
        await add_message(message_of(got.arrived(None), post.ticket_id))
    if old is not None and is_thanks(old) and (fresh or not is_thanks(text)):
        await _taken_back(got, post.ticket_id)
    what = "edited" if old is not None or fresh else "done"
    return Outcome(what, post.ticket_id, "" if what == "edited" else "nothing has changed", post.item_id)


async def _taken_back(got: Received, ticket_id: int) -> None:
    """Reopen a closed ticket whose thanks say more by now, as long as any message would."""
    ticket = await ticket_now(ticket_id)
    if ticket is None or ticket.merged_into is not None or ticket.state != State.CLOSED:
        return
    meaning = on_client_message(State.CLOSED, ticket.closed_at, got.now, got.desk.reopen_days)
    if meaning is ClientMessage.REOPEN:
        why, timing = "the client's thanks became more", got.desk.timing
        await reopen(ticket, got.client.address, why, got.now, timing)


async def _whole(message: ChatMessage, post: Posted) -> str:
    """The item's text with this message's part of it as it is now: an album's captions are one text."""
    if not post.album:
        return message.text
    assert post.item_id is not None
    rest, texts = await text_of(post.item_id), []
    for post_id, length in await text_lengths(CLIENTS, post.item_id):
        own, rest = rest[:length], rest[length + 1 :] if length else rest
        texts.append(message.text if post_id == post.id else own)
    await text_length_is(post.id, len(message.text))
    return "\n".join(filter(None, texts))
