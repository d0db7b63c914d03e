"""Groups, where nothing is registered, and who blocks the bot or comes back."""

from datetime import datetime

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUpdated, Message

from bot.telegram.clients.desk import ClientsDesk, Turn
from bot.telegram.clients.understood import language_of, understood
from intake.chatting.owing import tell_group
from intake.taking_in.conversation import Outcome
from storage.chats import change_chat, chat_now
from storage.posts import CLIENTS

_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_GONE = (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)


def router() -> Router:
    """The handlers of this room."""
    found = Router(name="groups")
    found.message.register(moved, F.chat.type.in_(_GROUPS), F.migrate_to_chat_id)
    found.message.register(spoken_to, F.chat.type.in_(_GROUPS))
    found.my_chat_member.register(came_or_went)
    return found


async def spoken_to(message: Message, turn: Turn, desk: ClientsDesk) -> None:
    """Say once where requests are accepted; whoever joins or renames the group has not spoken to us."""
    sender = message.from_user
    if understood(message) is None or sender is None:
        return

    async def unit(now: datetime) -> Outcome:
        known = await chat_now(CLIENTS, message.chat.id)
        if known is not None and known.told_at is not None:
            return Outcome("done", why="a group that was told")
        await change_chat(CLIENTS, message.chat.id, told_at=now, left_at=None)
        language = language_of(sender.language_code)
        await tell_group(message.chat.id, language, desk.desk, "group", turn.entry.id, now)
        return Outcome("done", why="a group is told where to write")

    await desk.effects(turn, unit)


async def moved(message: Message, turn: Turn, desk: ClientsDesk) -> None:
    """A group became a supergroup: it is the same one, and was told."""
    new_id = message.migrate_to_chat_id
    assert new_id is not None

    async def unit(_: datetime) -> Outcome:
        old = await chat_now(CLIENTS, message.chat.id)
        await change_chat(CLIENTS, message.chat.id, moved_to=new_id)
        await change_chat(CLIENTS, new_id, told_at=old.told_at if old else None)
        return Outcome("done", why="a group became a supergroup")

    await desk.effects(turn, unit)


async def came_or_went(changed: ChatMemberUpdated, turn: Turn, desk: ClientsDesk) -> None:
    """A client blocks or unblocks the bot; a group takes it in or throws it out."""
    gone = changed.new_chat_member.status in _GONE

    async def unit(_: datetime) -> Outcome:
        await change_chat(CLIENTS, changed.chat.id, left_at=changed.date if gone else None)
        return Outcome("done", why="the bot is shut out" if gone else "the bot is let in")

    await desk.effects(turn, unit)
