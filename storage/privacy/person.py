"""Everything the desk keeps of one person, by its rows' numbers: the ground of both export and erasure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from tortoise.queryset import QuerySet

from storage.models import Address, Delivery, Entry, EntryState, Message, Participant, Ticket

MOST = 500  # numbers in one statement
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """A person by his addresses (lower case) and by the rows that are about him.

    `tickets` are his own. `messages`: all on his tickets but what other people wrote there, and his own on
    other people's tickets. `shared`: the latter tickets. `entries`: mails as they came, also refused ones.
    `client_id` is None for somebody who only ever took part, or whose mail was never taken in.
    """

    addresses: tuple[str, ...]
    client_id: int | None
    tickets: tuple[int, ...]
    shared: tuple[int, ...]
    messages: tuple[int, ...]
    entries: tuple[int, ...]
    deliveries: tuple[int, ...]


async def find(address: str) -> Person | None:
    """The person who owns a mail address (in lower case), None when the desk keeps nothing of him."""
    owner = await Address.get_or_none(address=address)
    client_id = None if owner is None else owner.client_id
    addresses: tuple[str, ...] = (address,)
    tickets: list[int] = []
    if client_id is not None:
        his = Address.filter(client_id=client_id).order_by("id")
        addresses = tuple([str(one) for one in await his.values_list("address", flat=True)])
        tickets = await _numbers(Ticket.filter(client_id=client_id))
    others = await _others_on(tickets, addresses)
    messages = await _messages(addresses, tickets, others)
    found = Person(
        addresses=addresses,
        client_id=client_id,
        tickets=tuple(sorted(tickets)),
        shared=await _shared(addresses, tickets),
        messages=tuple(sorted(messages)),
        entries=tuple(sorted(await _entries(addresses, tickets, sorted(messages), others))),
        deliveries=tuple(sorted(await _deliveries(addresses, tickets))),
    )
    nothing = client_id is None and not (found.shared or found.entries or found.deliveries)
    return None if nothing else found


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in pieces that fit into one statement."""
    return (items[begin : begin + MOST] for begin in range(0, len(items), MOST))


def sender_key(address: str) -> str:
    """What entries keep of their sender: the digest that `intake.arrivals` orders processing by."""
    return sha256(address.encode("utf-8", "surrogateescape")).hexdigest()


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


async def _messages(
    addresses: Sequence[str], tickets: Sequence[int], others: Collection[tuple[int, str]]
) -> set[int]:
    found = set(await _numbers(Message.filter(address__in=addresses, direction="in")))
    for some in chunks(tickets):
        rows = await Message.filter(ticket_id__in=some).values_list("id", "ticket_id", "direction", "address")
        found |= {number for number, ticket, way, one in rows if way != "in" or (ticket, one) not in others}
    return found


async def _shared(addresses: Sequence[str], tickets: Sequence[int]) -> tuple[int, ...]:
    """Other people's tickets on which he wrote or to which he was added."""
    wrote = await _numbers(Message.filter(address__in=addresses, direction="in"), "ticket_id")
    added = await _numbers(Participant.filter(address__in=addresses), "ticket_id")
    return tuple(sorted({*wrote, *added} - set(tickets)))


async def _entries(
    addresses: Sequence[str],
    tickets: Sequence[int],
    messages: Sequence[int],
    others: Collection[tuple[int, str]],
) -> set[int]:
    """His mails as they came: those of his messages, and whatever else his addresses sent."""
    found = set(await _numbers(Entry.filter(conversation__in=[sender_key(one) for one in addresses])))
    for some in chunks(messages):
        found |= set(await _numbers(Message.filter(id__in=some, entry_id__isnull=False), "entry_id"))
    # Duplicates, and bounces of what we wrote to him, have no message of their own; another person's on his
    # ticket are that person's.
    theirs = {sender_key(one) for _, one in others}
    for some in chunks(tickets):
        silent = Entry.filter(ticket_id__in=some, state__in=(EntryState.DUPLICATE, EntryState.REFUSED))
        found |= {
            number
            for number, sender in await silent.values_list("id", "conversation")
            if sender not in theirs
        }
    return found


async def _deliveries(addresses: Sequence[str], tickets: Sequence[int]) -> set[int]:
    found = set(await _numbers(Delivery.filter(recipient__in=addresses)))
    for some in chunks(tickets):
        found |= set(await _numbers(Delivery.filter(ticket_id__in=some)))
    return found


async def _numbers(query: QuerySet[Any], column: str = "id") -> list[int]:
    rows: list[Any] = await query.values_list(column, flat=True)
    return [int(number) for number in rows]
