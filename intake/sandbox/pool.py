"""Worker processes with limits on time and memory that understand mail: what breaks one breaks no other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import asdict
from itertools import chain, repeat
from pathlib import Path
from typing import Any, TypeVar

from intake.incoming import IncomingMessage, StoreFailed
from intake.limits import Limits
from intake.sandbox.frames import BrokenFrame
from intake.sandbox.worker import Worker

_START_SECONDS = 30.0
_STOP_SECONDS = 2.0
_RESTART_PAUSES = (0.0, 0.5, 2.0, 10.0)
_Result = TypeVar("_Result")


class WorkerKilled(Exception):
    """The mail outlasted, exhausted or killed its worker. `reason`: `time`, `memory`, or how it died."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the worker process was lost: {reason}")
        self.reason = reason


class UnderstandingFailed(Exception):
    """Nobody foresaw this mail: the text is the worker's traceback."""


class SandboxStopped(Exception):
    """The sandbox is not running; the job was not done, and may be given to another one."""


class Sandbox:
    """A fixed number of worker processes, each doing one mail at a time.

    `seconds`: how long one mail may take. `memory_mb`: address space of a worker in MiB. `files_root`: the
    file store, to which the workers write screenshots. `own_addresses`: the desk's, in lower case.
    `call` names the function that is called for each mail as `module:function`: that of `intake.mail`, or
    another that takes the same fixed arguments and has a result with `to_json`; tests put a misbehaving one
    there.
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
        self._free: asyncio.Queue[Worker | None] = asyncio.Queue()  # None wakes those who wait when we stop
        self._workers: set[Worker] = set()
        self._jobs: set[asyncio.Task[dict[str, Any]]] = set()
        self._starts: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._stopping.set()  # until it is started

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The living workers' process identifiers, for the health page and for tests."""
        return tuple(worker.process.pid for worker in self._workers if worker.is_alive())

    async def start(self) -> None:
        """Start the workers and wait until each is ready; changes nothing when they run already.

        Raises RuntimeError when one can't start.
        """
        if not self._stopping.is_set():
            return
        self._stopping.clear()
        try:
            await asyncio.gather(*(self._task(self._add_worker(), self._starts) for _ in range(self._count)))
        except BaseException:
            await self.stop()
            raise

    async def understand(
        self,
        raw: bytes | str,
        envelope_from: str | None,
        *,
        accept: bool = False,
        trusted_authserv_id: str = "",
    ) -> IncomingMessage:
        """Have one mail understood; see `ask`, and for the arguments `intake.mail.understand`."""
        asked: dict[str, Any] = {"envelope_from": envelope_from}
        # What is at its default is left out: functions that tests put there know the necessary ones alone.
        asked |= {"accept": True} if accept else {}
        asked |= {"trusted_authserv_id": trusted_authserv_id} if trusted_authserv_id else {}
        answer = await self.ask(raw, asked)
        try:
            return IncomingMessage.from_json(answer)
        except (KeyError, TypeError, ValueError) as error:
            raise UnderstandingFailed(f"the worker's answer is none: {error}") from error

    async def ask(self, raw: bytes | str, asked: dict[str, Any]) -> dict[str, Any]:
        """Have the function called for one mail with the arguments `asked`; returns its result as plain JSON.

        `raw` is the mail's bytes, or the digest under which the file store has them. Waits for a free worker.
        Raises WorkerKilled, UnderstandingFailed, StoreFailed (the disk's fault, not the mail's) or
        SandboxStopped. When the caller is cancelled the job ends by itself, unseen.
        """
        worker = await self._free_worker()
        return _result(await asyncio.shield(self._task(self._serve(worker, raw, asked), self._jobs)))

    async def stop(self) -> None:
        """End all workers; jobs in hand, and those that wait for a worker, raise SandboxStopped."""
        self._stopping.set()
        self._free.put_nowait(None)
        patience = 0 if self._jobs else _STOP_SECONDS
        await asyncio.gather(*(worker.end(patience) for worker in self._workers))
        # Nothing is cancelled: a start that is under way buries what it has begun.
        await asyncio.gather(*self._starts, *self._jobs, return_exceptions=True)
        self._workers.clear()

    async def _free_worker(self) -> Worker:
        while not self._stopping.is_set():
            worker = await self._free.get()
            if worker is None:
                self._free.put_nowait(None)
            elif worker.is_alive():
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

    async def _serve(self, worker: Worker, raw: bytes | str, asked: dict[str, Any]) -> dict[str, Any]:
        """Do one job with one worker, and give it back or replace it."""
        digest, content = (raw, b"") if isinstance(raw, str) else (None, raw)
        head = {"digest": digest, "asked": asked}
        try:
            async with asyncio.timeout(self._seconds):
                answer = await worker.ask(head, content)
        except TimeoutError:
            await self._replace(worker)
            raise WorkerKilled("time") from None
        except (OSError, EOFError, BrokenFrame) as error:
            reason = await self._replace(worker)
            if self._stopping.is_set():
                raise SandboxStopped from error
            raise WorkerKilled(reason if isinstance(error, OSError | EOFError) else str(error)) from error
        if "exhausted" in answer:
            await self._replace(worker)  # what it left behind of its memory is anybody's guess
            raise WorkerKilled(str(answer["exhausted"]))
        self._free.put_nowait(worker)
        return answer

    async def _replace(self, worker: Worker) -> str:
        """Bury a worker and have another one started, without anybody waiting for that."""
        self._workers.discard(worker)
        reason = await worker.kill()
        if not self._stopping.is_set():
            self._task(self._add_until_it_works(), self._starts)
        return reason

    async def _add_until_it_works(self) -> None:
        for pause in chain(_RESTART_PAUSES, repeat(_RESTART_PAUSES[-1])):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            if self._stopping.is_set():
                return
            with suppress(OSError, RuntimeError):  # no memory or no process to be had just now
                return await self._add_worker()

    async def _add_worker(self) -> None:
        worker = await Worker.begun(self._settings)
        self._workers.add(worker)
        try:
            await worker.ready(0 if self._stopping.is_set() else _START_SECONDS)
        except (OSError, EOFError, BrokenFrame) as error:
            self._workers.discard(worker)
            raise RuntimeError(f"a worker process could not start: {await worker.kill()}, {error}") from error
        self._free.put_nowait(worker)


def _result(answer: dict[str, Any]) -> dict[str, Any]:
    if "store_failed" in answer:
        raise StoreFailed(str(answer["store_failed"]))
    if "failed" in answer:
        raise UnderstandingFailed(str(answer["failed"]))
    result = answer.get("understood")
    if not isinstance(result, dict):
        raise UnderstandingFailed("the worker's answer is none")
    return result
