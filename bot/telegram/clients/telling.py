"""Tells a client in his chat how the rating of a closed ticket stands."""

from dataclasses import dataclass
from datetime import datetime

from desk.rating import RatingRefused
from desk.ticket import State
from intake.taking_in.arrived import Desk
from intake.taking_in.conversation import Outcome
from storage.closures import ClosureNow, closure_now
from storage.directory import KnownClient
from storage.outbox import Owed, owe, was_owed
from storage.tickets import ticket_now

LATE = "late"  # in place of a RatingRefused: closed too long ago to be reopened


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells a client how his rating stands, by changing the message that asked for it.

    `message_id`: that message, a new one if None. `serial`: by what he caused it, once for each.
    """

    desk: Desk
    client: KnownClient
    closure: ClosureNow
    message_id: int | None
    serial: str
    now: datetime

    async def told(self) -> bool:
        """Whether this cause has been dealt with already."""
        return await was_owed(self._key)

    @property
    def _key(self) -> str:
        return f"{self.closure.ticket_id}:rated:{self.closure.id}:{self.serial}"

    async def rated(self, *, asking: bool = False) -> Outcome:
        """Show what was said so far; `asking` for a comment."""
        now = await closure_now(self.closure.id)
        assert now is not None and now.expires_at is not None
        facts: dict[str, object] = {
            "stars": now.stars,
            "satisfied": now.satisfied,
            "recommend": now.recommend,
            "commented": bool(now.comment.strip()),
            "expires_at": now.expires_at.isoformat(),
            "asking": asking,
        }
        await self.owe("rated", facts)
        return Outcome("rated", self.closure.ticket_id)

    async def over(self, why: str) -> Outcome:
        """Say that it can't be rated, or reopened, any more."""
        ticket = await ticket_now(self.closure.ticket_id)
        # Closed anew in the meantime, it has an invitation of its own; this one is just over.
        again = ticket is not None and ticket.state != State.CLOSED
        shown = "withdrawn" if why == RatingRefused.WITHDRAWN and again else "expired"
        await self.owe("rating-over", {"why": why if why == LATE else shown})
        return Outcome("done", self.closure.ticket_id, f"rate: {why}")

    async def owe(self, kind: str, facts: dict[str, object]) -> None:
        """Owe a change of the message."""
        owed = Owed(
            key=self._key,
            ticket_id=self.closure.ticket_id,
            kind=kind,
            channel="telegram",
            recipient=self.client.address,
            language=self.client.language or self.desk.default_language,
            facts={**facts, "closure_id": self.closure.id, "edits": self.message_id},
        )
        await owe(owed, self.desk.domain, self.now)
