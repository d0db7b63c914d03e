"""Tickets, their messages and history: the writing half. Everything here runs inside a writer's unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from desk.ticket import State
from storage.chat_models import Attachment
from storage.directory_models import Company
from storage.models import Address, Event, Message, Screenshot, Ticket
from storage.statements import fetch, insert

TEXT_MOST = 1_000_000  # characters of a body kept for reading; the raw bytes keep the whole


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What opens a ticket. Moments are UTC; `reaction_due_at` follows from `promise` and its calendar.

    `level_facts`: what the rules of levels were asked; `product`, `version`: of what it is about, if it says.
    """

    client_id: int
    state: str
    subject: str
    channel: str
    language: str
    level: str
    promise: str
    created_at: datetime
    reaction_due_at: datetime
    line: str = "first"
    follow_up_of: int | None = None
    closed_at: datetime | None = None
    company_id: int | None = None
    level_facts: dict[str, Any] | None = None
    kind: str | None = None
    product: str = ""
    version: str = ""
    assignee: str | None = None
    priority: int | None = None
    resolution: str = ""
    resolution_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewScreenshot:
    """An image whose bytes, and thumbnail's bytes, lie in the file store already."""

    name: str
    media_type: str
    width: int
    height: int
    size: int
    sha256: str
    thumbnail: str | None


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file of an agent's whose bytes lie in the file store; `as_picture`: he sent it as a photo."""

    name: str
    media_type: str
    size: int
    sha256: str
    as_picture: bool = False


@dataclass(frozen=True, slots=True)
class NewMessage:
    """An item for a ticket's thread; `direction` is in, out or note. `automatic`: a machine wrote it.

    `origin`: from whom a message was passed on that is not the author's own.
    """

    ticket_id: int
    direction: str
    author: str
    address: str
    text: str
    at: datetime
    new_text: str = ""
    message_id: str = ""
    entry_id: int | None = None
    content_key: str = ""
    authenticity: str = ""
    screenshots: Sequence[NewScreenshot] = ()
    declined: Sequence[dict[str, Any]] = ()
    shares: Sequence[str] = ()
    automatic: bool = False
    origin: str = ""
    attachments: Sequence[NewAttachment] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the history: who changed what, from what to what, and why."""

    who: str
    what: str
    before: str = ""
    after: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class TicketNow:
    """A ticket as it stands, with its client's name, registration and mail address, and his company."""

    id: int
    client_id: int
    client_name: str
    client_registered: bool
    client_address: str
    state: str
    subject: str
    channel: str
    language: str
    level: str
    promise: str
    kind: str | None
    priority: int | None
    line: str
    assignee: str | None
    created_at: datetime
    reaction_due_at: datetime
    reacted_at: datetime | None
    closed_at: datetime | None
    last_message_id: str = field(default="")
    merged_into: int | None = None
    company_id: int | None = None
    level_facts: dict[str, Any] | None = None
    product: str = ""
    version: str = ""
    stage: str = ""
    resolution: str = ""
    resolution_due_at: datetime | None = None
    planned_for: datetime | None = None
    client_vocative: str = ""
    company: str = ""
    curator: str = ""
    planned_at: datetime | None = None


async def open_ticket(new: NewTicket) -> int:
    """Insert a ticket and return its number, which no other ticket ever has."""
    return await insert(Ticket, _columns(new))


async def add_message(new: NewMessage) -> int:
    """Insert a message with its screenshots; returns its id."""
    message_id = await insert(
        Message,
        _columns(new)
        | {
            "author": new.author[:200],
            "address": new.address[:320],
            "text": new.text[:TEXT_MOST],
            "new_text": new.new_text[:TEXT_MOST],
            "message_id": new.message_id[:300],
            "authenticity": new.authenticity[:300],
            "origin": new.origin[:300],
        },
    )
    await add_files(message_id, new.screenshots, new.attachments)
    return message_id


async def add_files(
    message_id: int, screenshots: Sequence[NewScreenshot], attachments: Sequence[NewAttachment] = ()
) -> None:
    """Put files on a message that is there."""
    for shot in screenshots:
        await insert(Screenshot, _columns(shot) | {"message_id": message_id})
    for file in attachments:
        await insert(Attachment, _columns(file) | {"message_id": message_id})


async def add_to_message(
    message_id: int,
    text: str,
    screenshots: Sequence[NewScreenshot],
    declined: Sequence[dict[str, Any]],
    shares: Sequence[str],
    *,
    subject: str = "",
) -> None:
    """Put more on a message: its album's parts come one by one. `subject` names a ticket without one."""
    row = await Message.select_for_update().get(id=message_id)
    row.text = "\n".join(filter(None, (row.text, text)))[:TEXT_MOST]
    row.new_text = "\n".join(filter(None, (row.new_text, text)))[:TEXT_MOST]
    row.declined = [*row.declined, *declined]
    row.shares = [*row.shares, *shares]
    await row.save()
    await add_files(message_id, screenshots)
    if subject:
        await Ticket.filter(id=row.ticket_id, subject="").update(subject=subject[:300])


def _columns(new: NewTicket | NewMessage | NewScreenshot | NewAttachment) -> dict[str, Any]:
    return {field.name: getattr(new, field.name) for field in fields(new)}


async def note_changes(ticket_id: int, at: datetime, *changes: Change) -> None:
    """Write lines of a ticket's history."""
    for change in changes:
        await insert(
            Event,
            {
                "ticket_id": ticket_id,
                "at": at,
                "who": change.who[:100],
                "what": change.what,
                "before": change.before[:300],
                "after": change.after[:300],
                "why": change.why,
            },
        )


async def change_ticket(ticket_id: int, **columns: Any) -> None:
    """Set columns of a ticket; the caller writes the history.

    Raises ValueError for a state: that is set by `storage.clocks.moved_state` alone, which stops and starts
    clocks.
    """
    if "state" in columns:
        raise ValueError("a state is set by storage.clocks.moved_state")
    await Ticket.filter(id=ticket_id).update(**columns)


async def ticket_now(ticket_id: int, *, locked: bool = True) -> TicketNow | None:
    """A ticket as it stands inside this transaction, or None. Locks the row where the engine can.

    With `locked` False it can be asked outside of a transaction as well.
    """
    row = await (Ticket.select_for_update() if locked else Ticket.all()).get_or_none(id=ticket_id)
    if row is None:
        return None
    await row.fetch_related("client")
    addresses = await Address.filter(client_id=row.client_id).order_by("id").values_list("address", flat=True)
    # Others may take part in it; they are not whom the desk answers.
    his = Message.filter(ticket_id=ticket_id, direction="in", address__in=[*addresses], automatic=False)
    last = await his.order_by("-id").first()
    company = await Company.get_or_none(id=row.company_id) if row.company_id is not None else None
    return TicketNow(
        id=row.id,
        client_id=row.client_id,
        client_name=row.client.name,
        client_registered=row.client.registered,
        client_vocative=row.client.vocative,
        company=company.name if company else "",
        curator=company.curator if company else "",
        # He is answered where he wrote last; a ticket without his messages goes by the directory.
        client_address=last.address if last else str(next(iter(addresses), "")),
        last_message_id=last.message_id if last else "",
        **{
            name: getattr(row, name)
            for name in (
                "state",
                "subject",
                "channel",
                "language",
                "level",
                "promise",
                "kind",
                "priority",
                "line",
                "assignee",
                "created_at",
                "reaction_due_at",
                "reacted_at",
                "closed_at",
                "merged_into",
                "company_id",
                "level_facts",
                "product",
                "version",
                "stage",
                "resolution",
                "resolution_due_at",
                "planned_for",
                "planned_at",
            )
        },
    )


async def ticket_that_goes_on(ticket_id: int) -> TicketNow | None:
    """The ticket as which one goes on: itself, or the one that it was merged into; None for an unknown one.

    Whoever decides where a message belongs asks this, so that a merged ticket gets nothing more.
    """
    seen: set[int] = set()
    found = await ticket_now(ticket_id)
    while found is not None and found.merged_into is not None and found.id not in seen:
        seen.add(found.id)
        found = await ticket_now(found.merged_into) or found
    return found


async def open_tickets(client_id: int) -> list[int]:
    """The numbers of a client's tickets that are not closed, in their order."""
    unfinished = Ticket.filter(client_id=client_id).exclude(state=State.CLOSED.value).order_by("id")
    return [int(one) for one in await unfinished.values_list("id", flat=True)]  # type: ignore[call-overload]


async def ticket_with_content(content_key: str, since: datetime | None) -> int | None:
    """The ticket that holds a message with this content already (since a moment, when given), or None."""
    sql = "SELECT ticket_id FROM messages WHERE content_key = ?"
    if since is None:
        rows = await fetch(f"{sql} LIMIT 1", content_key)
    else:
        rows = await fetch(f"{sql} AND at >= ? LIMIT 1", content_key, since)
    return rows[0]["ticket_id"] if rows else None
