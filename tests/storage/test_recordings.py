"""Recordings go when their ticket's term is over or its client is erased; the time that was logged stays."""

from datetime import timedelta

import pytest

from desk.rating import Outcome
from desk.time_spent import Activity
from replies import closing
from replies.verbs.spending import Spent, keep_recording, spend
from storage import facts, unused
from storage.files import FileStore
from storage.privacy.erasure import erase
from storage.privacy.export import kept_of
from storage.retention import Retention, Terms
from storage.unused import remove_unused
from tests import sounds
from tests.desk_on_disk import NOW, VERBS, DeskOnDisk, mail


@pytest.fixture(autouse=True)
def _files_are_idle_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unused.remove_unused, "__defaults__", (0.0,))
    monkeypatch.setattr(unused.sweep, "__defaults__", (0.0,))


async def recorded(desk: DeskOnDisk, files: FileStore, address: str, sound: bytes) -> tuple[int, str]:
    """A client's ticket with a call of half an hour and its recording: the ticket and the digest."""
    opened = await desk.receives(mail(f"Письмо {address}", from_addr=address))
    assert opened.ticket_id
    ticket_id = opened.ticket_id
    recording = keep_recording(files, sound, "созвон.ogg")
    spent = Spent(timedelta(minutes=30), Activity.CALL, "говорили с Ольгой", recording)
    await desk.database.writer.run(lambda: spend(VERBS, ticket_id, "Анна", spent, NOW))
    return ticket_id, recording.sha256


async def told(ticket_id: int) -> tuple[int, str, int]:
    """Seconds, note and number of recordings of the one time that was logged."""
    ticket = await facts.ticket(ticket_id)
    assert ticket is not None
    (spent,) = ticket["time"]
    return spent["seconds"], spent["note"], len(spent["recordings"])


async def test_a_recording_goes_with_the_texts_of_its_closed_ticket(
    desk: DeskOnDisk, files: FileStore
) -> None:
    ticket_id, digest = await recorded(desk, files, "olga@client.example", sounds.opus())
    await closing.close(desk.database, VERBS, ticket_id, "Анна", NOW, outcome=Outcome.SPAM)
    retention = Retention(desk.database, files, Terms(0, 0, 0, 0, closed_tickets=30))
    await retention.purge(NOW + timedelta(days=29))
    assert await told(ticket_id) == (1800, "говорили с Ольгой", 1) and files.read(digest)
    await retention.purge(NOW + timedelta(days=31))
    assert await told(ticket_id) == (1800, "[erased]", 0)
    assert not files.path(digest).exists()


async def test_a_recording_logged_after_its_tickets_texts_went_goes_too(
    desk: DeskOnDisk, files: FileStore
) -> None:
    opened = await desk.receives(mail())
    assert opened.ticket_id
    ticket_id = opened.ticket_id
    await closing.close(desk.database, VERBS, ticket_id, "Анна", NOW, outcome=Outcome.SPAM)
    terms = Terms(0, 0, 0, 0, closed_tickets=30)
    await Retention(desk.database, files, terms).purge(NOW + timedelta(days=31))
    recording = keep_recording(files, sounds.wav(), "a.wav")
    spent = Spent(timedelta(minutes=5), Activity.REMOTE, "", recording)
    await desk.database.writer.run(lambda: spend(VERBS, ticket_id, "Анна", spent, NOW + timedelta(days=32)))
    await Retention(desk.database, files, terms).purge(NOW + timedelta(days=33))
    assert not files.path(recording.sha256).exists()


async def test_erasing_a_client_removes_his_recordings_and_nobody_elses(
    desk: DeskOnDisk, files: FileStore
) -> None:
    his, digest = await recorded(desk, files, "olga@client.example", sounds.opus())
    others, shared = await recorded(desk, files, "petr@client.example", sounds.mp3())
    kept = await kept_of("olga@client.example")
    assert kept is not None and [one["sha256"] for one in kept.recordings] == [digest]
    erased = await erase(desk.database, "olga@client.example", "Анна", NOW)
    assert digest in erased.files
    await remove_unused(files, erased.files, 0.0)
    assert not files.path(digest).exists() and files.read(shared)
    assert (await told(his), await told(others)) == ((1800, "[erased]", 0), (1800, "говорили с Ольгой", 1))
