"""Whatever a client writes: a request, or more on one; /start, /help and /new."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import Message

from bot.telegram.clients.desk import ClientsDesk, Turn
from bot.telegram.clients.files import NotFetchedYet
from bot.telegram.clients.understood import file_of, language_of, understood, with_file
from intake import chats
from intake.chats import ChatMessage
from intake.chatting.owing import tell
from intake.chatting.waiting import choose
from intake.taking_in.conversation import Outcome
from storage.chats import change_chat
from storage.directory import KnownClient
from storage.posts import CLIENTS

_UNKNOWN_COMMAND = re.compile(r"/\w{1,64}(@\w+)?")


def menu() -> Sequence[tuple[str, str]]:
    """The commands of this room, each with the name of the text that describes it."""
    return (("new", "menu.new"), ("help", "menu.help"))


def router() -> Router:
    """The handlers of this room; asked last, for any message is a request."""
    found = Router(name="requests")
    private = F.chat.type == "private"
    found.message.register(started, private, CommandStart())
    found.message.register(asked_for_help, private, Command("help"))
    found.message.register(begun, private, Command("new"))
    found.message.register(asked_for_help, private, F.text.regexp(_UNKNOWN_COMMAND, mode="fullmatch"))
    found.message.register(written, private)
    found.edited_message.register(edited, private)
    return found


async def started(message: Message, turn: Turn, desk: ClientsDesk) -> None:
    """/start: say hello, once for each time; what follows it is for those who gave the link, not for us."""
    await _say(message, turn, desk, "hello")


async def asked_for_help(message: Message, turn: Turn, desk: ClientsDesk) -> None:
    """/help, or a command that we don't know: say what can be done here."""
    await _say(message, turn, desk, "help")


async def begun(message: Message, command: CommandObject, bot: Bot, turn: Turn, desk: ClientsDesk) -> None:
    """/new: what stands behind the command, or waits for a choice, or is written next, is a new request."""
    text = (command.args or "").strip()
    said = understood(message)
    if text and said is not None:
        await desk.database.writer.run(lambda: choose(message.chat.id, 0, datetime.now(UTC)))
        await _take_in(message, replace(said, text=text), bot, turn, desk)
        return

    async def unit(now: datetime) -> Outcome:
        client = await _client(message, desk, now)
        if client is None or client.blocked:
            return Outcome("refused", why="blocked")
        if not await choose(message.chat.id, 0, now):
            await tell(client, desk.desk, "new", turn.entry.id, {}, now)
        return Outcome("done", why="a new request")

    await desk.effects(turn, unit)


async def written(message: Message, bot: Bot, turn: Turn, desk: ClientsDesk) -> None:
    """Any private message is a request, or goes on one."""
    said = understood(message)
    if said is not None and message.from_user is not None and not message.from_user.is_bot:
        await _take_in(message, said, bot, turn, desk)


async def _take_in(message: Message, said: ChatMessage, bot: Bot, turn: Turn, desk: ClientsDesk) -> None:
    entry, rules = turn.entry, desk.desk
    if desk.offer is not None and said.text:
        said = replace(said, faq=await desk.offer(said.text))
    if not said.only:
        now = datetime.now(UTC)
        waits = await desk.database.writer.run(lambda: chats.before_files(entry, said, rules, now))
        if waits is not None:
            turn.outcome = waits
            return
    whole, now = await _whole(message, said, bot, turn, desk), datetime.now(UTC)
    if whole is not None:
        turn.outcome = await desk.database.writer.run(lambda: chats.take_in(entry, whole, rules, now))


async def edited(message: Message, bot: Bot, turn: Turn, desk: ClientsDesk) -> None:
    """A message says something else now; where somebody is who shares his place is nothing to us."""
    said = understood(message)
    if said is None or said.only or not isinstance(turn.entry.body, bytes):
        return
    raw = json.loads(turn.entry.body)["edited_message"]
    at = datetime.fromtimestamp(message.edit_date, UTC) if message.edit_date else datetime.now(UTC)
    whole, now = await _whole(message, said, bot, turn, desk), datetime.now(UTC)
    entry, rules = turn.entry, desk.desk
    if whole is not None:
        turn.outcome = await desk.database.writer.run(
            lambda: chats.take_in_edit(entry, whole, raw, at, rules, now)
        )


async def _whole(
    message: Message, said: ChatMessage, bot: Bot, turn: Turn, desk: ClientsDesk
) -> ChatMessage | None:
    """A message with its file, if it brings one; None, with the turn failed, while that can't be had."""
    sent = file_of(message)
    if sent is None:
        return said
    try:
        return with_file(said, await desk.fetching.file(turn.entry, sent, bot))
    except NotFetchedYet as exc:
        turn.failed = exc
        return None


async def _say(message: Message, turn: Turn, desk: ClientsDesk, kind: str) -> None:
    async def unit(now: datetime) -> Outcome:
        client = await _client(message, desk, now)
        if client is None or client.blocked:
            return Outcome("refused", why="blocked")
        await change_chat(CLIENTS, message.chat.id, client_id=client.id, left_at=None)
        await tell(client, desk.desk, kind, turn.entry.id, {}, now)
        return Outcome("done", why=kind)

    await desk.effects(turn, unit)


async def _client(message: Message, desk: ClientsDesk, now: datetime) -> KnownClient | None:
    sender = message.from_user
    if sender is None or sender.is_bot:
        return None
    return await chats.known_client(sender.id, language_of(sender.language_code), desk.desk, now)
