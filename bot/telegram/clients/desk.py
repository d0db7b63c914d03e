"""What the clients' handlers have to know, and how one makes its effects: once, with the entry done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.telegram.clients.files import Fetching, Look
from desk.faq.entries import Suggestion
from intake import chats
from intake.taking_in.arrived import Desk
from intake.taking_in.conversation import Outcome
from replies.languages import Languages
from storage.database import Database
from storage.inbox import Claimed, hold_entry

Offer = Callable[[str], Awaitable[tuple[Suggestion, ...]]]


@dataclass(slots=True)
class Turn:
    """One update in hand: its entry, and what became of it; `failed`: why it is to be tried again."""

    entry: Claimed
    outcome: Outcome | None = None
    failed: Exception | None = None


@dataclass(frozen=True, slots=True)
class ClientsDesk:
    """What the handlers have to know: the desk's rules, the database, who looks at files, all texts.

    `offer`: what finds the entries of the FAQ that may answer a text; None without a FAQ.
    """

    database: Database
    desk: Desk
    look: Look
    languages: Languages
    offer: Offer | None = None
    fetching: Fetching = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fetching", Fetching(self.look))

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
