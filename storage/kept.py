"""What is kept for a term: for each class, which rows there are and how they are emptied.

A row is looked at outside the writer and emptied in a unit of it later. There its state and its term are
asked for once more: it may have been taken up again meanwhile, and its term have begun anew.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from desk.ticket import State
from storage.chat_models import Attachment
from storage.models import Delivery, DeliveryState, Entry, EntryState, Message, Screenshot, Ticket
from storage.privacy.erasure import ERASED
from storage.recordings import forget_recordings
from storage.statements import fetch, moment

PAGE = 200  # rows looked at in one statement
# One that came back is in it though an agent may have it sent once more: it is worded anew from its facts.
_OVER = (
    DeliveryState.SENT.value,
    DeliveryState.SUPPRESSED.value,
    DeliveryState.CANCELLED.value,
    DeliveryState.UNDELIVERABLE.value,
)
# What a ticket whose term is over takes along; `Outbox.retry` then refuses what has failed.
_NOT_IN_HAND = (*_OVER, DeliveryState.DEAD.value)


@dataclass(frozen=True, slots=True)
class Row:
    """Something kept: since when its term runs, None while it may not be removed; whether it is gone."""

    id: int
    since: datetime | None
    empty: bool


@dataclass(frozen=True, slots=True)
class KeptClass:
    """A class of what is kept: `count` is its name in Purged; `page` gives the rows behind a number.

    `remove(some, now, since)` empties, inside a transaction, those rows whose term began before `since`
    (UTC), and returns the digests of files that lost a reference.
    """

    count: str
    key: str
    days: int
    page: Callable[[int], Awaitable[list[Row]]]
    remove: Callable[[Sequence[int], datetime, datetime], Awaitable[set[str]]]


def entries(count: str, days: int, state: EntryState) -> KeptClass:
    """Mails as they came, in one state; the key by which a duplicate is known stays."""

    async def page(behind: int) -> list[Row]:
        # length(): whether there is a body is told without reading it.
        rows = await fetch(
            "SELECT id, processed_at, body_sha256, length(body) AS size FROM entries"
            " WHERE state = ? AND id > ? ORDER BY id LIMIT ?",
            state.value,
            behind,
            PAGE,
        )
        return [
            Row(row["id"], _moment(row["processed_at"]), not row["size"] and not row["body_sha256"])
            for row in rows
        ]

    async def remove(some: Sequence[int], now: datetime, since: datetime) -> set[str]:
        # An agent may just have had one taken up again.
        rows = Entry.filter(id__in=some, state=state, processed_at__lt=since)
        files = {str(one) for one in await rows.values_list("body_sha256", flat=True)} - {""}
        changes: dict[str, Any] = {"body": None, "body_sha256": "", "purged_at": now}
        if state is EntryState.QUARANTINED:
            changes |= {"state": EntryState.DISCARDED, "outcome": f"discarded after {days} days"}
        await rows.update(**changes)
        return files

    return KeptClass(count, state.value, days, page, remove)


async def sent(behind: int) -> list[Row]:
    """Deliveries; one that may go out yet is never due."""
    rows = await fetch(
        "SELECT id, state, sent_at, created_at, length(content) AS size FROM deliveries"
        " WHERE id > ? ORDER BY id LIMIT ?",
        behind,
        PAGE,
    )
    return [
        Row(
            row["id"],
            _moment(row["sent_at"] or row["created_at"]) if row["state"] in _OVER else None,
            not row["size"],
        )
        for row in rows
    ]


async def empty_sent(some: Sequence[int], _now: datetime, since: datetime) -> set[str]:
    old = Q(sent_at__lt=since) | Q(sent_at__isnull=True, created_at__lt=since)
    await Delivery.filter(old, id__in=some, state__in=_OVER).update(content=None)
    return set()


async def closed(behind: int) -> list[Row]:
    """Closed tickets; empty when each of their texts is erased already, and what was owed on them."""
    rows = await fetch(
        "SELECT t.id, t.closed_at, EXISTS (SELECT 1 FROM messages m WHERE m.ticket_id = t.id AND m.text <> ?)"
        " OR EXISTS (SELECT 1 FROM deliveries d WHERE d.ticket_id = t.id AND d.state <> 'owed'"
        " AND d.state <> 'sending' AND (d.content IS NOT NULL OR CAST(d.facts AS TEXT) <> '{}'))"
        " OR EXISTS (SELECT 1 FROM time_spent s JOIN recordings r ON r.time_spent_id = s.id"
        " WHERE s.ticket_id = t.id)"
        " AS has_text FROM tickets t WHERE t.state = ? AND t.id > ? ORDER BY t.id LIMIT ?",
        ERASED,
        State.CLOSED.value,
        behind,
        PAGE,
    )
    return [Row(row["id"], _moment(row["closed_at"]), not row["has_text"]) for row in rows]


async def empty_closed(some: Sequence[int], now: datetime, since: datetime) -> set[str]:
    # A client may be writing again: whoever takes his mail in holds the ticket (`tickets.ticket_now`). Such a
    # one is left to a later round, for new mail waits to be recorded here.
    over = Ticket.filter(id__in=some, state=State.CLOSED.value, closed_at__lt=since).only("id").order_by("id")
    tickets = [one.id for one in await over.select_for_update(skip_locked=True)]
    messages = Message.filter(ticket_id__in=tickets)
    numbers = [*await messages.values_list("id", flat=True)]
    shots = Screenshot.filter(message_id__in=numbers)
    files = {one for pair in await shots.values_list("sha256", "thumbnail") for one in pair if one}
    came = [*await messages.exclude(entry_id=None).values_list("entry_id", flat=True)]
    mails = Entry.filter(id__in=came).exclude(state__in=(EntryState.RECORDED, EntryState.PROCESSING))
    files |= {str(one) for one in await mails.values_list("body_sha256", flat=True)} - {""}
    sent_files = Attachment.filter(message_id__in=numbers)
    files |= {str(one) for one in await sent_files.values_list("sha256", flat=True)}
    files |= await forget_recordings(tickets, ERASED)
    await shots.delete()
    await sent_files.delete()
    await mails.update(body=None, body_sha256="", purged_at=now)
    await messages.update(text=ERASED, new_text="", origin="", earlier=None, declined=[], shares=[])
    await Ticket.filter(id__in=tickets).update(subject=ERASED)
    await Delivery.filter(ticket_id__in=tickets, state__in=_NOT_IN_HAND).update(content=None, facts={})
    return {str(one) for one in files}


def _moment(value: Any) -> datetime | None:
    return None if value is None else moment(value)
