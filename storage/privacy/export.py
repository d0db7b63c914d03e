"""All that the desk keeps of a person, as rows to be handed out to him. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.directory_models import Company
from storage.models import Client, Closure, Delivery, Entry, Message, Screenshot
from storage.privacy.chats import kept_in_chats
from storage.privacy.person import Person, find, look
from storage.privacy.traces import chunks
from storage.recordings import recordings_on

_ENTRY = (
    *("id", "channel", "state", "received_at", "processed_at", "ticket_id", "outcome", "envelope", "size"),
    *("body_sha256", "accepted_by", "purged_at"),
)
_DELIVERY = (
    *("id", "ticket_id", "kind", "channel", "recipient", "language", "state", "created_at", "sent_at"),
    *("message_id", "error", "facts"),
)
_MESSAGE = (
    *("id", "ticket_id", "direction", "author", "address", "text", "new_text", "message_id", "at"),
    *("declined", "shares", "authenticity"),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A person's rows. `messages` are his own on other people's tickets; his tickets go by their numbers.

    `client`: with his company's registration as `company`; what is known of the company itself is its own.
    """

    person: Person
    client: dict[str, Any] | None
    messages: list[dict[str, Any]]
    screenshots: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]
    closures: list[dict[str, Any]]
    entries: list[dict[str, Any]]
    recordings: list[dict[str, Any]]
    in_chats: dict[str, list[dict[str, Any]]]


async def kept_of(address: str) -> Kept | None:
    """What the desk keeps of the person with a mail address (in lower case), None when there is nothing."""
    person = await find(address, await look(address))
    if person is None:
        return None
    client = await Client.filter(id=person.client_id).values() if person.client_id else []
    if client:
        company = await Company.get_or_none(id=client[0]["company_id"])
        client[0]["company"] = None if company is None else company.registration
    return Kept(
        person=person,
        client=client[0] if client else None,
        messages=[
            row
            for some in chunks(person.messages if person.shared else ())
            for row in await Message.filter(id__in=some, ticket_id__in=person.shared)
            .order_by("id")
            .values(*_MESSAGE)
        ],
        screenshots=[
            row
            for some in chunks(person.messages)
            for row in await Screenshot.filter(message_id__in=some).order_by("id").values()
        ],
        deliveries=[
            row
            for some in chunks(person.deliveries)
            for row in await Delivery.filter(id__in=some).order_by("id").values(*_DELIVERY)
        ],
        closures=[
            row
            for some in chunks(person.tickets)
            for row in await Closure.filter(ticket_id__in=some).order_by("id").values()
        ],
        entries=await _entries(person.entries),
        recordings=[row for some in chunks(person.tickets) for row in await recordings_on(some)],
        in_chats=await kept_in_chats(person.addresses, person.client_id),
    )


async def _entries(entries: Sequence[int]) -> list[dict[str, Any]]:
    return [
        row
        for some in chunks(entries)
        for row in await Entry.filter(id__in=some).order_by("id").values(*_ENTRY)
    ]


async def sent_bytes(delivery_id: int) -> bytes | None:
    """The mail that a delivery was, None when it was never composed or has been purged."""
    rows = await Delivery.filter(id=delivery_id).values_list("content", flat=True)
    return bytes(rows[0]) if rows and rows[0] is not None else None


async def received_bytes(entry_id: int) -> bytes | None:
    """A mail as it came, None when it has been purged or lies in the file store under its digest."""
    rows = await Entry.filter(id=entry_id).values_list("body", flat=True)
    return bytes(rows[0]) if rows and rows[0] is not None else None
