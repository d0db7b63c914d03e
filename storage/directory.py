"""The directory: clients and the addresses by which they are known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from desk.channels import channel_of
from desk.entitlement import STRANGER, Contract, Standing
from storage.chat_models import Chat
from storage.companies.linking import link_client
from storage.database import Database
from storage.models import Address, Client, Closure, Event, Ticket
from storage.outbox import Owed, owe
from storage.statements import day, fetch, insert, row_lock


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client as other floors see him; `name` is the directory's, never what a mail claims.

    `vocative`: how he is called when he is addressed, where the language has a form for that, or "".
    """

    id: int
    name: str
    registered: bool
    language: str
    address: str
    blocked: bool = False
    vocative: str = ""
    standing: Standing = STRANGER


class AddressTaken(Exception):
    """The address belongs to a client already."""


class NotBlockable(Exception):
    """The client is blocked already, or not blocked at all, or there is none; the text says which."""


async def client_by_address(address: str) -> KnownClient | None:
    """The client who owns a mail address (in lower case), or None.

    In a transaction he is held: whoever erases him waits for its end, or he is gone here already.
    """
    # Once an erasure that we waited for is over, PostgreSQL looks at the client's row anew, but at it alone:
    # the address, which is gone, would still be found.
    rows = await fetch(
        "SELECT c.id, c.name, c.registered, c.language, c.blocked_at, c.vocative, c.company_id"  # noqa: S608
        " FROM addresses a JOIN clients c ON c.id = a.client_id"
        f" WHERE a.address = ? AND c.erased_at IS NULL{row_lock('KEY SHARE OF c')}",
        address,
    )
    if not rows:
        return None
    row = rows[0]
    registered, blocked = bool(row["registered"]), row["blocked_at"] is not None
    standing = await _standing(registered, row["company_id"])
    return KnownClient(
        row["id"], row["name"], registered, row["language"], address, blocked, row["vocative"], standing
    )


async def standing_of(client_id: int) -> Standing:
    """What entitles a client just now; STRANGER for one that is not there."""
    rows = await fetch(
        "SELECT registered, company_id FROM clients WHERE id = ? AND erased_at IS NULL", client_id
    )
    return await _standing(bool(rows[0]["registered"]), rows[0]["company_id"]) if rows else STRANGER


async def _standing(registered: bool, company_id: int | None) -> Standing:
    """With what his company has; asked for in a statement of its own, because most who write have none."""
    if company_id is None:
        return Standing(registered)
    rows = await fetch(
        "SELECT o.name, o.curator, k.level, k.plan, k.valid_from, k.valid_to FROM companies o"
        " LEFT JOIN contracts k ON k.company_id = o.id WHERE o.id = ?",
        company_id,
    )
    if not rows:  # it was deleted this very moment, and the client has none any more
        return Standing(registered)
    contracts = tuple(
        Contract(day(one["valid_from"]), _day(one["valid_to"]), one["plan"], one["level"])
        for one in rows
        if one["valid_from"] is not None
    )
    return Standing(registered, company_id, rows[0]["name"], rows[0]["curator"], contracts)


def _day(value: Any) -> date | None:
    return None if value is None else day(value)


async def add_unregistered(address: str, language: str, now: datetime) -> KnownClient:
    """Remember a person who wrote for the first time; inside the transaction that takes the request in."""
    client_id = await insert(Client, {"language": language, "created_at": now})
    await insert(Address, {"client_id": client_id, "address": address})
    return KnownClient(client_id, "", False, language, address)


async def set_language(client_id: int, language: str) -> None:
    """Write to a client in this language from now on, about his earlier tickets too; inside a unit."""
    await Client.filter(id=client_id).update(language=language)
    await Ticket.filter(client_id=client_id).update(language=language)


async def link_address(address: str, owner_address: str, now: datetime) -> KnownClient | None:
    """Give an address to the client who has another one, by which he proved to be the same person.

    Inside a unit. With it an unregistered client's tickets, closures and further addresses go to the owner;
    a registered one keeps his and loses the address alone. Returns the owner, or None when either is gone.
    """
    await _hold_both(address, owner_address)
    client, owner = await client_by_address(address), await client_by_address(owner_address)
    if client is None or owner is None or client.id == owner.id:
        return owner if client is not None else None
    if client.registered:
        await _give([address], owner.id)
        await Chat.filter(client_id=client.id).update(client_id=owner.id)
        return owner
    for ticket_id in await Ticket.filter(client_id=client.id).order_by("id").values_list("id", flat=True):
        linked = {"what": "client linked", "before": address, "after": owner_address}
        await insert(Event, {"ticket_id": ticket_id, "at": now, "who": address, **linked})
    for table in (Ticket, Closure, Chat):
        await table.filter(client_id=client.id).update(client_id=owner.id)
    await _give([row.address for row in await Address.filter(client_id=client.id).order_by("id")], owner.id)
    await Client.filter(id=client.id).delete()
    return owner


async def _give(addresses: Sequence[str], client_id: int) -> None:
    """Make addresses a client's; what he had before stays the first, by which he is named."""
    for address in addresses:
        await Address.filter(address=address).delete()
        await insert(Address, {"client_id": client_id, "address": address})


async def _hold_both(*addresses: str) -> None:
    """Keep everybody else from these clients until the transaction ends; always in one order."""
    await fetch(
        "SELECT id FROM clients WHERE id IN (SELECT client_id FROM addresses WHERE address IN (?, ?))"  # noqa: S608
        f" ORDER BY id{row_lock('UPDATE')}",
        *addresses,
    )


class Directory:
    """The administrators' side of the directory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, address: str, name: str, language: str, now: datetime, *, vocative: str = "", company: str = ""
    ) -> KnownClient:
        """Register a client; one who wrote before keeps his tickets. `language` may be empty: unknown.

        `company`: its registration, "" for none. Raises AddressTaken when a registered client has the
        address, NoCompany.
        """

        async def unit() -> KnownClient:
            client = await register()
            if vocative:
                await Client.filter(id=client.id).update(vocative=vocative)
            if company:
                await link_client(client.id, company, "command line", now)
            return client

        async def register() -> KnownClient:
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
        """Refuse whoever has the address (in lower case) further service.

        One whom we know is owed the one letter that tells him so; one who has never written is remembered as
        an unregistered client and told nothing. `why` is for the agents. `domain` is that of the desk's
        address; `language` is used where the client's is not known. Raises NotBlockable.
        """

        return await self._database.writer.run(
            lambda: block_now(address, who, why, now, domain=domain, language=language)
        )

    async def unblock(self, address: str) -> KnownClient:
        """Serve a blocked client again; he is told nothing. Raises NotBlockable.

        One whom nothing but the block made known is forgotten with it.
        """

        async def unit() -> KnownClient:
            client = await client_by_address(address)
            if client is None or not client.blocked:
                raise NotBlockable(f"{address} is not blocked")
            await _forget_or_mend(client)
            return replace(client, blocked=False)

        return await self._database.writer.run(unit)

    async def clients(self, *, blocked: bool = False) -> list[KnownClient]:
        """All registered clients, or all blocked ones; one row for each address, by address."""
        wanted = {"client__blocked_at__isnull": False} if blocked else {"client__registered": True}
        rows = await Address.filter(**wanted).order_by("address").prefetch_related("client")
        return [_known(row.client, row.address) for row in rows]


async def block_now(
    address: str, who: str, why: str, now: datetime, *, domain: str, language: str
) -> KnownClient:
    """See `Directory.block`, of which this is the unit."""
    known = await client_by_address(address)
    client = known or await add_unregistered(address, "", now)
    if client.blocked:
        raise NotBlockable(f"{address} is blocked already")
    mark = {"blocked_at": now, "blocked_by": who[:100], "blocked_why": why}
    await Client.filter(id=client.id).update(**mark)
    if known is not None:
        await owe(_farewell(known, language, now), domain, now)
    return replace(client, blocked=True)


def _known(client: Client, address: str) -> KnownClient:
    blocked = client.blocked_at is not None
    return KnownClient(client.id, client.name, client.registered, client.language, address, blocked)


def _farewell(client: KnownClient, language: str, now: datetime) -> Owed:
    """The letter to a client who is blocked."""
    return Owed(
        key=f"client:{client.id}:blocked:{now.isoformat()}",
        ticket_id=None,
        kind="blocked",
        channel=channel_of(client.address),
        recipient=client.address,
        language=client.language or language,
        facts={"client_name": client.name or None, "client_vocative": client.vocative or None},
    )


async def _forget_or_mend(blocked: KnownClient) -> None:
    # Held before his tickets are looked for: none is opened until he is gone.
    await fetch(f"SELECT id FROM clients WHERE id = ?{row_lock('UPDATE')}", blocked.id)  # noqa: S608
    row = await Client.get(id=blocked.id)
    # Added by the very act that blocked him, and nothing has come of him since.
    only_blocked = row.created_at == row.blocked_at and not row.registered
    if only_blocked and not await Ticket.filter(client_id=row.id).exists():
        await Address.filter(client_id=row.id).delete()
        await Client.filter(id=row.id).delete()
    else:
        await Client.filter(id=row.id).update(blocked_at=None, blocked_by="", blocked_why="")
