"""Reminds clients once of an invitation to rate that they have not answered, in the channel they use."""

from datetime import datetime, timedelta

from desk.warnings import REMIND_AFTER, reminder_due
from desk.working_time import Calendar
from replies.answering import Desk, owed_to
from storage.closures import REMINDER, Unrated, note_reminded, unrated
from storage.database import Database
from storage.outbox import owe
from storage.tickets import ticket_now


async def remind(database: Database, desk: Desk, calendar: Calendar, now: datetime) -> int:
    """Owe a reminder to each client whose invitation is three working days old; returns how many.

    `calendar` counts the days; `now` is UTC. Raises Unavailable, desk.working_time.NoWorkingTime.
    """
    if not calendar.is_open(now):
        return 0
    # Working days are at least so far apart; the calendar counts exactly.
    waiting = await unrated(now, now - timedelta(days=REMIND_AFTER - 1))
    reminded = 0
    for one in waiting:
        if reminder_due(calendar, one.invited_at, one.expires_at, now):
            reminded += await _remind(database, desk, one, now)
    return reminded


async def _remind(database: Database, desk: Desk, one: Unrated, now: datetime) -> bool:
    async def unit() -> bool:
        ticket = await ticket_now(one.ticket_id)
        if ticket is None or not ticket.client_address or not await note_reminded(one.closure_id, now):
            return False
        facts: dict[str, object] = {
            "closure_id": one.closure_id,
            "expires_at": one.expires_at.isoformat(),
        }
        await owe(owed_to(ticket, REMINDER, one.closure_id, facts), desk.domain, now)
        return True

    return await database.writer.run(unit)
