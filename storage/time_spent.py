"""Working time that agents have logged on tickets."""

from collections import defaultdict
from datetime import datetime, timedelta

from storage.chat_models import TimeSpent
from storage.statements import fetch, insert


async def log_time(
    ticket_id: int, agent: str, activity: str, length: timedelta, at: datetime, note: str = ""
) -> int:
    """Log working time on a ticket; inside a unit. `at` in UTC. Returns the row's id."""
    row = {
        "ticket_id": ticket_id,
        "agent": agent,
        "activity": activity,
        "seconds": int(length.total_seconds()),
        "at": at,
        "note": note,
    }
    return await insert(TimeSpent, row)


async def time_on(ticket_id: int) -> dict[str, timedelta]:
    """How much was logged on a ticket, by activity."""
    rows = await fetch(
        "SELECT activity, SUM(seconds) AS seconds FROM time_spent WHERE ticket_id = ?"
        " GROUP BY activity ORDER BY activity",
        ticket_id,
    )
    found: dict[str, timedelta] = defaultdict(timedelta)
    for row in rows:
        found[str(row["activity"])] += timedelta(seconds=int(row["seconds"]))
    return dict(found)
