"""Offers of the FAQ: noted, decided once for all that was shown with them, counted by entry and place."""

from dataclasses import asdict
from datetime import timedelta

from storage.offers import (
    AGENT,
    CHAT,
    NewOffer,
    did_not_help,
    helped,
    note_offers,
    offer_counts,
    offer_now,
    offered_on,
    was_offered,
)
from tests.desk_on_disk import NOW, DeskOnDisk, mail


def chat_offer(entry: str, message: int) -> NewOffer:
    return NewOffer(entry, CHAT, "ru", NOW, chat_id=1001, message_id=message)


async def test_they_are_counted_by_entry_and_place_with_what_was_said(desk: DeskOnDisk) -> None:
    run = desk.database.writer.run
    first, second, _ = await run(
        lambda: note_offers([chat_offer("a", 5), chat_offer("b", 5), chat_offer("a", 6)])
    )
    await run(lambda: note_offers([NewOffer("a", AGENT, "ru", NOW + timedelta(days=1))]))
    await run(lambda: helped(first, NOW))
    await run(lambda: did_not_help(1001, 5, NOW))
    assert [asdict(one) for one in await offer_counts()] == [
        {"entry": "a", "place": "agent", "offered": 1, "helped": 0, "not_helped": 0},
        {"entry": "a", "place": "chat", "offered": 2, "helped": 1, "not_helped": 0},
        {"entry": "b", "place": "chat", "offered": 1, "helped": 0, "not_helped": 1},
    ]
    assert [one.place for one in await offer_counts(NOW + timedelta(hours=1))] == ["agent"]
    stands = await run(lambda: offer_now(second))
    assert stands is not None and stands.helped is False


async def test_what_was_offered_for_a_message_is_found_by_it_and_put_on_its_ticket(desk: DeskOnDisk) -> None:
    ticket = (await desk.receives(mail())).ticket_id
    assert ticket is not None
    run = desk.database.writer.run
    (offer,) = await run(lambda: note_offers([chat_offer("a", 5)]))
    assert await was_offered(1001, 5) and not await was_offered(1001, 6) and not await was_offered(1002, 5)
    await run(lambda: offered_on(1001, 5, ticket))
    stands = await run(lambda: offer_now(offer))
    assert stands is not None and stands.ticket_id == ticket
    assert await run(lambda: offer_now(offer + 1)) is None
