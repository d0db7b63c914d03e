"""SQLite for Tortoise: writes begin at once, and a cancelled caller leaves the connection usable."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, cast

from tortoise.backends.base.client import ConnectionWrapper, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from storage.finishing import finish
from storage.sqlite_connection import SqliteConnection


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that takes the write lock when it begins.

    With a deferred BEGIN, two processes that read before they write fail with "database is locked"
    whatever the busy timeout says: SQLite can't wait for a lock upgrade (https://sqlite.org/lang_transaction.html).
    """

    async def begin(self) -> None:
        try:
            await cast(SqliteConnection, self._connection).begin()
        except sqlite3.OperationalError as exc:
            raise TransactionManagementError(exc) from exc

    async def execute_script(self, query: str) -> None:
        # sqlite3's executescript() commits first, which would tear a migration in two.
        for statement in statements(query):
            await self._connection.execute(statement)


def statements(script: str) -> Iterator[str]:
    """The single statements of an SQL script, as SQLite itself tells where one is complete."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


class SafeTransactionContext(SqliteTransactionContext):
    """Enters and leaves a transaction completely, whenever the caller is cancelled.

    Tortoise's own context leaves the lock taken when a cancellation meets BEGIN or COMMIT.
    """

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await finish(self.connection.begin())
        except BaseException:
            await self._abandon()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return cast(TransactionalDBClient, self.connection)

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        try:
            if exc_type is None:
                await finish(self.connection.commit())
        except BaseException:
            await self._abandon()
            raise
        if exc_type is None:
            self._trxlock.release()
        else:
            await self._abandon()

    async def _abandon(self) -> None:
        """Roll back whatever may be open and give the lock back; a failed COMMIT leaves one open."""
        connection = self.connection._connection
        try:
            if connection is not None:
                await finish(connection.rollback())
        finally:
            self._trxlock.release()


class SafeConnection(ConnectionWrapper[Any]):
    """The connection for one statement; its lock is given back also when connecting fails."""

    async def __aenter__(self) -> Any:
        await self._lock.acquire()
        try:
            await self.ensure_connection()
        except BaseException:
            self._lock.release()
            raise
        return self.connection


class SafeSqliteClient(SqliteClient):
    """Tortoise's SQLite client with the contexts above."""

    def _in_transaction(self) -> TransactionContext:
        return SafeTransactionContext(ImmediateTransaction(self), self._lock)

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        return SafeConnection(self._lock, self)

    async def create_connection(self, with_db: bool) -> None:
        if self._connection is not None:
            return
        connection = SqliteConnection(self.filename)
        try:
            for pragma, value in self.pragmas.items():
                await connection.execute(f"PRAGMA {pragma}={value}")
        except BaseException:
            # A file that is no database: without this its thread would live on.
            await connection.close()
            raise
        # It has what Tortoise's client asks of an aiosqlite.Connection.
        self._connection = cast(Any, connection)
        await self._post_connect()

    async def insert_alone(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """A transaction of its own that runs one statement for each row; see SqliteConnection."""
        async with self.acquire_connection() as connection:
            await connection.insert_alone(sql, rows)


client_class = SafeSqliteClient
