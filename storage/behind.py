"""Which tickets have something that their place in a staff chat does not show yet."""

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from storage.statements import fetch, moment

GAP = 60.0  # seconds for which a number that is missing among later ones is waited for
_MOST = 2000  # rows of a table looked at in one go
_LATELY = 10_000  # lines of history among which closed topics are looked for at the start
_AT_A_TIME = 500

# Plain comparisons of ids on the indexes of messages and events by ticket; topics that are closed are looked
# for among the newest lines of history alone, for there is no end to them.
AT_START = (
    """SELECT t.id FROM tickets t WHERE t.state IN ('new', 'open', 'waiting', 'postponed')
        AND NOT EXISTS (SELECT 1 FROM topics p WHERE p.ticket_id = t.id AND p.left_at IS NULL)""",
    """SELECT p.ticket_id AS id FROM topics p WHERE p.left_at IS NULL AND p.closed = ?
        AND (EXISTS (SELECT 1 FROM events e WHERE e.ticket_id = p.ticket_id AND e.id > p.seen_event)
        OR EXISTS (SELECT 1 FROM messages m WHERE m.ticket_id = p.ticket_id AND m.id > p.posted_item))""",
    """SELECT e.ticket_id AS id FROM events e WHERE e.id > ? AND EXISTS (SELECT 1 FROM topics p
        WHERE p.ticket_id = e.ticket_id AND p.left_at IS NULL AND p.seen_event < e.id)""",
)
_NEW = {
    "messages": "SELECT id, ticket_id FROM messages WHERE id > ? ORDER BY id LIMIT ?",
    "events": "SELECT id, ticket_id FROM events WHERE id > ? ORDER BY id LIMIT ?",
    "screenshots": """SELECT s.id, m.ticket_id FROM screenshots s JOIN messages m ON m.id = s.message_id
        WHERE s.id > ? ORDER BY s.id LIMIT ?""",
}
ANSWERED = """SELECT p.ticket_id FROM posts p WHERE p.mark = 'pending'
    AND NOT EXISTS (SELECT 1 FROM deliveries d
        WHERE d.item_id = p.item_id AND d.state IN ('owed', 'sending'))"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket with something to be shown; `chat_id`: where it is shown now, None for nowhere."""

    ticket_id: int
    due_at: datetime
    line: str
    closed: bool
    chat_id: int | None


@dataclass(slots=True)
class Numbers:
    """Which ids of a table are new. On PostgreSQL a smaller one may become visible after a larger one."""

    floor: int
    _seen: set[int] = field(default_factory=set)
    _gap_since: float | None = None

    def new(self, ids: Iterable[int], now: float) -> set[int]:
        """Of the ids above `floor` those that were not there before; `now` in seconds of a steady clock."""
        found = {one for one in ids if one > self.floor} - self._seen
        self._seen |= found
        self._advance()
        if not self._seen:
            self._gap_since = None
        elif self._gap_since is None:
            self._gap_since = now
        elif now - self._gap_since > GAP:  # whoever had the missing number has given it up
            self.floor = min(self._seen) - 1
            self._advance()
            self._gap_since = now if self._seen else None
        return found

    def _advance(self) -> None:
        before = self.floor
        while self.floor + 1 in self._seen:
            self.floor += 1
            self._seen.remove(self.floor)
        if self.floor != before:
            self._gap_since = None


class Watch:
    """Looks for tickets that have changed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tables: dict[str, Numbers] = {}

    async def start(self) -> list[int]:
        """All tickets that are not wholly shown; what changes after this call, `changed` tells."""
        newest = {}
        for table in _NEW:
            rows = await fetch(f"SELECT COALESCE(MAX(id), 0) AS id FROM {table}")  # noqa: S608 - our own names
            newest[table] = int(rows[0]["id"])
        self._tables = {table: Numbers(number) for table, number in newest.items()}
        none, places, lately = AT_START
        rows = await fetch(none) + await fetch(places, False)
        rows += await fetch(lately, max(0, newest["events"] - _LATELY))
        return list(dict.fromkeys(int(row["id"]) for row in rows))

    async def changed(self) -> set[int]:
        """The tickets with news since the last call, or whose answers have met their fate."""
        answered = await fetch(ANSWERED)
        found = {int(row["ticket_id"]) for row in answered if row["ticket_id"] is not None}
        for table, numbers in self._tables.items():
            rows = await fetch(_NEW[table], numbers.floor, _MOST)
            new = numbers.new((int(row["id"]) for row in rows), self._clock())
            found |= {int(row["ticket_id"]) for row in rows if int(row["id"]) in new}
        return found


async def waiting(ticket_ids: Collection[int]) -> list[Waiting]:
    """How urgent each of these tickets is, and where it is shown."""
    wanted, found = list(ticket_ids), []
    for at in range(0, len(wanted), _AT_A_TIME):
        some = wanted[at : at + _AT_A_TIME]
        # Of two lengths only, for each statement that was ever run is kept in mind.
        some += [0] * ((_AT_A_TIME if len(some) > 1 else 1) - len(some))
        found += await fetch(
            f"""SELECT t.id, t.reaction_due_at, t.line, t.state, p.chat_id FROM tickets t
            LEFT JOIN topics p ON p.ticket_id = t.id AND p.left_at IS NULL
            WHERE t.id IN ({", ".join("?" * len(some))})""",  # noqa: S608 - question marks
            *some,
        )
    return [
        Waiting(int(row["id"]), moment(row["reaction_due_at"]), row["line"], row["state"] == "closed",
                row["chat_id"])
        for row in found
    ]  # fmt: skip


async def still_due() -> list[int]:
    """The tickets that are to be answered or settled: their cards tell how much time is left."""
    rows = await fetch(
        "SELECT id FROM tickets WHERE state <> 'closed'"
        " AND (reacted_at IS NULL OR resolution_due_at IS NOT NULL)"
    )
    return [int(row["id"]) for row in rows]
