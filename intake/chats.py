"""A client's message to the bot becomes a new ticket or goes on one: all effects in one transaction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from desk.channels import telegram_address
from desk.ticket import State
from intake.chatting.albums import QUIET, add_part, expect_part
from intake.chatting.details import VERSION, Asked, answered, ask, may_answer, missing
from intake.chatting.editing import edited
from intake.chatting.meant import Meant
from intake.chatting.message import ChatMessage as ChatMessage
from intake.chatting.offering import offer_first, on_its_ticket, without_offered
from intake.chatting.received import Received
from intake.chatting.waiting import meant, settle, wait_for_choice
from intake.taking_in.arrived import Desk, message_of
from intake.taking_in.conversation import Outcome, go_on, open_request
from intake.taking_in.heard import answer_to
from storage.chats import change_chat
from storage.directory import KnownClient, add_unregistered, client_by_address
from storage.edits import pass_on_from
from storage.held import reword
from storage.inbox import Claimed, finish_entry, hold_entry
from storage.models import EntryState
from storage.outbox import is_owed, sent_lately
from storage.posts import CLIENTS, NewPost, note_post, post_of
from storage.tickets import add_message, ticket_now, ticket_that_goes_on

TURNED_DOWN_MOST = 10  # times an hour that a client is told what can't be taken


async def take_in(entry: Claimed, message: ChatMessage, desk: Desk, now: datetime) -> Outcome:
    """Make all effects of a client's message; runs inside the writer's transaction, marks the entry done.

    Whoever writes the same message again, by another update, changes nothing (promises, P4). A message of
    which it is not clear where it belongs, or which the FAQ may answer, waits (`storage.held`), and its
    client is asked. Raises ClaimLost when the entry is another worker's by now.
    """
    await hold_entry(entry)
    outcome = await _effects(entry, message, desk, now)
    if outcome.what != "held":
        await finish(entry, outcome, now)
    return outcome


async def take_in_edit(
    entry: Claimed, message: ChatMessage, raw: Mapping[str, Any], at: datetime, desk: Desk, now: datetime
) -> Outcome:
    """Make all effects of an edit; like `take_in`, which it falls back to for a message that never came.

    `raw`: the message as Telegram tells it; `at`: when it was edited (UTC).
    """
    await hold_entry(entry)
    outcome = await _edited(entry, message, raw, at, desk, now) or await _effects(entry, message, desk, now)
    if outcome.what != "held":
        await finish(entry, outcome, now)
    return outcome


async def _edited(
    entry: Claimed, message: ChatMessage, raw: Mapping[str, Any], at: datetime, desk: Desk, now: datetime
) -> Outcome | None:
    """What an edit does to what its message became; None for a message that never came."""
    client = await client_by_address(telegram_address(message.sender_id))
    if client is None or client.blocked:
        return None
    await change_chat(CLIENTS, message.chat_id, client_id=client.id, left_at=None)
    post = await post_of(CLIENTS, message.chat_id, message.message_id)
    if post is None:
        waits = await reword(message.chat_id, message.message_id, raw, besides=entry.id)
        return Outcome("done", why="edited while it waits") if waits else None
    if post.ticket_id is None or post.item_id is None:
        return Outcome("done", post.ticket_id, "edited, but it was no request")
    return await edited(Received(entry, message, client, desk, now), post, at)


async def finish(entry: Claimed, outcome: Outcome, now: datetime) -> None:
    """Mark an update as dealt with; inside the transaction that made its effects."""
    states = {"refused": EntryState.REFUSED, "duplicate": EntryState.DUPLICATE}
    what = f"{outcome.what}: {outcome.why}" if outcome.why else outcome.what
    state = states.get(outcome.what, EntryState.DONE)
    await finish_entry(entry.id, state, now, ticket_id=outcome.ticket_id, outcome=what)


async def known_client(sender_id: int, language: str, desk: Desk, now: datetime) -> KnownClient:
    """The client behind a Telegram account, remembered when he is new."""
    address = telegram_address(sender_id)
    client = await client_by_address(address)
    return client or await add_unregistered(address, language or desk.default_language, now)


async def before_files(entry: Claimed, message: ChatMessage, desk: Desk, now: datetime) -> Outcome | None:
    """What can be settled before a message's files are fetched; None when it is to be taken in.

    One that has to wait for its client's choice waits without them. Inside a unit.
    """
    await hold_entry(entry)
    client = await client_by_address(telegram_address(message.sender_id))
    if client is None or client.blocked:
        return None
    got = Received(entry, message, client, desk, now)
    if await post_of(CLIENTS, message.chat_id, message.message_id) or await expect_part(got):
        return None
    await change_chat(CLIENTS, message.chat_id, client_id=client.id, left_at=None)
    where, _ = await meant(got)
    if where.unclear is not None:
        return await wait_for_choice(got, where.unclear)
    return await offer_first(got, where)


async def _effects(entry: Claimed, message: ChatMessage, desk: Desk, now: datetime) -> Outcome:
    known = await post_of(CLIENTS, message.chat_id, message.message_id)
    if known is not None:
        return Outcome("duplicate", known.ticket_id)
    client = await known_client(message.sender_id, message.language, desk, now)
    if client.blocked:
        return Outcome("refused", why="blocked (an agent has blocked this client)")
    # Also locks the chat: what he presses meanwhile comes before or after all of this.
    await change_chat(CLIENTS, message.chat_id, client_id=client.id, left_at=None)
    got = Received(entry, message, client, desk, now)
    if (joined := await add_part(got)) is not None:
        return await _noted(got, joined)
    where, asked = await meant(got)
    if message.only:
        return await _turned_down(got, where)
    if where.unclear is not None:
        return await wait_for_choice(got, where.unclear)
    if (waits := await offer_first(got, where)) is not None:
        return waits
    outcome = await _put(await without_offered(got), where)
    await _follow_up(got, outcome, asked)
    await settle(got, outcome)
    await on_its_ticket(got, outcome)
    return await _noted(got, outcome)


async def _put(got: Received, where: Meant) -> Outcome:
    arrival = got.arrived(got.now + QUIET if got.message.album else None)
    ticket = await ticket_that_goes_on(where.ticket_id) if where.ticket_id is not None else None
    if ticket is None:
        return await open_request(arrival, follow_up_of=None)
    return await go_on(arrival, ticket)


async def _follow_up(got: Received, outcome: Outcome, asked: Asked | None) -> None:
    """What a message leads to: questions about a new request; the next one; files that were not kept."""
    if outcome.ticket_id is None:
        return
    if outcome.what == "opened":
        await change_chat(CLIENTS, got.message.chat_id, ticket_id=None, chosen_at=None)
        # Who is not confirmed (promises, P6) is asked nothing either.
        questions = missing(got.message.text) if await is_owed(outcome.ticket_id, "confirmation") else ()
        await ask(got.asking, outcome.ticket_id, questions, got.now)
        return
    await got.tell_declined(outcome.ticket_id)
    if asked is None or asked.ticket_id != outcome.ticket_id:
        return
    ticket = await ticket_now(outcome.ticket_id)
    if ticket is not None and asked.asks == VERSION:
        await answer_to(ticket, got.message.text, got.desk, got.now)
    if ticket is not None and ticket.reacted_at is not None:
        await ask(got.asking, outcome.ticket_id, (), got.now)  # a person asks from here on
    elif may_answer(asked.asks, got.message.text):
        await answered(got.asking, asked, got.message.text, got.now)


async def _noted(got: Received, outcome: Outcome) -> Outcome:
    """Remember what the message became, and from whom it was passed on.

    The mark of an album's part tells how much of the item's text is its own (see `intake.chatting.editing`).
    """
    message = got.message
    await note_post(
        NewPost(
            CLIENTS, message.chat_id, message.message_id, got.now, outcome.ticket_id, outcome.item_id,
            incoming=True, album=message.album, mark=str(len(message.text)) if message.album else "",
        )
    )  # fmt: skip
    if message.origin and outcome.item_id is not None:
        await pass_on_from(outcome.item_id, message.origin)
    return outcome


async def _turned_down(got: Received, where: Meant) -> Outcome:
    """A voice message, a sticker and the like: say what can be sent; an open ticket shows that it came.

    It opens nothing, reopens nothing, and no clock goes on for it: nobody has read what it says.
    """
    hour, _ = await sent_lately(got.client.address, "cannot-take", got.now)
    if hour < TURNED_DOWN_MOST:
        await got.tell("cannot-take", {"what": got.message.only})
    ticket = await ticket_that_goes_on(where.ticket_id) if where.ticket_id is not None else None
    if ticket is None or ticket.state == State.CLOSED:
        return Outcome("turned down", why=got.message.only)
    item = await add_message(message_of(got.arrived(None), ticket.id))
    # Not as its album's: pictures that come with it are a message of their own, which does count.
    alone = replace(got, message=replace(got.message, album=""))
    return await _noted(alone, Outcome("turned down", ticket.id, got.message.only, item_id=item))
