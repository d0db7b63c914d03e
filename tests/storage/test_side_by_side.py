"""Erasing and emptying beside another process that is just taking mail in, on the database they share."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from desk.rating import Outcome
from intake import requests
from intake.incoming import IncomingMessage
from replies import answering, closing
from storage.database import Database
from storage.files import FileStore
from storage.inbox import Arrival, arrival_key
from storage.models import Address, Client, Delivery, DeliveryState, Message, Ticket
from storage.outbox import Outbox
from storage.privacy import erasure
from storage.privacy.erasure import ERASED, erase
from storage.retention import Retention, Terms
from storage.undelivered import delivery_by_id, mark_undeliverable
from storage.writer import Writer
from tests.desk_on_disk import INTAKE, NOW, VERBS, DeskOnDisk, mail

LATER = NOW + timedelta(hours=1)
OLGA = "olga@client.example"
SOON = 0.5  # seconds after which whoever has not come to an end waits for somebody
T = TypeVar("T")

pytestmark = pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)


class Held:
    """Holds a unit's transaction open until `let_go` is set."""

    def __init__(self) -> None:
        self.reached, self.let_go = asyncio.Event(), asyncio.Event()

    async def here(self) -> None:
        self.reached.set()
        await self.let_go.wait()

    def after(self, unit: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
        """The unit, held before its commit."""

        async def held() -> T:
            outcome = await unit()
            await self.here()
            return outcome

        return held


class HoldingWriter(Writer):
    """Holds each of its units before the commit."""

    def __init__(self, held: Held) -> None:
        super().__init__()
        self.held = held

    async def run(self, unit: Callable[[], Awaitable[T]]) -> T:
        return await super().run(self.held.after(unit))


@asynccontextmanager
async def another_process(desk: DeskOnDisk, writer: Writer) -> AsyncIterator[Database]:
    """The same database as another process uses it: with a writer, and so transactions, of its own."""
    other = Database(desk.database.url)
    other.writer = writer
    writer.start()
    yield other
    await writer.stop()


@pytest.fixture
async def elsewhere(desk: DeskOnDisk) -> AsyncIterator[Database]:
    async with another_process(desk, Writer()) as other:
        yield other


@pytest.fixture
async def held() -> AsyncIterator[Held]:
    """At the end nobody is held, whatever has failed."""
    one = Held()
    yield one
    one.let_go.set()


async def ends_soon(task: asyncio.Task[Any]) -> bool:
    done, _ = await asyncio.wait({task}, timeout=SOON)
    return bool(done)


async def taking_in(desk: DeskOnDisk, incoming: IncomingMessage) -> Callable[[], Awaitable[requests.Outcome]]:
    """The unit that takes a mail in, whose entry is claimed already."""
    body = incoming.text.encode()
    key = arrival_key(["support@example.org"], body)
    await desk.inbox.record(Arrival(key, "smtp", "another", {}, body, LATER))
    (entry,) = await desk.inbox.claim(1, LATER + timedelta(seconds=1))
    return lambda: requests.take_in(entry, incoming, INTAKE, LATER)


def retention(desk: DeskOnDisk, tmp_path: Path) -> Retention:
    return Retention(desk.database, FileStore(tmp_path / "files"), Terms(0, 0, 0, 0, closed_tickets=10))


async def a_closed_ticket(desk: DeskOnDisk) -> int:
    ticket_id = (await desk.receives(mail("It does not print."))).ticket_id
    assert ticket_id
    await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Update.", NOW)
    await closing.close(desk.database, VERBS, ticket_id, "Анна", NOW, outcome=Outcome.SETTLED)
    return ticket_id


async def texts_of(ticket_id: int) -> list[str]:
    return [one.text for one in await Message.filter(ticket_id=ticket_id).order_by("id")]


async def test_a_ticket_that_another_process_is_reopening_keeps_its_texts(
    desk: DeskOnDisk, elsewhere: Database, held: Held, tmp_path: Path
) -> None:
    ticket_id = await a_closed_ticket(desk)
    reopens = await taking_in(desk, mail("Again.", subject="Re: [#AS-000001]"))
    reopening = asyncio.create_task(elsewhere.writer.run(held.after(reopens)))
    await held.reached.wait()
    purging = asyncio.create_task(retention(desk, tmp_path).purge(NOW + timedelta(days=11)))
    did_not_wait = await ends_soon(purging)
    held.let_go.set()
    assert (await reopening).what == "reopened"
    await purging
    assert await texts_of(ticket_id) == ["It does not print.", "Update.", "Again."]
    assert (await Ticket.get(id=ticket_id)).subject == "Не печатает"
    assert did_not_wait, "records of new mail would have waited too"


async def test_a_ticket_that_is_just_being_emptied_is_reopened_with_the_new_text(
    desk: DeskOnDisk, elsewhere: Database, held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id = await a_closed_ticket(desk)
    purge = retention(desk, tmp_path)
    (tickets,) = [one for one in purge._classes() if one.count == "tickets"]

    async def remove(*args: Any) -> set[str]:
        unit = held.after(lambda: tickets.remove(*args))
        return await unit()

    monkeypatch.setattr(purge, "_classes", lambda: (replace(tickets, remove=remove),))
    purging = asyncio.create_task(purge.purge(NOW + timedelta(days=11)))
    await held.reached.wait()
    other_desk = DeskOnDisk(elsewhere, FileStore(tmp_path / "files"))
    reopens = await taking_in(other_desk, mail("Again.", subject="Re: [#AS-000001]"))
    reopening = asyncio.create_task(elsewhere.writer.run(reopens))
    assert not await ends_soon(reopening)
    held.let_go.set()
    await purging
    assert (await reopening).what == "reopened"
    assert await texts_of(ticket_id) == [ERASED, ERASED, "Again."]


async def test_an_erasure_waits_for_a_mail_of_his_that_is_being_taken_in_and_takes_it_along(
    desk: DeskOnDisk, elsewhere: Database, held: Held
) -> None:
    await desk.receives(mail("It does not print."))
    # By the entry nobody sees that it is hers: an agent has passed it on, say.
    takes_in = await taking_in(desk, mail("Nor does it scan."))
    arriving = asyncio.create_task(elsewhere.writer.run(held.after(takes_in)))
    await held.reached.wait()
    erasing = asyncio.create_task(erase(desk.database, OLGA, "test", LATER))
    assert not await ends_soon(erasing)
    held.let_go.set()
    assert (await arriving).what == "opened"
    assert (await erasing).tickets == 2
    assert await Message.exclude(text=ERASED).count() == 0
    assert await Delivery.exclude(recipient="").count() == 0


async def test_a_mail_that_comes_while_he_is_erased_makes_him_a_new_client(
    desk: DeskOnDisk, elsewhere: Database, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = (await desk.receives(mail("It does not print."))).ticket_id
    takes_in = await taking_in(desk, mail("Nor does it scan."))
    last_step = erasure._directory

    async def slow(*args: Any) -> None:
        await held.after(lambda: last_step(*args))()

    monkeypatch.setattr(erasure, "_directory", slow)
    erasing = asyncio.create_task(erase(desk.database, OLGA, "test", LATER))
    await held.reached.wait()
    arriving = asyncio.create_task(elsewhere.writer.run(takes_in))
    assert not await ends_soon(arriving)
    held.let_go.set()
    await erasing
    second = (await arriving).ticket_id
    old, new = await Ticket.get(id=first), await Ticket.get(id=second)
    assert old.client_id != new.client_id
    assert (await Client.get(id=new.client_id)).erased_at is None
    assert (await Address.get(address=OLGA)).client_id == new.client_id


async def test_an_answer_that_an_agent_is_just_giving_him_is_erased_too(desk: DeskOnDisk, held: Held) -> None:
    ticket_id = (await desk.receives(mail("It does not print."))).ticket_id
    assert ticket_id
    async with another_process(desk, HoldingWriter(held)) as other:
        answering_him = answering.answer(other, VERBS, ticket_id, "Анна", "Dear Olga.", LATER)
        answered = asyncio.create_task(answering_him)
        await held.reached.wait()
        erasing = asyncio.create_task(erase(desk.database, OLGA, "test", LATER))
        waited = not await ends_soon(erasing)
        held.let_go.set()
        await asyncio.gather(answered, erasing)
    assert waited
    assert await texts_of(ticket_id) == [ERASED, ERASED]
    assert {one.recipient for one in await Delivery.all()} == {""}
    assert {one.state for one in await Delivery.all()} == {DeliveryState.CANCELLED}


async def test_a_bounce_that_is_filed_while_he_is_erased_does_not_bring_his_address_back(
    desk: DeskOnDisk, elsewhere: Database, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket_id = (await desk.receives(mail("It does not print."))).ticket_id
    await Delivery.all().update(state=DeliveryState.SENT)
    last_step = erasure._directory

    async def slow(*args: Any) -> None:
        await held.after(lambda: last_step(*args))()

    monkeypatch.setattr(erasure, "_directory", slow)
    erasing = asyncio.create_task(erase(desk.database, OLGA, "test", LATER))
    await held.reached.wait()

    async def bounce() -> bool:
        delivery = await delivery_by_id((await Delivery.get()).id)
        assert delivery
        return await mark_undeliverable(delivery, f"550 5.1.1 <{OLGA}>: unknown", LATER)

    bouncing = asyncio.create_task(elsewhere.writer.run(bounce))
    assert not await ends_soon(bouncing)
    held.let_go.set()
    await erasing
    assert await bouncing
    ticket = await desk.ticket(ticket_id)
    assert OLGA not in repr(ticket)
    assert [one["state"] for one in ticket["deliveries"]] == ["undeliverable"]


async def test_a_note_of_a_dead_letter_that_is_just_being_written_is_erased_too(
    desk: DeskOnDisk, held: Held
) -> None:
    ticket_id = (await desk.receives(mail("It does not print."))).ticket_id
    (due,) = await Outbox(desk.database).claim("mail", 1, LATER)
    async with another_process(desk, HoldingWriter(held)) as other:
        noted = asyncio.create_task(Outbox(other).dead(due, f"550 5.1.1 <{OLGA}>: unknown", LATER))
        await held.reached.wait()
        erasing = asyncio.create_task(erase(desk.database, OLGA, "test", LATER))
        waited = not await ends_soon(erasing)
        held.let_go.set()
        await asyncio.gather(noted, erasing)
    assert waited
    assert OLGA not in repr(await desk.ticket(ticket_id))
