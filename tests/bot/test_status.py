"""What /health says of the inbox: unwell when it does not get on, not when old mail has just come in."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.admission import Admission
from bot.status import STUCK, Status
from storage.inbox import Arrival, finish_entry
from storage.models import EntryState
from storage.outbox import Outbox
from tests.desk_on_disk import DeskOnDisk

HOURS = timedelta(hours=3)  # for which a mail server was away


class Watched:
    """A desk's status, by a clock that is set by hand."""

    def __init__(self, desk: DeskOnDisk) -> None:
        self.desk, self.seconds = desk, 0.0
        service: Any = SimpleNamespace(
            inbox=desk.inbox,
            outbox=Outbox(desk.database),
            admission=Admission((), 0),
            telegram=None,
            deliveries=None,
            mailboxes=None,
        )
        self._status = Status(service, lambda: self.seconds)

    async def comes_in(self, number: int, ago: timedelta, channel: str = "imap") -> None:
        """A mail is recorded now that was received long ago."""
        received_at = datetime.now(UTC) - ago
        body = b"mail %d" % number
        await self.desk.inbox.record(
            Arrival(f"{number:064}", channel, f"conversation {number}", {}, body, received_at)
        )

    async def first_is_processed(self) -> None:
        """The oldest entry leaves the queue."""
        now = datetime.now(UTC)
        (entry,) = await self.desk.inbox.claim(1, now)
        await self.desk.database.writer.run(
            lambda: finish_entry(entry.id, EntryState.DONE, now, ticket_id=None, outcome="opened")
        )

    async def inbox(self) -> dict[str, Any]:
        return (await self._status.health())["inbox"]


@pytest.mark.parametrize("channel", ["imap", "import"])
async def test_mail_that_was_received_long_before_it_came_in_is_no_trouble(
    desk: DeskOnDisk, channel: str
) -> None:
    watched = Watched(desk)
    await watched.comes_in(1, HOURS, channel)
    inbox = await watched.inbox()
    assert (inbox["status"], inbox["waiting"]) == ("ok", 1)
    assert inbox["oldest_seconds"] == pytest.approx(3 * 3600, abs=60)


async def test_an_entry_that_nobody_processes_makes_the_inbox_unwell(desk: DeskOnDisk) -> None:
    watched = Watched(desk)
    await watched.comes_in(1, HOURS)
    assert (await watched.inbox())["status"] == "ok"
    watched.seconds = STUCK + 1
    inbox = await watched.inbox()
    assert (inbox["status"], inbox["reason"]) == ("failing", "the same entry has been the oldest for 901 s")
    await watched.first_is_processed()
    assert (await watched.inbox())["status"] == "ok"


async def test_an_entry_that_came_after_a_quiet_day_has_its_whole_time(desk: DeskOnDisk) -> None:
    watched = Watched(desk)
    assert (await watched.inbox())["status"] == "ok"
    watched.seconds = 24 * 3600
    await watched.comes_in(1, timedelta(0))
    assert (await watched.inbox())["status"] == "ok"


async def test_a_long_queue_that_gets_on_is_no_trouble(desk: DeskOnDisk) -> None:
    watched = Watched(desk)
    for number in range(3):
        await watched.comes_in(number, HOURS - timedelta(seconds=number))
    for number in range(3):
        watched.seconds = number * STUCK
        inbox = await watched.inbox()
        assert (inbox["status"], inbox["waiting"]) == ("ok", 3 - number)
        await watched.first_is_processed()
