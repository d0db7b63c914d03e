"""All registered clients, few at a time. Reads only."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from storage.statements import fetch

_TOGETHER = 1000


@dataclass(frozen=True, slots=True)
class ListedClient:
    """A registered client; `addresses`: the one that names him first. `company`: its registration, or ""."""

    addresses: tuple[str, ...]
    name: str
    vocative: str
    language: str
    company: str


async def clients() -> AsyncIterator[list[ListedClient]]:
    """All registered clients, in the order in which they became known."""
    last = 0
    while rows := await fetch(
        """SELECT c.id, c.name, c.vocative, c.language, COALESCE(o.registration, '') AS company FROM clients c
            LEFT JOIN companies o ON o.id = c.company_id
            WHERE c.registered AND c.erased_at IS NULL AND c.id > ? ORDER BY c.id LIMIT ?""",
        last,
        _TOGETHER,
    ):
        first, last = int(rows[0]["id"]), int(rows[-1]["id"])
        addresses: dict[int, list[str]] = {}
        for one in await fetch(
            "SELECT client_id, address FROM addresses WHERE client_id BETWEEN ? AND ? ORDER BY client_id, id",
            first,
            last,
        ):
            addresses.setdefault(one["client_id"], []).append(one["address"])
        yield [
            ListedClient(
                tuple(addresses[row["id"]]), row["name"], row["vocative"], row["language"], row["company"]
            )
            for row in rows
            if row["id"] in addresses
        ]


async def client_count() -> int:
    """How many registered clients there are."""
    rows = await fetch("SELECT COUNT(*) AS number FROM clients WHERE registered AND erased_at IS NULL")
    return int(rows[0]["number"])
