"""The single writer: every change to the database runs in its task, many to a transaction.

A caller awaits a shielded future, so a client that hangs up can't tear a transaction, and concurrent
records share one fsync (group commit).
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncpg
import structlog
from tortoise.exceptions import (
    DBConnectionError,
    IntegrityError,
    OperationalError,
    TransactionManagementError,
)
from tortoise.transactions import in_transaction

from storage.models import Entry
from storage.statements import insert_unknown

T = TypeVar("T")
Unit = Callable[[], Awaitable[T]]
log = structlog.get_logger("storage.writer")

RECORDS = 64  # entries to a transaction: one INSERT
UNITS = 16  # other changes to a transaction; keeps a record's wait for its turn under some 50 ms


class Unavailable(Exception):
    """The database could not be written or reached: our failure, worth another try, nobody's mail's fault."""


def unavailable(exc: BaseException) -> bool:
    """Whether an error of the engine is about the database itself rather than about what was written."""
    # Tortoise wraps both kinds into OperationalError; the engine's own error is its argument.
    cause = exc.args[0] if isinstance(exc, OperationalError) and exc.args else exc
    if isinstance(exc, IntegrityError) or isinstance(cause, _ABOUT_CONTENT):
        return False
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode != sqlite3.SQLITE_ERROR  # that one is a mistake in the SQL
    if isinstance(cause, sqlite3.IntegrityError | sqlite3.DataError | sqlite3.ProgrammingError):
        return False
    return isinstance(exc, _ABOUT_ENGINE)


_ABOUT_CONTENT = (
    asyncpg.DataError,
    asyncpg.SyntaxOrAccessError,
    asyncpg.IntegrityConstraintViolationError,
)
_ABOUT_ENGINE = (
    Unavailable,
    OperationalError,
    DBConnectionError,
    TransactionManagementError,
    OSError,
    TimeoutError,
    sqlite3.DatabaseError,
    asyncpg.InterfaceError,
    asyncpg.PostgresError,
)


@dataclass(slots=True)
class _Job:
    unit: Unit[Any]
    future: asyncio.Future[Any]


@dataclass(slots=True)
class _Record:
    values: Mapping[str, Any]
    future: asyncio.Future[None]


@dataclass(slots=True)
class Writer:
    """Owns all writing of one process. Records go first: they stand between a client and its 250."""

    _records: deque[_Record] = field(default_factory=deque)
    _jobs: deque[_Job] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _stopping: bool = False

    def start(self) -> None:
        """Begin to serve; not from inside a transaction, whose connection the task would inherit."""
        self._stopping = False
        self._task = asyncio.get_running_loop().create_task(self._serve(), name="writer")

    async def stop(self) -> None:
        """Write what was handed in before, then end."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await asyncio.shield(self._task)
            self._task = None

    async def record(self, values: Mapping[str, Any]) -> None:
        """Commit one Entry, given by its columns; one whose key is there already is left as it is.

        Raises Unavailable when it could not be committed. After a cancellation the entry may still be
        committed: the key makes a repeat harmless.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._records.append(_Record(values, future))
        await self._handed_in(future)

    async def run(self, unit: Unit[T]) -> T:
        """Run `unit` inside a transaction and return its outcome once that is committed.

        `unit` may be run a second time, after a rollback, when another change of its transaction failed:
        it must do nothing but read and write this database. Raises what it raises, or Unavailable.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append(_Job(unit, future))
        return await self._handed_in(future)

    async def _handed_in(self, future: asyncio.Future[T]) -> T:
        if self._task is None or self._task.done():
            raise Unavailable("the database is closed")
        self._wake.set()
        future.add_done_callback(_seen)
        return await asyncio.shield(future)

    async def _serve(self) -> None:
        while True:
            if self._records:
                await self._commit_records(_take(self._records, RECORDS))
            elif self._jobs:
                await self._commit_jobs(_take(self._jobs, UNITS))
            elif self._stopping:
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _commit_records(self, records: Sequence[_Record]) -> None:
        try:
            await insert_unknown(Entry, "key", [record.values for record in records])
        except Exception as exc:  # noqa: BLE001 - handed to the callers
            log.error("records not committed", count=len(records), reason=str(exc) or type(exc).__name__)
            for record in records:
                _fail(record.future, exc)
        else:
            for record in records:
                _succeed(record.future, None)

    async def _commit_jobs(self, jobs: Sequence[_Job]) -> None:
        try:
            async with in_transaction("default"):
                outcomes = []
                for job in jobs:
                    outcomes.append(await job.unit())
                    # On SQLite a unit runs without a pause; let the others of the loop have their turn.
                    await asyncio.sleep(0)
        except Exception as exc:  # noqa: BLE001 - handed to the caller
            if len(jobs) == 1 or unavailable(exc):
                # A lock is waited for once, not once more for each: records stand in line behind.
                for job in jobs:
                    _fail(job.future, exc)
                return
            # One of them failed and took the others' transaction with it: each for itself, then.
            for job in jobs:
                await self._commit_jobs([job])
        else:
            for job, outcome in zip(jobs, outcomes, strict=True):
                _succeed(job.future, outcome)


def _take(queue: deque[T], most: int) -> list[T]:
    return [queue.popleft() for _ in range(min(most, len(queue)))]


def _succeed(future: asyncio.Future[T], outcome: T) -> None:
    if not future.done():
        future.set_result(outcome)


def _fail(future: asyncio.Future[Any], exc: Exception) -> None:
    if future.done():
        return
    if unavailable(exc) and not isinstance(exc, Unavailable):
        translated = Unavailable(str(exc) or type(exc).__name__)
        translated.__cause__ = exc
        exc = translated
    future.set_exception(exc)


def _seen(future: asyncio.Future[Any]) -> None:
    # A caller that was cancelled no longer asks; its failure was logged or belongs to nobody.
    if not future.cancelled():
        future.exception()
