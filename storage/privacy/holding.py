"""Holds what other processes may change about a person, until the transaction that erases him ends."""

from storage.models import Address
from storage.statements import fetch, row_lock


async def hold(address: str) -> None:
    """Wait for whoever is changing anything about the person with a mail address, and let nobody begin.

    In the order of everybody else: the client (`storage.directory.client_by_address`), his tickets
    (`storage.tickets.ticket_now`), what is owed on them and to him. SQLite has one writer: nothing is to be
    waited for.
    """
    owner = await Address.get_or_none(address=address)
    client_id = None if owner is None else owner.client_id
    # Against a reference too: a ticket that is being opened for him.
    await fetch(f"SELECT id FROM clients WHERE id = ?{row_lock('UPDATE')}", client_id)  # noqa: S608
    # Not against references: a worker that holds a delivery writes a note of it into the ticket, and would
    # wait for us while we wait for the delivery.
    await fetch(
        f"SELECT id FROM tickets WHERE client_id = ? ORDER BY id{row_lock('NO KEY UPDATE')}",  # noqa: S608
        client_id,
    )
    await fetch(
        "SELECT id FROM deliveries WHERE id IN ("  # noqa: S608
        "SELECT id FROM deliveries WHERE ticket_id IN (SELECT id FROM tickets WHERE client_id = ?)"
        " UNION SELECT id FROM deliveries WHERE recipient = ?"
        " UNION SELECT id FROM deliveries WHERE recipient IN"
        f" (SELECT address FROM addresses WHERE client_id = ?)) ORDER BY id{row_lock('UPDATE')}",
        client_id,
        address,
        client_id,
    )
