"""The accounts that agents enrolled, and the moves of staff chats. Everything here runs inside a unit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.chat_models import AgentAccount, Topic
from storage.chats import change_chat, chat_now
from storage.posts import AGENTS

# What one-time codes are for (storage.codes), and for how long they are good.
ENROL, ENROL_LASTS = "enrol", timedelta(days=2)
STAFF_CHAT, STAFF_CHAT_LASTS = "staff-chat", timedelta(hours=1)


_REPLACED = "replaced"  # in what is expected of a chat: nothing, for another stands in for it


@dataclass(frozen=True, slots=True)
class Account:
    """Whose Telegram account it is; `enrolled_at` in UTC."""

    name: str
    telegram_id: int
    enrolled_at: datetime


async def accounts() -> list[Account]:
    """All enrolled accounts, by name."""
    rows = await AgentAccount.all().order_by("name")
    return [Account(row.name, row.telegram_id, row.enrolled_at) for row in rows]


async def enrol(name: str, telegram_id: int, now: datetime) -> None:
    """Make an account an agent's; one that he had is his no longer, nor is this one anybody else's."""
    await AgentAccount.filter(name=name).delete()
    await AgentAccount.filter(telegram_id=telegram_id).delete()
    await AgentAccount.create(name=name, telegram_id=telegram_id, enrolled_at=now)


async def remove_account(name: str) -> bool:
    """Take an agent's enrolled account away; False when he has none."""
    return bool(await AgentAccount.filter(name=name).delete())


async def is_or_was(chat_id: int, configured: int) -> bool:
    """Whether a chat is a staff chat of the configuration, or is what that was before it moved.

    What was written before the move may come after it. One that another group stands in for is none.
    """
    seen: set[int] = set()
    at: int | None = configured
    while at is not None and at not in seen:
        seen.add(at)
        known = await chat_now(AGENTS, at)
        if at == chat_id:
            return not (known is not None and known.expects and known.expects.get(_REPLACED))
        at = known.moved_to if known is not None else None
    return False


async def move_staff_chat(chat_id: int, moved_to: int) -> None:
    """Telegram has made a supergroup of a staff chat: it goes by another number from now on."""
    await change_chat(AGENTS, chat_id, moved_to=moved_to)
    await change_chat(AGENTS, moved_to, left_at=None, moved_to=None)


async def replace_staff_chat(configured: int, former: int, claimed: int, now: datetime) -> None:
    """Another group stands in for a staff chat of the configuration; tickets get new places there.

    `former`: where it was until `now` (UTC); nobody may act there any more.
    """
    await change_chat(AGENTS, former, expects={_REPLACED: True})
    await change_chat(AGENTS, configured, moved_to=None if claimed == configured else claimed)
    await change_chat(AGENTS, claimed, left_at=None, moved_to=None, expects=None)
    await Topic.filter(chat_id=former, left_at=None).update(left_at=now)
