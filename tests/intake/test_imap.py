"""A mailbox on a real Dovecot: what comes in is recorded once, and only then moved, marked or deleted."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from intake.mailbox import reading, watch
from storage.database import Database
from storage.inbox import Arrival
from storage.mailboxes import Cursor, Cursors
from storage.models import Entry
from tests.desk_on_disk import DeskOnDisk
from tests.dovecot import Dovecot
from tests.intake.mailbox_talk import Watched, raw, until

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look every second, whatever IDLE tells."""
    monkeypatch.setattr(watch, "IDLE", 1.0)


async def test_it_is_told_of_a_mail_by_idle_within_moments(
    sqlite: DeskOnDisk, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "IDLE", 120.0)
    box = Watched(sqlite, dovecot, poll_seconds=3600)
    async with box.watching():
        await box.is_well()
        await asyncio.sleep(0.5)  # until it waits in IDLE, most likely; otherwise the look finds it
        began = asyncio.get_running_loop().time()
        mail = box.put(raw())
        assert await box.has(1) == [mail]
        assert asyncio.get_running_loop().time() - began < 8


async def test_it_looks_by_itself_where_the_server_knows_no_idle(sqlite: DeskOnDisk) -> None:
    server = Dovecot(capability="IMAP4rev1 SASL-IR AUTH=PLAIN")
    try:
        box = Watched(sqlite, server, after="move", move_to="Done")
        async with box.watching():
            await box.is_well()
            mails = [box.put(raw()), box.put(raw())]
            assert await box.has(2) == mails
            # Nor does it know MOVE or UIDPLUS: copied, marked, and not taken in again.
            await until("they are copied", lambda: len(box.uids(folder="Done")) == 2)
            await box.is_well()
            assert box.uids("UNDELETED") == [] and len(box.uids("DELETED")) == 2
            assert len(box.uids(folder="Done")) == 2 and box.standing.taken_in == 2
    finally:
        server.close()


async def test_a_mail_is_marked_as_read_once_it_is_recorded_and_not_before(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot)
    seen_at_recording: list[list[int]] = []
    box.before_record = lambda _: seen_at_recording.append(box.uids("SEEN"))
    async with box.watching():
        box.put(raw())
        await box.has(1)
        await until("it is marked", lambda: box.uids("SEEN") == [1])
    assert seen_at_recording == [[]]


async def test_a_mail_is_moved_into_a_folder_that_is_made_for_it(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot, after="move", move_to="Принято")
    old = box.put(raw(), at=datetime.now(UTC) - 400 * DAY)  # all that lies there is taken in
    async with box.watching():
        assert await box.has(1) == [old]
        await until("it is moved", lambda: box.uids() == [])
        await box.is_well()
        assert (box.standing.waiting, box.standing.taken_in) == (0, 1)
    assert len(box.uids(folder="&BB8EQAQ4BD0ETwRCBD4-")) == 1


async def test_mail_comes_in_even_if_it_can_not_be_moved_and_that_is_told(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot, after="move", move_to="no/such")
    mails = [box.put(raw())]
    async with box.watching():
        await until("it is told", lambda: "making the folder no/such" in box.standing.trouble)
        mails.append(box.put(raw()))
        assert await box.has(2) == mails
        assert box.standing.connected and box.uids() == [1, 2]


async def test_a_mail_is_deleted_when_that_is_wanted_and_nobody_else_s(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot, after="delete")
    box.put(raw())
    async with box.watching():
        await box.has(1)
        await until("it is gone", lambda: box.uids() == [])


async def test_an_entry_tells_where_the_mail_lay_and_no_sender_of_an_envelope(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot)
    box.put(raw(), at=datetime.now(UTC) - timedelta(hours=3))
    async with box.watching():
        await box.has(1)
        cursor = await until("it is noted", lambda: Cursors(sqlite.database).read("support"))
    (entry,) = await box.entries()
    assert (cursor.last_uid, cursor.taken_in) == (1, 1)
    assert entry.channel == "imap"
    assert entry.envelope == {"mailbox": "support", "uid": 1, "uidvalidity": cursor.uidvalidity}
    assert timedelta(hours=2.9) < datetime.now(UTC) - entry.received_at < timedelta(hours=3.1)


async def test_a_first_start_takes_in_mail_of_the_last_days_and_leaves_the_rest(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot, since_days=7)
    now = datetime.now(UTC)
    box.put(raw("alt"), at=now - 40 * DAY)
    recent = box.put(raw(), at=now - 6 * DAY)
    box.put(raw("alt"), at=now - 8 * DAY)
    async with box.watching():
        assert await box.has(1) == [recent]
        await box.is_well()
    new = box.put(raw(), at=now - 300 * DAY)  # an old mail, moved here by somebody: it is new to the folder
    async with box.watching():
        assert await box.has(2) == [recent, new]
        await box.is_well()
        assert (box.standing.waiting, box.standing.taken_in) == (0, 2)


async def test_a_start_takes_in_what_came_in_meanwhile_and_nothing_twice(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot)
    mails = [box.put(raw())]
    async with box.watching():
        await box.has(1)
        await box.is_well()
    mails += [box.put(raw()) for _ in range(45)]
    async with box.watching():
        assert await box.has(46) == mails
        await box.is_well()
        assert box.standing.taken_in == 46


async def test_what_others_mark_as_read_or_unread_is_taken_in_once_all_the_same(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot)
    mails = [box.put(raw()), box.put(raw())]
    with dovecot.mailbox(box.user) as client:
        client.uid("STORE", "1", "+FLAGS", r"(\Seen)")
    async with box.watching():
        assert await box.has(2) == mails
        await until("both are marked", lambda: box.uids("SEEN") == [1, 2])
        with dovecot.mailbox(box.user) as client:
            client.uid("STORE", "1:2", "-FLAGS", r"(\Seen)")
        await box.is_well()
    async with box.watching():
        await box.is_well()
        assert await box.has(2) == mails
        assert box.uids("UNSEEN") == [1, 2]  # it is left as somebody wanted it


async def test_a_mail_that_others_move_away_in_between_is_no_trouble(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot, after="move", move_to="Done")
    mails = [box.put(raw()) for _ in range(3)]

    def somebody_removes_the_second(arrival: Arrival) -> None:
        if arrival.envelope["uid"] == 1:
            with dovecot.mailbox(box.user) as client:
                client.uid("STORE", "2", "+FLAGS", r"(\Deleted)")
                client.expunge()

    box.before_record = somebody_removes_the_second
    async with box.watching():
        await until("all are moved", lambda: box.uids() == [])
        await until("nothing waits", lambda: box.standing.waiting == 0)
        # A server may still hand out what another session has removed a moment ago.
        taken = [entry.body for entry in await box.entries()]
        assert [mail for mail in taken if mail != mails[1]] == [mails[0], mails[2]]
        assert not box.standing.trouble


async def test_what_was_recorded_before_we_died_is_moved_afterwards_and_not_taken_in_again(
    sqlite: DeskOnDisk, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Watched(sqlite, dovecot, after="move", move_to="Done")
    mail = box.put(raw())
    with monkeypatch.context() as broken:
        broken.setattr(reading.Reading, "_settle", lambda *_: None)
        async with box.watching():
            await box.has(1)
    assert box.uids() == [1]
    async with box.watching():
        await until("it is moved", lambda: box.uids() == [])
        assert await box.has(1) == [mail]
        assert box.standing.taken_in == 1


async def test_a_mail_that_could_not_be_recorded_stays_and_comes_again(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot, after="delete")
    tries: list[int] = []

    def fails_twice(_: Arrival) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OSError("no space left on device")

    box.before_record = fails_twice
    mail = box.put(raw())
    async with box.watching():
        await until("it is told", lambda: "no space left" in box.standing.trouble)
        assert box.uids() == [1]
        assert await box.has(1) == [mail]
        await until("it is gone", lambda: box.uids() == [])
        await until("all is well", lambda: not box.standing.trouble)


async def test_nothing_is_fetched_while_the_desk_has_no_room(sqlite: DeskOnDisk, dovecot: Dovecot) -> None:
    box = Watched(sqlite, dovecot)
    full = ["the disk is full"]
    box.admit = lambda: full[0] if full else None
    box.put(raw())
    async with box.watching():
        await until("it is told", lambda: "the disk is full" in box.standing.trouble)
        assert await box.entries() == []
        full.clear()
        box.put(raw())  # wakes it
        await box.has(2)


async def test_uidvalidity_changes_and_no_mail_is_missed_or_taken_from_before_the_start(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot, since_days=7)
    now = datetime.now(UTC)
    box.put(raw(), at=now - 9 * DAY)
    first = box.put(raw(), at=now - DAY)
    async with box.watching():
        await box.has(1)
        await box.is_well()
    before = await Cursors(sqlite.database).read("support")
    dovecot.change_uidvalidity(box.user)
    second = box.put(raw())
    async with box.watching():
        bodies = await box.has(3)
        await box.is_well()
    after = await Cursors(sqlite.database).read("support")
    assert before and after and before.uidvalidity != after.uidvalidity
    # The first one again, under another key: that it makes no second ticket is the content key's doing (P2).
    assert bodies == [first, first, second]
    third = box.put(raw())
    async with box.watching():
        assert await box.has(4) == [first, first, second, third]


async def test_a_mail_that_is_too_large_is_left_told_and_holds_up_nobody(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot, after="move", move_to="Done", largest=50_000)
    box.put(raw(size=60_000))
    mail = box.put(raw())
    async with box.watching():
        assert await box.has(1) == [mail]
        await until("the other is moved", lambda: box.uids() == [1])
        await box.is_well()
        assert (box.standing.too_large, box.standing.waiting) == (1, 0)
        assert not box.standing.failing
        with dovecot.mailbox(box.user) as client:  # somebody looks after it
            client.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
            client.expunge()
        await until("it is told no more", lambda: box.standing.too_large == 0)


async def test_a_mail_of_thirty_megabytes_is_taken_in_whole_beside_ordinary_ones(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot, largest=35 * 1024 * 1024)
    mails = [box.put(raw()), box.put(raw(size=30 * 1024 * 1024)), box.put(raw())]
    async with box.watching():
        bodies = await box.has(3)
        assert [len(body) for body in bodies] == [len(mail) for mail in mails]
        assert bodies == mails


async def test_a_mail_that_was_passed_over_is_found_by_the_next_start(
    sqlite: DeskOnDisk, dovecot: Dovecot
) -> None:
    box = Watched(sqlite, dovecot)
    async with box.watching():
        await box.is_well()
    mail = box.put(raw())
    cursors = Cursors(sqlite.database)
    cursor = await cursors.read("support")
    assert cursor is not None
    await cursors.advance("support", Cursor(cursor.uidvalidity, 99, cursor.since), 0)  # as if by a mistake
    async with box.watching():
        assert await box.has(1) == [mail]


async def test_a_stop_takes_moments_whatever_it_is_doing(sqlite: DeskOnDisk, dovecot: Dovecot) -> None:
    box = Watched(sqlite, dovecot)
    async with box.watching():
        await box.is_well()
        await asyncio.sleep(0.5)
    assert box.stopping < 3
    for _ in range(60):
        box.put(raw(size=200_000))
    async with box.watching():
        await until("it is at it", lambda: Entry.all().count())
    assert box.stopping < 3


async def test_the_cursor_is_kept_on_either_engine(database: Database) -> None:
    cursors = Cursors(database)
    since = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
    assert await cursors.read("support") is None
    assert await cursors.advance("support", Cursor(7, 10, since), 3) == 3
    assert await cursors.advance("support", Cursor(7, 12, since), 2) == 5
    assert await cursors.read("support") == Cursor(7, 12, since, 5)
    assert await cursors.recorded([]) == set()
    assert await cursors.recorded([str(n) for n in range(1200)]) == set()
