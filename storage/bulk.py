"""A connection of one's own for bulk changes: rows are staged beside the tables, then merged at once.

Staging and comparing a million rows takes minutes. On SQLite the write lock is held for none of it: a TEMP
table is a database of its own, and the tables are only read (WAL). What is left for transactions that have
the lock are the rows that really change; `benchmarks/directory.py` measures for how long that is.
"""

import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import Any, cast

import asyncpg

from storage.database import engine, is_sqlite, sqlite_path
from storage.instance import AlreadyRunning, InstanceLock
from storage.sqlite_connection import SqliteConnection
from storage.writer import Unavailable, unavailable

_CACHE = {"main": 64_000, "temp": 128_000}  # KB of pages
_ADVISORY = 0x07E11D1B  # the number of PostgreSQL's lock that imports take; any that nobody else takes
_LONG = 3600.0  # seconds; one statement may be about a million rows


class Busy(Exception):
    """Another import is running."""


class Overtaken(Exception):
    """Somebody else has changed meanwhile what the rows were compared with: compare and merge again."""


class Bulk(ABC):
    """Statements take `?` for parameters on both engines."""

    postgres: bool

    @abstractmethod
    async def run(self, sql: str, *parameters: Any) -> None:
        """Run one statement."""

    @abstractmethod
    async def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""

    @abstractmethod
    async def add(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Put rows into a TEMP table."""

    @abstractmethod
    async def merge(self, unit: Callable[[], Awaitable[None]]) -> None:
        """Run `unit` in one transaction. Raises Overtaken, when a row is there that was not before."""

    async def look_at(self, *tables: str) -> None:
        """Tell PostgreSQL how full tables are by now: by itself it looks later, and takes them for empty.

        SQLite looks at TEMP tables alone: what it knew of others would go on for the service, too.
        """
        for table in tables:
            if self.postgres:
                await self.run(f"ANALYZE {table}")
            elif await self.one("SELECT COUNT(*) FROM sqlite_temp_master WHERE name = ?", table):
                await self.run(f"ANALYZE temp.{table}")

    async def one(self, sql: str, *parameters: Any) -> Any:
        """The only value of a query."""
        return (await self.rows(sql, *parameters))[0][0]


class _Sqlite(Bulk):
    postgres = False

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection

    async def run(self, sql: str, *parameters: Any) -> None:
        with _translated():
            await self._connection.execute(sql, parameters)

    async def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with _translated():
            return [tuple(row) for row in await self._connection.execute_fetchall(sql, parameters)]

    async def add(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        marks = ", ".join("?" for _ in columns)
        with _translated():
            # Deferred: the lock of the TEMP database alone is taken, once for all of the rows.
            await self._connection.execute("BEGIN")
            await self._connection.executemany(
                f"INSERT INTO temp.{table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608 - our names
                rows,
            )
            await self._connection.commit()

    async def merge(self, unit: Callable[[], Awaitable[None]]) -> None:
        with _translated():
            await self._connection.begin()
            try:
                await unit()
                await self._connection.commit()
            except BaseException:
                await self._connection.rollback()
                raise


class _Postgres(Bulk):
    postgres = True

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def run(self, sql: str, *parameters: Any) -> None:
        with _translated():
            await self._connection.execute(_numbered(sql), *parameters, timeout=_LONG)

    async def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with _translated():
            found = await self._connection.fetch(_numbered(sql), *parameters, timeout=_LONG)
            return [tuple(row.values()) for row in found]

    async def add(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        with _translated():
            await self._connection.copy_records_to_table(
                table, records=rows, columns=list(columns), timeout=_LONG
            )

    async def merge(self, unit: Callable[[], Awaitable[None]]) -> None:
        with _translated():
            async with self._connection.transaction():
                await unit()


@asynccontextmanager
async def bulk(url: str) -> AsyncIterator[Bulk]:
    """A connection to the database at `url`, whose schema is there; its TEMP tables end with it.

    One at a time, in all processes. Raises Busy, Unavailable.
    """
    if is_sqlite(url):
        lock = InstanceLock(sqlite_path(url).with_name(f"{sqlite_path(url).name}.import.lock"))
        try:
            lock.take()
        except AlreadyRunning as exc:
            raise Busy from exc
        try:
            async with _sqlite(url) as found:
                yield found
        finally:
            lock.release()
        return
    async with _postgres(url) as found:
        # Compiling the comparing statements takes longer than to run them.
        await found.run("SET jit = off")
        # Ends with the connection.
        if not await found.one("SELECT pg_try_advisory_lock(?)", _ADVISORY):
            raise Busy
        yield found


@asynccontextmanager
async def _sqlite(url: str) -> AsyncIterator[Bulk]:
    with _translated():
        connection = SqliteConnection(str(sqlite_path(url)))
    try:
        found = _Sqlite(connection)
        await found.run("PRAGMA synchronous=FULL")
        # What is merged refers to rows that the same statements have looked up or made; to look up each
        # once more would take as long as all the rest.
        await found.run("PRAGMA foreign_keys=OFF")
        for name, size in _CACHE.items():
            await found.run(f"PRAGMA {name}.cache_size=-{size}")
        yield found
    finally:
        await connection.close()


@asynccontextmanager
async def _postgres(url: str) -> AsyncIterator[Bulk]:
    credentials = cast(dict[str, Any], engine(url)["credentials"])
    # A pool's sizes are no business of one connection's, and its statements may take long.
    wanted = {name: value for name, value in credentials.items() if name not in _OF_POOLS}
    with _translated():
        link = await asyncpg.connect(**wanted)
    try:
        yield _Postgres(link)
    finally:
        await link.close()


_OF_POOLS = ("minsize", "maxsize", "command_timeout")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError) as exc:
        raise Overtaken(str(exc)) from exc
    except Exception as exc:
        if unavailable(exc) and not isinstance(exc, Unavailable):
            raise Unavailable(str(exc) or type(exc).__name__) from exc
        raise


@cache
def _numbered(sql: str) -> str:
    numbers = iter(range(1, 1000))
    return re.sub(r"\?", lambda _: f"${next(numbers)}", sql)
