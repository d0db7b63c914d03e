"""What sets imported mail apart: it is confirmed to nobody, and what is old in it reopens nothing."""

from datetime import datetime

from storage.inbox import Claimed
from storage.tickets import TicketNow, change_ticket

CHANNEL = "import"
OPEN_SINCE = "open_since"


def envelope(imported_from: str, open_since: datetime) -> dict[str, object]:
    """The envelope of an imported mail; one received before `open_since` (UTC) is history."""
    return {"imported_from": imported_from, OPEN_SINCE: open_since.isoformat()}


def is_imported(entry: Claimed) -> bool:
    """Whether an entry came from an old mailbox: its sender must not be written to because of it."""
    return entry.channel == CHANNEL


def is_history(entry: Claimed) -> bool:
    """Whether an imported mail is so old that it is only filed: nobody works on it any more."""
    since = entry.envelope.get(OPEN_SINCE)
    return is_imported(entry) and isinstance(since, str) and entry.received_at < datetime.fromisoformat(since)


async def file_on(ticket: TicketNow, at: datetime) -> None:
    """Note that a closed ticket's story went on until `at`; inside the transaction that files the mail."""
    if ticket.closed_at is not None and ticket.closed_at < at:
        await change_ticket(ticket.id, closed_at=at)
