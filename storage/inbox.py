"""The inbox: foreign messages as they came, each under a unique key, and how far we are with them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from storage.database import Database
from storage.files import FileStore
from storage.models import Entry, EntryState
from storage.notices import owe_quarantine
from storage.statements import change, claiming, fetch, moment, parsed
from storage.threads import in_thread
from storage.writer import Unavailable

IN_ROW = 256 * 1024  # bytes; a larger body goes to the file store, its digest into the row
FAILURES = 5  # tries before quarantine
KILLS = 2  # tries that killed or outlasted a worker process before quarantine
CLAIMS = 25  # claims before quarantine, however they ended: a message that takes the whole service down
LEASE = timedelta(seconds=180)
CHATS = ("telegram", "staff")  # channels of the clients' and the agents' bot; all others are mail
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
    accepted_by: str = ""
    attempts: int = 1


class ClaimLost(Exception):
    """An entry is another worker's by now: this one was not heard of for longer than its lease."""


def arrival_key(recipients: Sequence[str], body: bytes) -> str:
    """The key of a message that came by SMTP or LMTP: SHA-256 of its recipients and bytes."""
    digest = sha256("\n".join(sorted(r.lower() for r in recipients)).encode("utf-8", "surrogateescape"))
    digest.update(b"\0")
    digest.update(body)
    return digest.hexdigest()


class Inbox:
    """Records arrivals, hands them out for processing, keeps what became of them."""

    def __init__(self, database: Database, files: FileStore, *, chats: bool = False) -> None:
        """`chats`: hand out what came by the bots, rather than mail."""
        self._database = database
        self._files = files
        self._chats = chats
        self._lost: list[datetime] = []

    async def record(self, arrival: Arrival) -> None:
        """Commit an arrival to stable storage; one with a known key is left as it is.

        Raises Unavailable or OSError when it could not be committed; then nothing may be confirmed.
        """
        digest, body = "", arrival.body
        if len(arrival.body) > IN_ROW:
            digest, body = await in_thread(self._files.keep, arrival.body), b""
        await self._database.writer.record(
            {
                "key": arrival.key,
                "channel": arrival.channel,
                "conversation": arrival.conversation,
                "envelope": arrival.envelope,
                "received_at": arrival.received_at,
                "next_attempt_at": arrival.received_at,
                "size": len(arrival.body),
                "body": body or None,
                "body_sha256": digest,
            }
        )

    async def claim(self, most: int, now: datetime) -> list[Claimed]:
        """Take up to `most` due entries, the oldest of each conversation; none is handed out twice."""

        async def unit() -> list[Claimed]:
            rows = await fetch(_claim(self._chats), now, most, now + LEASE)
            return [_claimed(row) for row in sorted(rows, key=lambda row: int(row["id"]))]

        try:
            return await self._database.writer.run(unit)
        except Unavailable:
            # Only its answer may have been lost: what it took then is in nobody's hand, see `release`.
            self._lost.append(now + LEASE)
            raise

    async def release(self, now: datetime, *, all_claims: bool, besides: Collection[int] = ()) -> int:
        """Give entries back whose worker is gone: those past their lease, or `all_claims` of them.

        So are those of a claim of ours whose answer was lost; its moment to the microsecond tells them.
        `all_claims` is for a start as the database's sole process; `besides` are those that the caller has in
        hand himself, whose lease is renewed. Returns how many were given back.
        """

        async def unit() -> int:
            stuck = Entry.filter(self._mine(), state=EntryState.PROCESSING)
            if besides:
                await stuck.filter(id__in=besides).update(claimed_until=now + LEASE)
                stuck = stuck.exclude(id__in=besides)
            if not all_claims:
                stuck = stuck.filter(Q(claimed_until__lt=now) | Q(claimed_until__in=lost))
            if await stuck.filter(attempts__gte=CLAIMS).update(
                state=EntryState.QUARANTINED,
                processed_at=now,
                trouble=f"the service ended {CLAIMS} times while it had this message in hand",
            ):
                await owe_quarantine(now)
            return await stuck.update(state=EntryState.RECORDED, claimed_until=None, next_attempt_at=now)

        lost = list(self._lost)
        released = await self._database.writer.run(unit)
        del self._lost[: len(lost)]
        return released

    def _mine(self) -> Q:
        return Q(channel__in=CHATS) if self._chats else ~Q(channel__in=CHATS)

    async def failed(self, entry: Claimed, trouble: str, now: datetime, *, killed: bool) -> bool:
        """Note a failure that is the entry's own; returns whether it is in quarantine now.

        `killed`: it killed or outlasted its worker process. Otherwise it is tried again after a pause.
        """
        failures, kills = entry.failures + (not killed), entry.kills + killed
        quarantined = failures >= FAILURES or kills >= KILLS
        pause = BACKOFF[min(failures + kills, len(BACKOFF)) - 1]

        async def unit() -> None:
            held = await _held(entry).update(
                state=EntryState.QUARANTINED if quarantined else EntryState.RECORDED,
                failures=failures,
                kills=kills,
                trouble=trouble,
                claimed_until=None,
                next_attempt_at=now + timedelta(seconds=pause),
                processed_at=now if quarantined else None,
            )
            if held and quarantined:
                await owe_quarantine(now)

        await self._database.writer.run(unit)
        return quarantined

    async def postpone(self, entry: Claimed, until: datetime) -> None:
        """Give an entry back untouched until a moment: the failure was ours, not its own."""

        async def unit() -> None:
            await _held(entry).update(
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
        return await self._from(
            EntryState.QUARANTINED,
            entry_id,
            state=EntryState.RECORDED,
            failures=0,
            kills=0,
            attempts=0,
            next_attempt_at=now,
            processed_at=None,
        )

    async def accept(self, entry_id: int, now: datetime, who: str) -> bool:
        """Have a refused entry taken in after all; False when there is none of that id with its bytes."""
        return await self._from(
            EntryState.REFUSED,
            entry_id,
            state=EntryState.RECORDED,
            accepted_by=who[:100],
            next_attempt_at=now,
            processed_at=None,
            outcome="",
        )

    async def discard(self, entry_id: int, now: datetime, who: str) -> bool:
        """Close a quarantined entry without a ticket; its bytes stay. False when there is none."""
        return await self._from(
            EntryState.QUARANTINED,
            entry_id,
            state=EntryState.DISCARDED,
            processed_at=now,
            outcome=f"discarded by {who}"[:200],
        )

    async def _from(self, present: EntryState, entry_id: int, **changes: Any) -> bool:
        async def unit() -> int:
            # One without its bytes any more is as it is.
            return await Entry.filter(id=entry_id, state=present, purged_at=None).update(**changes)

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
    "purged_at",
)


def _held(entry: Claimed) -> QuerySet[Entry]:
    """The entry's row, as long as it is its claimant's; see `hold_entry`."""
    return Entry.filter(id=entry.id, state=EntryState.PROCESSING, attempts=entry.attempts)


async def hold_entry(entry: Claimed) -> None:
    """Make sure that an entry is still its claimant's, until the end of the transaction.

    Each claim counts `attempts` up, so that the number tells two claims apart. Raises ClaimLost.
    """
    rows = await fetch(
        "UPDATE entries SET attempts = attempts WHERE id = ? AND state = 'processing' AND attempts = ?"
        " RETURNING id",
        entry.id,
        entry.attempts,
    )
    if not rows:
        raise ClaimLost(f"entry {entry.id} was given to another worker")


async def finish_entry(
    entry_id: int, state: EntryState, now: datetime, *, ticket_id: int | None, outcome: str
) -> None:
    """Mark an entry as dealt with; to be called inside the transaction that made its effects."""
    await change(
        "UPDATE entries SET state = ?, processed_at = ?, ticket_id = ?, outcome = ?, claimed_until = NULL"
        " WHERE id = ?",
        state.value,
        now,
        ticket_id,
        outcome[:200],
        entry_id,
    )


def _claimed(row: dict[str, Any]) -> Claimed:
    return Claimed(
        id=row["id"],
        channel=row["channel"],
        conversation=row["conversation"],
        envelope=parsed(row["envelope"]),
        body=row["body_sha256"] or bytes(row["body"] or b""),
        received_at=moment(row["received_at"]),
        failures=row["failures"],
        kills=row["kills"],
        accepted_by=row["accepted_by"],
        attempts=row["attempts"],
    )


def _claim(chats: bool) -> str:
    mine = "IN" if chats else "NOT IN"
    return claiming(
        "entries",
        free="recorded",
        taken="processing",
        # The oldest unfinished entry of a conversation holds up the later ones: processed in order.
        due=f"""t.channel {mine} {CHATS} AND NOT EXISTS (SELECT 1 FROM entries p
            WHERE p.conversation = t.conversation AND p.id < t.id
            AND p.state IN ('recorded', 'processing')) ORDER BY t.id""",  # noqa: S608 - our own words
        returning="id, channel, conversation, envelope, body_sha256, body, received_at, failures, kills,"
        " accepted_by, attempts",
    )
