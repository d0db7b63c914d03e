"""Merging and splitting: where messages belong afterwards, and what the client is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.postponing import Reason
from replies import answering, closing
from replies.answering import Refused
from replies.verbs import life
from replies.verbs.life import Postponement
from replies.verbs.merging import merge
from replies.verbs.splitting import split
from storage.participants import Participants
from tests.desk_on_disk import NOW, VERBS, DeskOnDisk, mail

LATER = NOW + timedelta(hours=1)


async def a_ticket(desk: DeskOnDisk, text: str, address: str = "olga@client.example") -> int:
    outcome = await desk.receives(mail(text, from_addr=address))
    assert outcome.ticket_id
    return outcome.ticket_id


async def kinds(desk: DeskOnDisk, ticket_id: int) -> list[str]:
    return [d["kind"] for d in (await desk.ticket(ticket_id))["deliveries"]]


async def test_a_merged_ticket_is_closed_without_an_invitation_and_its_client_is_told_once(
    desk: DeskOnDisk,
) -> None:
    first, second = await a_ticket(desk, "Не печатает."), await a_ticket(desk, "Всё ещё не печатает.")
    await answering.answer(desk.database, VERBS, second, "Анна", "Смотрим.", LATER)
    assert await desk.database.writer.run(lambda: merge(VERBS, second, first, "Анна", LATER)) == first
    ticket = await desk.ticket(second)
    assert (ticket["state"], ticket["merged_into"]) == ("closed", first)
    assert await kinds(desk, second) == ["confirmation", "answer", "merged"]
    assert [c["not_invited"] for c in ticket["closures"]] == ["merged"]
    with pytest.raises(Refused):
        await desk.database.writer.run(lambda: merge(VERBS, second, first, "Анна", LATER))
    assert await kinds(desk, second) == ["confirmation", "answer", "merged"]


async def test_what_the_client_writes_to_a_merged_ticket_goes_on_the_other_one(desk: DeskOnDisk) -> None:
    first, second, third = [await a_ticket(desk, text) for text in ("раз", "два", "три")]
    await desk.database.writer.run(lambda: merge(VERBS, first, second, "Анна", LATER))
    await desk.database.writer.run(lambda: merge(VERBS, second, third, "Анна", LATER))
    reply = mail("Вот ещё.", in_reply_to=await desk.message_id_of(first, "confirmation"))
    outcome = await desk.receives(reply, LATER)
    assert (outcome.what, outcome.ticket_id) == ("joined", third)
    assert (await desk.ticket(first))["state"] == "closed"


async def test_a_reopened_ticket_is_merged_no_longer(desk: DeskOnDisk) -> None:
    first, second = await a_ticket(desk, "раз"), await a_ticket(desk, "два")
    await desk.database.writer.run(lambda: merge(VERBS, first, second, "Анна", LATER))
    await closing.reopen(desk.database, VERBS, first, "Анна", "другое", LATER)
    reply = mail("Вот ещё.", in_reply_to=await desk.message_id_of(first, "confirmation"))
    assert (await desk.receives(reply, LATER)).ticket_id == first


async def test_tickets_of_different_clients_closed_ones_and_a_ticket_with_itself_are_not_merged(
    desk: DeskOnDisk,
) -> None:
    first, foreign = await a_ticket(desk, "раз"), await a_ticket(desk, "два", "petr@other.example")
    closed = await a_ticket(desk, "три")
    await closing.close(desk.database, VERBS, closed, "Анна", LATER)
    for into, said in (
        (foreign, "different clients"),
        (closed, "closed"),
        (first, "itself"),
        (404, "no ticket"),
    ):
        with pytest.raises(Refused, match=said):
            await desk.database.writer.run(lambda into=into: merge(VERBS, first, into, "Анна", LATER))
    assert (await desk.ticket(first))["state"] == "new"


async def test_whoever_takes_part_in_a_merged_ticket_takes_part_in_the_one_that_goes_on(
    desk: DeskOnDisk,
) -> None:
    first, second = await a_ticket(desk, "раз"), await a_ticket(desk, "два")
    await Participants(desk.database).add(first, "ivan@client.example", "Анна", LATER)
    await desk.database.writer.run(lambda: merge(VERBS, first, second, "Анна", LATER))
    theirs = mail("Я тоже.", from_addr="ivan@client.example", subject=f"[#AS-{second:06d}]")
    assert (await desk.receives(theirs, LATER)).ticket_id == second


async def test_a_ticket_that_waited_goes_on_when_one_is_merged_into_it(desk: DeskOnDisk) -> None:
    first, second = await a_ticket(desk, "раз"), await a_ticket(desk, "два")
    why = Postponement(Reason.TOO_LITTLE)
    await desk.database.writer.run(lambda: life.postpone(VERBS, first, "Анна", why, LATER))
    await desk.database.writer.run(lambda: merge(VERBS, second, first, "Анна", LATER))
    assert (await desk.ticket(first))["state"] == "open"


async def test_a_message_split_off_gets_its_own_promise_and_confirmation(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk, "Не печатает.")
    confirmation = await desk.message_id_of(ticket_id, "confirmation")
    other = mail("И ещё вопрос про отчёт.", in_reply_to=confirmation)
    item = (await desk.receives(other, LATER)).item_id
    assert item
    new = await desk.database.writer.run(
        lambda: split(VERBS, ticket_id, item, "Анна", LATER + timedelta(hours=1))
    )
    ticket = await desk.ticket(new)
    assert (ticket["state"], ticket["subject"], ticket["level"]) == (
        "new",
        "И ещё вопрос про отчёт.",
        "general",
    )
    assert ticket["created_at"] == LATER
    assert [m["text"] for m in ticket["messages"]] == ["И ещё вопрос про отчёт."]
    assert await kinds(desk, new) == ["confirmation"]
    assert [m["text"] for m in (await desk.ticket(ticket_id))["messages"]] == ["Не печатает."]
    reply = mail("К отчёту.", in_reply_to=other.message_id)
    assert (await desk.receives(reply, LATER)).ticket_id == new


async def test_an_old_message_that_is_split_off_is_promised_an_answer_that_can_still_be_kept(
    desk: DeskOnDisk,
) -> None:
    ticket_id = await a_ticket(desk, "Не печатает.")
    confirmation = await desk.message_id_of(ticket_id, "confirmation")
    item = (await desk.receives(mail("И ещё.", in_reply_to=confirmation), LATER)).item_id
    assert item
    now = NOW + timedelta(days=60)
    new = await desk.database.writer.run(lambda: split(VERBS, ticket_id, item, "Анна", now))
    assert (await desk.ticket(new))["reaction_due_at"] > now


async def test_only_a_second_message_of_the_clients_own_is_split_off(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk, "Не печатает.")
    (only,) = (await desk.ticket(ticket_id))["messages"]
    await Participants(desk.database).add(ticket_id, "ivan@client.example", "Анна", LATER)
    theirs = replace(mail("Я тоже."), from_addr="ivan@client.example", subject=f"[#AS-{ticket_id:06d}]")
    foreign = (await desk.receives(theirs, LATER)).item_id
    for item, said in ((only["id"], "only message"), (foreign, "own"), (404, "own")):
        with pytest.raises(Refused, match=said):
            await desk.database.writer.run(lambda item=item: split(VERBS, ticket_id, item, "Анна", LATER))
