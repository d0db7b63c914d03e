"""Migrations go forward only, whole or not at all, and keep every row of a filled database."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from storage import database as module
from storage.clock_models import Pause
from storage.database import Database, SchemaMismatch, check, schema_of_open
from storage.models import Client, Delivery, Entry, Message, Ticket
from storage.writer import Unavailable
from tests.storage.conftest import NOW

# What a database of the first schema lacks.
LATER = ("0002_indexes", "0003_mail_in_full", "0004_telegram", "0005_service_levels")


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


async def insert(table: str, **values: object) -> None:
    """Insert a row as a version before would have: without the columns that came later."""
    connection = get_connection("default")
    is_postgres = connection.capabilities.dialect == "postgres"
    marks = ", ".join(f"${n}" if is_postgres else "?" for n in range(1, len(values) + 1))
    columns = ", ".join(f'"{name}"' for name in values)
    await connection.execute_query(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values.values()))


async def fill(rows: int) -> None:
    """A client with tickets, messages, deliveries and entries, in the columns of the first schema."""
    await insert("clients", name="Ольга", registered=True, language="ru", created_at=NOW)
    for n in range(1, rows + 1):
        await insert(
            "tickets", client_id=1, state="new", subject=f"№ {n}", channel="mail", language="ru",
            level="general", promise="40 working hours", line="first", created_at=NOW, reaction_due_at=NOW,
        )  # fmt: skip
        await insert(
            "messages", ticket_id=n, direction="in", author="", address="o@client.example", text=f"текст {n}",
            new_text="", message_id=f"<{n}@client.example>", at=NOW, content_key="", declined="[]",
            shares="[]",
        )  # fmt: skip
        await insert(
            "deliveries", ticket_id=n, key=f"{n}:confirmation", kind="confirmation", channel="mail",
            recipient="o@client.example", language="ru", state="sent", attempts=1, created_at=NOW,
            next_attempt_at=NOW, message_id=f"<otklik.{n}@desk.example>", in_reply_to="", references="",
            error="", receipt="250", facts=f'{{"n": {n}}}', content=b"\x00\xff\x01",
        )  # fmt: skip
        await insert(
            "entries", key=f"{n}", channel="smtp", conversation="c", state="done", attempts=1, failures=0,
            kills=0, next_attempt_at=NOW, received_at=NOW, outcome="", trouble="", size=3,
            envelope=f'{{"n": {n}}}', body_sha256="", body=b"\x00\xff\x01",
        )  # fmt: skip


@pytest.mark.parametrize("schema", ["0001_initial", "0002_indexes"])
async def test_a_filled_database_of_an_earlier_schema_keeps_every_row(database_url: str, schema: str) -> None:
    context = await migrated_to(database_url, schema)
    await fill(300)
    await context.close_connections()
    database = Database(database_url)
    await database.open()
    assert await Ticket.all().count() == 300
    assert (await Ticket.get(id=300)).subject == "№ 300"
    entry = await Entry.get(key="299")
    assert (entry.body, entry.envelope, entry.accepted_by) == (b"\x00\xff\x01", {"n": 299}, "")
    message = await Message.get(id=300)
    assert (message.text, message.automatic, message.authenticity) == ("текст 300", False, "")
    assert await Delivery.all().count() == 300
    delivery = await Delivery.get(ticket_id=17)
    assert (delivery.key, delivery.facts, delivery.content) == (
        "17:confirmation", {"n": 17}, b"\x00\xff\x01",
    )  # fmt: skip
    client = await Client.get(id=1)
    assert (client.name, client.blocked_at) == ("Ольга", None)
    assert {
        "entries_state",
        "entries_unfinished",
        "deliveries_state",
        "deliveries_unfinished",
        "deliveries_recipient",
        "deliveries_message_id",
        "deliveries_ticket",
        "messages_message_id",
    } <= await indexes()
    await database.close()


async def test_a_ticket_that_waits_stands_still_since_it_was_last_made_to(database_url: str) -> None:
    context = await migrated_to(database_url, "0004_telegram")
    await fill(3)
    run = get_connection("default").execute_query
    await run("UPDATE tickets SET state = 'waiting' WHERE id = 2")
    await run("UPDATE tickets SET state = 'postponed' WHERE id = 3")
    for hour, after in ((1, "waiting"), (2, "open"), (3, "waiting"), (4, "open")):
        at = f"'2026-11-23 0{hour}:00:00+00:00'"
        await run(
            "INSERT INTO events (ticket_id, at, who, what, before, after, why)"
            f" VALUES (2, {at}, 'Анна', 'state', '', '{after}', '')"
        )
    await context.close_connections()
    database = Database(database_url)
    await database.open()
    rows = await Pause.all().order_by("ticket_id").values_list("ticket_id", "state", "since", "until")
    opened = (await Ticket.get(id=3)).created_at
    assert list(rows) == [
        (2, "waiting", datetime(2026, 11, 23, 3, tzinfo=UTC), None), (3, "postponed", opened, None),
    ]  # fmt: skip
    await database.close()


async def test_a_delivery_needs_no_ticket_and_the_next_one_no_number_given_before(database_url: str) -> None:
    context = await migrated_to(database_url, "0002_indexes")
    await fill(3)
    await context.close_connections()
    database = Database(database_url)
    await database.open()
    alarm = await Delivery.create(
        key="alarm", kind="alarm", channel="mail", recipient="boss@desk.example", language="ru",
        state="undeliverable", created_at=NOW, next_attempt_at=NOW, message_id="<a@desk.example>", facts={},
    )  # fmt: skip
    assert alarm.id == 4
    assert (await Delivery.get(id=4)).ticket_id is None
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
    assert (await check(database_url)).missing == LATER


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
    assert (await schema_of_open()).missing == LATER
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
