"""Who is in a staff chat now, as Telegram says; whoever has left may do nothing from that moment on."""

import time
from dataclasses import dataclass, field

from telegram import Bot, ChatMember, ChatMemberRestricted
from telegram.error import BadRequest, ChatMigrated, Forbidden

KEPT = 600.0  # seconds after which Telegram is asked again, though it tells of every change
_IN = (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)


@dataclass(slots=True)
class Membership:
    """What Telegram has said lately of who is where; a process that starts knows nothing, and asks.

    `left`: chats that we have left, or are about to: several updates of one are in hand at a time.
    """

    left: set[int] = field(default_factory=set)
    _known: dict[tuple[int, int], tuple[bool, float]] = field(default_factory=dict)

    async def is_in(self, bot: Bot, chat_id: int, user_id: int) -> bool:
        """Whether somebody is a member of a chat; raises what the library raises while it can't be asked."""
        known = self._known.get((chat_id, user_id))
        if known is not None and time.monotonic() - known[1] < KEPT:
            return known[0]
        try:
            found = inside(await bot.get_chat_member(chat_id, user_id))
        except ChatMigrated as exc:
            return await self.is_in(bot, exc.new_chat_id, user_id)
        except (BadRequest, Forbidden):
            found = False  # nobody whom Telegram knows there
        self._known[chat_id, user_id] = (found, time.monotonic())
        return found

    def told(self, chat_id: int, member: ChatMember) -> None:
        """Telegram says that somebody has come or gone."""
        self._known[chat_id, member.user.id] = (inside(member), time.monotonic())


def inside(member: ChatMember) -> bool:
    """Whether this is the standing of somebody who is in the chat."""
    if isinstance(member, ChatMemberRestricted):
        return bool(member.is_member)
    return member.status in _IN
