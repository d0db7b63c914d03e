"""Logging working time on a ticket."""

from datetime import datetime, timedelta

from desk.time_spent import Activity, shown
from replies.answering import Desk, the_ticket
from storage.tickets import Change, note_changes
from storage.time_spent import log_time


async def spend(
    desk: Desk, ticket_id: int, agent: str, length: timedelta, activity: Activity, note: str, now: datetime
) -> None:
    """Log working time; on a closed ticket too, as calls are often noted afterwards. Raises Refused."""
    await the_ticket(ticket_id, desk)
    await log_time(ticket_id, agent, activity.value, length, now, note)
    await note_changes(ticket_id, now, Change(agent, "time", after=f"{shown(length)} {activity}", why=note))
