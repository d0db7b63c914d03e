"""What is removed after its term, what never is, and that nobody who hands in mail waits for it."""

import asyncio
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.rating import Outcome
from intake.incoming import Screenshot
from replies import answering, closing
from storage import retention, unused
from storage.database import Database
from storage.files import FileStore
from storage.inbox import IN_ROW, Inbox
from storage.models import Delivery, DeliveryState, Entry, EntryState, Message
from storage.privacy.erasure import ERASED
from storage.retention import Retention, Terms
from storage.tickets import NewAttachment
from tests.desk_on_disk import NOW, VERBS, DeskOnDisk, mail
from tests.storage.conftest import mail as arrival

FOR_EVER = Terms(0, 0, 0, 0, 0)


def days(count: float) -> datetime:
    return NOW + timedelta(days=count)


@pytest.fixture(autouse=True)
def _files_are_idle_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unused.remove_unused, "__defaults__", (0.0,))
    monkeypatch.setattr(unused.sweep, "__defaults__", (0.0,))


async def an_entry(inbox: Inbox, state: EntryState, body: bytes, processed: datetime | None = NOW) -> int:
    await inbox.record(arrival(body))
    entry = await Entry.all().order_by("-id").first()
    assert entry is not None
    await Entry.filter(id=entry.id).update(state=state, processed_at=processed)
    return int(entry.id)


async def has_body(entry_id: int) -> bool:
    entry = await Entry.get(id=entry_id)
    assert (entry.body is None and not entry.body_sha256) == (entry.purged_at is not None)
    return entry.purged_at is None


@pytest.mark.parametrize("state", [EntryState.DONE, EntryState.DISCARDED])
async def test_the_bytes_of_processed_mail_go_after_their_term_and_the_entry_stays(
    database: Database, inbox: Inbox, files: FileStore, state: EntryState
) -> None:
    old, young = await an_entry(inbox, state, b"old"), await an_entry(inbox, state, b"young", days(1))
    purge = Retention(database, files, replace(FOR_EVER, raw_mail=90)).purge
    assert (await purge(days(90))).mails == 0
    assert (await purge(days(90.5))).mails == 1
    assert (await has_body(old), await has_body(young)) == (False, True)
    assert (await Entry.get(id=old)).purged_at == days(90.5)
    assert (await purge(days(90.6))).mails == 0


@pytest.mark.parametrize("state", [EntryState.REFUSED, EntryState.DUPLICATE])
async def test_refused_mail_and_duplicates_have_a_term_of_their_own(
    database: Database, inbox: Inbox, files: FileStore, state: EntryState
) -> None:
    entry = await an_entry(inbox, state, b"bounce")
    purged = await Retention(database, files, replace(FOR_EVER, refused=30)).purge(days(31))
    assert (purged.refused, await has_body(entry)) == (1, False)
    assert not await inbox.accept(entry, days(32), "Анна")


@pytest.mark.parametrize("state", [EntryState.RECORDED, EntryState.PROCESSING, EntryState.QUARANTINED])
async def test_what_is_not_processed_is_never_purged(
    database: Database, inbox: Inbox, files: FileStore, state: EntryState
) -> None:
    entry = await an_entry(inbox, state, b"waits", None)
    await Retention(database, files, Terms(1, 1, 0, 1, 1)).purge(days(3650))
    assert await has_body(entry)
    assert (await Entry.get(id=entry)).state == state


async def test_quarantine_is_discarded_after_its_term_when_one_is_configured(
    database: Database, inbox: Inbox, files: FileStore
) -> None:
    entry = await an_entry(inbox, EntryState.QUARANTINED, b"poison")
    purged = await Retention(database, files, replace(FOR_EVER, quarantine=10)).purge(days(11))
    found = await Entry.get(id=entry)
    assert (purged.quarantined, found.state, found.body) == (1, EntryState.DISCARDED, None)
    assert found.outcome == "discarded after 10 days"


async def test_zero_days_keep_for_ever(desk: DeskOnDisk, tmp_path: Path) -> None:
    await desk.receives(mail())
    purged = await Retention(desk.database, FileStore(tmp_path / "files"), FOR_EVER).purge(days(36_500))
    assert not any(purged.counts().values())


async def test_a_large_mails_file_goes_with_it_and_one_that_is_used_elsewhere_stays(
    database: Database, inbox: Inbox, files: FileStore
) -> None:
    first, second = b"1" * (IN_ROW + 1), b"2" * (IN_ROW + 1)
    await an_entry(inbox, EntryState.DONE, first)
    await an_entry(inbox, EntryState.DONE, second)
    await inbox.record(replace(arrival(second), key="k" * 64))  # the same bytes, to another recipient
    digests = [files.keep(first), files.keep(second)]
    purged = await Retention(database, files, replace(FOR_EVER, raw_mail=90)).purge(days(91))
    assert (purged.mails, purged.files) == (2, 1)
    assert [files.path(one).exists() for one in digests] == [False, True]


async def test_a_mail_that_comes_again_after_the_purge_is_still_a_duplicate(
    desk: DeskOnDisk, tmp_path: Path
) -> None:
    incoming = mail()
    first = await desk.receives(incoming)
    purged = await Retention(desk.database, FileStore(tmp_path / "files"), Terms(1, 1, 1, 1, 0)).purge(
        days(9)
    )
    assert purged.mails == 1
    again = await desk.receives(incoming, days(10))
    assert (again.what, again.ticket_id) == ("duplicate", first.ticket_id)


async def test_the_same_delivery_after_the_purge_makes_no_second_entry(
    database: Database, inbox: Inbox, files: FileStore
) -> None:
    await an_entry(inbox, EntryState.DONE, b"old")
    await Retention(database, files, Terms()).purge(days(91))
    await inbox.record(arrival(b"old", at=days(92)))
    assert await Entry.all().count() == 1


async def test_bytes_of_sent_mail_go_and_what_may_go_out_yet_stays(desk: DeskOnDisk, tmp_path: Path) -> None:
    states = (DeliveryState.SENT, DeliveryState.OWED, DeliveryState.DEAD)
    for number in range(len(states)):
        await desk.receives(mail(f"question {number}"))
    for delivery, state in zip(await Delivery.all().order_by("id"), states, strict=True):
        await Delivery.filter(id=delivery.id).update(
            state=state, content=b"letter", sent_at=NOW if state is DeliveryState.SENT else None
        )
    purge = Retention(desk.database, FileStore(tmp_path / "f"), replace(FOR_EVER, deliveries=90)).purge
    assert (await purge(days(91))).deliveries == 1
    rows = await Delivery.all().order_by("id")
    assert [row.content for row in rows] == [None, b"letter", b"letter"]
    assert rows[0].facts["level"] == "general"


async def a_closed_ticket(desk: DeskOnDisk, **columns: Any) -> int:
    ticket_id = (await desk.receives(mail("It does not print.", **columns))).ticket_id
    assert ticket_id
    await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Update.", NOW)
    await closing.close(desk.database, VERBS, ticket_id, "Анна", NOW, outcome=Outcome.SETTLED)
    return ticket_id


async def test_texts_and_pictures_of_tickets_go_long_after_closing_and_the_figures_stay(
    desk: DeskOnDisk, tmp_path: Path
) -> None:
    files = FileStore(tmp_path / "files")
    digest = files.keep(b"a picture")
    shot = Screenshot("till.png", "image/png", 4, 3, 9, digest, None)
    old = await a_closed_ticket(desk, screenshots=(shot,))
    still_open = (await desk.receives(mail("Another."))).ticket_id
    before = await desk.ticket(old)
    purged = await Retention(desk.database, files, replace(FOR_EVER, closed_tickets=365)).purge(days(366))
    after = await desk.ticket(old)
    assert (purged.tickets, purged.files, files.path(digest).exists()) == (1, 1, False)
    assert {one["text"] for one in after["messages"]} == {ERASED} and after["subject"] == ERASED
    assert not any(one["screenshots"] for one in after["messages"])
    kept = ("state", "client", "level", "created_at", "closed_at", "reacted_at", "assignee", "rating")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert (await desk.ticket(still_open))["messages"][0]["text"] == "Another."
    assert not await has_body(before_entry := after["messages"][0]["entry_id"]), before_entry


async def test_agents_files_and_earlier_wordings_of_a_closed_ticket_go_with_its_texts(
    desk: DeskOnDisk, tmp_path: Path
) -> None:
    files = FileStore(tmp_path / "files")
    ticket = (await desk.receives(mail("Не печатает."))).ticket_id or 0
    manual = NewAttachment("Инструкция.pdf", "application/pdf", 6, files.keep(b"manual"))
    said = answering.Answer("Анна", "Смотрите инструкцию.", (manual,))
    await desk.database.writer.run(lambda: answering.answer_now(VERBS, ticket, said, NOW))
    changed = {"earlier": [{"text": "Не печятает.", "at": NOW.isoformat()}], "origin": "Пётр"}
    await Message.filter(ticket_id=ticket, direction="in").update(**changed)
    await closing.close(desk.database, VERBS, ticket, "Анна", NOW)
    await Delivery.all().update(state=DeliveryState.SENT, sent_at=NOW)
    await Retention(desk.database, files, replace(FOR_EVER, closed_tickets=30)).purge(days(31))
    assert await Message.filter(ticket_id=ticket).values_list("earlier", "origin") == [(None, ""), (None, "")]
    assert not files.path(manual.sha256).exists()


async def test_files_that_a_crash_has_left_behind_are_swept(
    database: Database, inbox: Inbox, files: FileStore
) -> None:
    used = files.keep(b"3" * (IN_ROW + 1))
    await inbox.record(arrival(b"3" * (IN_ROW + 1)))
    left = files.keep(b"nobody refers to it")
    purged = await Retention(database, files, FOR_EVER).purge(NOW)
    assert (purged.files, files.path(used).exists(), files.path(left).exists()) == (1, True, False)


def test_a_file_that_somebody_has_just_kept_again_is_left(files: FileStore) -> None:
    digest = files.keep(b"screenshot")
    hour_ago = time.time() - 3600
    os.utime(files.path(digest), (hour_ago, hour_ago))
    files.keep(b"screenshot")  # a worker that has not committed yet
    assert not files.delete_idle(digest, 900)
    os.utime(files.path(digest), (hour_ago, hour_ago))
    assert files.delete_idle(digest, 900)
    assert not files.path(digest).exists()
    assert files.delete_idle(digest, 900), "what is not there is gone"


async def test_an_entry_taken_up_again_at_the_last_moment_is_not_purged(
    database: Database, inbox: Inbox, files: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await an_entry(inbox, EntryState.REFUSED, b"list")
    purging = Retention(database, files, replace(FOR_EVER, refused=30))
    emptied = purging._emptied

    async def accepted_first(*args: Any) -> set[str]:
        assert await inbox.accept(entry, days(31), "Анна")
        return await emptied(*args)

    monkeypatch.setattr(purging, "_emptied", accepted_first)
    await purging.purge(days(31))
    assert await has_body(entry)


async def test_records_do_not_wait_for_a_purge(database: Database, inbox: Inbox, files: FileStore) -> None:
    for number in range(300):
        await inbox.record(arrival(b"%d" % number + b"x" * 100_000))
    await Entry.all().update(state=EntryState.DONE, processed_at=NOW)
    purging = asyncio.create_task(Retention(database, files, Terms()).purge(days(91)))
    longest, number = 0.0, 0
    while not purging.done():
        began = time.monotonic()
        await inbox.record(arrival(b"fresh %d" % number))
        longest, number = max(longest, time.monotonic() - began), number + 1
    assert (await purging).mails == 300
    # Some 50 ms on an idle machine; what is shown here is that it is no matter of the whole purge.
    assert number > 5 and longest < 1.0, (number, longest)


async def test_it_runs_until_it_is_stopped(database: Database, inbox: Inbox, files: FileStore) -> None:
    entry = await an_entry(inbox, EntryState.DONE, b"old", datetime(2020, 1, 1, tzinfo=UTC))
    worker = Retention(database, files, Terms())
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(20):
        while await has_body(entry):
            await asyncio.sleep(0.01)
        await worker.stop()
        await running
    assert worker.purged.mails == 1


async def test_many_pages_are_purged_in_one_go(
    database: Database, inbox: Inbox, files: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr("storage.kept.PAGE", 3)
    for number in range(10):
        await an_entry(inbox, EntryState.DONE, b"%d" % number)
    purging = Retention(database, files, Terms())
    assert (await purging.purge(days(91))).mails == 10
    await an_entry(inbox, EntryState.DONE, b"later", days(2))
    assert (await purging.purge(days(100))).mails == 1


async def test_what_is_past_its_term_goes_though_a_page_of_young_rows_stands_before_it(
    database: Database, inbox: Inbox, files: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.kept.PAGE", 2)
    for number in range(4):
        await an_entry(inbox, EntryState.DONE, b"young %d" % number, days(100))
    old = await an_entry(inbox, EntryState.DONE, b"old", days(1))
    purged = await Retention(database, files, replace(FOR_EVER, raw_mail=90)).purge(days(120))
    assert purged.mails == 1 and not await has_body(old)
