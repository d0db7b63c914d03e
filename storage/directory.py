"""The directory: clients and the addresses by which they are known."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.models import Address, Client


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
    row = await Address.filter(address=address).select_related("client").first()
    if row is None:
        return None
    client = row.client
    return KnownClient(client.id, client.name, client.registered, client.language, address)


async def add_unregistered(address: str, language: str, now: datetime) -> KnownClient:
    """Remember a person who wrote for the first time; inside the transaction that takes the request in."""
    client = await Client.create(registered=False, language=language, created_at=now)
    await Address.create(client=client, address=address)
    return KnownClient(client.id, "", False, language, address)


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
