"""What the agents' handlers have to know, and how one makes its effects: once, with the entry done."""

import contextvars
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram.ext import CallbackContext

from intake import chats
from intake.taking_in.conversation import Outcome
from replies.answering import Desk
from storage.chats import present_chat
from storage.database import Database
from storage.files import FileStore
from storage.inbox import Claimed, hold_entry

Context = CallbackContext[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who may act in the staff chat; `role` is agent, head or admin."""

    name: str
    telegram_id: int
    role: str
    line: str


@dataclass(slots=True)
class Turn:
    """One update in hand: its entry, and what became of it."""

    entry: Claimed
    outcome: Outcome | None = None


TURN: contextvars.ContextVar[Turn] = contextvars.ContextVar("turn")


@dataclass(frozen=True, slots=True)
class AgentsDesk:
    """What the handlers have to know. `staff_chats`: as configured; `recall`: see `Answer.not_before`."""

    database: Database
    files: FileStore
    desk: Desk
    agents: Mapping[int, Agent]
    staff_chats: tuple[int, ...]
    recall: timedelta

    async def effects(self, unit: Callable[[datetime], Awaitable[Outcome]]) -> Outcome:
        """Make effects and mark the entry done, in one transaction."""
        turn, now = TURN.get(), datetime.now(UTC)

        async def whole() -> Outcome:
            await hold_entry(turn.entry)
            outcome = await unit(now)
            await chats.finish(turn.entry, outcome, now)
            return outcome

        turn.outcome = outcome = await self.database.writer.run(whole)
        return outcome

    async def is_staff_chat(self, chat_id: int) -> bool:
        """Whether a chat is one of the configured, wherever that has moved."""
        return chat_id in {await present_chat(one) for one in self.staff_chats}
