"""What the clients' handlers have to know, and how one makes its effects: once, with the entry done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.telegram.clients.understood import Look
from intake import chats
from intake.taking_in.arrived import Desk
from intake.taking_in.conversation import Outcome
from storage.database import Database
from storage.inbox import Claimed, hold_entry


@dataclass(slots=True)
class Turn:
    """One update in hand: its entry, and what became of it."""

    entry: Claimed
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class ClientsDesk:
    """What the handlers have to know: the desk's rules, the database, who looks at files."""

    database: Database
    desk: Desk
    look: Look

    async def effects(self, turn: Turn, unit: Callable[[datetime], Awaitable[Outcome]]) -> Outcome:
        """Make effects and mark the entry done, in one transaction."""
        now = datetime.now(UTC)

        async def whole() -> Outcome:
            await hold_entry(turn.entry)
            outcome = await unit(now)
            await chats.finish(turn.entry, outcome, now)
            return outcome

        turn.outcome = outcome = await self.database.writer.run(whole)
        return outcome
