"""Which tickets the staff chats do not show wholly, found without looking at all of them."""

import time
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.staff.backlog import Backlog, Task
from storage.behind import ANSWERED, AT_START, GAP, Numbers, Watch, waiting
from storage.chat_models import Topic
from storage.models import Client, Event, Message, Ticket
from storage.statements import fetch
from storage.tickets import Change, note_changes
from storage.topics import Topics
from tests.desk_on_disk import NOW, DeskOnDisk, mail


async def test_a_start_finds_what_is_not_shown_and_nothing_else(desk: DeskOnDisk) -> None:
    shown, behind, new = [
        (await desk.receives(mail("x", from_addr=f"c{n}@client.example"))).ticket_id or 0 for n in range(3)
    ]
    newest = (await Event.all().order_by("-id").first()) or Event(id=0)
    item = (await Message.all().order_by("-id").first()) or Message(id=0)
    topics = Topics(desk.database)
    for number, thread in ((shown, 11), (behind, 12)):
        await topics.placed(number, -100, thread, "t", "", NOW)
        place = await Topic.get(ticket_id=number)
        await topics.change(place.id, posted_item=item.id, seen_event=newest.id)
    await desk.database.writer.run(lambda: note_changes(behind, NOW, Change("Анна", "level")))
    watch = Watch()
    assert set(await watch.start()) == {behind, new}
    assert await watch.changed() == set()
    await desk.database.writer.run(lambda: note_changes(shown, NOW, Change("Анна", "level")))
    assert await watch.changed() == {shown}
    assert await watch.changed() == set()


async def test_a_closed_topic_is_found_when_something_has_happened_since(desk: DeskOnDisk) -> None:
    ticket = (await desk.receives(mail("x"))).ticket_id or 0
    topics = Topics(desk.database)
    await topics.placed(ticket, -100, 11, "t", "", NOW)
    place = await Topic.get(ticket_id=ticket)
    await topics.change(place.id, closed=True, posted_item=10**6, seen_event=10**6)
    await desk.database.writer.run(lambda: Ticket.filter(id=ticket).update(state="closed"))
    assert await Watch().start() == []
    await topics.change(place.id, seen_event=0)
    assert await Watch().start() == [ticket]


async def test_the_way_to_what_is_missing_leads_over_indexes(sqlite: DeskOnDisk) -> None:
    del sqlite
    scanned = []
    for sql, parameters in ((AT_START[0], []), (AT_START[1], [False]), (AT_START[2], [5]), (ANSWERED, [])):
        plan = [str(row["detail"]) for row in await fetch(f"EXPLAIN QUERY PLAN {sql}", *parameters)]
        scanned.append([one for one in plan if one.startswith("SCAN")])
    # At the start the places are gone through once; every half second only what waits for its mark.
    assert scanned == [[], ["SCAN p"], [], ["SCAN p USING INDEX posts_unmarked"]]


async def test_a_thousand_open_tickets_are_looked_through_in_no_time(sqlite: DeskOnDisk) -> None:
    client = await Client.create(created_at=NOW)
    rows = [
        Ticket(
            client_id=client.id, state="open", subject="x", channel="mail", language="ru", level="general",
            promise="8 working hours", created_at=NOW, reaction_due_at=NOW + timedelta(minutes=n),
        )
        for n in range(1000)
    ]  # fmt: skip

    async def unit() -> None:
        await Ticket.bulk_create(rows)
        numbers = [int(one) for one in await Ticket.all().values_list("id", flat=True)]  # type: ignore[call-overload]
        await Event.bulk_create([Event(ticket_id=one, at=NOW, who="x", what="noted") for one in numbers] * 20)
        await Topic.bulk_create(
            [
                Topic(ticket_id=one, chat_id=-100, thread_id=one, created_at=NOW, seen_event=10**6)
                for one in numbers
            ]
        )

    await sqlite.database.writer.run(unit)
    watch, started = Watch(), time.perf_counter()
    assert await watch.start() == []
    assert await watch.changed() == set()
    numbers = [int(one) for one in await Ticket.all().values_list("id", flat=True)]  # type: ignore[call-overload]
    assert len(await waiting(numbers)) == 1000
    assert time.perf_counter() - started < 2


@given(
    order=st.permutations(range(1, 30)), cuts=st.lists(st.integers(1, 29), max_size=6),
    never=st.sets(st.integers(1, 29), max_size=4),
)  # fmt: skip
def test_every_number_is_new_once_in_whatever_order_they_become_visible(
    order: list[int], cuts: list[int], never: set[int]
) -> None:
    numbers, visible, found, now = Numbers(0), set[int](), list[int](), 0.0
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(order)], strict=True):
        visible |= set(order[start:end]) - never
        now += GAP / 30
        found += sorted(numbers.new({one for one in visible if one > numbers.floor}, now))
    assert sorted(found) == sorted(set(order) - never)
    for _ in range(8):  # what never comes is not waited for for ever
        now += GAP + 1
        assert not numbers.new({one for one in visible if one > numbers.floor}, now)
    assert numbers.floor == max(set(order) - never, default=0)


def task(ticket_id: int, chat_id: int = -1, hours: int = 0, *, refresh: bool = False) -> Task:
    return Task(ticket_id, chat_id, datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hours), refresh)


def test_the_oldest_deadline_goes_first_and_mere_refreshing_last() -> None:
    backlog = Backlog()
    backlog.add([task(1, hours=5), task(2, hours=3), task(3, hours=1, refresh=True)])
    order = []
    while (found := backlog.next(-1, 0.0)) is not None:
        order.append(found.ticket_id)
        backlog.done(found)
    assert order == [2, 1, 3]


def test_a_ticket_that_failed_is_left_alone_and_the_next_one_goes_on() -> None:
    backlog = Backlog()
    backlog.add([task(1, hours=1), task(2, hours=2)])
    first = backlog.next(-1, 0.0)
    assert first is not None
    backlog.put_off(first, 10.0, failed=True)
    second = backlog.next(-1, 0.0)
    assert second is not None
    assert second.ticket_id == 2
    again = backlog.next(-1, 10.0)
    assert again is not None
    assert again.ticket_id == 1
    backlog.add([task(1, hours=1)])
    still = backlog.next(-1, 5.0)
    assert still is not None
    assert still.ticket_id == 2, "news does not shorten the wait"


def test_what_changes_while_a_ticket_is_in_hand_is_not_forgotten() -> None:
    backlog = Backlog()
    backlog.add([task(1)])
    in_hand = backlog.next(-1, 0.0)
    assert in_hand is not None
    backlog.add([task(1)])
    backlog.done(in_hand)
    assert backlog.next(-1, 0.0) is not None


def test_each_chat_has_a_line_of_its_own() -> None:
    backlog = Backlog()
    backlog.add([task(1, -1, 1), task(2, -2, 9)])
    assert backlog.chats() == {-1, -2}
    found = backlog.next(-2, 0.0)
    assert found is not None
    assert found.ticket_id == 2
