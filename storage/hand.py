"""What a worker has in hand: it claims rows, works on them side by side, and gives back what others left."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger("storage.hand")

POLL = 0.5  # seconds; how soon rows are seen that another process wrote or that wait for a retry
SWEEP = 30.0  # seconds between looks for rows whose worker is gone


class Hand:
    """Runs until stopped; a process holds no claim that its lease would not give back."""

    def __init__(
        self,
        what: str,
        claim: Callable[[], Awaitable[int]],
        release: Callable[[bool, tuple[int, ...]], Awaitable[int]],
        *,
        sole: bool,
        pause: Callable[[], float] = lambda: POLL,
    ) -> None:
        """`claim` takes rows, calls `hold` for each and returns how many there were.

        `release(all_claims, besides)` gives back rows whose worker is gone: all claims, or those past their
        lease, but never the ids in `besides`. `sole`: no other process works on this database, so that
        claims found at the start are leftovers. `pause` tells the seconds until the next look; `what` names
        the rows in the log.
        """
        self._what, self._claim, self._release, self._sole, self._pause = what, claim, release, sole, pause
        self._wake = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._held: dict[asyncio.Task[None], int] = {}
        self.over = asyncio.Event()

    def __len__(self) -> int:
        return len(self._held)

    def wake(self) -> None:
        """Something is there to be claimed: look now rather than at the next poll."""
        self._wake.set()

    def hold(self, row_id: int, work: Coroutine[Any, Any, None]) -> None:
        """Begin to work on a claimed row."""
        task = asyncio.create_task(work, name=f"{self._what} {row_id}")
        self._held[task] = row_id
        task.add_done_callback(self._done)

    async def run(self) -> None:
        """Claim and work until `stop`; raises Unavailable when the database can't be reached."""
        # After a failure of the database this is a second start: what is in hand still is so.
        released = await self._release(self._sole, tuple(self._held.values()))
        if released:
            log.warning("claims given back after an unclean end", what=self._what, count=released)
        swept = _clock()
        while not self.over.is_set():
            self._wake.clear()
            async with self._claiming:
                claimed = await self._claim()
            if _clock() - swept > SWEEP:
                swept = _clock()
                await self._release(False, tuple(self._held.values()))
            if not claimed:
                await self._wait()

    async def stop(self) -> None:
        """Claim nothing more, and finish what is in hand."""
        self.over.set()
        self._wake.set()
        async with self._claiming:  # what is being claimed now comes into our hands yet
            pass
        if self._held:
            await asyncio.wait(self._held)

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), self._pause())
        except TimeoutError:
            return  # the poll itself

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._held[task]
        if not task.cancelled() and task.exception() is not None:
            # Not even the failure could be noted; the lease gives the row back.
            log.error("left to its lease", task=task.get_name(), reason=str(task.exception()))
        self._wake.set()


def _clock() -> float:
    return asyncio.get_running_loop().time()
