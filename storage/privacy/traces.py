"""What no index finds of a person: his messages, his mails as they came, others' that his address has sent.

Whole tables are looked through for it, in steps and outside the writer, so that no sender of mail waits; the
writer's unit then asks once more for what was found, and for what has been added since.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from desk.addresses import comparable
from storage.privacy.chats import conversations
from storage.statements import fetch, parsed

MOST = 500  # numbers in one statement
STEP = 2000  # rows looked at in one statement: some milliseconds
# Looked at once more in the unit: PostgreSQL gives numbers out before a row is committed, so that of two
# processes' rows the one with the smaller number may appear later.
LATE = 1000
T = TypeVar("T")
Where = tuple[str, Sequence[Any]]  # a condition with its parameters


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look through the tables has found for these addresses, and up to which rows it has gone."""

    addresses: tuple[str, ...] = ()
    messages: tuple[int, ...] = ()
    entries: tuple[int, ...] = ()
    last_message: int = 0
    last_entry: int = 0


@dataclass(frozen=True, slots=True)
class Mails:
    """Mails as they came, by their numbers.

    `sent`: those in whose From he stands; `silent`: duplicates and refused mail of his tickets, as pairs of
    number and sender; `carried`: all that bear one of his addresses as envelope sender.
    """

    sent: frozenset[int]
    silent: frozenset[tuple[int, str]]
    carried: frozenset[int]


NOTHING_SEEN = Seen()


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in pieces that fit into one statement."""
    return (items[begin : begin + MOST] for begin in range(0, len(items), MOST))


def sender_key(address: str) -> str:
    """What entries keep of their sender: the digest that `intake.arrivals` orders processing by."""
    return sha256(address.encode("utf-8", "surrogateescape")).hexdigest()


async def look(addresses: tuple[str, ...], tickets: Collection[int]) -> Seen:
    """Look through the tables, outside the writer; `tickets` are his own."""
    last_message, last_entry = await _last("messages"), await _last("entries")
    keys = await _conversations(addresses)
    # What becomes of these is not known yet, whatever their numbers.
    waiting = await fetch("SELECT id FROM entries WHERE state IN ('recorded', 'processing', 'quarantined')")
    messages: list[int] = []
    for step in _steps(last_message):
        messages += [row["id"] for row in await _messages(addresses, step)]
    entries = {int(row["id"]) for row in waiting}
    for step in _steps(last_entry):
        mails = _sorted(await _entries(addresses, keys, step), addresses, keys, tickets)
        entries |= mails.sent | mails.carried | {number for number, _ in mails.silent}
    return Seen(addresses, tuple(messages), tuple(sorted(entries)), last_message, last_entry)


async def messages_of(addresses: Sequence[str], seen: Seen) -> set[tuple[int, int]]:
    """What he wrote, wherever: pairs of message and ticket."""
    found: set[tuple[int, int]] = set()
    for where in _again(seen.messages, seen.last_message):
        found |= {(row["id"], row["ticket_id"]) for row in await _messages(addresses, where)}
    return found


async def mails_of(addresses: Sequence[str], tickets: Collection[int], seen: Seen) -> Mails:
    """His mails as they came; `tickets` are his own."""
    rows: list[dict[str, Any]] = []
    keys = await _conversations(addresses)
    for where in _again(seen.entries, seen.last_entry):
        rows += await _entries(addresses, keys, where)
    return _sorted(rows, addresses, keys, tickets)


async def _conversations(addresses: Sequence[str]) -> frozenset[str]:
    """What entries keep of whom they came from, by mail or in a chat."""
    return frozenset({*(sender_key(one) for one in addresses), *await conversations(addresses)})


def _steps(last: int) -> Iterator[Where]:
    return (("id > ? AND id <= ?", (begin, min(begin + STEP, last))) for begin in range(0, last, STEP))


def _again(found: Sequence[int], last: int) -> Iterator[Where]:
    """What was found, for it may have changed meanwhile, and what has been added."""
    for some in chunks(found):
        yield f"id IN ({_marks(some)})", some
    yield "id > ?", (last - LATE,)


async def _last(table: str) -> int:
    (row,) = await fetch(f"SELECT COALESCE(MAX(id), 0) AS last FROM {table}")  # noqa: S608 - our own word
    return int(row["last"])


async def _messages(addresses: Sequence[str], where: Where) -> list[dict[str, Any]]:
    condition, parameters = where
    return await fetch(
        f"SELECT id, ticket_id FROM messages WHERE {condition} AND direction = 'in'"  # noqa: S608
        f" AND address IN ({_marks(addresses)})",
        *parameters,
        *addresses,
    )


async def _entries(addresses: Sequence[str], keys: Collection[str], where: Where) -> list[dict[str, Any]]:
    """Rows among which are all that concern him; the database can't tell each of them exactly."""
    condition, parameters = where
    names = list(dict.fromkeys(_like(one) for one in addresses))
    named = " OR ".join("lower(CAST(envelope AS TEXT)) LIKE ?" for _ in names)
    return await fetch(
        f"SELECT id, state, ticket_id, conversation, envelope FROM entries WHERE {condition}"  # noqa: S608
        f" AND (conversation IN ({_marks(list(keys))}) OR {named}"
        " OR (ticket_id IS NOT NULL AND state IN ('duplicate', 'refused')))",
        *parameters,
        *keys,
        *names,
    )


def _like(address: str) -> str:
    """A pattern for envelopes that name an address, with its domain in whichever form.

    Whatever LIKE or JSON writes otherwise, or has another case outside ASCII, stands for anything.
    """
    return "%" + re.sub(r"[^a-z0-9.+=-]", "%", address.rpartition("@")[0]) + "@%"


def _sorted(
    rows: Sequence[dict[str, Any]], addresses: Sequence[str], keys: Collection[str], tickets: Collection[int]
) -> Mails:
    his = {comparable(one) for one in addresses}
    return Mails(
        sent=frozenset(row["id"] for row in rows if row["conversation"] in keys),
        silent=frozenset(
            (row["id"], row["conversation"])
            for row in rows
            if row["state"] in ("duplicate", "refused") and row["ticket_id"] in tickets
        ),
        carried=frozenset(row["id"] for row in rows if envelope_sender(parsed(row["envelope"])) in his),
    )


def envelope_sender(envelope: dict[str, Any]) -> str:
    """Who has sent a mail by its envelope, in the form in which addresses are compared; "" for nobody."""
    return comparable(str(envelope.get("mail_from") or "").strip("<> "))


def _marks(items: Sequence[object]) -> str:
    return ", ".join("?" for _ in items)
