"""What a ticket's client has asked of the desk besides writing, and whether he may ask at all. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from storage.statements import fetch, moment


@dataclass(frozen=True, slots=True)
class AskedFor:
    """When a ticket was last escalated and last reopened (UTC). `served`: its client is neither blocked nor
    erased."""

    escalated_at: datetime | None
    reopened_at: datetime | None
    served: bool


async def asked_for(ticket_id: int) -> AskedFor:
    """What was asked for on a ticket; of one that is not there nothing, and nobody is served."""
    rows = await fetch(
        "SELECT c.blocked_at, c.erased_at,"
        " (SELECT MAX(at) FROM events WHERE ticket_id = t.id AND what = 'escalated') AS escalated_at,"
        " (SELECT MAX(at) FROM events WHERE ticket_id = t.id AND what = 'reopened') AS reopened_at"
        " FROM tickets t JOIN clients c ON c.id = t.client_id WHERE t.id = ?",
        ticket_id,
    )
    if not rows:
        return AskedFor(None, None, served=False)
    row = rows[0]
    served = row["blocked_at"] is None and row["erased_at"] is None
    return AskedFor(_moment(row["escalated_at"]), _moment(row["reopened_at"]), served)


def _moment(value: object) -> datetime | None:
    return None if value is None else moment(value)
