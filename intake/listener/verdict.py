"""Has a message recorded and says what the client is told: 250 only when it is on stable storage."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import structlog

from intake.listener.envelope import Delivered

TRY_AGAIN = "451 4.3.0 Could not be taken in now, try again later"

_QUEUE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = structlog.get_logger("intake.smtp")

Record = Callable[[Delivered], Awaitable[object]]


class Recorder:
    """Asks for one record per message; whatever becomes of the client, a record that has begun goes on."""

    def __init__(self, record: Record, seconds: float) -> None:
        """`seconds` is how long a client waits for the record before it is told to come again."""
        self._record = record
        self._seconds = seconds
        self._pending: set[asyncio.Task[object]] = set()

    async def verdict(self, delivered: Delivered) -> str:
        """Return the reply for a message: 250 when it was recorded, 451 when not, or not in time."""
        task = asyncio.get_running_loop().create_task(self._recorded(delivered))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)
        try:
            # Neither a time-out nor the client's hanging up (which cancels us) reaches the task: a record
            # that is cut in the middle leaves the database layer torn.
            await asyncio.wait({task}, timeout=self._seconds)
        except asyncio.CancelledError:
            _tell_in_the_end(task, delivered, "the client hung up")
            raise
        if not task.done():
            _tell_in_the_end(task, delivered, f"answered 451 after {self._seconds} s")
            tell(delivered, "deferred", reason="recording takes too long")
            return TRY_AGAIN
        return _reply(task, delivered)

    async def settled(self, seconds: float) -> None:
        """Wait for records that were begun, `seconds` at most."""
        if self._pending:
            await asyncio.wait(self._pending, timeout=seconds)

    async def _recorded(self, delivered: Delivered) -> object:
        return await self._record(delivered)


def _reply(task: asyncio.Task[object], delivered: Delivered) -> str:
    if not _succeeded(task, delivered):
        return TRY_AGAIN
    # In the loop's next turn, once the reply is on its way: the client waits for that, not for our log.
    asyncio.get_running_loop().call_soon(tell, delivered, "accepted")
    name = task.result()
    # Nothing from inside goes out on the wire besides a name that is certain to be one.
    if isinstance(name, str) and _QUEUE_ID.fullmatch(name):
        return f"250 2.0.0 Taken in as {name}"
    return "250 2.0.0 Taken in"


def _succeeded(task: asyncio.Task[object], delivered: Delivered) -> bool:
    if task.cancelled():
        tell(delivered, "deferred", reason="recording was cancelled")
        return False
    if (error := task.exception()) is not None:
        log.error("recording failed", exc_info=error)
        tell(delivered, "deferred", reason=f"recording failed: {type(error).__name__}")
        return False
    return True


def _tell_in_the_end(task: asyncio.Task[object], delivered: Delivered, why: str) -> None:
    def report(done: asyncio.Task[object]) -> None:
        if _succeeded(done, delivered):
            tell(delivered, "recorded without 250", reason=why)

    task.add_done_callback(report)


def tell(delivered: Delivered, verdict: str, **more: object) -> None:
    """Write the one line in the log that a message gets; `more` may correct what it says."""
    fields: dict[str, object] = {
        "peer": delivered.peer,
        "mail_from": delivered.mail_from,
        "recipients": len(delivered.recipients),
        "size": len(delivered.body),
        "verdict": verdict,
    }
    log.info("message", **(fields | more))
