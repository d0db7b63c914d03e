"""/link: a client's chat joins his mail address by a code that is mailed there; /language.

Nobody learns here whether we know an address: what is said, limited and counted is the same either way. A
code is made in both cases and mailed in one.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.telegram.clients.desk import ClientsDesk, Turn
from bot.telegram.clients.pressing import answered, not_yours, presser
from bot.telegram.clients.understood import language_of
from desk.addresses import comparable
from desk.channels import MAIL, channel_of, telegram_address
from intake import chats
from intake.chatting.owing import tell
from intake.taking_in.arrived import Desk
from intake.taking_in.conversation import Outcome
from replies.languages import LANGUAGES
from storage.chats import change_chat, chat_now
from storage.codes import can_still_try, made_since, new_code, use_code
from storage.directory import KnownClient, client_by_address, link_address, set_language
from storage.outbox import Owed, owe, was_owed
from storage.posts import CLIENTS

KEY, PURPOSE = "link", "link"  # in a chat's `expects`; of a code
LASTS, MINUTES = timedelta(minutes=30), 30
MOST, WITHIN = 3, timedelta(hours=1)  # codes for a chat, and for an address
_ADDRESS, _CODE = "address", "code"  # what is waited for
_LOOKS_LIKE_ADDRESS = re.compile(r"\S*@\S*")
_MAIL_ADDRESS = re.compile(r"[^\s@<>()\[\]\",;:\\]{1,64}@[^\s@<>()\[\]\",;:\\]+\.[^\s@<>()\[\]\",;:\\.]{2,}")
_LOOKS_LIKE_CODE = re.compile(r"\d(?:[\s-]?\d){5,11}")


def menu() -> Sequence[tuple[str, str]]:
    """The commands of this room, each with the name of the text that describes it."""
    return (("link", "menu.link"), ("language", "menu.language"))


def router() -> Router:
    """The handlers of this room."""
    found = Router(name="linking")
    private = F.chat.type == "private"
    found.message.register(link, private, Command("link"))
    found.message.register(language, private, Command("language"))
    found.message.register(addressed, private, F.text, is_address)
    found.message.register(coded, private, F.text, is_code)
    found.callback_query.register(chosen, F.data.startswith("language:"))
    return found


async def link(message: Message, turn: Turn, desk: ClientsDesk) -> None:
    """/link: ask for the address."""

    async def unit(now: datetime) -> Outcome:
        client = await _client(message, desk.desk, now)
        if client.blocked:
            return _BLOCKED
        await _expect(message.chat.id, client, _ADDRESS, now)
        await tell(client, desk.desk, "link-ask", turn.entry.id, {}, now)
        return Outcome("done", why="link: asked for the address")

    await desk.effects(turn, unit)


async def is_address(message: Message) -> bool:
    """Whether a message is the address that was asked for, or was meant to be; anything else is a request."""
    text = (message.text or "").strip()
    return _LOOKS_LIKE_ADDRESS.fullmatch(text) is not None and await _waits_for(message, _ADDRESS)


async def addressed(message: Message, turn: Turn, desk: ClientsDesk) -> None:
    """An address: a code is mailed there if we know it."""
    address = comparable((message.text or "").strip())

    async def unit(now: datetime) -> Outcome:
        client = await _client(message, desk.desk, now)
        if client.blocked:
            return _BLOCKED
        if len(address) > 320 or not _MAIL_ADDRESS.fullmatch(address):
            await tell(client, desk.desk, "link-bad", turn.entry.id, {}, now)
            return Outcome("done", why="link: no address")
        made = await made_since(PURPOSE, address, client.address, now - WITHIN)
        if max(made.for_holder, made.for_subject) >= MOST:
            await change_chat(CLIENTS, message.chat.id, expects=None)
            await tell(client, desk.desk, "link-limited", turn.entry.id, {}, now)
            return Outcome("done", why="link: too often")
        await _send_code(address, client, desk.desk, turn.entry.id, now)
        await _expect(message.chat.id, client, _CODE, now)
        facts = {"address": address, "minutes": MINUTES}
        await tell(client, desk.desk, "link-sent", turn.entry.id, facts, now)
        return Outcome("done", why="link: asked for the code")

    await desk.effects(turn, unit)


async def _send_code(address: str, client: KnownClient, desk: Desk, serial: int, now: datetime) -> None:
    code = await new_code(PURPOSE, address, client.address, now, LASTS)
    owner = await client_by_address(address)
    ours = address in desk.own_addresses or channel_of(address) != MAIL
    if owner is None or owner.blocked or ours:
        return
    mail = Owed(
        key=f"link-code:{serial}",
        ticket_id=None,
        kind="link-code",
        recipient=address,
        language=owner.language or desk.default_language,
        facts={"code": code, "minutes": MINUTES},
    )
    await owe(mail, desk.domain, now)


async def is_code(message: Message) -> bool:
    """Whether a message is the code that was asked for; anything but digits is a request."""
    text = (message.text or "").strip()
    return _LOOKS_LIKE_CODE.fullmatch(text) is not None and await _waits_for(message, _CODE)


async def coded(message: Message, turn: Turn, desk: ClientsDesk) -> None:
    """A code: the right one links the address that it was mailed to."""

    async def unit(now: datetime) -> Outcome:
        client = await _client(message, desk.desk, now)
        if client.blocked:
            return _BLOCKED
        address = await use_code(PURPOSE, client.address, message.text or "", now)
        owner = await link_address(client.address, address, now) if address is not None else None
        if address is None and await can_still_try(PURPOSE, client.address, now):
            await tell(client, desk.desk, "link-wrong", turn.entry.id, {}, now)
            return Outcome("done", why="link: wrong code")
        await change_chat(CLIENTS, message.chat.id, expects=None)
        if owner is None:
            await tell(client, desk.desk, "link-over", turn.entry.id, {}, now)
            return Outcome("done", why="link: no code is good any more")
        await change_chat(CLIENTS, message.chat.id, client_id=owner.id)
        await tell(client, desk.desk, "link-done", turn.entry.id, {"address": address}, now)
        return Outcome("done", why="link: linked")

    await desk.effects(turn, unit)


async def language(message: Message, command: CommandObject, turn: Turn, desk: ClientsDesk) -> None:
    """/language: offer our languages, or take the one that is named."""
    wanted = (command.args or "").strip().lower()

    async def unit(now: datetime) -> Outcome:
        client = await _client(message, desk.desk, now)
        if client.blocked:
            return _BLOCKED
        if wanted in LANGUAGES:
            return await _set(client, wanted, desk.desk, f"said:{turn.entry.id}", None, now)
        await tell(client, desk.desk, "language-ask", turn.entry.id, {}, now)
        return Outcome("done", why="language: asked")

    await desk.effects(turn, unit)


async def chosen(query: CallbackQuery, turn: Turn, desk: ClientsDesk) -> None:
    """A language was pressed: what follows is written in it."""
    by, wanted = presser(query), (query.data or "").partition(":")[2]

    async def unit(now: datetime) -> Outcome:
        client = await client_by_address(telegram_address(query.from_user.id))
        if by is None or client is None or client.blocked or wanted not in LANGUAGES:
            return Outcome("refused", why="language: a button that we did not make")
        return await _set(client, wanted, desk.desk, f"pressed:{query.id}", by.message_id, now)

    outcome = await desk.effects(turn, unit)
    await answered(query, not_yours(query, desk) if outcome.what == "refused" else "")


async def _set(
    client: KnownClient, wanted: str, desk: Desk, serial: str, edits: int | None, now: datetime
) -> Outcome:
    key = f"chat:language-set:{serial}"
    if await was_owed(key):
        return Outcome("duplicate")
    await set_language(client.id, wanted)
    told = Owed(
        key=key,
        ticket_id=None,
        kind="language-set",
        channel="telegram",
        recipient=client.address,
        language=wanted,
        facts={"edits": edits},
    )
    await owe(told, desk.domain, now)
    return Outcome("done", why=f"language: {wanted}")


_BLOCKED = Outcome("refused", why="blocked (an agent has blocked this client)")


async def _client(message: Message, desk: Desk, now: datetime) -> KnownClient:
    code = message.from_user.language_code if message.from_user else None
    return await chats.known_client(message.chat.id, language_of(code), desk, now)


async def _expect(chat_id: int, client: KnownClient, what: str, now: datetime) -> None:
    waiting: dict[str, Any] = {KEY: {"what": what, "at": now.isoformat()}}
    await change_chat(CLIENTS, chat_id, client_id=client.id, left_at=None, expects=waiting)


async def _waits_for(message: Message, what: str) -> bool:
    chat = await chat_now(CLIENTS, message.chat.id)
    waiting = ((chat and chat.expects) or {}).get(KEY) or {}
    return bool(waiting.get("what") == what) and message.date - datetime.fromisoformat(waiting["at"]) <= LASTS
