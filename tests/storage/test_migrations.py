"""Migrations go forward only, whole or not at all, and keep every row of a filled database."""

import asyncio
from pathlib import Path

import pytest
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from storage import database as module
from storage.database import Database, SchemaMismatch, check, schema_of_open
from storage.models import Client, Entry, Ticket
from storage.writer import Unavailable
from tests.storage.conftest import NOW


async def migrated_to(url: str, name: str) -> TortoiseContext:
    """Make a database that has the migrations up to `name`, and leave it open."""
    context = await module.connect(url)
    executor = MigrationExecutor(get_connection("default"), module._apps())
    await executor.migrate([MigrationTarget("otklik", name)], direction="forward")
    return context


async def indexes() -> set[str]:
    connection = get_connection("default")
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'index'"
        if connection.capabilities.dialect == "sqlite"
        else "SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'"
    )
    return {row["name"] for row in await connection.execute_query_dict(query)}


async def test_a_filled_database_of_the_first_schema_keeps_every_row(database_url: str) -> None:
    context = await migrated_to(database_url, "0001_initial")
    client = await Client.create(name="Ольга", registered=True, created_at=NOW)
    for n in range(300):
        await Ticket.create(
            client=client, state="new", subject=f"№ {n}", channel="mail", language="ru", level="general",
            promise="40 working hours", created_at=NOW, reaction_due_at=NOW,
        )  # fmt: skip
        await Entry.create(
            key=f"{n}", channel="smtp", conversation="c", next_attempt_at=NOW, received_at=NOW, size=3,
            envelope={"n": n}, body=b"\x00\xff\x01",
        )  # fmt: skip
    await context.close_connections()
    database = Database(database_url)
    await database.open()
    assert await Ticket.all().count() == 300
    assert (await Ticket.get(id=300)).subject == "№ 299"
    assert (await Entry.get(key="299")).body == b"\x00\xff\x01"
    assert {
        "entries_state",
        "entries_unfinished",
        "deliveries_state",
        "messages_message_id",
    } <= await indexes()
    await database.close()


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(database_url: str) -> None:
    database = Database(database_url)
    await database.open()
    await get_connection("default").execute_query(
        "INSERT INTO tortoise_migrations (app, name, applied_at)"
        " VALUES ('otklik', '0999_future', '2027-01-01')"
    )
    await database.close()
    with pytest.raises(SchemaMismatch, match=r"0999_future"):
        await Database(database_url).open()


async def test_an_older_database_is_refused_when_it_must_not_be_migrated(database_url: str) -> None:
    context = await migrated_to(database_url, "0001_initial")
    await context.close_connections()
    with pytest.raises(SchemaMismatch, match="otklik migrate"):
        await Database(database_url).open(migrate=False)
    assert (await check(database_url)).missing == ("0002_indexes",)


async def test_a_migration_that_breaks_off_leaves_the_database_as_it_was(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = await migrated_to(database_url, "0001_initial")
    await context.close_connections()
    monkeypatch.setattr(
        "tortoise.migrations.recorder.MigrationRecorder.record_applied", _power_cut, raising=True
    )
    with pytest.raises(RuntimeError, match="power cut"):
        await Database(database_url).open()
    monkeypatch.undo()
    context = await module.connect(database_url)
    assert (await schema_of_open()).missing == ("0002_indexes",)
    assert "entries_state" not in await indexes()
    await context.close_connections()
    database = Database(database_url)
    await database.open()
    assert "entries_state" in await indexes()
    await database.close()


async def test_a_file_that_is_no_database_is_refused_with_a_word_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "otklik.db"
    file.write_bytes(b"my shopping list, certainly not a database " * 100)
    before = file.read_bytes()
    for attempt in (Database(f"sqlite://{file}").open, lambda: check(f"sqlite://{file}")):
        async with asyncio.timeout(10):
            with pytest.raises(Unavailable, match="not a database"):
                await attempt()
    assert file.read_bytes() == before


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await check("postgres://nobody@127.0.0.1:1/nothing")


async def _power_cut(*_: object) -> None:
    raise RuntimeError("power cut")
