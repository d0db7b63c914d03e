"""Numbers are unique, increasing and never given twice; threads are joined by their owner alone."""

import asyncio

from storage.database import Database
from storage.directory import Directory, add_unregistered, client_by_address
from storage.models import Address, Ticket
from storage.outbox import Owed, owe
from storage.participants import ticket_by_message_ids
from storage.tickets import (
    NewMessage,
    NewTicket,
    add_message,
    open_ticket,
    ticket_now,
)
from tests.storage.conftest import NOW


async def open_for(address: str) -> int:
    client = await client_by_address(address) or await add_unregistered(address, "ru", NOW)
    return await open_ticket(
        NewTicket(client.id, "new", "Ошибка", "mail", "ru", "general", "8 working hours", NOW, NOW)
    )


async def test_concurrent_tickets_get_different_increasing_numbers(database: Database) -> None:
    numbers = await asyncio.gather(
        *(database.writer.run(lambda n=n: open_for(f"c{n}@x.example")) for n in range(60))
    )
    assert sorted(numbers) == list(range(1, 61))


async def test_the_number_of_a_deleted_ticket_is_never_given_again(database: Database) -> None:
    last = await database.writer.run(lambda: open_for("olga@x.example"))
    await Ticket.filter(id=last).delete()
    assert await database.writer.run(lambda: open_for("petr@x.example")) > last


async def test_a_mail_joins_by_a_message_id_only_when_the_ticket_is_the_senders(database: Database) -> None:
    async def unit() -> tuple[int, str]:
        ticket_id = await open_for("olga@x.example")
        owed = Owed(f"{ticket_id}:confirmation", ticket_id, "confirmation", "olga@x.example", "ru", {})
        return ticket_id, await owe(owed, "example.org", NOW)

    ticket_id, message_id = await database.writer.run(unit)
    await database.writer.run(lambda: open_for("mallory@x.example"))
    olga = await client_by_address("olga@x.example")
    mallory = await client_by_address("mallory@x.example")
    assert olga and mallory
    assert await ticket_by_message_ids([message_id], olga.id, "olga@x.example") == ticket_id
    assert await ticket_by_message_ids([message_id], mallory.id, "mallory@x.example") is None


async def test_a_client_is_answered_where_he_wrote_last(database: Database) -> None:
    async def unit() -> str:
        ticket_id = await open_for("olga@x.example")
        olga = await client_by_address("olga@x.example")
        assert olga
        await Address.create(client_id=olga.id, address="olga@home.example")
        for address in ("olga@x.example", "olga@home.example"):
            await add_message(
                NewMessage(ticket_id, "in", "Ольга", address, "…", NOW, message_id=f"<{address}>")
            )
        ticket = await ticket_now(ticket_id)
        assert ticket is not None
        return f"{ticket.client_address} {ticket.last_message_id}"

    assert await database.writer.run(unit) == "olga@home.example <olga@home.example>"


async def test_registering_someone_who_wrote_before_keeps_his_tickets(database: Database) -> None:
    ticket_id = await database.writer.run(lambda: open_for("olga@x.example"))
    client = await Directory(database).add("olga@x.example", "Ольга Николаевна", "ru", NOW)
    ticket = await database.writer.run(lambda: ticket_now(ticket_id))
    assert ticket is not None
    assert (ticket.client_id, ticket.client_name, ticket.client_registered) == (
        client.id,
        "Ольга Николаевна",
        True,
    )
