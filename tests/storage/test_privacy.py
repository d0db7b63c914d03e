"""Erasing a person: what goes, what stays, whose it is; and what is handed out to him before."""

from dataclasses import astuple, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.rating import Outcome
from intake.incoming import Declined, Screenshot
from replies import answering, closing
from storage import facts
from storage.files import FileStore
from storage.inbox import Arrival
from storage.models import Address, Client, Delivery, DeliveryState, Entry, EntryState, Event, Message
from storage.outbox import Outbox
from storage.participants import Participants
from storage.privacy.erasure import ERASED, NobodyHasIt, StillArriving, erase
from storage.privacy.export import kept_of
from storage.privacy.traces import sender_key
from storage.ratings import open_invitation, rate
from storage.undelivered import delivery_by_message_ids, mark_undeliverable
from storage.unused import remove_unused
from tests.desk_on_disk import NOW, VERBS, DeskOnDisk, mail

LATER = NOW + timedelta(hours=1)
MARK = "mandragora"  # in everything that is Olga's
OLGA, IVAN = "olga@client.example", "ivan@client.example"


def shot(digest: str, thumbnail: str | None = None) -> Screenshot:
    return Screenshot(f"{MARK}.png", "image/png", 40, 30, 100, digest, thumbnail)


def olgas(text: str, **columns: Any) -> Any:
    return replace(mail(f"{MARK} {text}"), from_name=f"Olga {MARK}", subject=f"Till {MARK}", **columns)


async def a_rated_ticket(desk: DeskOnDisk, *shots: Screenshot) -> int:
    """A ticket of Olga's that was answered, closed and rated with a comment."""
    incoming = olgas(
        "does not print",
        screenshots=shots,
        declined=(Declined(f"{MARK}.xlsx", "format", ""),),
        links_to_shares=(f"https://share.example/{MARK}",),
    )
    ticket_id = (await desk.receives(incoming)).ticket_id
    assert ticket_id
    await answering.answer(desk.database, VERBS, ticket_id, "Анна", f"Dear {MARK}, update.", LATER)
    await closing.close(desk.database, VERBS, ticket_id, "Анна", LATER, outcome=Outcome.SETTLED)

    async def rated() -> None:
        closure = await open_invitation(ticket_id, LATER)
        assert closure
        await rate(closure, LATER, "web", OLGA, stars=4, comment=f"{MARK} was kind", satisfied=True)

    await desk.database.writer.run(rated)
    return ticket_id


async def everything() -> str:
    """Each row of every table that holds words, as text."""
    models = (Address, Client, Delivery, Entry, Event, Message)
    rows: list[object] = [row for model in models for row in await model.all().values()]
    rows += [one async for one in facts.tickets(facts.TicketFilter())]
    rows += [astuple(one) for one in await facts.closures(None, None, "closed")]
    return repr(rows)


async def test_nothing_of_his_words_names_and_addresses_is_left(desk: DeskOnDisk) -> None:
    ticket_id = await a_rated_ticket(desk, shot("a" * 64, "b" * 64))
    assert MARK in await everything() and OLGA in await everything()
    erased = await erase(desk.database, OLGA, "test", LATER)
    assert (erased.tickets, erased.screenshots, erased.files) == (1, 1, frozenset({"a" * 64, "b" * 64}))
    left = await everything()
    assert MARK not in left and OLGA not in left and "client.example" not in left
    ticket = await desk.ticket(ticket_id)
    assert ticket["subject"] == ERASED
    assert {message["text"] for message in ticket["messages"]} == {ERASED}
    assert [message["screenshots"] for message in ticket["messages"]] == [[]] * len(ticket["messages"])
    client = await Client.get()
    assert (client.name, client.language, client.erased_at) == ("", "", LATER)


async def test_the_figures_are_the_same_before_and_after(desk: DeskOnDisk) -> None:
    await a_rated_ticket(desk)
    (before,) = await facts.closures(None, None, "closed")
    await erase(desk.database, OLGA, "test", LATER + timedelta(days=1))
    (after,) = await facts.closures(None, None, "closed")
    assert after == replace(before, comment=ERASED)
    assert (after.stars, after.satisfied, after.agent) == (4, True, "Анна")


async def test_an_open_ticket_is_closed_and_its_deliveries_do_not_leave(desk: DeskOnDisk) -> None:
    ticket_id = (await desk.receives(olgas("does not print"))).ticket_id
    await erase(desk.database, OLGA, "test", LATER)
    ticket = await desk.ticket(ticket_id)
    assert (ticket["state"], ticket["closed_at"], ticket["closures"]) == ("closed", LATER, [])
    assert [(one["state"], one["recipient"]) for one in ticket["deliveries"]] == [("cancelled", "")]
    closing_event = ticket["history"][-1]
    assert (closing_event["who"], closing_event["why"]) == ("test", "the client was erased")


async def test_a_rating_can_no_longer_be_given(desk: DeskOnDisk) -> None:
    ticket_id = await a_rated_ticket(desk)
    await erase(desk.database, OLGA, "test", LATER)
    assert await open_invitation(ticket_id, LATER) is None


async def test_what_other_people_wrote_on_his_ticket_stays_theirs(desk: DeskOnDisk) -> None:
    ticket_id = (await desk.receives(olgas("does not print"))).ticket_id
    assert ticket_id
    await Participants(desk.database).add(ticket_id, IVAN, "Анна", NOW)
    await desk.receives(
        mail("It is the cable.", from_addr=IVAN, from_name="Ivan", subject="Re: [#AS-000001] Till"), LATER
    )
    await erase(desk.database, OLGA, "test", LATER)
    texts = {
        (one["author"], one["address"], one["text"]) for one in (await desk.ticket(ticket_id))["messages"]
    }
    assert ("Ivan", IVAN, "It is the cable.") in texts and ("", "", ERASED) in texts


async def test_what_he_wrote_on_other_peoples_tickets_goes_and_they_stay(desk: DeskOnDisk) -> None:
    ticket_id = (await desk.receives(mail("No printing.", from_addr=IVAN, from_name="Ivan"))).ticket_id
    assert ticket_id
    await Participants(desk.database).add(ticket_id, OLGA, "Анна", NOW)
    await desk.receives(olgas("the same here", message_id="<o@x>", in_reply_to=""), LATER)
    await Message.filter(address=OLGA).update(ticket_id=ticket_id)
    await erase(desk.database, OLGA, "test", LATER)
    ticket = await desk.ticket(ticket_id)
    assert (ticket["state"], ticket["client"]) == ("new", IVAN)
    assert {one["text"] for one in ticket["messages"]} == {"No printing.", ERASED}
    assert OLGA not in repr(ticket) and IVAN in repr(ticket["deliveries"])


async def test_another_address_that_ends_in_his_is_not_touched(desk: DeskOnDisk) -> None:
    longer = f"x{OLGA}"
    ticket_id = (await desk.receives(olgas("does not print"))).ticket_id
    assert ticket_id
    await Participants(desk.database).add(ticket_id, longer, "Анна", NOW)
    await erase(desk.database, OLGA, "test", LATER)
    assert longer in repr((await desk.ticket(ticket_id))["history"])


async def test_his_refused_mail_goes_too(desk: DeskOnDisk) -> None:
    await desk.inbox.record(Arrival("k" * 64, "smtp", sender_key(OLGA), {"mail_from": OLGA}, b"away", NOW))
    await Entry.all().update(state=EntryState.REFUSED, outcome=f"refused: auto-reply (of {OLGA})")
    erased = await erase(desk.database, OLGA, "test", LATER)
    (entry,) = await Entry.all()
    assert erased.mails == 1
    assert (entry.body, entry.envelope, entry.outcome, entry.purged_at) == (None, {}, "refused", LATER)


async def test_a_mail_that_comes_again_is_known_and_brings_nothing_back(desk: DeskOnDisk) -> None:
    incoming = olgas("does not print")
    await desk.receives(incoming)
    await erase(desk.database, OLGA, "test", LATER)
    assert (await desk.receives(incoming, LATER)).what == "duplicate"


async def test_a_new_mail_of_his_makes_him_a_new_client(desk: DeskOnDisk) -> None:
    first = await desk.receives(olgas("does not print"))
    await erase(desk.database, OLGA, "test", LATER)
    second = await desk.receives(olgas("does not print again", in_reply_to="<1@client.example>"), LATER)
    assert (second.what, second.ticket_id != first.ticket_id) == ("opened", True)


async def test_while_a_mail_of_his_waits_nothing_is_erased(desk: DeskOnDisk) -> None:
    await desk.receives(olgas("does not print"))
    await desk.inbox.record(Arrival("k" * 64, "smtp", sender_key(OLGA), {}, b"more", NOW))
    with pytest.raises(StillArriving, match="1 of his mails"):
        await erase(desk.database, OLGA, "test", LATER)
    assert MARK in await everything()


async def test_an_address_of_nobodys_is_refused(desk: DeskOnDisk) -> None:
    with pytest.raises(NobodyHasIt, match="nobody has the address"):
        await erase(desk.database, OLGA, "test", LATER)
    assert await kept_of(OLGA) is None


async def test_erasing_twice_finds_nobody_the_second_time(desk: DeskOnDisk) -> None:
    await a_rated_ticket(desk)
    await erase(desk.database, OLGA, "test", LATER)
    with pytest.raises(NobodyHasIt):
        await erase(desk.database, OLGA, "test", LATER)


async def test_a_picture_that_another_client_sent_too_stays(desk: DeskOnDisk, tmp_path: Path) -> None:
    files = FileStore(tmp_path / "files")
    both, his = files.keep(b"a stock picture"), files.keep(b"his own")
    await desk.receives(mail("Look.", from_addr=IVAN, screenshots=(shot(both),)))
    await desk.receives(olgas("look", screenshots=(shot(both), shot(his))))
    erased = await erase(desk.database, OLGA, "test", LATER)
    assert erased.files == {both, his}
    assert await remove_unused(files, erased.files, idle_seconds=0) == 1
    assert (files.path(both).exists(), files.path(his).exists()) == (True, False)


async def test_everything_that_is_erased_was_handed_out_before(desk: DeskOnDisk) -> None:
    ticket_id = await a_rated_ticket(desk, shot("a" * 64))
    kept = await kept_of(OLGA)
    assert kept is not None and kept.client is not None
    assert (kept.person.addresses, kept.person.tickets) == ((OLGA,), (ticket_id,))
    assert [one["comment"] for one in kept.closures] == [f"{MARK} was kind"]
    assert [one["sha256"] for one in kept.screenshots] == ["a" * 64]
    assert {one["kind"] for one in kept.deliveries} == {"confirmation", "answer", "invitation"}
    assert len(kept.entries) == 1


async def test_what_came_back_stays_undeliverable_and_can_not_be_sent_again(desk: DeskOnDisk) -> None:
    await desk.receives(olgas("does not print"))
    await Delivery.all().update(state=DeliveryState.UNDELIVERABLE, content=b"letter", error=f"<{OLGA}>: no")
    await erase(desk.database, OLGA, "test", LATER)
    delivery = await Delivery.get()
    assert delivery.state == DeliveryState.UNDELIVERABLE
    assert (delivery.content, delivery.facts, delivery.recipient, delivery.error) == (None, {}, "", "")
    assert not await Outbox(desk.database).retry(delivery.id, LATER)
    assert (await Delivery.get()).state == DeliveryState.UNDELIVERABLE


async def test_a_bounce_that_comes_after_the_erasure_brings_no_address_back(desk: DeskOnDisk) -> None:
    ticket_id = (await desk.receives(olgas("does not print"))).ticket_id
    await Delivery.all().update(state=DeliveryState.SENT)
    await erase(desk.database, OLGA, "test", LATER)
    delivery = await delivery_by_message_ids([(await Delivery.get()).message_id])
    assert delivery
    told = await desk.database.writer.run(
        lambda: mark_undeliverable(delivery, f"550 5.1.1 <{OLGA}>: unknown", LATER)
    )
    ticket = await desk.ticket(ticket_id)
    assert told and [one["state"] for one in ticket["deliveries"]] == ["undeliverable"]
    assert OLGA not in repr(ticket)
