"""Keeps the parts of a service running, says how each is, and stops them in order."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

log = structlog.get_logger("bot.supervisor")

RESTART_MOST = 30.0  # seconds between two tries to restart a failing part
STEADY = 60.0  # seconds without failure after which a part's restarts begin at one second again
STOP = 7.0  # seconds for an orderly stop; the promise is ten, and the process still has to end after it


@dataclass(slots=True)
class Part:
    """One service: `run` works until `stop` is called. Parts stop in the order of the list they are in."""

    name: str
    run: Callable[[], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]
    status: str = "starting"
    reason: str = ""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    restarts: int = 0

    def mark(self, status: str, reason: str = "") -> None:
        """Note how the part is: starting | ok | failing | stopped."""
        if (status, reason) != (self.status, self.reason):
            self.status, self.reason, self.since = status, reason, datetime.now(UTC)


class Supervisor:
    """Runs parts side by side; one that fails is restarted while the others go on."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self._stop = asyncio.Event()

    def request_stop(self, reason: str) -> None:
        """Begin the orderly stop; harmless when it has begun."""
        if not self._stop.is_set():
            log.info("stopping", reason=reason)
        self._stop.set()

    async def run(self) -> None:
        """Run all parts until SIGTERM, SIGINT or `request_stop`; then stop them in order within 10 s."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.request_stop, signal.Signals(number).name)
        tasks = {
            part.name: asyncio.create_task(self._kept_running(part), name=part.name) for part in self.parts
        }
        try:
            await self._stop.wait()
        finally:
            await self._stopped(tasks)
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    async def _kept_running(self, part: Part) -> None:
        pause = 1.0
        while not self._stop.is_set():
            part.mark("ok")
            began = asyncio.get_running_loop().time()
            try:
                await part.run()
            except Exception as exc:
                if asyncio.get_running_loop().time() - began > STEADY:
                    pause = 1.0
                part.restarts += 1
                part.mark("failing", f"{type(exc).__name__}: {exc}")
                log.error("part failed", part=part.name, reason=part.reason, restart_in=pause, exc_info=exc)
                await self._pause(pause)
                pause = min(pause * 2, RESTART_MOST)
            else:
                if not self._stop.is_set():
                    part.mark("failing", "ended by itself")
                    log.error("part ended by itself", part=part.name, restart_in=pause)
                    await self._pause(pause)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), seconds)
        except TimeoutError:
            return  # the pause is over

    async def _stopped(self, tasks: dict[str, asyncio.Task[None]]) -> None:
        deadline = asyncio.get_running_loop().time() + STOP
        for part in self.parts:
            left = max(0.1, deadline - asyncio.get_running_loop().time())
            try:
                await asyncio.wait_for(part.stop(), left)
            except TimeoutError:
                # What it had in hand is not lost: a lease or the sender's next try brings it back.
                log.warning("part did not stop in time", part=part.name)
            except Exception as exc:
                log.error("part failed to stop", part=part.name, exc_info=exc)
            tasks[part.name].cancel()
            part.mark("stopped")
        await asyncio.gather(*tasks.values(), return_exceptions=True)
