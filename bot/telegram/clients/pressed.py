"""Whose button it is: nobody but a ticket's own client gets anything done by one (promises, threat 36)."""

from dataclasses import dataclass

from aiogram.types import CallbackQuery, Message

from bot.telegram.clients.pressing import presser
from desk.channels import telegram_address
from storage.directory import KnownClient, client_by_address
from storage.posts import CLIENTS, post_of
from storage.tickets import TicketNow, ticket_now


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button under a message of ours: whose chat, and about which ticket, if about any."""

    client: KnownClient
    chat_id: int
    message_id: int
    ticket: TicketNow | None


async def pressed_by(query: CallbackQuery, ticket_id: int | None) -> Pressed | None:
    """Who pressed a button about a ticket; None unless it is his, and under a message that we sent him.

    What a button says comes from the client's program, so it may say anything. One under a message so old
    that Telegram does not show it to us counts as gone. Inside a unit.
    """
    where = presser(query)
    if where is None or not isinstance(query.message, Message):
        return None
    client = await client_by_address(telegram_address(query.from_user.id))
    post = await post_of(CLIENTS, where.chat_id, where.message_id)
    if client is None or client.blocked or post is None or post.incoming:
        return None
    ticket = await ticket_now(ticket_id) if ticket_id is not None else None
    if ticket_id is not None and (ticket is None or ticket.client_id != client.id):
        return None
    return Pressed(client, where.chat_id, where.message_id, ticket)
