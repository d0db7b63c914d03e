"""Everything the desk keeps of one person, by its rows' numbers: the ground of both export and erasure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.queryset import QuerySet

from storage.models import Address, Delivery, Message, Participant, Ticket
from storage.privacy import traces
from storage.privacy.traces import NOTHING_SEEN, Seen, chunks, sender_key


@dataclass(frozen=True, slots=True)
class Person:
    """A person by his addresses (lower case) and by the rows that are about him.

    `tickets` are his own. `messages`: all on his tickets but what other people wrote there, and his own on
    other people's tickets. `shared`: the latter tickets. `entries`: mails as they came, also refused ones.
    `carried`: other people's mails that bear an address of his as envelope sender.
    `client_id` is None for somebody who only ever took part, or whose mail was never taken in.
    """

    addresses: tuple[str, ...]
    client_id: int | None
    tickets: tuple[int, ...]
    shared: tuple[int, ...]
    messages: tuple[int, ...]
    entries: tuple[int, ...]
    carried: tuple[int, ...]
    deliveries: tuple[int, ...]


async def look(address: str) -> Seen:
    """Look through whole tables, outside the writer, for whoever owns a mail address (in lower case)."""
    _, addresses, tickets = await _owner(address)
    return await traces.look(addresses, set(tickets))


async def find(address: str, seen: Seen) -> Person | None:
    """The person who owns a mail address (in lower case), None when the desk keeps nothing of him.

    `seen`: what `look` has told, however long ago.
    """
    client_id, addresses, tickets = await _owner(address)
    if seen.addresses != addresses:
        seen = NOTHING_SEEN  # he has got or lost one meanwhile, so that everything is to be looked at
    others = await _others_on(tickets, addresses)
    wrote = await traces.messages_of(addresses, seen)
    messages = {number for number, _ in wrote} | await _messages(tickets, others)
    added = await _numbers(Participant.filter(address__in=addresses), "ticket_id")
    mails = await traces.mails_of(addresses, set(tickets), seen)
    entries = mails.sent | _unsaid(mails, others) | await _entries(sorted(messages))
    found = Person(
        addresses=addresses,
        client_id=client_id,
        tickets=tuple(sorted(tickets)),
        shared=tuple(sorted({*added, *(ticket for _, ticket in wrote)} - set(tickets))),
        messages=tuple(sorted(messages)),
        entries=tuple(sorted(entries)),
        carried=tuple(sorted(mails.carried - entries)),
        deliveries=tuple(sorted(await _deliveries(addresses, tickets))),
    )
    nothing = client_id is None and not (found.shared or found.entries or found.carried or found.deliveries)
    return None if nothing else found


async def _owner(address: str) -> tuple[int | None, tuple[str, ...], list[int]]:
    """The client who owns an address, all of his addresses, and his tickets."""
    owner = await Address.get_or_none(address=address)
    if owner is None:
        return None, (address,), []
    his = Address.filter(client_id=owner.client_id).order_by("id")
    addresses = tuple([str(one) for one in await his.values_list("address", flat=True)])
    return owner.client_id, addresses, await _numbers(Ticket.filter(client_id=owner.client_id))


async def _others_on(tickets: Sequence[int], addresses: Sequence[str]) -> set[tuple[int, str]]:
    """Who else takes part in these tickets: pairs of ticket and address.

    Another client, or a person whom an agent added. Whoever is neither counts as the ticket's own client,
    who may have written from an address that was his then.
    """
    found: set[tuple[int, str]] = set()
    for some in chunks(tickets):
        added = await Participant.filter(ticket_id__in=some).values_list("ticket_id", "address")
        came = Message.filter(ticket_id__in=some, direction="in")
        wrote = set(await came.values_list("ticket_id", "address"))
        asked = Address.filter(address__in={one for _, one in wrote})
        clients = set(await asked.values_list("address", flat=True))
        found |= set(added) | {pair for pair in wrote if pair[1] in clients}
    return {(ticket, one) for ticket, one in found if one not in addresses}


async def _messages(tickets: Sequence[int], others: Collection[tuple[int, str]]) -> set[int]:
    """All on his tickets but what other people wrote there."""
    found: set[int] = set()
    for some in chunks(tickets):
        rows = await Message.filter(ticket_id__in=some).values_list("id", "ticket_id", "direction", "address")
        found |= {number for number, ticket, way, one in rows if way != "in" or (ticket, one) not in others}
    return found


def _unsaid(mails: traces.Mails, others: Collection[tuple[int, str]]) -> set[int]:
    """Duplicates, and bounces of what we wrote to him: they have no message of their own.

    Another person's on his ticket are that person's.
    """
    theirs = {sender_key(one) for _, one in others}
    return {number for number, sender in mails.silent if sender not in theirs}


async def _entries(messages: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for some in chunks(messages):
        found |= set(await _numbers(Message.filter(id__in=some, entry_id__isnull=False), "entry_id"))
    return found


async def _deliveries(addresses: Sequence[str], tickets: Sequence[int]) -> set[int]:
    found = set(await _numbers(Delivery.filter(recipient__in=addresses)))
    for some in chunks(tickets):
        found |= set(await _numbers(Delivery.filter(ticket_id__in=some)))
    return found


async def _numbers(query: QuerySet[Any], column: str = "id") -> list[int]:
    rows: list[Any] = await query.values_list(column, flat=True)
    return [int(number) for number in rows]
