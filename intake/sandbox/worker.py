"""One worker process as the service sees it: its start, a request, its answer, its end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Any

from intake.sandbox.frames import LENGTHS, LONGEST_ANSWER, BrokenFrame, frame, head_of

_ROOT = Path(__file__).resolve().parent.parent.parent
_BUFFER = 1024 * 1024


class Worker:
    """One process and its protocol: a request, then its answer."""

    def __init__(self, process: Process) -> None:
        self.process = process

    @classmethod
    async def begun(cls, settings: str) -> Worker:
        """Start a process, not ready yet; `settings` is what `intake.sandbox.child` reads. Raises OSError."""
        # A bare environment: no secret of the service's lies in the memory of the process that is attacked.
        # Nor does it inherit a file descriptor: asyncio closes all but the three given.
        environment = {"PATH": os.defpath, "PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "intake.sandbox.child", settings),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # decoders of hostile bytes write what they like, ESC included (promises 29)
            cwd=_ROOT,
            env=environment,
            limit=_BUFFER,
        )
        return cls(process)

    async def ready(self, seconds: float) -> None:
        """Wait until it can work. Raises OSError (TimeoutError too), IncompleteReadError or BrokenFrame."""
        async with asyncio.timeout(seconds):
            answer = await self.answer()
        if "ready" not in answer:
            raise BrokenFrame(str(answer.get("failed")))

    def is_alive(self) -> bool:
        """Say whether the process is not known to have ended."""
        return self.process.returncode is None

    async def ask(self, head: dict[str, Any], raw: bytes) -> dict[str, Any]:
        """Send one request and read its answer. Raises OSError, IncompleteReadError or BrokenFrame."""
        requests = self.process.stdin
        assert requests is not None
        for piece in frame(head, raw):
            requests.write(piece)
        await requests.drain()
        return await self.answer()

    async def answer(self) -> dict[str, Any]:
        """Read one frame."""
        answers = self.process.stdout
        assert answers is not None
        length, raw_length = LENGTHS.unpack(await answers.readexactly(LENGTHS.size))
        if raw_length or length > LONGEST_ANSWER:
            raise BrokenFrame("the answer has an impossible length")
        return head_of(await answers.readexactly(length))

    async def end(self, patience: float) -> None:
        """Let the process end by itself within `patience` seconds, for its stdin ends; else kill it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), patience)
        await self.kill()

    async def kill(self) -> str:
        """End the process at once, return how it ended (it may have died by itself before)."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                # Not process.kill(): it polls first, and takes a dead child's status from asyncio's watcher.
                os.kill(self.process.pid, signal.SIGKILL)
        code = await self.process.wait()
        if (requests := self.process.stdin) is not None:
            requests.close()
            with suppress(OSError):  # what could not be written any more
                await requests.wait_closed()
        if code == -signal.SIGXCPU:
            return "time"
        return signal.Signals(-code).name if code < 0 else f"exit status {code}"
