"""Where a ticket stands, as far as anybody may know who merely holds a link to it."""

from dataclasses import dataclass
from datetime import datetime

from storage import facts


@dataclass(frozen=True, slots=True)
class Standing:
    """No subject, message, file or name: links are forwarded, so none of that gets as far as a page.

    Moments are UTC.
    """

    ticket_id: int
    language: str
    state: str
    level: str
    reaction_due_at: datetime
    reacted_at: datetime | None


async def standing(ticket_id: int) -> Standing | None:
    """How the ticket stands now, or None when there is no such ticket."""
    ticket = await facts.ticket(ticket_id)
    if ticket is None:
        return None
    return Standing(
        ticket_id=ticket_id,
        language=ticket["language"],
        state=ticket["state"],
        level=ticket["level"],
        reaction_due_at=ticket["reaction_due_at"],
        reacted_at=ticket["reacted_at"],
    )
