"""An SQLite connection as Tortoise's client drives it, without a thread's round trip for each statement.

aiosqlite hands every statement to a thread and back, which costs more than most statements do, and while the
loop is busy the thread waits for the interpreter besides. Here a statement inside a transaction runs at once:
the write lock is held, so nothing can wait, and it takes microseconds. What may wait (BEGIN, COMMIT, anything
outside a transaction) goes to the connection's thread.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from storage.finishing import finish

BUSY = 5.0  # seconds to wait for another process' lock; bounds how long a client at DATA waits for its 451
P = ParamSpec("P")
T = TypeVar("T")


class SqliteConnection:
    """One connection, used by one caller at a time: Tortoise's client holds a lock around each use."""

    def __init__(self, path: str) -> None:
        # The thread and the loop take turns, never at once.
        self._conn = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
        self._conn.row_factory = sqlite3.Row
        self._thread = ThreadPoolExecutor(1, "sqlite")

    @property
    def total_changes(self) -> int:
        """How many rows this connection has changed so far."""
        return self._conn.total_changes

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> None:
        """Run a statement whose rows nobody wants: BEGIN, PRAGMA, DDL."""
        await self._apart(lambda: self._conn.execute(sql, tuple(parameters)).close())

    async def execute_insert(self, sql: str, parameters: Iterable[Any] = ()) -> tuple[int | None]:
        """Insert a row; returns its id alone in a tuple."""
        cursor = await self._run(self._conn.execute, sql, tuple(parameters))
        return (cursor.lastrowid,)

    async def execute_fetchall(self, sql: str, parameters: Iterable[Any] | None = None) -> list[Any]:
        """Run a statement and return all its rows."""
        return await self._run(lambda: self._conn.execute(sql, tuple(parameters or ())).fetchall())

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters."""
        await self._apart(lambda: self._conn.executemany(sql, rows).close())

    async def executescript(self, script: str) -> None:
        """Run several statements; commits what is open first, so use it outside a transaction alone."""
        await self._apart(lambda: self._conn.executescript(script).close())

    async def insert_alone(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """A whole transaction that runs one statement for each row, in a single turn of the thread."""
        await self._apart(self._insert_alone, sql, rows)

    async def begin(self) -> None:
        """Take the write lock and begin a transaction; waits at most BUSY seconds for another process."""
        # Nobody else writes, as a rule; then it takes microseconds and needs no thread.
        self._conn.execute("PRAGMA busy_timeout=0")
        try:
            self._conn.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        finally:
            self._conn.execute(f"PRAGMA busy_timeout={BUSY * 1000:.0f}")
        await self.execute("BEGIN IMMEDIATE")

    async def commit(self) -> None:
        """End the transaction; returns when it is on stable storage."""
        await self._apart(self._conn.commit)

    async def rollback(self) -> None:
        """Undo the transaction, if there is one."""
        await self._apart(self._conn.rollback)

    async def close(self) -> None:
        """Close it and end its thread."""
        await self._apart(self._conn.close)
        self._thread.shutdown(wait=False)

    def _insert_alone(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._conn.execute("BEGIN IMMEDIATE")
        try:
            self._conn.executemany(sql, rows)
            self._conn.commit()
        except BaseException:
            self._conn.rollback()
            raise

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._conn.in_transaction:
            return work(*args, **kwargs)
        return await self._apart(work, *args, **kwargs)

    async def _apart(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        turn = asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*args, **kwargs))
        # To its end, so that a cancelled caller does not give the lock back while the thread still works.
        return await finish(turn)
