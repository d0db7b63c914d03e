"""Worker processes with limits on time and memory that understand mail: what breaks one breaks no other."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from intake.incoming import IncomingMessage, StoreFailed
from intake.limits import Limits
from intake.sandbox_frames import LENGTHS, LONGEST_ANSWER, BrokenFrame, frame, head_of

_START_SECONDS = 30.0
_STOP_SECONDS = 2.0
_RESTART_PAUSES = (0.0, 0.5, 2.0, 10.0)
_Result = TypeVar("_Result")
_ROOT = Path(__file__).resolve().parent.parent


class WorkerKilled(Exception):
    """The mail outlasted, exhausted or killed its worker. `reason`: `time`, `memory`, or how it died."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the worker process was lost: {reason}")
        self.reason = reason


class UnderstandingFailed(Exception):
    """Nobody foresaw this mail: the text is the worker's traceback."""


class SandboxStopped(Exception):
    """The sandbox is not running; the job was not done, and may be given to another one."""


class _Worker:
    """One process and its protocol: a request, then its answer."""

    def __init__(self, process: Process) -> None:
        self.process = process

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
                # Not process.kill(): it polls first, and so takes a dead child's status from asyncio's watcher.
                os.kill(self.process.pid, signal.SIGKILL)
        code = await self.process.wait()
        if (requests := self.process.stdin) is not None:
            requests.close()
            with suppress(OSError):  # what could not be written any more
                await requests.wait_closed()
        if code == -signal.SIGXCPU:
            return "time"
        return signal.Signals(-code).name if code < 0 else f"exit status {code}"


class Sandbox:
    """A fixed number of worker processes, each doing one mail at a time.

    `seconds`: how long one mail may take. `memory_mb`: address space of a worker in MiB. `files_root`: the
    file store, to which the workers write screenshots. `own_addresses`: the desk's, in lower case.
    `call` names the function that is called for each mail as `module:function`, with the arguments of
    `intake.mail.understand`; tests put a misbehaving one there.
    """

    def __init__(
        self,
        *,
        workers: int,
        seconds: float = 20,
        memory_mb: int = 640,
        files_root: Path,
        own_addresses: frozenset[str],
        limits: Limits | None = None,
        call: str = "intake.mail:understand",
    ) -> None:
        self._count = workers
        self._seconds = seconds
        self._settings = json.dumps(
            {
                "seconds": seconds,
                "memory_mb": memory_mb,
                "files_root": str(files_root.absolute()),
                "own_addresses": sorted(own_addresses),
                "limits": asdict(limits or Limits()),
                "call": call,
            }
        )
        self._free: asyncio.Queue[_Worker | None] = asyncio.Queue()  # None wakes those who wait when we stop
        self._workers: set[_Worker] = set()
        self._jobs: set[asyncio.Task[dict[str, Any]]] = set()
        self._starts: set[asyncio.Task[None]] = set()
        self._running = False

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The living workers' process identifiers, for the health page and for tests."""
        return tuple(worker.process.pid for worker in self._workers)

    async def start(self) -> None:
        """Start the workers and wait until each is ready. Raises RuntimeError when one can't start."""
        self._running = True
        try:
            await asyncio.gather(*(self._task(self._add_worker(), self._starts) for _ in range(self._count)))
        except BaseException:
            await self.stop()
            raise

    async def understand(self, raw: bytes | str, envelope_from: str | None) -> IncomingMessage:
        """Have one mail understood; `raw` is its bytes, or the digest under which the file store has them.

        Waits for a free worker. Raises WorkerKilled, UnderstandingFailed, StoreFailed (the disk's fault, not
        the mail's) or SandboxStopped. When the caller is cancelled the job ends by itself, unseen.
        """
        worker = await self._free_worker()
        return _message(await asyncio.shield(self._task(self._serve(worker, raw, envelope_from), self._jobs)))

    async def stop(self) -> None:
        """End all workers; jobs in hand, and those that wait for a worker, raise SandboxStopped."""
        self._running = False
        self._free.put_nowait(None)
        for start in self._starts:
            start.cancel()
        await asyncio.gather(*self._starts, return_exceptions=True)
        idle = not self._jobs
        await asyncio.gather(*(worker.end(_STOP_SECONDS if idle else 0) for worker in self._workers))
        self._workers.clear()
        await asyncio.gather(*self._jobs, return_exceptions=True)

    async def _free_worker(self) -> _Worker:
        while self._running:
            worker = await self._free.get()
            if worker is None:
                self._free.put_nowait(None)
            elif worker.process.returncode is None:
                return worker
            else:  # it died while idle (the kernel was short of memory): no mail is to blame
                await self._replace(worker)
        raise SandboxStopped

    def _task(
        self, job: Coroutine[Any, Any, _Result], among: set[asyncio.Task[_Result]]
    ) -> asyncio.Task[_Result]:
        task = asyncio.get_running_loop().create_task(job)
        among.add(task)

        def forget(done: asyncio.Task[_Result]) -> None:
            among.discard(done)
            if not done.cancelled():
                done.exception()  # seen, though the caller may have been cancelled

        task.add_done_callback(forget)
        return task

    async def _serve(self, worker: _Worker, raw: bytes | str, envelope_from: str | None) -> dict[str, Any]:
        """Do one job with one worker, and give it back or replace it."""
        digest, content = (raw, b"") if isinstance(raw, str) else (None, raw)
        head = {"digest": digest, "envelope_from": envelope_from}
        try:
            async with asyncio.timeout(self._seconds):
                answer = await worker.ask(head, content)
        except TimeoutError:
            await self._replace(worker)
            raise WorkerKilled("time") from None
        except (OSError, EOFError, BrokenFrame) as error:
            reason = await self._replace(worker)
            if not self._running:
                raise SandboxStopped from error
            raise WorkerKilled(reason if isinstance(error, OSError | EOFError) else str(error)) from error
        if "exhausted" in answer:
            await self._replace(worker)  # what it left behind of its memory is anybody's guess
            raise WorkerKilled(str(answer["exhausted"]))
        self._free.put_nowait(worker)
        return answer

    async def _replace(self, worker: _Worker) -> str:
        """Bury a worker and have another one started, without anybody waiting for that."""
        self._workers.discard(worker)
        reason = await worker.kill()
        if self._running:
            self._task(self._add_until_it_works(), self._starts)
        return reason

    async def _add_until_it_works(self) -> None:
        attempt = 0
        while self._running:
            await asyncio.sleep(_RESTART_PAUSES[min(attempt, len(_RESTART_PAUSES) - 1)])
            try:
                return await self._add_worker()
            except (OSError, RuntimeError):  # no memory or no process to be had just now
                attempt += 1

    async def _add_worker(self) -> None:
        # A bare environment: no secret of the service's lies in the memory of the process that is attacked.
        # Nor does it inherit a file descriptor: asyncio closes all but the three given.
        environment = {"PATH": os.defpath, "PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "intake.sandbox_child", self._settings),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # decoders of hostile bytes write what they like, ESC included (promises 29)
            cwd=_ROOT,
            env=environment,
            limit=1024 * 1024,
        )
        worker = _Worker(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await worker.answer()
        except (OSError, EOFError, BrokenFrame) as error:  # a TimeoutError is an OSError
            raise RuntimeError(f"a worker process could not start: {await worker.kill()}") from error
        except BaseException:
            await worker.kill()
            raise
        self._workers.add(worker)
        self._free.put_nowait(worker)


def _message(answer: dict[str, Any]) -> IncomingMessage:
    if "store_failed" in answer:
        raise StoreFailed(str(answer["store_failed"]))
    if "failed" in answer:
        raise UnderstandingFailed(str(answer["failed"]))
    try:
        return IncomingMessage.from_json(answer["understood"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnderstandingFailed(f"the worker's answer is none: {error}") from error
