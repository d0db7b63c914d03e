"""What agents look up: the queue, tickets by words and addresses, a client's card; on both engines."""

from datetime import timedelta

import pytest

from replies import answering, closing
from storage.looked_up import (
    client_card,
    client_of,
    others_at,
    ticket_listed,
    tickets_of_address,
    tickets_with_words,
    unfinished,
)
from storage.topics import Topics
from tests.desk_on_disk import NOW, VERBS, DeskOnDisk, mail

LATER = NOW + timedelta(hours=1)


async def a_ticket(desk: DeskOnDisk, text: str = "Не печатает.", address: str = "olga@client.example") -> int:
    outcome = await desk.receives(mail(text, from_addr=address, subject=""))
    assert outcome.ticket_id
    return outcome.ticket_id


async def test_the_queue_begins_with_the_nearest_deadline_and_ends_with_what_was_answered(
    desk: DeskOnDisk,
) -> None:
    answered, plain, urgent, closed = [await a_ticket(desk, text) for text in ("раз", "два", "три", "четыре")]
    await answering.set_level(desk.database, VERBS, answered, "urgent", "Анна", "", LATER)
    await answering.answer(desk.database, VERBS, answered, "Анна", "Готово", LATER)
    await answering.set_level(desk.database, VERBS, urgent, "urgent", "Анна", "", LATER)
    await closing.close(desk.database, VERBS, closed, "Анна", LATER)
    found = await unfinished(10)
    assert [one.id for one in found.tickets] == [urgent, plain, answered]
    assert (found.count, (await unfinished(1)).count) == (3, 3)
    assert [one.id for one in (await unfinished(10, assignees=["Анна"])).tickets] == [answered]
    assert (await unfinished(10, assignees=[])).count == 0
    assert (await unfinished(10, line="second")).tickets == ()
    assert found.tickets[1].reaction_due_at > found.tickets[0].reaction_due_at


async def test_a_ticket_is_listed_with_the_topic_where_it_is_now(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    topics = Topics(desk.database)
    await topics.placed(ticket_id, -1001, 7, "", "", NOW)
    (first,) = (await ticket_listed(ticket_id)).tickets
    assert (first.chat_id, first.thread_id) == (-1001, 7)
    await topics.leave(1, LATER)
    await topics.placed(ticket_id, -1002, 9, "", "", LATER)
    (moved,) = (await ticket_listed(ticket_id)).tickets
    assert (moved.chat_id, moved.thread_id) == (-1002, 9)
    assert (await ticket_listed(404)).count == 0


@pytest.mark.parametrize(
    ("words", "count"),
    [(["печатает"], 1), (["ПЕЧАТАЕТ"], 1), (["не", "касса"], 1), (["касса", "отчёт"], 0), (["100%"], 0),
     (["_"], 0), (["!"], 0), (["'; DROP TABLE tickets; --"], 0), (["?"], 0)],
)  # fmt: skip
async def test_all_words_must_be_there_in_whatever_case_and_no_sign_means_anything(
    desk: DeskOnDisk, words: list[str], count: int
) -> None:
    await a_ticket(desk, "Не Печатает касса")
    await a_ticket(desk, "Нет отчёта")
    assert (await tickets_with_words(words, 10)).count == count


async def test_a_client_is_found_by_address_and_by_domain(desk: DeskOnDisk) -> None:
    ticket_id = await a_ticket(desk)
    await a_ticket(desk, address="petr@client.example")
    await a_ticket(desk, address="olga@subclient.example")
    assert [one.id for one in (await tickets_of_address("olga@client.example", 10)).tickets] == [ticket_id]
    assert (await tickets_of_address("@client.example", 10)).count == 2
    assert (await tickets_of_address("@", 10)).count == 0
    client_id = await client_of(ticket_id)
    assert client_id is not None
    assert await others_at("client.example", client_id) == (1, 1)
    assert await others_at("nowhere.example", client_id) == (0, 0)


async def test_a_clients_card_counts_all_his_tickets_and_shows_the_newest(desk: DeskOnDisk) -> None:
    numbers = [await a_ticket(desk, f"вопрос {number}") for number in range(3)]
    await closing.close(desk.database, VERBS, numbers[0], "Анна", LATER)
    client_id = await client_of(numbers[0])
    assert client_id is not None
    card = await client_card(client_id, 2)
    assert card is not None
    assert [one.id for one in card.tickets] == numbers[:0:-1]
    assert (card.count, card.unfinished, card.blocked_why) == (3, 2, None)
    assert card.addresses == ("olga@client.example",)
    assert await client_card(404, 2) is None
