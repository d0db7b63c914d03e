"""The one reminder of an invitation to rate: after three working days, and never when it is out of place."""

import asyncio
from datetime import timedelta

import pytest

from replies import answering, closing
from replies.reminders import remind
from storage.directory import Directory
from storage.models import Closure, Delivery
from storage.ratings import rate
from tests.desk_on_disk import MAIN, NOW, VERBS, DeskOnDisk, mail

DAY = timedelta(days=1)
DUE = NOW + 3 * DAY  # Thursday, at the clock time of the invitation


async def invited(desk: DeskOnDisk) -> tuple[int, int]:
    """A ticket whose client was asked for a rating, and the closure."""
    outcome = await desk.receives(mail())
    assert outcome.ticket_id
    await answering.answer(desk.database, VERBS, outcome.ticket_id, "Анна", "Обновите.", NOW)
    await closing.close(desk.database, VERBS, outcome.ticket_id, "Анна", NOW)
    await Delivery.filter(kind="invitation").update(state="sent")
    return outcome.ticket_id, (await desk.ticket(outcome.ticket_id))["closures"][0]["id"]


async def reminders(desk: DeskOnDisk, ticket_id: int) -> list[tuple[str, str]]:
    deliveries = (await desk.ticket(ticket_id))["deliveries"]
    return [(one["channel"], one["recipient"]) for one in deliveries if one["kind"] == "rating-reminder"]


async def test_a_client_is_reminded_once_in_the_channel_he_wrote_by(desk: DeskOnDisk) -> None:
    ticket_id, closure = await invited(desk)
    assert await remind(desk.database, VERBS, MAIN, DUE - timedelta(seconds=1)) == 0
    assert await remind(desk.database, VERBS, MAIN, DUE) == 1
    assert await remind(desk.database, VERBS, MAIN, DUE + DAY) == 0
    assert await reminders(desk, ticket_id) == [("mail", "olga@client.example")]
    assert (await Closure.get(id=closure)).reminded_at == DUE


async def test_of_two_processes_one_reminds(desk: DeskOnDisk) -> None:
    ticket_id, _ = await invited(desk)
    counts = await asyncio.gather(*(remind(desk.database, VERBS, MAIN, DUE) for _ in range(3)))
    assert sorted(counts) == [0, 0, 1]
    assert len(await reminders(desk, ticket_id)) == 1


async def test_nobody_is_reminded_at_night_or_after_the_invitation_is_over(desk: DeskOnDisk) -> None:
    await invited(desk)
    assert await remind(desk.database, VERBS, MAIN, DUE + timedelta(hours=12)) == 0
    assert await remind(desk.database, VERBS, MAIN, NOW + 14 * DAY) == 0


@pytest.mark.parametrize("what", ["rated", "reopened", "blocked", "came back", "expired"])
async def test_whoever_has_rated_reopened_or_can_t_be_asked_is_not_reminded(
    desk: DeskOnDisk, what: str
) -> None:
    ticket_id, closure = await invited(desk)
    if what == "rated":
        await desk.database.writer.run(lambda: rate(closure, NOW, "mail", "olga", stars=5))
    elif what == "reopened":
        await closing.reopen(desk.database, VERBS, ticket_id, "olga", "не помогло", NOW)
        await answering.answer(desk.database, VERBS, ticket_id, "Анна", "Ещё раз.", NOW)
        await closing.close(desk.database, VERBS, ticket_id, "Анна", NOW + DAY)
    elif what == "blocked":
        directory = Directory(desk.database)
        await directory.block(
            "olga@client.example", "Анна", "брань", NOW, domain="example.org", language="ru"
        )
    elif what == "came back":
        await Delivery.filter(kind="invitation").update(state="undeliverable")
    else:
        await Closure.filter(id=closure).update(expires_at=DUE)
    assert await remind(desk.database, VERBS, MAIN, DUE) == 0
    assert await reminders(desk, ticket_id) == []


async def test_reopening_takes_a_reminder_back_that_has_not_left(desk: DeskOnDisk) -> None:
    ticket_id, _ = await invited(desk)
    await remind(desk.database, VERBS, MAIN, DUE)
    await closing.reopen(desk.database, VERBS, ticket_id, "olga", "не помогло", DUE)
    (reminder,) = await Delivery.filter(kind="rating-reminder")
    assert reminder.state == "cancelled"
