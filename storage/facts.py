"""What has happened, for commands, pages and reports. Reads only."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.clock_models import Pause, Stage
from storage.models import Address, Closure, Delivery, Event, Message, Participant, Screenshot, Ticket
from storage.recordings import time_of

_DELIVERY = (
    "id",
    "kind",
    "channel",
    "recipient",
    "state",
    "attempts",
    "message_id",
    "sent_at",
    "error",
    "item_id",
)
PAGE = 500  # tickets read at a time: an export of any size takes bounded memory


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """What `tickets list` asks for; None means any. `since` is the moment of receipt, UTC."""

    state: str | None = None
    client: str | None = None
    channel: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RatedClosure:
    """One closure with everything that the `ratings` report counts or groups by."""

    ticket_id: int
    closed_at: datetime
    invited: bool
    stars: int | None
    comment: str
    satisfied: bool | None
    recommend: bool | None
    rated_at: datetime | None
    agent: str
    level: str
    kind: str
    priority: str
    line: str
    channel: str
    created_at: datetime
    reacted_at: datetime | None


async def tickets(wanted: TicketFilter) -> AsyncIterator[dict[str, Any]]:
    """The tickets in order of their numbers, each with its client's address and current rating."""
    query = Ticket.all()
    if wanted.state:
        query = query.filter(state=wanted.state)
    if wanted.channel:
        query = query.filter(channel=wanted.channel)
    if wanted.since:
        query = query.filter(created_at__gte=wanted.since)
    if wanted.client:
        owners = await Address.filter(address=wanted.client.lower()).values_list("client_id", flat=True)
        query = query.filter(client_id__in=[*owners, -1])
    last = 0
    while page := await query.filter(id__gt=last).order_by("id").limit(PAGE).values():
        last = page[-1]["id"]
        for row in await _with_clients_and_ratings(page):
            yield row


async def _with_clients_and_ratings(page: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [row["id"] for row in page]
    addresses: dict[int, str] = {}
    for client_id, address in (
        await Address.filter(client_id__in={row["client_id"] for row in page})
        .order_by("-id")
        .values_list("client_id", "address")
    ):
        addresses[client_id] = address
    rated = Closure.filter(ticket_id__in=ids, stars__isnull=False).order_by("id")
    ratings: dict[int, int] = dict(await rated.values_list("ticket_id", "stars"))
    return [
        {**row, "client": addresses.get(row["client_id"], ""), "rating": ratings.get(row["id"])}
        for row in page
    ]


async def ticket(ticket_id: int) -> dict[str, Any] | None:
    """A ticket with all that belongs to it, from its messages to its closures, or None."""
    rows = await _with_clients_and_ratings(await Ticket.filter(id=ticket_id).values())
    if not rows:
        return None
    messages = await Message.filter(ticket_id=ticket_id).order_by("id").values()
    shots = await Screenshot.filter(message_id__in=[m["id"] for m in messages]).order_by("id").values()
    for message in messages:
        message["screenshots"] = [s for s in shots if s["message_id"] == message["id"]]
    deliveries = await Delivery.filter(ticket_id=ticket_id).order_by("id").values(*_DELIVERY)
    # An answer gets its Message-ID when it is owed; what is sent twice keeps that of the first.
    sent = {one["item_id"]: one["message_id"] for one in reversed(deliveries) if _is_mailed_answer(one)}
    for message in messages:
        message["message_id"] = message["message_id"] or sent.get(message["id"], "")
    return {
        **rows[0],
        "messages": messages,
        "participants": await Participant.filter(ticket_id=ticket_id)
        .order_by("id")
        .values("address", "added_by", "added_at"),
        "history": await Event.filter(ticket_id=ticket_id).order_by("id").values(),
        "deliveries": deliveries,
        "pauses": await Pause.filter(ticket_id=ticket_id).order_by("id").values("state", "since", "until"),
        "stages": await Stage.filter(ticket_id=ticket_id)
        .order_by("id")
        .values("stage", "entered_at", "left_at"),
        "closures": await Closure.filter(ticket_id=ticket_id).order_by("id").values(),
        "time": await time_of(ticket_id),
    }


def _is_mailed_answer(delivery: Mapping[str, Any]) -> bool:
    return bool(delivery["kind"] == "answer" and delivery["channel"] == "mail")


async def closures(start: datetime | None, end: datetime | None, by: str) -> list[RatedClosure]:
    """The closures whose ticket was created, first answered or closed, or which were rated, in [start, end).

    `by`: created | first-answer | closed | rated; moments are UTC.
    """
    column = {
        "created": "ticket__created_at",
        "first-answer": "ticket__reacted_at",
        "closed": "closed_at",
        "rated": "rated_at",
    }[by]
    query = Closure.filter(**{f"{column}__isnull": False})
    if start is not None:
        query = query.filter(**{f"{column}__gte": start})
    if end is not None:
        query = query.filter(**{f"{column}__lt": end})
    rows = await query.order_by("id").values(
        "ticket_id",
        "closed_at",
        "invited_at",
        "stars",
        "comment",
        "satisfied",
        "recommend",
        "rated_at",
        agent="ticket__reacted_by",
        assignee="ticket__assignee",
        level="ticket__level",
        kind="ticket__kind",
        priority="ticket__priority",
        line="ticket__line",
        channel="ticket__channel",
        created_at="ticket__created_at",
        reacted_at="ticket__reacted_at",
    )
    return [
        RatedClosure(
            ticket_id=row["ticket_id"],
            closed_at=row["closed_at"],
            invited=row["invited_at"] is not None,
            stars=row["stars"],
            comment=row["comment"],
            satisfied=row["satisfied"],
            recommend=row["recommend"],
            rated_at=row["rated_at"],
            agent=row["assignee"] or row["agent"] or "",
            level=row["level"],
            kind=row["kind"] or "",
            priority="" if row["priority"] is None else str(row["priority"]),
            line=row["line"],
            channel=row["channel"],
            created_at=row["created_at"],
            reacted_at=row["reacted_at"],
        )
        for row in rows
    ]


async def screenshot(sha256: str) -> dict[str, Any] | None:
    """A stored screenshot's name, type and size by the digest of its bytes, or None."""
    found = await Screenshot.filter(sha256=sha256).order_by("id").limit(1).values()
    return found[0] if found else None
