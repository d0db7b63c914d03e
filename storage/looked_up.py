"""What agents look up in the staff chat: the queue, tickets by words, a client's card. Reads only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.models import Address, Client
from storage.statements import fetch, moment


@dataclass(frozen=True, slots=True)
class Listed:
    """A ticket in a list; moments are UTC. `chat_id`, `thread_id`: its topic, None where it has none."""

    id: int
    subject: str
    state: str
    level: str
    line: str
    assignee: str | None
    created_at: datetime
    reaction_due_at: datetime
    reacted_at: datetime | None
    chat_id: int | None
    thread_id: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """The first tickets of a list, and how many there are in all."""

    tickets: tuple[Listed, ...]
    count: int


@dataclass(frozen=True, slots=True)
class ClientCard:
    """What is known of a client; `tickets`: the newest, `count`: all, `unfinished`: those not closed."""

    name: str
    registered: bool
    language: str
    addresses: tuple[str, ...]
    blocked_why: str | None
    tickets: tuple[Listed, ...]
    count: int
    unfinished: int


_COLUMNS = """t.id, t.subject, t.state, t.level, t.line, t.assignee, t.created_at, t.reaction_due_at,
    t.reacted_at, p.chat_id, p.thread_id"""
# The newest place of each, should two have been made.
_TABLES = """tickets t LEFT JOIN topics p ON p.id =
    (SELECT MAX(o.id) FROM topics o WHERE o.ticket_id = t.id AND o.left_at IS NULL)"""
# Whom nobody has answered yet first, by deadline: it is the first answer that is promised.
_BY_DEADLINE = "CASE WHEN t.reacted_at IS NULL THEN 0 ELSE 1 END, t.reaction_due_at, t.id"
_NEWEST = "t.id DESC"


async def unfinished(
    most: int, *, line: str | None = None, assignees: Collection[str] | None = None
) -> Found:
    """The tickets that are not closed, the oldest deadline first; of a line or of some agents, when given."""
    where, values = ["t.state <> 'closed'"], list[Any]()
    if line is not None:
        where.append("t.line = ?")
        values.append(line)
    if assignees is not None:
        where.append(f"t.assignee IN ({', '.join('?' for _ in assignees) or 'NULL'})")
        values.extend(assignees)
    return await _found(" AND ".join(where), values, _BY_DEADLINE, most)


async def tickets_with_words(words: Sequence[str], most: int) -> Found:
    """The tickets that have all these words in subject or messages, the newest first.

    Letters count as equal in the forms word, Word and WORD: of other alphabets SQLite knows no cases.
    """
    where, values = [], list[Any]()
    for word in words:
        forms = tuple(f"%{_escaped(form)}%" for form in _forms(word))
        subject = " OR ".join("t.subject LIKE ? ESCAPE '!'" for _ in forms)
        text = " OR ".join("m.text LIKE ? ESCAPE '!'" for _ in forms)
        in_messages = f"SELECT 1 FROM messages m WHERE m.ticket_id = t.id AND ({text})"  # noqa: S608
        where.append(f"({subject} OR EXISTS ({in_messages}))")
        values += [*forms, *forms]
    return await _found(" AND ".join(where), values, _NEWEST, most)


async def tickets_of_address(address: str, most: int) -> Found:
    """The tickets of whoever has an address (in lower case), or one at a domain when it begins with @."""
    same = "a.address LIKE ? ESCAPE '!'" if address.startswith("@") else "a.address = ?"
    value = f"%{_escaped(address)}" if address.startswith("@") else address
    where = f"t.client_id IN (SELECT a.client_id FROM addresses a WHERE {same})"  # noqa: S608 - our own words
    return await _found(where, [value], _NEWEST, most)


async def ticket_listed(ticket_id: int) -> Found:
    """The ticket of that number, or nothing."""
    return await _found("t.id = ?", [ticket_id], _NEWEST, 1)


async def client_card(client_id: int, most: int) -> ClientCard | None:
    """What is known of a client, or None when there is none."""
    row = await Client.get_or_none(id=client_id)
    if row is None:
        return None
    addresses = await Address.filter(client_id=client_id).order_by("id").values_list("address", flat=True)
    tickets = await _found("t.client_id = ?", [client_id], _NEWEST, most)
    open_ones = await _count("t.client_id = ? AND t.state <> 'closed'", [client_id])
    return ClientCard(
        row.name,
        row.registered,
        row.language,
        tuple(str(one) for one in addresses),
        row.blocked_why if row.blocked_at is not None else None,
        tickets.tickets,
        tickets.count,
        open_ones,
    )


async def others_at(domain: str, client_id: int) -> tuple[int, int]:
    """How many other clients write from a domain, and how many tickets they have."""
    rows = await fetch(
        "SELECT COUNT(DISTINCT a.client_id) AS clients, COUNT(DISTINCT t.id) AS tickets FROM addresses a"
        " LEFT JOIN tickets t ON t.client_id = a.client_id"
        " WHERE a.address LIKE ? ESCAPE '!' AND a.client_id <> ?",
        f"%@{_escaped(domain)}",
        client_id,
    )
    return int(rows[0]["clients"]), int(rows[0]["tickets"])


async def client_of(ticket_id: int) -> int | None:
    """Whose ticket it is, or None when there is none."""
    rows = await fetch("SELECT client_id FROM tickets WHERE id = ?", ticket_id)
    return int(rows[0]["client_id"]) if rows else None


async def _found(where: str, values: list[Any], order: str, most: int) -> Found:
    sql = f"SELECT {_COLUMNS} FROM {_TABLES} WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608 - our own words
    rows = await fetch(sql, *values, most)
    count = len(rows) if len(rows) < most else await _count(where, values)
    return Found(tuple(_listed(row) for row in rows), count)


async def _count(where: str, values: list[Any]) -> int:
    rows = await fetch(f"SELECT COUNT(*) AS number FROM tickets t WHERE {where}", *values)  # noqa: S608
    return int(rows[0]["number"])


def _listed(row: dict[str, Any]) -> Listed:
    plain = {name: row[name] for name in Listed.__slots__ if not name.endswith("_at")}
    return Listed(
        **plain,
        created_at=moment(row["created_at"]),
        reaction_due_at=moment(row["reaction_due_at"]),
        reacted_at=None if row["reacted_at"] is None else moment(row["reacted_at"]),
    )


def _forms(word: str) -> tuple[str, ...]:
    lower = word.lower()
    return tuple(dict.fromkeys((word, lower, lower.capitalize(), word.upper())))


def _escaped(text: str) -> str:
    for sign in "!%_":
        text = text.replace(sign, f"!{sign}")
    return text
