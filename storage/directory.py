"""The directory: clients and the addresses by which they are known."""

from dataclasses import dataclass, replace
from datetime import datetime

from storage.database import Database
from storage.models import Address, Client
from storage.outbox import Owed, owe
from storage.statements import fetch, insert


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client as other floors see him; `name` is the directory's, never what a mail claims."""

    id: int
    name: str
    registered: bool
    language: str
    address: str
    blocked: bool = False


class AddressTaken(Exception):
    """The address belongs to a client already."""


class NotBlockable(Exception):
    """There is no such client, or he is blocked already, or not blocked at all; the text says which."""


async def client_by_address(address: str) -> KnownClient | None:
    """The client who owns a mail address (in lower case), or None."""
    rows = await fetch(
        "SELECT c.id, c.name, c.registered, c.language, c.blocked_at FROM addresses a"
        " JOIN clients c ON c.id = a.client_id WHERE a.address = ?",
        address,
    )
    if not rows:
        return None
    row = rows[0]
    blocked = row["blocked_at"] is not None
    return KnownClient(row["id"], row["name"], bool(row["registered"]), row["language"], address, blocked)


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

    async def block(
        self, address: str, who: str, why: str, now: datetime, *, domain: str, language: str
    ) -> KnownClient:
        """Refuse a client further service, and owe him the one letter that tells him so.

        `why` is for the agents. `domain` is that of the desk's address; `language` is used where the client's
        is not known. Raises NotBlockable.
        """

        async def unit() -> KnownClient:
            client = await _client_to_change(address)
            if client.blocked:
                raise NotBlockable(f"{address} is blocked already")
            mark = {"blocked_at": now, "blocked_by": who[:100], "blocked_why": why}
            await Client.filter(id=client.id).update(**mark)
            letter = Owed(
                key=f"client:{client.id}:blocked:{now.isoformat()}",
                ticket_id=None,
                kind="blocked",
                recipient=address,
                language=client.language or language,
                facts={"client_name": client.name or None},
            )
            await owe(letter, domain, now)
            return replace(client, blocked=True)

        return await self._database.writer.run(unit)

    async def unblock(self, address: str) -> KnownClient:
        """Serve a blocked client again; he is told nothing. Raises NotBlockable."""

        async def unit() -> KnownClient:
            client = await _client_to_change(address)
            if not client.blocked:
                raise NotBlockable(f"{address} is not blocked")
            await Client.filter(id=client.id).update(blocked_at=None, blocked_by="", blocked_why="")
            return replace(client, blocked=False)

        return await self._database.writer.run(unit)

    async def clients(self, *, blocked: bool = False) -> list[KnownClient]:
        """All registered clients, or all blocked ones; one row for each address, by address."""
        wanted = {"client__blocked_at__isnull": False} if blocked else {"client__registered": True}
        rows = await Address.filter(**wanted).order_by("address").prefetch_related("client")
        return [_known(row.client, row.address) for row in rows]


def _known(client: Client, address: str) -> KnownClient:
    blocked = client.blocked_at is not None
    return KnownClient(client.id, client.name, client.registered, client.language, address, blocked)


async def _client_to_change(address: str) -> KnownClient:
    client = await client_by_address(address)
    if client is None:
        raise NotBlockable(f"there is no client with the address {address}")
    return client
