"""Deadlines beside another process on the database that both share: each thing is told by one of them."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from desk.timing import PAUSED_IN
from desk.warnings import Alert
from replies.reminders import remind
from storage.deadlines import awaited, note_alert, resume
from storage.models import Closure, Ticket
from storage.notices import HEADS, Notice, owe_notice
from storage.writer import Writer
from tests.desk_on_disk import MAIN, NOW, VERBS, DeskOnDisk, mail
from tests.replies.test_reminders import DUE, invited
from tests.storage.test_side_by_side import Held, HoldingWriter, another_process

pytestmark = pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)

LATE = NOW + timedelta(days=7)


async def test_an_alert_that_another_process_is_noting_is_noted_once(desk: DeskOnDisk) -> None:
    await desk.receives(mail())
    (ticket,) = await awaited(PAUSED_IN)
    noting, held = partial(note_alert, ticket, Alert.BREACHED, LATE, PAUSED_IN), Held()
    async with another_process(desk, HoldingWriter(held)) as other:
        theirs = asyncio.create_task(other.writer.run(noting))
        await held.reached.wait()
        ours = asyncio.create_task(desk.database.writer.run(noting))
        await asyncio.sleep(0.2)
        assert not ours.done()
        held.let_go.set()
        assert (await theirs, await ours) == (True, False)
    history = (await desk.ticket(ticket.id))["history"]
    assert [line["what"] for line in history].count("breached") == 1


async def test_a_notice_that_another_process_is_owing_is_owed_once(desk: DeskOnDisk) -> None:
    notice, held = Notice("1:breached:1", "breached", HEADS), Held()
    async with another_process(desk, HoldingWriter(held)) as other:
        theirs = asyncio.create_task(other.writer.run(lambda: owe_notice(notice, NOW)))
        await held.reached.wait()
        ours = asyncio.create_task(desk.database.writer.run(lambda: owe_notice(notice, NOW)))
        await asyncio.sleep(0.2)
        held.let_go.set()
        assert (await theirs, await ours) == (True, False)


async def test_a_reminder_and_a_resumption_are_claimed_by_one_process(desk: DeskOnDisk) -> None:
    ticket_id, closure = await invited(desk)
    async with another_process(desk, Writer()) as other:
        counts = await asyncio.gather(
            remind(desk.database, VERBS, MAIN, DUE), remind(other, VERBS, MAIN, DUE)
        )
        assert sorted(counts) == [0, 1]
        assert (await Closure.get(id=closure)).reminded_at == DUE
        await Ticket.filter(id=ticket_id).update(state="postponed", resume_at=DUE)
        resumed = await asyncio.gather(
            desk.database.writer.run(lambda: resume(ticket_id, DUE, VERBS.timing)),
            other.writer.run(lambda: resume(ticket_id, DUE, VERBS.timing)),
        )
        assert sorted(resumed) == [False, True]
