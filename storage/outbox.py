"""The outbox: what is owed to whom. Intents are written with the change that caused them."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q

from storage.database import Database
from storage.models import Delivery, DeliveryState
from storage.statements import change, claiming, fetch, insert, moment, parsed
from storage.undelivered import tell_agents
from storage.writer import Unavailable

LEASE = timedelta(seconds=180)
UNFINISHED = (DeliveryState.OWED, DeliveryState.SENDING)
_SENDING = (DeliveryState.SENDING,)
FAILED = (DeliveryState.DEAD, DeliveryState.UNDELIVERABLE)


@dataclass(frozen=True, slots=True)
class Owed:
    """Something to be delivered: what, not how it reads. `key` makes the intent unique.

    `ticket_id` is None for what is about no ticket. `item_id`: the item of its thread that is delivered.
    `not_before`: when it may leave, now if None.
    """

    key: str
    ticket_id: int | None
    kind: str
    recipient: str
    language: str
    facts: dict[str, Any]
    in_reply_to: str = ""
    references: str = ""
    channel: str = "mail"
    item_id: int | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A claimed delivery. `content` is what was composed for an earlier attempt, or None."""

    id: int
    ticket_id: int | None
    kind: str
    channel: str
    recipient: str
    language: str
    facts: dict[str, Any]
    message_id: str
    in_reply_to: str
    references: str
    created_at: datetime
    attempts: int
    content: bytes | None = field(repr=False)
    item_id: int | None = None


async def owe(owed: Owed, domain: str, now: datetime, *, suppressed: str = "") -> str:
    """Write an intent inside the transaction of its cause; returns the Message-ID it will always bear.

    The Message-ID holds 128 random bits, so that a reply to it can't be guessed into a ticket.
    `suppressed`: why it will not be sent after all; it is kept as a record.
    """
    message_id = f"<otklik.{owed.ticket_id or 0}.{secrets.token_hex(16)}@{domain}>"
    await insert(
        Delivery,
        {
            "key": owed.key,
            "ticket_id": owed.ticket_id,
            "kind": owed.kind,
            "channel": owed.channel,
            "recipient": owed.recipient,
            "language": owed.language,
            "facts": owed.facts,
            "in_reply_to": owed.in_reply_to[:300],
            "references": owed.references,
            "message_id": message_id,
            "created_at": now,
            "next_attempt_at": owed.not_before or now,
            "item_id": owed.item_id,
            "state": (DeliveryState.SUPPRESSED if suppressed else DeliveryState.OWED).value,
            "error": suppressed,
        },
    )
    return message_id


async def add_to_confirmation(
    ticket_id: int, screenshots: Sequence[str], declined: Sequence[dict[str, Any]]
) -> bool:
    """Have a confirmation that was not worded yet tell of further files: an album comes in parts.

    Returns False when it is too late for that.
    """
    row = await Delivery.select_for_update().get_or_none(key=f"{ticket_id}:confirmation", content=None)
    if row is None or row.state != DeliveryState.OWED:
        return False
    facts: dict[str, Any] = dict(row.facts)
    facts["screenshots"] = [*facts.get("screenshots", ()), *screenshots]
    facts["declined"] = [*facts.get("declined", ()), *declined]
    row.facts = facts
    await row.save(update_fields=["facts"])
    return True


async def hold_confirmation(ticket_id: int, until: datetime) -> None:
    """Keep a confirmation that was not worded yet until a moment (UTC): more of the request may come."""
    row = await Delivery.select_for_update().get_or_none(key=f"{ticket_id}:confirmation", content=None)
    if row is not None and row.state == DeliveryState.OWED and row.attempts == 0:
        row.next_attempt_at = until
        await row.save(update_fields=["next_attempt_at"])


async def is_owed(ticket_id: int, kind: str) -> bool:
    """Whether a delivery of a kind on a ticket has not been taken up yet."""
    return await Delivery.filter(ticket_id=ticket_id, kind=kind, state=DeliveryState.OWED).exists()


async def was_owed(key: str) -> bool:
    """Whether there is, or was, an intent with this key."""
    return await Delivery.filter(key=key).exists()


async def cancel_owed(ticket_id: int, kind: str) -> None:
    """Drop a ticket's deliveries of a kind that have not left yet; inside the transaction of the cause."""
    await Delivery.filter(ticket_id=ticket_id, kind=kind, state=DeliveryState.OWED).update(
        state=DeliveryState.CANCELLED
    )


async def last_key(beginning: str) -> str:
    """The key of the newest delivery of no ticket whose key begins so, letter for letter; "" for none."""
    rows = await fetch(LAST_KEY, len(beginning), beginning)
    return str(rows[0]["key"]) if rows else ""


# By the index of tickets, not by that of keys: in the order of most locales of PostgreSQL, texts that begin
# so do not lie side by side. Of no ticket there are but alarms and farewells. The part of its own keeps
# PostgreSQL from going back through all deliveries by id until one fits.
LAST_KEY = """WITH of_no_ticket AS MATERIALIZED (SELECT id, key FROM deliveries WHERE ticket_id IS NULL)
    SELECT key FROM of_no_ticket WHERE substr(key, 1, ?) = ? ORDER BY id DESC LIMIT 1"""


async def sent_lately(recipient: str, kind: str, now: datetime) -> tuple[int, int]:
    """How many deliveries of this kind an address got, or is owed, in the last hour and in the last day."""
    rows = await fetch(
        "SELECT COUNT(*) AS day, COALESCE(SUM(CASE WHEN created_at > ? THEN 1 ELSE 0 END), 0) AS hour"
        " FROM deliveries WHERE recipient = ? AND created_at > ? AND kind = ?"
        " AND state NOT IN ('suppressed', 'cancelled')",
        now - timedelta(hours=1),
        recipient,
        now - timedelta(days=1),
        kind,
    )
    return int(rows[0]["hour"]), int(rows[0]["day"])


class Outbox:
    """Hands out what is owed, in order for each recipient, and keeps how it ended."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lost: list[datetime] = []

    async def claim(self, channel: str, most: int, now: datetime) -> list[Due]:
        """Take up to `most` due deliveries of a channel, the oldest of each recipient; none twice."""

        async def unit() -> list[Due]:
            rows = await fetch(_claim(), now, channel, most, now + LEASE)
            return [_due(row) for row in sorted(rows, key=lambda row: int(row["id"]))]

        try:
            return await self._database.writer.run(unit)
        except Unavailable:
            # As in `Inbox.claim`: only the answer may have been lost.
            self._lost.append(now + LEASE)
            raise

    async def release(
        self, channel: str, now: datetime, *, all_claims: bool, besides: Collection[int] = ()
    ) -> int:
        """Give deliveries of a channel back whose worker is gone; see `Inbox.release`.

        Whether such a one had left is unknown: it is sent again with the same Message-ID and bytes.
        """

        async def unit() -> int:
            stuck = Delivery.filter(state=DeliveryState.SENDING, channel=channel)
            if besides:
                await stuck.filter(id__in=besides).update(claimed_until=now + LEASE)
                stuck = stuck.exclude(id__in=besides)
            if not all_claims:
                stuck = stuck.filter(Q(claimed_until__lt=now) | Q(claimed_until__in=lost))
            return await stuck.update(state=DeliveryState.OWED, claimed_until=None, next_attempt_at=now)

        lost = list(self._lost)
        released = await self._database.writer.run(unit)
        del self._lost[: len(lost)]
        return released

    async def composed(self, contents: Sequence[tuple[int, bytes]]) -> None:
        """Fix the bytes of deliveries before their first attempt: every later one sends the same."""

        async def unit() -> None:
            for delivery_id, content in contents:
                await change(
                    "UPDATE deliveries SET content = ? WHERE id = ? AND state = 'sending'",
                    content,
                    delivery_id,
                )

        await self._database.writer.run(unit)

    async def sent(self, delivery_id: int, receipt: str, now: datetime) -> None:
        """A carrier has handed it over; `receipt` is the other side's answer."""
        # Also one that was given back meanwhile, its lease being over: or it would go out twice.
        await self._ended(
            delivery_id, UNFINISHED, state=DeliveryState.SENT, sent_at=now, receipt=receipt[:300], error=""
        )

    async def deferred(self, delivery_id: int, error: str, until: datetime) -> None:
        """A temporary failure: try again at `until`."""
        await self._ended(delivery_id, _SENDING, state=DeliveryState.OWED, error=error, next_attempt_at=until)

    async def unclaimed(self, delivery_id: int, error: str, until: datetime) -> None:
        """Give one back whose channel failed: it was no attempt of its own."""
        await self._ended(
            delivery_id,
            _SENDING,
            state=DeliveryState.OWED,
            error=error,
            next_attempt_at=until,
            attempts=F("attempts") - 1,
        )

    async def dead(self, due: Due, error: str, now: datetime) -> None:
        """A permanent failure: a dead letter that stays visible, with a note to the agents in its ticket."""

        async def unit() -> None:
            kept = Delivery.filter(id=due.id, state=DeliveryState.SENDING)
            if await kept.update(claimed_until=None, state=DeliveryState.DEAD, error=error):
                await tell_agents(due.ticket_id, due.kind, due.recipient, error, now, due.item_id)

        await self._database.writer.run(unit)

    async def _ended(self, delivery_id: int, among: Sequence[DeliveryState], **changes: Any) -> None:
        async def unit() -> None:
            # A bounce that was faster than the relay's answer has the last word, and what was cancelled or
            # erased meanwhile is not owed again.
            kept = Delivery.filter(id=delivery_id, state__in=among)
            await kept.update(claimed_until=None, **changes)

        await self._database.writer.run(unit)

    async def retry(self, delivery_id: int, now: datetime) -> bool:
        """Owe a dead letter, or one that came back, again.

        Returns False when there is none of that id, or nothing left of it: the term of its ticket is over, or
        its recipient was erased.
        """

        async def unit() -> bool:
            rows = await fetch(
                "UPDATE deliveries SET state = 'owed', next_attempt_at = ?, attempts = 0 WHERE id = ?"
                " AND state IN ('dead', 'undeliverable')"
                " AND (content IS NOT NULL OR CAST(facts AS TEXT) <> '{}') RETURNING id",
                now,
                delivery_id,
            )
            return bool(rows)

        return await self._database.writer.run(unit)

    async def cancel(self, delivery_id: int, now: datetime) -> bool:
        """Stop an owed, dead or returned delivery. Returns False when there is none of that id."""

        async def unit() -> int:
            stoppable = Delivery.filter(id=delivery_id, state__in=(DeliveryState.OWED, *FAILED))
            return await stoppable.update(state=DeliveryState.CANCELLED, next_attempt_at=now, attempts=0)

        return bool(await self._database.writer.run(unit))

    async def waiting(self) -> tuple[int, datetime | None]:
        """How many deliveries are owed, and since when the oldest is (UTC)."""
        owed = Delivery.filter(state__in=UNFINISHED)
        oldest = await owed.order_by("id").first().values_list("created_at", flat=True)
        return await owed.count(), oldest  # type: ignore[return-value]

    async def count(self, state: DeliveryState) -> int:
        """How many deliveries are in a state; meant for dead letters, which have an index and stay few."""
        return await Delivery.filter(state=state).count()

    async def deliveries(self, states: Sequence[DeliveryState], most: int) -> list[dict[str, Any]]:
        """The newest deliveries in these states, without their contents."""
        return await Delivery.filter(state__in=states).order_by("-id").limit(most).values(*SHOWN)


SHOWN = (
    "id",
    "ticket_id",
    "kind",
    "channel",
    "recipient",
    "state",
    "attempts",
    "message_id",
    "created_at",
    "next_attempt_at",
    "sent_at",
    "error",
)


def _due(row: dict[str, Any]) -> Due:
    return Due(
        id=row["id"],
        ticket_id=row["ticket_id"],
        kind=row["kind"],
        channel=row["channel"],
        recipient=row["recipient"],
        language=row["language"],
        facts=parsed(row["facts"]),
        message_id=row["message_id"],
        in_reply_to=row["in_reply_to"],
        references=row["references"],
        created_at=moment(row["created_at"]),
        attempts=row["attempts"],
        content=None if row["content"] is None else bytes(row["content"]),
        item_id=row["item_id"],
    )


def _claim() -> str:
    return claiming(
        "deliveries",
        free="owed",
        taken="sending",
        # An earlier unfinished delivery to the same recipient goes first, even while it waits for a next try.
        # The same person may be an agent in another bot's chat, which is another channel.
        due="""t.channel = ? AND NOT EXISTS (SELECT 1 FROM deliveries p WHERE p.recipient = t.recipient
            AND p.channel = t.channel AND p.id < t.id AND p.state IN ('owed', 'sending'))
            ORDER BY t.next_attempt_at""",
        returning="""id, ticket_id, kind, channel, recipient, language, facts, message_id, in_reply_to,
            "references", created_at, attempts, content, item_id""",
    )
