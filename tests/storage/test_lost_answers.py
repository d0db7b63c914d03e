"""A claim was committed, its answer lost: what it took comes back at once, not by the lease."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.writer import Unavailable, Writer
from tests.desk_on_disk import DeskOnDisk
from tests.desk_on_disk import mail as understood
from tests.storage.conftest import NOW, mail

SECOND = timedelta(seconds=1)
Unit = Callable[[], Awaitable[Any]]


async def answer_lost(claim: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim is committed, and its caller is told that the database is away."""
    run = Writer.run

    async def lost(self: Writer, unit: Unit) -> None:
        await run(self, unit)
        raise Unavailable("the server was restarted")

    with monkeypatch.context() as during, pytest.raises(Unavailable):
        during.setattr(Writer, "run", lost)
        await claim()


async def test_entries_come_back_with_the_next_release(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    await inbox.record(mail(b"in hand", "olga"))
    (in_hand,) = await inbox.claim(10, NOW)
    await inbox.record(mail(b"lost", "petr"))
    await answer_lost(lambda: inbox.claim(10, NOW + SECOND), monkeypatch)
    assert await inbox.claim(10, NOW + 2 * SECOND) == []
    assert await inbox.release(NOW + 2 * SECOND, all_claims=False, besides=(in_hand.id,)) == 1
    assert [entry.body for entry in await inbox.claim(10, NOW + 2 * SECOND)] == [b"lost"]


async def test_a_release_that_fails_forgets_nothing(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    await inbox.record(mail(b"lost"))
    await answer_lost(lambda: inbox.claim(10, NOW), monkeypatch)
    with monkeypatch.context() as during:

        async def away(*_: object) -> None:
            raise Unavailable("still starting")

        during.setattr(Writer, "run", away)
        with pytest.raises(Unavailable):
            await inbox.release(NOW + SECOND, all_claims=False)
    assert await inbox.release(NOW + SECOND, all_claims=False) == 1
    (entry,) = await inbox.claim(10, NOW + SECOND)
    assert await inbox.release(NOW + 2 * SECOND, all_claims=False) == 0  # this claim was answered
    assert entry.body == b"lost"


async def test_deliveries_come_back_with_the_next_release(
    desk: DeskOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.receives(understood(), NOW)
    outbox = Outbox(desk.database)
    await answer_lost(lambda: outbox.claim("mail", 10, NOW), monkeypatch)
    assert await outbox.claim("mail", 10, NOW + SECOND) == []
    assert await outbox.release("mail", NOW + SECOND, all_claims=False) == 1
    assert len(await outbox.claim("mail", 10, NOW + SECOND)) == 1
