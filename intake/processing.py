"""The worker that turns recorded entries into effects: retry, quarantine, order within a conversation."""

import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from intake.incoming import StoreFailed
from intake.requests import Outcome
from intake.sandbox.pool import SandboxStopped, UnderstandingFailed, WorkerKilled
from storage.hand import POLL, Hand
from storage.inbox import Claimed, ClaimLost, Inbox
from storage.insist import insist
from storage.writer import Unavailable

log = structlog.get_logger("intake.processing")

IN_HAND = 32  # entries claimed at a time; their parsing queues for the worker processes
HELD_BACK = 0.05  # seconds between two looks whether a burst is over
OURS = timedelta(seconds=5)  # pause after a failure of ours: a full disk, a lost database


@dataclass(slots=True)
class Counts:
    """What has happened since the start, for metrics."""

    processed: int = 0
    failed: int = 0
    quarantined: int = 0


Work = Callable[[Claimed], Awaitable[Outcome]]


class Processing:
    """Runs until stopped; a process holds nothing that a claim's lease does not give back."""

    def __init__(
        self,
        inbox: Inbox,
        work: Work,
        *,
        taken_in: Callable[[Outcome], None],
        sole: bool,
        held_back: Callable[[], bool] = lambda: False,
    ) -> None:
        """`work` makes the effects of an entry, in one transaction; `taken_in` is told of each outcome.

        `held_back`: whether something that goes first, a burst of mail, needs the machine now.
        `sole`: no other process works on this database, so that claims found at the start are leftovers.
        """
        self._inbox = inbox
        self._work = work
        self._taken_in = taken_in
        self._held_back = held_back
        self._hand = Hand(
            "entry",
            self._claim,
            self._release,
            sole=sole,
            pause=lambda: HELD_BACK if held_back() else POLL,
        )
        self.counts = Counts()

    def wake(self) -> None:
        """Something was recorded: look now rather than at the next poll, unless a burst is being taken in."""
        if not self._held_back():
            self._hand.wake()

    async def run(self) -> None:
        """Process entries until `stop`; raises Unavailable when the database can't be reached."""
        await self._hand.run()

    async def stop(self) -> None:
        """Claim nothing more, and finish what is in hand."""
        await self._hand.stop()

    async def _claim(self) -> int:
        # Claiming a few at a time costs as much as claiming many: wait until half of the hand is free.
        room = IN_HAND - len(self._hand)
        if room < IN_HAND // 2 or self._held_back():
            return 0
        claimed = await self._inbox.claim(room, _now())
        for entry in claimed:
            self._hand.hold(entry.id, self._one(entry))
        return len(claimed)

    async def _release(self, all_claims: bool, besides: tuple[int, ...]) -> int:
        return await self._inbox.release(_now(), all_claims=all_claims, besides=besides)

    async def _one(self, entry: Claimed) -> None:
        try:
            outcome = await self._work(entry)
        except ClaimLost as exc:
            log.warning("entry left to another worker", entry=entry.id, reason=str(exc))
        except (Unavailable, StoreFailed, SandboxStopped, OSError) as exc:
            log.error("entry postponed, the failure is ours", entry=entry.id, reason=str(exc))
            await insist(lambda: self._inbox.postpone(entry, _now() + OURS), self._hand.over)
        except WorkerKilled as exc:
            await self._failed(entry, str(exc), killed=True)
        except UnderstandingFailed as exc:
            await self._failed(entry, str(exc), killed=False)
        except Exception:  # noqa: BLE001 - whatever a message can cause ends in quarantine, with its traceback
            await self._failed(entry, traceback.format_exc(), killed=False)
        else:
            self.counts.processed += 1
            log.info(
                "entry taken in", entry=entry.id, what=outcome.what, ticket=outcome.ticket_id, why=outcome.why
            )
            self._taken_in(outcome)

    async def _failed(self, entry: Claimed, trouble: str, *, killed: bool) -> None:
        self.counts.failed += 1
        quarantined = await insist(
            lambda: self._inbox.failed(entry, trouble, _now(), killed=killed), self._hand.over
        )
        reason = trouble.strip().splitlines()[-1]
        if quarantined:
            self.counts.quarantined += 1
            log.error("entry in quarantine", entry=entry.id, reason=reason)
        else:
            log.warning("entry failed, will be tried again", entry=entry.id, reason=reason)


def _now() -> datetime:
    return datetime.now(UTC)
