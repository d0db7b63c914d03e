"""The directory: clients and the addresses by which they are known."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.models import Address, Client
from storage.statements import fetch, insert


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client as other floors see him; `name` is the directory's, never what a mail claims."""

    id: int
    name: str
    registered: bool
    language: str
    address: str


class AddressTaken(Exception):
    """The address belongs to a client already."""


async def client_by_address(address: str) -> KnownClient | None:
    """The client who owns a mail address (in lower case), or None."""
    rows = await fetch(
        "SELECT c.id, c.name, c.registered, c.language FROM addresses a JOIN clients c ON c.id = a.client_id"
        " WHERE a.address = ?",
        address,
    )
    if not rows:
        return None
    row = rows[0]
    return KnownClient(row["id"], row["name"], bool(row["registered"]), row["language"], address)


async def add_unregistered(address: str, language: str, now: datetime) -> KnownClient:
    """Remember a person who wrote for the first time; inside the transaction that takes the request in."""
    client_id = await insert(Client, {"language": language, "created_at": now})
    await insert(Address, {"client_id": client_id, "address": address})
    return KnownClient(client_id, "", False, language, address)


class Directory:
    """The administrators' side of the directory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, address: str, name: str, language: str, now: datetime) -> KnownClient:
        """Register a client; one who wrote before keeps his tickets. `language` may be empty: unknown.

        Raises AddressTaken when a registered client has the address.
        """

        async def unit() -> KnownClient:
            known = await client_by_address(address)
            if known is None:
                client = await Client.create(name=name, registered=True, language=language, created_at=now)
                await Address.create(client=client, address=address)
                return KnownClient(client.id, name, True, language, address)
            if known.registered:
                raise AddressTaken(f"{address} belongs to client {known.id} ({known.name or 'no name'})")
            language_now = language or known.language
            await Client.filter(id=known.id).update(name=name, registered=True, language=language_now)
            return KnownClient(known.id, name, True, language_now, address)

        return await self._database.writer.run(unit)

    async def clients(self) -> list[KnownClient]:
        """All registered clients, one row for each address, by address."""
        rows = (
            await Address.filter(client__registered=True)
            .order_by("address")
            .values_list("client_id", "client__name", "client__registered", "client__language", "address")
        )
        return [KnownClient(*row) for row in rows]
