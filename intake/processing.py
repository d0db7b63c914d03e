"""The worker that turns recorded entries into effects: retry, quarantine, order within a conversation."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from intake.incoming import IncomingMessage, StoreFailed
from intake.requests import Outcome
from intake.sandbox import SandboxStopped, UnderstandingFailed, WorkerKilled
from storage.inbox import Claimed, Inbox
from storage.insist import insist
from storage.writer import Unavailable

log = structlog.get_logger("intake.processing")

IN_HAND = 32  # entries claimed at a time; their parsing queues for the worker processes
POLL = 0.5  # seconds; how soon entries are seen that another process recorded or that wait for a retry
HELD_BACK = 0.05  # seconds between two looks whether a burst is over
OURS = timedelta(seconds=5)  # pause after a failure of ours: a full disk, a lost database
SWEEP = 30.0  # seconds between looks for entries whose worker is gone


class Understands(Protocol):
    """Turns raw bytes (or the digest of a stored file) into a message, at a safe distance."""

    async def understand(self, body: bytes | str, envelope_from: str | None) -> IncomingMessage: ...


@dataclass(slots=True)
class Counts:
    """What has happened since the start, for metrics."""

    processed: int = 0
    failed: int = 0
    quarantined: int = 0


TakeIn = Callable[[Claimed, IncomingMessage], Awaitable[Outcome]]


class Processing:
    """Runs until stopped; a process holds nothing that a claim's lease does not give back."""

    def __init__(
        self,
        inbox: Inbox,
        sandbox: Understands,
        take_in: TakeIn,
        *,
        taken_in: Callable[[Outcome], None],
        sole: bool,
        held_back: Callable[[], bool] = lambda: False,
    ) -> None:
        """`take_in` makes the effects in a transaction; `taken_in` is told of each outcome.

        `held_back`: whether something that goes first, a burst of mail, needs the machine now.
        `sole`: no other process works on this database, so that claims found at the start are leftovers.
        """
        self._inbox = inbox
        self._sandbox = sandbox
        self._take_in = take_in
        self._taken_in = taken_in
        self._sole = sole
        self._held_back = held_back
        self._wake = asyncio.Event()
        self._over = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._in_hand: dict[asyncio.Task[None], int] = {}
        self.counts = Counts()

    def wake(self) -> None:
        """Something was recorded: look now rather than at the next poll."""
        self._wake.set()

    async def run(self) -> None:
        """Process entries until `stop`; raises Unavailable when the database can't be reached."""
        # After a failure of the database this is a second start: what is in hand still is so.
        released = await self._release(all_claims=self._sole)
        if released:
            log.warning("entries given back after an unclean end", count=released)
        swept = asyncio.get_running_loop().time()
        while not self._over.is_set():
            self._wake.clear()
            begun = await self._begin()
            if asyncio.get_running_loop().time() - swept > SWEEP:
                swept = asyncio.get_running_loop().time()
                await self._release(all_claims=False)
            if not begun:
                await self._wait()

    async def stop(self) -> None:
        """Claim nothing more, and finish what is in hand."""
        self._over.set()
        self._wake.set()
        async with self._claiming:  # what is being claimed now comes into our hands yet
            pass
        if self._in_hand:
            await asyncio.wait(self._in_hand)

    async def _begin(self) -> int:
        """Claim entries and begin with them; returns how many."""
        # Claiming a few at a time costs as much as claiming many: wait until half of the hand is free.
        room = IN_HAND - len(self._in_hand)
        if room < IN_HAND // 2 or self._held_back():
            return 0
        async with self._claiming:
            claimed = await self._inbox.claim(room, _now())
            for entry in claimed:
                task = asyncio.create_task(self._one(entry), name=f"entry {entry.id}")
                self._in_hand[task] = entry.id
                task.add_done_callback(self._done)
        return len(claimed)

    async def _release(self, *, all_claims: bool) -> int:
        return await self._inbox.release(_now(), all_claims=all_claims, besides=tuple(self._in_hand.values()))

    async def _wait(self) -> None:
        try:
            if self._held_back():
                # Each arrival wakes; asking at each of them would be in the way of the next.
                await asyncio.wait_for(self._over.wait(), HELD_BACK)
            else:
                await asyncio.wait_for(self._wake.wait(), POLL)
        except TimeoutError:
            return  # the poll itself

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._in_hand[task]
        if not task.cancelled() and task.exception() is not None:
            # Not even the failure could be noted; the lease gives the entry back.
            log.error("entry left to its lease", task=task.get_name(), reason=str(task.exception()))
        self._wake.set()

    async def _one(self, entry: Claimed) -> None:
        try:
            incoming = await self._sandbox.understand(entry.body, entry.envelope.get("mail_from"))
            outcome = await self._take_in(entry, incoming)
        except (Unavailable, StoreFailed, SandboxStopped, OSError) as exc:
            log.error("entry postponed, the failure is ours", entry=entry.id, reason=str(exc))
            await insist(lambda: self._inbox.postpone(entry, _now() + OURS), self._over)
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
            lambda: self._inbox.failed(entry, trouble, _now(), killed=killed), self._over
        )
        reason = trouble.strip().splitlines()[-1]
        if quarantined:
            self.counts.quarantined += 1
            log.error("entry in quarantine", entry=entry.id, reason=reason)
        else:
            log.warning("entry failed, will be tried again", entry=entry.id, reason=reason)


def _now() -> datetime:
    return datetime.now(UTC)
