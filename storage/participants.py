"""Who takes part in a ticket besides its client: persons whom an agent added; nobody is in by being in Cc."""

from collections.abc import Sequence
from datetime import datetime

from storage.database import Database
from storage.models import Address, Participant, Ticket
from storage.statements import fetch
from storage.tickets import Change, note_changes

_NO_ID = 2**63  # and above: subjects name numbers of any length


class NoTicket(Exception):
    """There is no ticket of that number."""


class TakesPart(Exception):
    """The person takes part already."""


class TakesNoPart(Exception):
    """The person takes no part."""


# He is the ticket's client, or an agent has added him.
_TAKES_PART = """(t.client_id = ? OR EXISTS (
    SELECT 1 FROM participants p WHERE p.ticket_id = t.id AND p.address = ?))"""


async def ticket_by_message_ids(message_ids: Sequence[str], client_id: int, address: str) -> int | None:
    """The newest ticket in which one of these mails was sent or received and the sender takes part, or None.

    Our Message-IDs hold 128 random bits, the clients' are what they claim; either way a stranger who names
    one finds nothing (promises, threat 11). `address` is the sender's, in lower case.
    """
    if not message_ids:
        return None
    marks = ", ".join("?" for _ in message_ids)
    rows = await fetch(
        f"""WITH named AS (SELECT ticket_id FROM deliveries WHERE message_id IN ({marks})
            UNION SELECT ticket_id FROM messages WHERE message_id IN ({marks}))
        SELECT t.id FROM named JOIN tickets t ON t.id = named.ticket_id
            WHERE {_TAKES_PART} ORDER BY t.id DESC LIMIT 1""",  # noqa: S608 - our own words
        *message_ids,
        *message_ids,
        client_id,
        address,
    )
    return int(rows[0]["id"]) if rows else None


async def takes_part(ticket_id: int, client_id: int, address: str) -> bool:
    """Whether the sender takes part in a ticket, which need not be there."""
    if not 0 < ticket_id < _NO_ID:
        return False
    sql = f"SELECT t.id FROM tickets t WHERE t.id = ? AND {_TAKES_PART}"  # noqa: S608
    return bool(await fetch(sql, ticket_id, client_id, address))


async def add_participant(ticket_id: int, address: str, who: str, now: datetime) -> None:
    """See `Participants.add`, of which this is the unit."""
    ticket = await Ticket.get_or_none(id=ticket_id)
    if ticket is None:
        raise NoTicket
    if await Address.filter(client_id=ticket.client_id, address=address).exists():
        raise TakesPart(f"{address} is the ticket's client")
    if await Participant.filter(ticket_id=ticket_id, address=address).exists():
        raise TakesPart(f"{address} takes part already")
    await Participant.create(ticket_id=ticket_id, address=address, added_by=who[:100], added_at=now)
    await note_changes(ticket_id, now, Change(who, "person added", after=address))


async def copy_participants(ticket_id: int, to: int) -> None:
    """Let whoever takes part in a ticket take part in another one, too; inside a unit."""
    there = {row.address for row in await Participant.filter(ticket_id=to)}
    for row in await Participant.filter(ticket_id=ticket_id).order_by("id"):
        if row.address not in there:
            await Participant.create(
                ticket_id=to, address=row.address, added_by=row.added_by, added_at=row.added_at
            )


class Participants:
    """The agents' side: adding and removing persons, with a line in the ticket's history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, ticket_id: int, address: str, who: str, now: datetime) -> None:
        """Let mail from `address` (in lower case) join the ticket. Raises NoTicket or TakesPart."""
        await self._database.writer.run(lambda: add_participant(ticket_id, address, who, now))

    async def remove(self, ticket_id: int, address: str, who: str, now: datetime) -> None:
        """Undo `add`. Raises NoTicket or TakesNoPart."""

        async def unit() -> None:
            if not await Ticket.filter(id=ticket_id).exists():
                raise NoTicket
            if not await Participant.filter(ticket_id=ticket_id, address=address).delete():
                raise TakesNoPart(f"{address} takes no part")
            await note_changes(ticket_id, now, Change(who, "person removed", before=address))

        await self._database.writer.run(unit)
