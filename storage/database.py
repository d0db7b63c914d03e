"""Opens and closes the database: engine by URL, schema by migrations, one writer for all writes."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor
from tortoise.transactions import in_transaction

from storage.writer import Unavailable, Writer, unavailable

APP = "otklik"


class SchemaMismatch(Exception):
    """The database's schema is not the one this version works on; nothing was touched."""


@dataclass(frozen=True, slots=True)
class Schema:
    """Which migrations a database has, compared with those this version brings."""

    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def is_sqlite(url: str) -> bool:
    """Whether the URL names the embedded engine."""
    return url.startswith("sqlite:")


def sqlite_path(url: str) -> Path:
    """The file an `sqlite://path` URL names; `sqlite:///path` is absolute."""
    return Path(url.split("://", 1)[1].split("?", 1)[0])


def engine(url: str) -> dict[str, object]:
    """Tortoise's connection settings for a URL; raises ValueError naming what is allowed."""
    if is_sqlite(url):
        if sqlite3.sqlite_version_info < (3, 35):
            raise ValueError(f"SQLite {sqlite3.sqlite_version} is too old; allowed: 3.35 (2021) or newer")
        credentials: dict[str, object] = {
            "file_path": str(sqlite_path(url)),
            "journal_mode": "WAL",
            # FULL: a commit that was confirmed with 250 survives a power cut. NORMAL would not.
            "synchronous": "FULL",
            "foreign_keys": "ON",
            "journal_size_limit": 67108864,
            "cache_size": -16000,
        }
        return {"engine": "storage.engine_sqlite", "credentials": credentials}
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ValueError("allowed: sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE")
    options = dict(parse_qsl(parts.query))
    return {
        "engine": "storage.engine_asyncpg",
        "credentials": {
            "host": options.get("host") or parts.hostname or "127.0.0.1",
            "port": parts.port or 5432,
            "user": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "database": parts.path.strip("/"),
            "minsize": 1,
            "maxsize": 5,
            # A commit is confirmed with 250 only when it is on disk, whatever the server's default is.
            "server_settings": {"synchronous_commit": "on", "application_name": "otklik"},
            "command_timeout": 30,
            "timeout": 10,
        },
    }


def _config(url: str) -> dict[str, object]:
    return {
        "connections": {"default": engine(url)},
        "apps": {
            APP: {
                "models": [
                    "storage.models",
                    "storage.chat_models",
                    "storage.directory_models",
                    "storage.clock_models",
                    "storage.faq_models",
                ],
                "migrations": "storage.migrations",
                "default_connection": "default",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def connect(url: str) -> TortoiseContext:
    """Make the database at `url` the one that all models of this process use, until the context is closed."""
    # Tortoise keeps the SQL it has built by the connection's name, even when the engine is another.
    EXECUTOR_CACHE.clear()
    context = TortoiseContext()
    with context:  # it is looked up while it is being made; afterwards everybody finds it as the fallback
        await context.init(config=_config(url), _enable_global_fallback=True)
    return context


class Database:
    """An open database. One per process; `writer` is the only way to change anything."""

    def __init__(self, url: str) -> None:
        """`url`: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/NAME`."""
        self.url = url
        self.writer = Writer()
        self._context: TortoiseContext | None = None

    async def open(self, *, migrate: bool = True) -> None:
        """Connect, bring the schema up to date (forward only) and start the writer.

        Raises SchemaMismatch when the schema is newer than this version, or older and `migrate` is False;
        Unavailable when the database can't be reached.
        """
        if is_sqlite(self.url):
            sqlite_path(self.url).parent.mkdir(parents=True, exist_ok=True)
        self._context = await connect(self.url)
        try:
            await self._prepare(migrate)
        except BaseException:
            await self._context.close_connections()
            raise
        self.writer.start()

    async def _prepare(self, migrate: bool) -> None:
        with _telling_when_away():
            schema = await schema_of_open()
            if schema.unknown:
                raise SchemaMismatch(
                    f"the database was made by a newer version: it has {', '.join(schema.unknown)}, which"
                    " this version does not know; run the newer version, nothing was changed"
                )
            if schema.missing and not migrate:
                raise SchemaMismatch(
                    f"the database lacks {', '.join(schema.missing)}; run `otklik migrate` first"
                )
            if schema.missing:
                await _migrate()

    async def close(self) -> None:
        """Finish what the writer has in hand, then disconnect."""
        await self.writer.stop()
        if self._context is not None:
            await self._context.close_connections()
            self._context = None


async def schema_of_open() -> Schema:
    """Compare the migrations applied to the open database with those that this version brings."""
    # Tortoise takes any failure to read its table for an empty database, so ask something else first.
    await get_connection("default").execute_query("SELECT 1")
    executor = MigrationExecutor(get_connection("default"), _apps())
    await executor.loader.build_graph()
    applied = {key.name for key in await executor.recorder.applied_migrations()}
    known = {key.name for key in executor.loader.graph.nodes}
    return Schema(tuple(sorted(known - applied)), tuple(sorted(applied - known)))


async def _migrate() -> None:
    # One transaction around all of it: Tortoise itself records a migration after it has committed it,
    # so a crash in between would leave a database that neither goes forward nor back.
    recorder = MigrationExecutor(get_connection("default"), _apps())
    # Its table comes first: looking for it in vain would abort PostgreSQL's transaction.
    await recorder.recorder.ensure_schema(recorder._schema_editor(atomic=False))
    async with in_transaction("default") as connection:
        await MigrationExecutor(connection, _apps()).migrate(direction="forward")


def _apps() -> dict[str, dict[str, object]]:
    apps = _config("sqlite://unused")["apps"]
    assert isinstance(apps, dict)
    return apps


@asynccontextmanager
async def opened(url: str, *, migrate: bool = True) -> AsyncIterator[Database]:
    """The database, open for the length of the block."""
    database = Database(url)
    await database.open(migrate=migrate)
    try:
        yield database
    finally:
        await database.close()


async def check(url: str) -> Schema:
    """Try to reach the database without changing its schema.

    Raises Unavailable with the engine's reason when it can't be reached, ValueError for a bad URL.
    """
    context = await connect(url)
    try:
        with _telling_when_away():
            return await schema_of_open()
    finally:
        await context.close_connections()


@contextmanager
def _telling_when_away() -> Iterator[None]:
    """Whatever says in the engine's own words that the database can't be reached becomes Unavailable."""
    try:
        yield
    except Exception as exc:
        if unavailable(exc):
            raise Unavailable(str(exc) or type(exc).__name__) from exc
        raise
