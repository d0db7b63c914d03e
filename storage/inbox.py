"""The inbox: foreign messages as they came, each under a unique key, and how far we are with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from tortoise.connection import get_connection
from tortoise.expressions import F

from storage.database import Database
from storage.files import FileStore
from storage.models import Entry, EntryState
from storage.threads import in_thread

IN_ROW = 256 * 1024  # bytes; a larger body goes to the file store, its digest into the row
FAILURES = 5  # tries before quarantine
KILLS = 2  # tries that killed or outlasted a worker process before quarantine
CLAIMS = 25  # claims before quarantine, however they ended: a message that takes the whole service down
LEASE = timedelta(seconds=180)
BACKOFF = (0.2, 0.8, 2.0, 4.0)  # seconds after the first, second … failure


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message to record. `conversation` orders processing: equal ones go one after the other."""

    key: str
    channel: str
    conversation: str
    envelope: dict[str, Any]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """An entry in a worker's hands; `body` is the raw bytes, or the digest of a file in the store."""

    id: int
    channel: str
    conversation: str
    envelope: dict[str, Any]
    body: bytes | str
    received_at: datetime
    failures: int
    kills: int


def arrival_key(recipients: Sequence[str], body: bytes) -> str:
    """The key of a message that came by SMTP or LMTP: SHA-256 of its recipients and bytes."""
    digest = sha256("\n".join(sorted(r.lower() for r in recipients)).encode("utf-8", "surrogateescape"))
    digest.update(b"\0")
    digest.update(body)
    return digest.hexdigest()


class Inbox:
    """Records arrivals, hands them out for processing, keeps what became of them."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._files = files

    async def record(self, arrival: Arrival) -> None:
        """Commit an arrival to stable storage; one with a known key is left as it is.

        Raises Unavailable or OSError when it could not be committed; then nothing may be confirmed.
        """
        digest, body = "", arrival.body
        if len(arrival.body) > IN_ROW:
            digest, body = await in_thread(self._files.keep, arrival.body), b""
        await self._database.writer.record(
            Entry(
                key=arrival.key,
                channel=arrival.channel,
                conversation=arrival.conversation,
                envelope=arrival.envelope,
                received_at=arrival.received_at,
                next_attempt_at=arrival.received_at,
                size=len(arrival.body),
                body=body or None,
                body_sha256=digest,
            )
        )

    async def claim(self, most: int, now: datetime) -> list[Claimed]:
        """Take up to `most` due entries, the oldest of each conversation; none is handed out twice."""

        async def unit() -> list[Claimed]:
            connection = get_connection("default")
            postgres = connection.capabilities.dialect == "postgres"
            rows = await connection.execute_query_dict(
                _CLAIM_POSTGRES if postgres else _CLAIM_SQLITE,
                [now, now + LEASE, most] if postgres else [_text(now), _text(now + LEASE), most],
            )
            if not rows:
                return []
            entries = await Entry.filter(id__in=[row["id"] for row in rows]).order_by("id")
            return [
                Claimed(
                    id=e.id,
                    channel=e.channel,
                    conversation=e.conversation,
                    envelope=e.envelope,
                    body=e.body_sha256 or bytes(e.body or b""),
                    received_at=e.received_at,
                    failures=e.failures,
                    kills=e.kills,
                )
                for e in entries
            ]

        return await self._database.writer.run(unit)

    async def release(self, now: datetime, *, all_claims: bool) -> int:
        """Give entries back whose worker is gone: those past their lease, or `all_claims` of them.

        `all_claims` is for a start as the database's sole process. Returns how many were given back.
        """

        async def unit() -> int:
            stuck = Entry.filter(state=EntryState.PROCESSING)
            if not all_claims:
                stuck = stuck.filter(claimed_until__lt=now)
            await stuck.filter(attempts__gte=CLAIMS).update(
                state=EntryState.QUARANTINED,
                processed_at=now,
                trouble=f"the service ended {CLAIMS} times while it had this message in hand",
            )
            return await stuck.update(state=EntryState.RECORDED, claimed_until=None, next_attempt_at=now)

        return await self._database.writer.run(unit)

    async def failed(self, entry: Claimed, trouble: str, now: datetime, *, killed: bool) -> bool:
        """Note a failure that is the entry's own; returns whether it is in quarantine now.

        `killed`: it killed or outlasted its worker process. Otherwise it is tried again after a pause.
        """
        failures, kills = entry.failures + (not killed), entry.kills + killed
        quarantined = failures >= FAILURES or kills >= KILLS
        pause = BACKOFF[min(failures + kills, len(BACKOFF)) - 1]

        async def unit() -> None:
            await Entry.filter(id=entry.id).update(
                state=EntryState.QUARANTINED if quarantined else EntryState.RECORDED,
                failures=failures,
                kills=kills,
                trouble=trouble,
                claimed_until=None,
                next_attempt_at=now + timedelta(seconds=pause),
                processed_at=now if quarantined else None,
            )

        await self._database.writer.run(unit)
        return quarantined

    async def postpone(self, entry: Claimed, until: datetime) -> None:
        """Give an entry back untouched until a moment: the failure was ours, not its own."""

        async def unit() -> None:
            await Entry.filter(id=entry.id).update(
                state=EntryState.RECORDED,
                claimed_until=None,
                next_attempt_at=until,
                attempts=F("attempts") - 1,
            )

        await self._database.writer.run(unit)

    async def waiting(self) -> tuple[int, datetime | None]:
        """How many entries wait for processing, and since when the oldest does (UTC)."""
        unfinished = Entry.filter(state__in=(EntryState.RECORDED, EntryState.PROCESSING))
        oldest = await unfinished.order_by("id").first().values_list("received_at", flat=True)
        return await unfinished.count(), oldest  # type: ignore[return-value]

    async def count(self, state: EntryState) -> int:
        """How many entries are in a state; meant for quarantine, which has an index and stays small."""
        return await Entry.filter(state=state).count()

    async def retry(self, entry_id: int, now: datetime) -> bool:
        """Take a quarantined entry up again; returns False when there is none of that id in quarantine."""
        return await self._from_quarantine(
            entry_id,
            state=EntryState.RECORDED,
            failures=0,
            kills=0,
            attempts=0,
            next_attempt_at=now,
            processed_at=None,
        )

    async def discard(self, entry_id: int, now: datetime, who: str) -> bool:
        """Close a quarantined entry without a ticket; its bytes stay. False when there is none."""
        return await self._from_quarantine(
            entry_id, state=EntryState.DISCARDED, processed_at=now, outcome=f"discarded by {who}"[:200]
        )

    async def _from_quarantine(self, entry_id: int, **changes: Any) -> bool:
        async def unit() -> int:
            return await Entry.filter(id=entry_id, state=EntryState.QUARANTINED).update(**changes)

        return bool(await self._database.writer.run(unit))

    async def entries(self, states: Sequence[EntryState], most: int) -> list[dict[str, Any]]:
        """The newest entries in these states, without their bodies."""
        return await Entry.filter(state__in=states).order_by("-id").limit(most).values(*_SHOWN)

    async def show(self, entry_id: int) -> tuple[dict[str, Any], bytes] | None:
        """One entry with its raw bytes, or None."""
        entry = await Entry.get_or_none(id=entry_id)
        if entry is None:
            return None
        body = bytes(entry.body or b"")
        if entry.body_sha256:
            body = await in_thread(self._files.read, entry.body_sha256)
        return {name: getattr(entry, name) for name in _SHOWN}, body


_SHOWN = (
    "id",
    "channel",
    "state",
    "received_at",
    "processed_at",
    "size",
    "attempts",
    "failures",
    "kills",
    "next_attempt_at",
    "ticket_id",
    "outcome",
    "envelope",
    "trouble",
)


async def finish_entry(
    entry_id: int, state: EntryState, now: datetime, *, ticket_id: int | None, outcome: str
) -> None:
    """Mark an entry as dealt with; to be called inside the transaction that made its effects."""
    await Entry.filter(id=entry_id).update(
        state=state, processed_at=now, ticket_id=ticket_id, outcome=outcome[:200], claimed_until=None
    )


def _text(moment: datetime) -> str:
    # Tortoise stores datetimes on SQLite as text with this very form; comparing works for UTC alone.
    return moment.isoformat(" ")


# The oldest unfinished entry of a conversation holds up the later ones: processed in order.
_CLAIM_SQLITE = """
UPDATE entries SET state = 'processing', claimed_until = ?2, attempts = attempts + 1 WHERE id IN (
  SELECT e.id FROM entries e WHERE e.state = 'recorded' AND e.next_attempt_at <= ?1 AND NOT EXISTS (
    SELECT 1 FROM entries p WHERE p.conversation = e.conversation AND p.id < e.id
    AND p.state IN ('recorded', 'processing'))
  ORDER BY e.id LIMIT ?3) RETURNING id
"""
# The rows are picked in a materialised part of their own: as a plain subselect PostgreSQL may run it anew
# for each row, and claim more than was asked for.
_CLAIM_POSTGRES = """
WITH picked AS MATERIALIZED (
  SELECT e.id FROM entries e WHERE e.state = 'recorded' AND e.next_attempt_at <= $1 AND NOT EXISTS (
    SELECT 1 FROM entries p WHERE p.conversation = e.conversation AND p.id < e.id
    AND p.state IN ('recorded', 'processing'))
  ORDER BY e.id LIMIT $3 FOR UPDATE SKIP LOCKED)
UPDATE entries SET state = 'processing', claimed_until = $2, attempts = attempts + 1
FROM picked WHERE entries.id = picked.id AND entries.state = 'recorded' RETURNING entries.id
"""
