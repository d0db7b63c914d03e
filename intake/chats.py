"""A client's message to the bot becomes a new ticket or goes on one: all effects in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.channels import telegram_address
from desk.ticket import State
from intake.contents.links import to_shares
from intake.incoming import Declined, IncomingMessage, Screenshot
from intake.mime.cleaning import one_line
from intake.taking_in.arrived import Arrived, Desk
from intake.taking_in.conversation import Outcome, go_on, open_request
from storage.chats import ChatNow, change_chat, chat_now
from storage.directory import KnownClient, add_unregistered, client_by_address
from storage.inbox import Claimed, finish_entry, hold_entry
from storage.models import EntryState
from storage.outbox import add_to_confirmation
from storage.posts import CLIENTS, NewPost, Posted, note_post, post_of, post_of_album
from storage.tickets import NewScreenshot, TicketNow, add_to_message, open_tickets, ticket_now

ALBUM_QUIET = timedelta(seconds=1.5)  # after which no further part of an album is waited for
CHOSEN_FOR = timedelta(hours=12)  # how long what a client writes goes to the ticket that he has chosen
_SUBJECT = 100  # characters of the first line that name a ticket


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A client's message in his private chat with the bot, understood.

    `sent_at`: when Telegram took it (UTC). `language`: of his program, one of ours, or "". `reply_to`: the
    message that he answers. `album`: Telegram's media group. `origin`: whose message he passes on.
    """

    chat_id: int
    message_id: int
    sender_id: int
    name: str
    language: str
    sent_at: datetime
    text: str = ""
    reply_to: int | None = None
    album: str = ""
    origin: str = ""
    screenshots: tuple[Screenshot, ...] = ()
    declined: tuple[Declined, ...] = ()

    def as_incoming(self) -> IncomingMessage:
        """The message as the rules for requests take it, whatever way one came."""
        first = next((line.strip() for line in self.text.splitlines() if line.strip()), "")
        return IncomingMessage(
            from_addr=telegram_address(self.sender_id),
            from_name=self.name,
            subject=one_line(first)[:_SUBJECT],
            text=self.text,
            reply_text=self.text,
            screenshots=self.screenshots,
            declined=self.declined,
            links_to_shares=to_shares(self.text),
        )


async def take_in(entry: Claimed, message: ChatMessage, desk: Desk, now: datetime) -> Outcome:
    """Make all effects of a client's message; runs inside the writer's transaction, marks the entry done.

    Whoever writes the same message again, by another update, changes nothing (promises, P4). Raises ClaimLost
    when the entry is another worker's by now.
    """
    await hold_entry(entry)
    outcome = await _effects(entry, message, desk, now)
    await finish(entry, outcome, now)
    return outcome


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


async def _effects(entry: Claimed, message: ChatMessage, desk: Desk, now: datetime) -> Outcome:
    known = await post_of(CLIENTS, message.chat_id, message.message_id)
    if known is not None:
        return Outcome("duplicate", known.ticket_id)
    client = await known_client(message.sender_id, message.language, desk, now)
    if client.blocked:
        return Outcome("refused", why="blocked (an agent has blocked this client)")
    await change_chat(CLIENTS, message.chat_id, client_id=client.id, left_at=None)
    first = await post_of_album(CLIENTS, message.chat_id, message.album) if message.album else None
    if first is not None and first.ticket_id and first.item_id:
        outcome = await _add_part(first, message, desk)
    else:
        confirm_after = now + ALBUM_QUIET if message.album else None
        arrival = Arrived(entry, message.as_incoming(), "", client, desk, now, None, confirm_after)
        ticket = await ticket_meant(message, client, now)
        outcome = await (go_on(arrival, ticket) if ticket else open_request(arrival, follow_up_of=None))
        if outcome.what == "opened":
            await change_chat(CLIENTS, message.chat_id, ticket_id=outcome.ticket_id, chosen_at=now)
    await note_post(
        NewPost(
            CLIENTS,
            message.chat_id,
            message.message_id,
            now,
            outcome.ticket_id,
            outcome.item_id,
            incoming=True,
            album=message.album,
        )
    )
    return outcome


async def _add_part(first: Posted, message: ChatMessage, desk: Desk) -> Outcome:
    """Put a further part of an album on the message that its first part became, however late it comes."""
    assert first.ticket_id is not None and first.item_id is not None
    incoming = message.as_incoming()
    shots = [_new_screenshot(shot) for shot in message.screenshots]
    declined = [{"name": d.name, "reason": d.reason} for d in message.declined]
    shares = list(incoming.links_to_shares)
    await add_to_message(first.item_id, message.text, shots, declined, shares, subject=incoming.subject)
    told = [{"name": d.name, "reason": d.reason, "hint": d.hint} for d in message.declined]
    await add_to_confirmation(first.ticket_id, [shot.name for shot in shots], told)
    return Outcome("joined", first.ticket_id, item_id=first.item_id)


def _new_screenshot(shot: Screenshot) -> NewScreenshot:
    return NewScreenshot(**{name: getattr(shot, name) for name in NewScreenshot.__slots__})


async def ticket_meant(message: ChatMessage, client: KnownClient, now: datetime) -> TicketNow | None:
    """The ticket that a message goes on: the one it replies to, the one chosen lately, the only open one."""
    if message.reply_to is not None:
        post = await post_of(CLIENTS, message.chat_id, message.reply_to)
        if post is not None and post.ticket_id is not None:
            return await ticket_now(post.ticket_id)
    chat = await chat_now(CLIENTS, message.chat_id)
    unfinished = await open_tickets(client.id)
    chosen = _chosen(chat, unfinished, now)
    if chosen is None and chat is not None and chat.ticket_id == 0:
        return None  # he asked for a new one
    number = chosen or (unfinished[-1] if unfinished else None)
    found = await ticket_now(number) if number else None
    return found if found and found.state != State.CLOSED else None


def _chosen(chat: ChatNow | None, unfinished: Collection[int], now: datetime) -> int | None:
    if chat is None or chat.chosen_at is None or now - chat.chosen_at > CHOSEN_FOR:
        return None
    return chat.ticket_id if chat.ticket_id and chat.ticket_id in unfinished else None
