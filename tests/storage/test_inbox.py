"""The inbox: recorded once, claimed in order, tried again, put in quarantine, never lost."""

from dataclasses import replace
from datetime import timedelta

from storage.database import Database
from storage.files import FileStore
from storage.inbox import CLAIMS, FAILURES, IN_ROW, KILLS, Inbox, finish_entry
from storage.models import Delivery, Entry, EntryState
from tests.storage.conftest import NOW, mail

LATER = NOW + timedelta(minutes=10)


async def done(database: Database, entry_id: int) -> None:
    await database.writer.run(
        lambda: finish_entry(entry_id, EntryState.DONE, NOW, ticket_id=None, outcome="opened")
    )


async def test_it_hands_out_the_bytes_exactly_as_they_came(inbox: Inbox) -> None:
    body = b"Subject: \xff\x00\r\n\r\nbody\x00\r\n"
    await inbox.record(mail(body))
    (claimed,) = await inbox.claim(10, NOW)
    assert claimed.body == body
    assert claimed.envelope == {"mail_from": "olga@client.example"}
    assert claimed.received_at == NOW


async def test_a_large_body_goes_to_the_file_store_before_it_is_committed(
    inbox: Inbox, files: FileStore
) -> None:
    body = b"x" * (IN_ROW + 1)
    await inbox.record(mail(body))
    (claimed,) = await inbox.claim(10, NOW)
    assert isinstance(claimed.body, str)
    assert files.read(claimed.body) == body
    shown = await inbox.show(claimed.id)
    assert shown is not None and shown[1] == body


async def test_one_conversation_goes_in_order_and_others_side_by_side(
    inbox: Inbox, database: Database
) -> None:
    await inbox.record(mail(b"olga 1", "olga"))
    await inbox.record(mail(b"olga 2", "olga"))
    await inbox.record(mail(b"petr 1", "petr"))
    first = await inbox.claim(10, NOW)
    assert [c.body for c in first] == [b"olga 1", b"petr 1"]
    assert await inbox.claim(10, NOW) == []
    await done(database, first[0].id)
    assert [c.body for c in await inbox.claim(10, NOW)] == [b"olga 2"]


async def test_a_failed_entry_keeps_its_place_before_later_ones_of_its_conversation(inbox: Inbox) -> None:
    await inbox.record(mail(b"olga 1"))
    await inbox.record(mail(b"olga 2"))
    (first,) = await inbox.claim(10, NOW)
    assert not await inbox.failed(first, "ValueError: odd", NOW, killed=False)
    assert await inbox.claim(10, NOW) == []
    assert [c.body for c in await inbox.claim(10, LATER)] == [b"olga 1"]


async def test_five_failures_end_in_quarantine_with_traceback_and_bytes_and_the_next_goes_on(
    inbox: Inbox,
) -> None:
    await inbox.record(mail(b"poison"))
    await inbox.record(mail(b"ordinary"))
    for n in range(FAILURES):
        (entry,) = await inbox.claim(10, LATER + n * timedelta(minutes=1))
        assert entry.body == b"poison"
        last = await inbox.failed(
            entry, f"ValueError: try {n}", LATER + n * timedelta(minutes=1), killed=False
        )
    assert last
    shown = await inbox.show(entry.id)
    assert shown is not None
    assert (shown[0]["state"], shown[0]["trouble"], shown[1]) == (
        "quarantined",
        "ValueError: try 4",
        b"poison",
    )
    (following,) = await inbox.claim(10, LATER + timedelta(hours=1))
    assert following.body == b"ordinary"


async def test_all_tries_of_a_poisoned_entry_are_over_within_ten_seconds(inbox: Inbox) -> None:
    await inbox.record(mail(b"poison"))
    at = NOW
    for _ in range(FAILURES):
        claimed = []
        while not claimed:
            at += timedelta(milliseconds=100)
            claimed = await inbox.claim(1, at)
        await inbox.failed(claimed[0], "ValueError", at, killed=False)
    assert at - NOW < timedelta(seconds=10)


async def test_two_killed_workers_are_enough_for_quarantine(inbox: Inbox) -> None:
    await inbox.record(mail(b"bomb"))
    for n in range(KILLS):
        (entry,) = await inbox.claim(10, LATER + n * timedelta(minutes=1))
        quarantined = await inbox.failed(entry, "killed", LATER, killed=True)
    assert quarantined


async def test_the_leaders_are_told_of_quarantine_once_in_an_hour(inbox: Inbox) -> None:
    for name in ("one", "two", "three"):
        await inbox.record(mail(name.encode(), name))
    hour = LATER.replace(minute=0) + timedelta(hours=1)
    for at in (hour, hour + timedelta(minutes=59), hour + timedelta(minutes=60)):
        (entry,) = await inbox.claim(1, at)
        await inbox.failed(replace(entry, failures=FAILURES - 1), "ValueError", at, killed=False)
    owed = await Delivery.filter(kind="quarantined").order_by("id").values_list("channel", "recipient", "key")
    assert [one[:2] for one in owed] == [("agents", "role:head,admin")] * 2
    assert len({key for *_, key in owed}) == 2


async def test_a_failure_of_ours_costs_the_entry_no_try(inbox: Inbox) -> None:
    await inbox.record(mail(b"innocent"))
    at = NOW
    for _ in range(CLAIMS + 5):
        (entry,) = await inbox.claim(1, at)
        at += timedelta(seconds=5)
        await inbox.postpone(entry, at)
    await inbox.release(at, all_claims=True)
    (entry,) = await inbox.claim(1, at)
    assert (entry.failures, entry.kills) == (0, 0)


async def test_claims_of_a_worker_that_died_come_back_after_their_lease(inbox: Inbox) -> None:
    await inbox.record(mail(b"in hand at the crash"))
    await inbox.claim(10, NOW)
    assert await inbox.release(NOW + timedelta(seconds=60), all_claims=False) == 0
    assert await inbox.release(NOW + timedelta(hours=1), all_claims=False) == 1
    assert len(await inbox.claim(10, NOW + timedelta(hours=1))) == 1


async def test_a_message_that_takes_the_service_down_again_and_again_is_set_aside(inbox: Inbox) -> None:
    await inbox.record(mail(b"takes everything down"))
    for _ in range(CLAIMS):
        assert len(await inbox.claim(10, NOW)) == 1
        await inbox.release(NOW, all_claims=True)
    assert await inbox.claim(10, NOW) == []
    assert await Entry.filter(state=EntryState.QUARANTINED).count() == 1


async def test_a_quarantined_entry_can_be_retried_or_discarded_and_no_other(inbox: Inbox) -> None:
    await inbox.record(mail(b"poison"))
    for n in range(KILLS):
        (entry,) = await inbox.claim(1, LATER + n * timedelta(minutes=1))
        await inbox.failed(entry, "killed", LATER, killed=True)
    assert await inbox.retry(entry.id, LATER)
    assert not await inbox.discard(entry.id, LATER, "anna")  # it is being tried again
    (again,) = await inbox.claim(1, LATER)
    assert (again.failures, again.kills) == (0, 0)
    for n in range(KILLS):
        await inbox.failed(
            again if n == 0 else (await inbox.claim(1, LATER + timedelta(hours=1)))[0],
            "killed",
            LATER,
            killed=True,
        )
    assert await inbox.discard(entry.id, LATER, "anna")
    assert not await inbox.retry(entry.id, LATER)
    shown = await inbox.show(entry.id)
    assert shown is not None and shown[1] == b"poison"


async def test_it_counts_what_waits_and_since_when(inbox: Inbox) -> None:
    assert await inbox.waiting() == (0, None)
    await inbox.record(mail(b"one"))
    await inbox.record(mail(b"two", "petr", LATER))
    assert await inbox.waiting() == (2, NOW)


async def test_it_hands_out_no_more_than_was_asked_for(inbox: Inbox) -> None:
    for n in range(20):
        await inbox.record(mail(b"mail %d" % n, f"client {n}"))
    assert [len(await inbox.claim(3, NOW)) for _ in range(7)] == [3, 3, 3, 3, 3, 3, 2]
