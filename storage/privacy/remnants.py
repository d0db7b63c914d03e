"""What SQLite leaves of deleted rows in its files, and how it is overwritten."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.connection import get_connection

from storage.database import Database, is_sqlite


@asynccontextmanager
async def overwritten(database: Database) -> AsyncIterator[None]:
    """Have SQLite overwrite what is deleted in the block (https://sqlite.org/pragma.html#pragma_secure_delete).

    PostgreSQL keeps dead rows until its VACUUM, which is its administrator's; nothing is done there.
    """
    if not is_sqlite(database.url):
        yield
        return
    connection = get_connection("default")
    _, rows = await connection.execute_query("PRAGMA secure_delete")
    (before,) = dict(rows[0]).values()
    await connection.execute_query("PRAGMA secure_delete=ON")
    try:
        yield
    finally:
        await connection.execute_query(f"PRAGMA secure_delete={int(before)}")


async def empty_log(database: Database) -> bool:
    """Empty SQLite's write-ahead log, which holds pages as they were; False while somebody else reads it."""
    if not is_sqlite(database.url):
        return True
    _, rows = await get_connection("default").execute_query("PRAGMA wal_checkpoint(TRUNCATE)")
    return not dict(rows[0])["busy"]


async def rebuild(database: Database) -> None:
    """Write SQLite's file anew without the remnants of earlier changes, which were not overwritten.

    For a database that nobody else uses: it holds the write lock all the time, and needs as much room again.
    """
    if is_sqlite(database.url):
        await get_connection("default").execute_query("VACUUM")
        await empty_log(database)
