"""The outbox: one intent for each cause, the same bytes at each try, order for each recipient."""

from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from storage import facts
from storage.database import Database
from storage.directory import add_unregistered
from storage.models import Delivery
from storage.outbox import LAST_KEY, LEASE, Due, Outbox, Owed, last_key, owe, sent_lately
from storage.statements import fetch
from storage.tickets import NewTicket, open_ticket
from tests.storage.conftest import NOW

LATER = NOW + timedelta(minutes=10)


async def a_ticket() -> int:
    client = await add_unregistered("olga@client.example", "ru", NOW)
    return await open_ticket(
        NewTicket(client.id, "new", "Ошибка", "mail", "ru", "general", "40 working hours", NOW, NOW)
    )


def owed(ticket_id: int, serial: str = "1", recipient: str = "olga@client.example") -> Owed:
    return Owed(f"{ticket_id}:answer:{serial}", ticket_id, "answer", recipient, "ru", {"text": "да"})


async def owes(database: Database, *pairs: tuple[str, str]) -> list[Due]:
    """Owe (serial, recipient) pairs on a new ticket, and return nothing claimed."""

    async def unit() -> None:
        ticket_id = await a_ticket()
        for serial, recipient in pairs:
            await owe(owed(ticket_id, serial, recipient), "example.org", NOW)

    await database.writer.run(unit)
    return []


async def test_an_intent_is_written_once_for_its_key(database: Database) -> None:
    ticket_id = await database.writer.run(a_ticket)
    await database.writer.run(lambda: owe(owed(ticket_id), "example.org", NOW))
    with pytest.raises(IntegrityError):
        await database.writer.run(lambda: owe(owed(ticket_id), "example.org", NOW))


async def test_every_try_has_the_same_message_id_and_bytes(database: Database, outbox: Outbox) -> None:
    await owes(database, ("1", "olga@client.example"))
    (first,) = await outbox.claim("mail", 10, NOW)
    assert first.content is None
    await outbox.composed([(first.id, b"the mail")])
    await outbox.deferred(first.id, "451 greylisted", LATER)
    assert await outbox.claim("mail", 10, NOW) == []
    (second,) = await outbox.claim("mail", 10, LATER)
    assert (second.message_id, second.content) == (first.message_id, b"the mail")
    assert second.attempts == 2


async def test_message_ids_differ_and_cannot_be_guessed_from_each_other(database: Database) -> None:
    await owes(database, ("1", "a@x.example"), ("2", "a@x.example"))
    ids = await Delivery.all().values_list("message_id", flat=True)
    assert len(set(ids)) == 2
    assert all(len(str(i).split(".")[2].split("@")[0]) == 32 for i in ids)  # 128 bits


async def test_order_is_kept_for_a_recipient_and_another_is_not_held_up(
    database: Database, outbox: Outbox
) -> None:
    await owes(database, ("1", "olga@x.example"), ("2", "olga@x.example"), ("3", "petr@x.example"))
    claimed = await outbox.claim("mail", 10, NOW)
    assert [c.recipient for c in claimed] == ["olga@x.example", "petr@x.example"]
    await outbox.deferred(claimed[0].id, "451", LATER)
    assert await outbox.claim("mail", 10, NOW) == []
    (first,) = await outbox.claim("mail", 10, LATER)
    assert first.id == claimed[0].id
    await outbox.sent(first.id, "250 ok", LATER)
    assert len(await outbox.claim("mail", 10, LATER)) == 1


async def test_a_dead_letter_stays_visible_with_a_note_in_the_ticket(
    database: Database, outbox: Outbox
) -> None:
    await owes(database, ("1", "nobody@x.example"))
    (due,) = await outbox.claim("mail", 10, NOW)
    await outbox.dead(due, "RCPT: 550 no such user", NOW)
    ticket = await facts.ticket(due.ticket_id)
    assert ticket is not None
    assert [(d["state"], d["error"]) for d in ticket["deliveries"]] == [("dead", "RCPT: 550 no such user")]
    assert ticket["messages"][0]["direction"] == "note"
    assert "550 no such user" in ticket["messages"][0]["text"]
    assert ticket["history"][0]["what"] == "undeliverable"


async def test_a_dead_letter_can_be_sent_again_or_cancelled(database: Database, outbox: Outbox) -> None:
    await owes(database, ("1", "nobody@x.example"))
    (due,) = await outbox.claim("mail", 10, NOW)
    assert not await outbox.retry(due.id, NOW)  # it is being sent
    await outbox.dead(due, "550", NOW)
    assert await outbox.retry(due.id, NOW)
    (again,) = await outbox.claim("mail", 10, NOW)
    await outbox.dead(again, "550", NOW)
    assert await outbox.cancel(due.id, NOW)
    assert await outbox.claim("mail", 10, LATER) == []


async def test_a_failure_of_the_channel_is_no_try_of_the_delivery(database: Database, outbox: Outbox) -> None:
    await owes(database, ("1", "olga@x.example"))
    for _ in range(20):
        (due,) = await outbox.claim("mail", 10, NOW)
        await outbox.unclaimed(due.id, "connection refused", NOW)
    assert due.attempts == 1


async def test_claims_of_a_worker_that_died_come_back(database: Database, outbox: Outbox) -> None:
    await owes(database, ("1", "olga@x.example"))
    await outbox.claim("mail", 10, NOW)
    assert await outbox.release("mail", LATER, all_claims=False) == 1
    assert len(await outbox.claim("mail", 10, LATER)) == 1


async def test_it_counts_what_an_address_got_in_the_last_hour_and_day(database: Database) -> None:
    ticket_id = await database.writer.run(a_ticket)

    async def unit() -> None:
        for n, ago in enumerate((timedelta(minutes=1), timedelta(minutes=59), timedelta(hours=3))):
            await owe(owed(ticket_id, str(n)), "example.org", NOW - ago)
        await owe(owed(ticket_id, "old"), "example.org", NOW - timedelta(hours=25))
        await owe(owed(ticket_id, "not sent"), "example.org", NOW, suppressed="too many")

    await database.writer.run(unit)
    assert await sent_lately("olga@client.example", "answer", NOW) == (2, 3)
    assert await sent_lately("olga@client.example", "confirmation", NOW) == (0, 0)


async def test_it_hands_out_no_more_than_was_asked_for(database: Database, outbox: Outbox) -> None:
    await owes(database, *((f"{n}", f"c{n}@x.example") for n in range(20)))
    assert [len(await outbox.claim("mail", 3, NOW)) for _ in range(7)] == [3, 3, 3, 3, 3, 3, 2]


async def test_what_was_cancelled_while_it_was_being_sent_is_not_owed_again(
    database: Database, outbox: Outbox
) -> None:
    await owes(database, ("1", "olga@client.example"), ("2", "ivan@client.example"))
    first, second = await outbox.claim("mail", 2, LATER)
    await Delivery.all().update(state="cancelled", content=None)
    await outbox.composed([(first.id, b"words of a client who was erased")])
    await outbox.deferred(first.id, "451 later", LATER)
    await outbox.dead(second, "550 no", LATER)
    rows = await Delivery.all().order_by("id").values_list("state", "content")
    assert rows == [("cancelled", None), ("cancelled", None)]


async def test_a_delivery_that_left_although_its_lease_was_over_does_not_go_out_again(
    database: Database, outbox: Outbox
) -> None:
    await owes(database, ("1", "olga@client.example"))
    (slow,) = await outbox.claim("mail", 1, LATER)
    assert await outbox.release("mail", LATER + LEASE + timedelta(seconds=1), all_claims=False) == 1
    await outbox.sent(slow.id, "250 taken", LATER)
    assert await outbox.claim("mail", 1, LATER + timedelta(hours=1)) == []


async def owes_alarms(database: Database, *keys: str) -> None:
    """Owe deliveries of no ticket with these keys, in this order."""

    async def unit() -> None:
        for key in keys:
            alarm = Owed(key, None, "alarm", "anna@example.org", "en", {"mailbox": "support"})
            await owe(alarm, "example.org", NOW)

    await database.writer.run(unit)


async def test_the_last_key_is_told_letter_for_letter(database: Database) -> None:
    await owes(database, ("alarm", "olga@x.example"))
    keys = ("alarm:a_b:stopped", "alarm:a_b:resumed", "alarm:A_B:stopped", "alarm:axb:stopped")
    await owes_alarms(database, *keys, "alarm:a_b2:stopped", "an alarm:a_b:stopped")
    assert await last_key("alarm:a_b:") == "alarm:a_b:resumed"
    assert await last_key("alarm:A_B:") == "alarm:A_B:stopped"
    assert await last_key("alarm:a%:") == ""
    assert await last_key("1:answer:") == "", "that of a ticket is found by its ticket"


async def many_tickets() -> None:
    """Owe two deliveries on each of five hundred tickets, so that a plan by an index pays."""
    client = await add_unregistered("olga@client.example", "ru", NOW)
    new = NewTicket(client.id, "new", "Ошибка", "mail", "ru", "general", "40 working hours", NOW, NOW)
    for _ in range(500):
        ticket_id = await open_ticket(new)
        for serial in "12":
            await owe(owed(ticket_id, serial), "example.org", NOW)


async def test_the_last_key_is_found_without_reading_all_deliveries(database: Database) -> None:
    await owes_alarms(database, "alarm:support:stopped")
    await database.writer.run(many_tickets)
    await fetch("ANALYZE deliveries")
    beginning = "alarm:support:"
    how = "EXPLAIN" if database.url.startswith("postgres") else "EXPLAIN QUERY PLAN"
    plan = await fetch(f"{how} {LAST_KEY}", len(beginning), beginning)
    told = "\n".join(str(step.get("detail") or step.get("QUERY PLAN")) for step in plan)
    assert "deliveries_ticket" in told, told
    assert "Seq Scan on deliveries" not in told and "SCAN deliveries" not in told, told
    assert await last_key(beginning) == "alarm:support:stopped"
