"""Whole files of clients: staged, compared with the directory, and merged all at once or not at all."""

# ruff: noqa: S608 - the statements are put together of our own words alone

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from desk.channels import channel_of
from storage.bulk import Bulk, Overtaken
from storage.companies.importing import AUTHOR, ELSEWHERE, Clash, Merged, clashes_in


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client as a file gives him; addresses as the directory keeps them, the first one names him.

    `company`: its registration, "" for none.
    """

    line: int
    addresses: Sequence[str]
    name: str = ""
    vocative: str = ""
    language: str = ""
    company: str = ""


@dataclass(slots=True)
class ClientsImport:
    """One import. `columns`: those that the file has; what is kept under others stays as it is.

    Who has one of the addresses is the client that is meant; whoever was not registered is so afterwards.
    Further addresses of his stay, and so does his language where the file has none.
    """

    bulk: Bulk
    columns: AbstractSet[str]

    async def begin(self) -> None:
        """Make the TEMP tables; what an import that was cut off has left is removed."""
        await remove_unfinished(self.bulk)
        for name, columns in _TABLES.items():
            await self.bulk.run(f"CREATE TEMP TABLE {name} ({columns})")

    async def add(self, rows: Sequence[ClientRow]) -> None:
        """Stage rows."""
        clients = [(r.line, r.name, r.vocative, r.language, r.company) for r in rows]
        await self.bulk.add("clients_in", ("line", "name", "vocative", "language", "company"), clients)
        addresses = [
            (r.line, place, channel_of(one), one) for r in rows for place, one in enumerate(r.addresses)
        ]
        await self.bulk.add("addresses_in", ("line", "place", "channel", "address"), addresses)

    async def clashes(self, most: int) -> tuple[list[Clash], int]:
        """The first `most` contradictions, by line, and how many there are."""
        run = self.bulk.run
        await run("CREATE INDEX IF NOT EXISTS addresses_in_address ON addresses_in (address)")
        await run("CREATE INDEX IF NOT EXISTS addresses_in_line ON addresses_in (line)")
        await self.bulk.look_at("clients_in", "addresses_in")
        await self._find()
        return await clashes_in(self.bulk, _CLASHES, most)

    async def _find(self) -> None:
        """Who is meant by each row."""
        await self.bulk.run(
            "UPDATE addresses_in SET owner ="
            " (SELECT a.client_id FROM addresses a WHERE a.address = addresses_in.address)"
        )
        await self.bulk.run(
            "UPDATE clients_in SET client_id ="
            " (SELECT MIN(i.owner) FROM addresses_in i WHERE i.line = clients_in.line),"
            " company_id = (SELECT c.id FROM companies c WHERE c.registration = clients_in.company)"
        )

    async def compare(self) -> Merged:
        """What would become of the rows, whose clashes were looked for just now."""
        known = "".join(f" OR {sql}" for column, sql in _DIFFERENCES.items() if column in self.columns)
        await self.bulk.run(
            f"""UPDATE clients_in SET kind = CASE WHEN client_id IS NULL THEN 'new'
            WHEN EXISTS (SELECT 1 FROM addresses_in i WHERE i.line = clients_in.line AND i.owner IS NULL)
            OR EXISTS (SELECT 1 FROM clients c WHERE c.id = clients_in.client_id
                AND (NOT c.registered{known})) THEN 'changed' ELSE 'same' END"""
        )
        # The last transaction looks for these with the lock in hand.
        await self.bulk.run(
            "CREATE INDEX IF NOT EXISTS clients_changed ON clients_in (client_id) WHERE kind = 'changed'"
        )
        await self.bulk.look_at("clients_in")
        counts = dict(await self.bulk.rows("SELECT kind, COUNT(*) FROM clients_in GROUP BY kind"))
        return Merged(*(int(counts.get(kind, 0)) for kind in ("new", "changed", "same")))

    async def merge(self, now: datetime) -> None:
        """Change the tables; `now` is UTC. Raises Overtaken, and has changed nothing then.

        New clients go in first, some thousand at a time, so that nobody waits long for SQLite's write lock.
        Until the last transaction they are not registered, so to everybody else they are the strangers that
        they were before. That transaction registers them all and makes every other change: it is the one
        that decides. An import that is cut off before it has imported nothing; what it has put there is
        removed, by itself or by the next one.
        """
        try:
            await self._put_new(now)
            await self.bulk.merge(lambda: self._decide(now))
        except BaseException:
            await remove_unfinished(self.bulk)
            raise

    async def _put_new(self, now: datetime) -> None:
        run = self.bulk.run
        for sql in _PREPARE:
            await run(sql)
        await self.bulk.look_at("clients_new", "addresses_new")
        if self.bulk.postgres:
            await run("UPDATE clients_new SET id = nextval(pg_get_serial_sequence('clients', 'id'))")
        count = await self.bulk.one("SELECT COUNT(*) FROM clients_new")

        async def chunk() -> None:
            if not self.bulk.postgres:
                last = await self.bulk.one(_LAST_ID)
                await run("UPDATE clients_new SET id = ? + number WHERE number BETWEEN ? AND ?", last, *span)
            await run(_NEW, now, *span)
            await run(_NEW_ADDRESSES, *span)

        for first in range(1, count + 1, CHUNK):
            span = (first, first + CHUNK - 1)
            await self.bulk.merge(chunk)
            if first == 1:
                await self.bulk.look_at("clients", "addresses")
            await asyncio.sleep(BREATH)

    async def _decide(self, now: datetime) -> None:
        run = self.bulk.run
        await run("UPDATE clients SET registered = TRUE, blocked_by = '' WHERE blocked_by = ?", _UNFINISHED)
        if not await self.bulk.one("SELECT COUNT(*) FROM clients_in WHERE kind = 'changed'"):
            return
        if await self.bulk.one(_STALE):
            raise Overtaken("a client has got or lost an address")
        if "company" in self.columns:
            await run(_HISTORY, now)
            await run(_TICKETS)
        for column, sql in _CHANGES.items():
            if not column or column in self.columns:
                await run(sql)
        await run(_ADDRESSES)


async def remove_unfinished(bulk: Bulk) -> None:
    """Remove the new clients of an import that was cut off; who has written meanwhile stays, a stranger."""

    async def spare() -> None:
        await bulk.run(
            """UPDATE clients SET blocked_by = '', name = '', vocative = '', company_id = NULL
            WHERE blocked_by = ? AND
            (id IN (SELECT client_id FROM tickets) OR id IN (SELECT client_id FROM chats))""",
            _UNFINISHED,
        )

    async def remove() -> None:
        ids = ", ".join(map(str, numbers))
        await bulk.run(f"DELETE FROM addresses WHERE client_id IN ({ids})")
        await bulk.run(f"DELETE FROM clients WHERE id IN ({ids})")

    if not await bulk.rows("SELECT id FROM clients WHERE blocked_by = ? LIMIT 1", _UNFINISHED):
        return
    await bulk.merge(spare)
    while numbers := [
        row[0]
        for row in await bulk.rows(f"SELECT id FROM clients WHERE blocked_by = ? LIMIT {CHUNK}", _UNFINISHED)
    ]:
        await bulk.merge(remove)


CHUNK = 10_000  # new clients in a transaction: a tenth of a second
BREATH = 0.05  # seconds between two: whoever waits for SQLite's lock looks that often, and gets it in turn
# Stands where else is named who blocked a client; he is not blocked, for `blocked_at` is empty.
_UNFINISHED = "an import that is not finished"

_TABLES = {
    "clients_new": """number BIGINT PRIMARY KEY, id BIGINT, line BIGINT, name TEXT, vocative TEXT,
        language TEXT, company_id BIGINT""",
    "addresses_new": "number BIGINT, place INT, channel TEXT, address TEXT",
    "clients_in": """line BIGINT PRIMARY KEY, name TEXT, vocative TEXT, language TEXT, company TEXT,
        company_id BIGINT, client_id BIGINT, kind TEXT""",
    "addresses_in": "line BIGINT, place INT, channel TEXT, address TEXT, owner BIGINT",
}

_CLASHES = (
    (
        "address",
        ELSEWHERE,
        """SELECT s.line, s.address, 'line ' || f.line FROM addresses_in s JOIN
            (SELECT address, MIN(line) AS line FROM addresses_in GROUP BY address HAVING COUNT(*) > 1) f
            ON f.address = s.address WHERE s.line > f.line ORDER BY s.line""",
    ),
    (
        "address",
        "addresses of one client in a row (this one belongs to client {other})",
        """SELECT s.line, s.address, s.owner || ', another one to client ' || c.client_id
            FROM addresses_in s JOIN clients_in c ON c.line = s.line
            WHERE s.owner <> c.client_id ORDER BY s.line, s.place""",
    ),
    (
        "address",
        "one row for each client (he stands in line {other} by another address)",
        """SELECT s.line, s.address, f.line FROM addresses_in s
            JOIN clients_in c ON c.line = s.line JOIN
            (SELECT client_id, MIN(line) AS line FROM clients_in WHERE client_id IS NOT NULL
            GROUP BY client_id HAVING COUNT(*) > 1) f ON f.client_id = c.client_id
            WHERE s.line > f.line AND s.owner = c.client_id ORDER BY s.line, s.place""",
    ),
    (
        "company",
        "the registration of a company in the directory",
        """SELECT line, company, '' FROM clients_in
            WHERE company <> '' AND company_id IS NULL ORDER BY line""",
    ),
)

_OTHER_COMPANY = "COALESCE(c.company_id, 0) <> COALESCE({row}.company_id, 0)"
_DIFFERENCES = {
    "name": "c.name <> clients_in.name",
    "vocative": "c.vocative <> clients_in.vocative",
    "language": "c.language <> clients_in.language AND clients_in.language <> ''",
    "company": _OTHER_COMPANY.format(row="clients_in"),
}

# An address that a changed client had when he was looked for is his no longer, or he was erased.
_STALE = """SELECT COUNT(*) FROM addresses_in i JOIN clients_in s ON s.line = i.line
    LEFT JOIN addresses a ON a.address = i.address
    WHERE s.kind = 'changed' AND i.owner IS NOT NULL AND COALESCE(a.client_id, 0) <> i.owner"""
_LAST_ID = "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'clients'), 0)"
# In the order of addresses: their index grows at one place then, instead of being written anew by each chunk.
_PREPARE = (
    "DELETE FROM clients_new",
    "DELETE FROM addresses_new",
    """INSERT INTO clients_new (number, line, name, vocative, language, company_id)
        SELECT row_number() OVER (ORDER BY i.address), s.line, s.name, s.vocative, s.language, s.company_id
        FROM addresses_in i JOIN clients_in s ON s.line = i.line WHERE s.kind = 'new' AND i.place = 0""",
    "CREATE INDEX IF NOT EXISTS clients_new_line ON clients_new (line)",
    """INSERT INTO addresses_new SELECT n.number, i.place, i.channel, i.address
        FROM clients_new n JOIN addresses_in i ON i.line = n.line ORDER BY n.number, i.place""",
    "CREATE INDEX IF NOT EXISTS addresses_new_number ON addresses_new (number, place)",
)
_NEW = f"""INSERT INTO clients (id, name, vocative, registered, language, company_id, created_at, blocked_by,
    blocked_why) SELECT id, name, vocative, FALSE, language, company_id, ?, '{_UNFINISHED}', ''
    FROM clients_new WHERE number BETWEEN ? AND ? ORDER BY number"""
_NEW_ADDRESSES = """INSERT INTO addresses (client_id, channel, address)
    SELECT n.id, a.channel, a.address FROM clients_new n JOIN addresses_new a ON a.number = n.number
    WHERE n.number BETWEEN ? AND ? ORDER BY n.number, a.place"""
_ADDRESSES = """INSERT INTO addresses (client_id, channel, address)
    SELECT s.client_id, i.channel, i.address FROM clients_in s JOIN addresses_in i ON i.line = s.line
    WHERE s.kind = 'changed' AND i.owner IS NULL ORDER BY s.line, i.place"""
_MOVED = f"""FROM clients_in s JOIN clients c ON c.id = s.client_id
    WHERE s.kind = 'changed' AND {_OTHER_COMPANY.format(row="s")}"""
_HISTORY = f"""INSERT INTO events (ticket_id, at, who, what, before, after, why)
    SELECT t.id, ?, '{AUTHOR}', 'company linked', COALESCE(o.registration, ''), m.company, ''
    FROM (SELECT c.id AS id, c.company_id AS was, s.company AS company {_MOVED}) m
    LEFT JOIN companies o ON o.id = m.was JOIN tickets t ON t.client_id = m.id
    WHERE t.state <> 'closed' ORDER BY t.id"""
_TICKETS = f"""UPDATE tickets SET company_id = m.company_id
    FROM (SELECT c.id AS id, s.company_id AS company_id {_MOVED}) m
    WHERE tickets.client_id = m.id AND tickets.state <> 'closed'"""
_OF_CHANGED = "FROM clients_in s WHERE s.client_id = clients.id AND s.kind = 'changed'"
_CHANGES = {
    "": f"UPDATE clients SET registered = TRUE {_OF_CHANGED}",
    "name": f"UPDATE clients SET name = s.name {_OF_CHANGED}",
    "vocative": f"UPDATE clients SET vocative = s.vocative {_OF_CHANGED}",
    "language": f"UPDATE clients SET language = s.language {_OF_CHANGED} AND s.language <> ''",
    "company": f"UPDATE clients SET company_id = s.company_id {_OF_CHANGED}",
}
