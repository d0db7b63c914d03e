"""The single writer: group commit, failures that stay with their cause, callers that vanish."""

import asyncio
from datetime import UTC, datetime

import pytest
from tortoise.connection import get_connection

from storage.database import Database
from storage.inbox import Inbox
from storage.models import Client, Entry
from storage.tickets import Change, note_changes
from storage.writer import Unavailable
from tests.storage.conftest import NOW, mail


async def add_client(name: str) -> int:
    return (await Client.create(name=name, created_at=NOW)).id


async def test_it_commits_concurrent_records_together_and_keeps_each(inbox: Inbox) -> None:
    await asyncio.gather(*(inbox.record(mail(b"mail %d" % n)) for n in range(150)))
    assert await Entry.all().count() == 150


async def test_it_takes_the_same_message_once(inbox: Inbox) -> None:
    await inbox.record(mail(b"the same bytes"))
    await asyncio.gather(*(inbox.record(mail(b"the same bytes")) for _ in range(5)))
    assert await Entry.all().count() == 1


async def test_a_failing_change_leaves_the_others_of_its_transaction_in_place(database: Database) -> None:
    async def broken() -> None:
        await add_client("half done")
        raise RuntimeError("no such thing")

    units = [lambda n=n: add_client(f"client {n}") for n in range(5)]
    results = await asyncio.gather(
        *(database.writer.run(unit) for unit in units[:3]),
        database.writer.run(broken),
        *(database.writer.run(unit) for unit in units[3:]),
        return_exceptions=True,
    )
    assert [type(r).__name__ for r in results] == ["int", "int", "int", "RuntimeError", "int", "int"]
    names = await Client.all().order_by("name").values_list("name", flat=True)
    assert names == [f"client {n}" for n in range(5)]


async def test_a_violated_constraint_fails_its_own_change_alone(database: Database) -> None:
    results = await asyncio.gather(
        database.writer.run(lambda: add_client("before")),
        database.writer.run(lambda: note_changes(4711, NOW, Change("x", "of no ticket"))),
        database.writer.run(lambda: add_client("after")),
        return_exceptions=True,
    )
    assert isinstance(results[1], Exception)
    assert sorted(await Client.all().values_list("name", flat=True)) == ["after", "before"]


async def test_a_cancelled_caller_leaves_its_record_committed_or_absent_and_the_writer_alive(
    inbox: Inbox,
) -> None:
    tasks = [asyncio.create_task(inbox.record(mail(b"hung up %d" % n))) for n in range(40)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(r is None for r in results[1::2])
    await inbox.record(mail(b"the next one"))
    keys = set(await Entry.all().values_list("key", flat=True))
    assert {mail(b"hung up %d" % n).key for n in range(1, 40, 2)} <= keys


async def test_a_closed_database_says_so_instead_of_hanging(database_url: str) -> None:
    database = Database(database_url)
    await database.open()
    await database.close()
    with pytest.raises(Unavailable, match="closed"):
        await database.writer.run(lambda: add_client("nobody"))


async def test_an_engine_that_fails_is_unavailable_and_not_the_changes_fault(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(Unavailable, match="No space left"):
        await database.writer.run(full)
    assert await database.writer.run(lambda: add_client("afterwards"))


async def test_stopping_writes_what_was_handed_in_before(database_url: str) -> None:
    database = Database(database_url)
    await database.open()
    tasks = [asyncio.create_task(database.writer.run(lambda n=n: add_client(f"{n}"))) for n in range(30)]
    await asyncio.sleep(0)
    await database.writer.stop()
    assert len(await asyncio.gather(*tasks)) == 30
    await database.close()


async def test_moments_come_back_in_utc_as_they_were_given(database: Database) -> None:
    moment = datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=UTC)
    await database.writer.run(lambda: Client.create(name="clock", created_at=moment))
    assert await Client.get(name="clock").values_list("created_at", flat=True) == moment


async def test_commits_are_durable_by_the_engines_own_settings(database: Database) -> None:
    connection = get_connection("default")
    if connection.capabilities.dialect == "sqlite":
        rows = await connection.execute_query_dict("PRAGMA synchronous")
        assert rows[0]["synchronous"] == 2  # FULL
        rows = await connection.execute_query_dict("PRAGMA journal_mode")
        assert rows[0]["journal_mode"] == "wal"
    else:
        rows = await connection.execute_query_dict("SHOW synchronous_commit")
        assert rows[0]["synchronous_commit"] == "on"
