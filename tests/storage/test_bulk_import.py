"""Imports that are cut off, overtaken, or run beside a service: all of a file comes in, or nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from storage.bulk import Bulk, Busy, Overtaken, bulk
from storage.companies import importing_clients
from storage.companies.importing import CompaniesImport, CompanyRow
from storage.companies.importing_clients import ClientRow, ClientsImport
from storage.database import Database
from storage.directory import Directory, add_unregistered, client_by_address
from storage.models import Address, Client, Event, Ticket
from storage.writer import Unavailable
from tests.desk_on_disk import NOW, DeskOnDisk, mail

COLUMNS = frozenset({"address", "name", "vocative", "language", "company"})
LATER = datetime(2026, 11, 24, tzinfo=UTC)


def people(count: int) -> list[ClientRow]:
    return [ClientRow(n + 2, (f"p{n}@x.example", f"tg:{n + 1}"), f"Person {n}") for n in range(count)]


@asynccontextmanager
async def staged(database: Database, rows: Sequence[ClientRow]) -> AsyncIterator[ClientsImport]:
    async with bulk(database.url) as link:
        made = ClientsImport(link, COLUMNS)
        await made.begin()
        await made.add(rows)
        assert await made.clashes(10) == ([], 0)
        await made.compare()
        yield made


async def registered() -> int:
    return await Client.filter(registered=True).count()


@pytest.fixture
def in_small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing_clients, "CHUNK", 10)
    monkeypatch.setattr(importing_clients, "BREATH", 0.0)


@pytest.mark.usefixtures("in_small_chunks")
async def test_nobody_is_registered_until_the_last_transaction(database: Database) -> None:
    seen: list[int] = []
    async with staged(database, people(35)) as made:
        put = made.bulk.merge

        async def watched(unit: Any) -> None:
            await put(unit)
            seen.append(await registered())

        made.bulk.merge = watched  # type: ignore[method-assign]
        await made.merge(NOW)
    assert seen == [0, 0, 0, 0, 35]
    assert await Client.filter(blocked_by="").count() == 35
    first = await client_by_address("p7@x.example")
    assert first is not None and first.name == "Person 7"
    his = await Address.filter(client_id=first.id).order_by("id").values_list("address", flat=True)
    assert list(his) == ["p7@x.example", "tg:8"], "the first of the row is the one that names him"


@pytest.mark.usefixtures("in_small_chunks")
async def test_an_import_that_is_cut_off_leaves_nothing_that_the_next_one_does_not_remove(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def power_cut(_: Bulk) -> None:
        raise SystemExit

    with monkeypatch.context() as cut, pytest.raises(SystemExit):
        cut.setattr(ClientsImport, "_decide", lambda *_: power_cut(None))  # type: ignore[arg-type]
        async with staged(database, people(25)) as made:
            # Nor is there anybody to clean up after it.
            cut.setattr(importing_clients, "remove_unfinished", power_cut)
            await made.merge(NOW)
    assert (await registered(), await Client.all().count()) == (0, 25)
    async with staged(database, people(3)[:1]):
        assert (await Client.all().count(), await Address.all().count()) == (0, 0)


@pytest.mark.usefixtures("in_small_chunks")
async def test_an_import_that_fails_removes_what_it_has_put_there(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(ClientsImport, "_decide", fails)
    async with staged(database, people(25)) as made:
        with pytest.raises(Unavailable, match="no space"):
            await made.merge(NOW)
        assert (await Client.all().count(), await Address.all().count()) == (0, 0)


@pytest.mark.usefixtures("in_small_chunks")
async def test_who_writes_while_an_import_is_cut_off_keeps_his_ticket(desk: DeskOnDisk) -> None:
    rows = [*people(12), ClientRow(99, ("olga@client.example",), "Ольга")]

    async with staged(desk.database, rows) as made:
        await made._put_new(NOW)
        await desk.receives(mail())
        await importing_clients.remove_unfinished(made.bulk)
    (ticket,) = await Ticket.all()
    (client,) = await Client.all()
    assert ticket.client_id == client.id
    assert (client.registered, client.name, client.blocked_by) == (False, "", "")
    assert (await client_by_address("olga@client.example")) is not None


async def test_a_stranger_who_writes_between_comparing_and_merging_is_noticed(database: Database) -> None:
    async with staged(database, people(3)) as made:
        await database.writer.run(lambda: add_unregistered("p1@x.example", "ru", NOW))
        with pytest.raises(Overtaken):
            await made.merge(LATER)
        assert await registered() == 0
        assert await made.clashes(10) == ([], 0)
        merged = await made.compare()
        assert (merged.added, merged.changed) == (2, 1)
        await made.merge(LATER)
    assert (await registered(), await Client.all().count()) == (3, 3)


async def test_who_was_erased_between_comparing_and_merging_is_not_brought_back(database: Database) -> None:
    await Directory(database).add("p0@x.example", "Old name", "ru", NOW)
    async with staged(database, people(1)) as made:
        await database.writer.run(lambda: Address.filter(address="p0@x.example").delete())
        with pytest.raises(Overtaken):
            await made.merge(LATER)
    assert [one.name for one in await Client.all()] == ["Old name"]


async def test_a_client_who_gets_another_company_has_it_in_the_history_of_his_open_tickets(
    desk: DeskOnDisk,
) -> None:
    await desk.receives(mail())
    async with bulk(desk.database.url) as link:
        firms = CompaniesImport(link, frozenset({"registration", "name"}))
        await firms.begin()
        await firms.add([CompanyRow(2, "R-1", "Рога")])
        assert await firms.clashes(10) == ([], 0)
        await firms.compare()
        await firms.merge(NOW)
    row = ClientRow(2, ("olga@client.example",), "Ольга", company="R-1")
    async with staged(desk.database, [row]) as made:
        await made.merge(LATER)
    event = await Event.get(what="company linked")
    assert (event.who, event.before, event.after) == ("import", "", "R-1")
    ticket, client = await Ticket.get(), await Client.get()
    assert ticket.company_id == client.company_id is not None


async def test_two_imports_do_not_run_at_once(database: Database) -> None:
    async with bulk(database.url):
        with pytest.raises(Busy):
            async with bulk(database.url):
                pass
    async with bulk(database.url):
        pass


@pytest.mark.usefixtures("in_small_chunks")
async def test_mail_is_taken_in_while_rows_are_staged_and_compared(desk: DeskOnDisk) -> None:
    async with staged(desk.database, people(40)) as made:
        outcome = await asyncio.wait_for(desk.receives(mail()), 5)
        assert outcome.what == "opened"
        await made.merge(LATER)
    assert await registered() == 40
