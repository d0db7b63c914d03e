"""Agents' verbs on a ticket: answer, assign, give it another level."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from desk.channels import channel_of
from desk.entitlement import Offering
from desk.resolution import TARGETS, Target
from desk.service_level import ServiceLevel
from desk.ticket import Numbering, State, on_answer
from desk.timing import PAUSED_IN, Timing
from desk.working_time import Calendar
from storage.clocks import REACTION, moved_state, recount, timed_of
from storage.database import Database
from storage.outbox import Owed, owe
from storage.tickets import (
    Change,
    NewAttachment,
    NewMessage,
    TicketNow,
    add_message,
    change_ticket,
    note_changes,
    ticket_now,
)


class Refused(Exception):
    """A verb that can't be carried out; the message says why and what is allowed.

    `key`: by which name a chat words it in its own language, `refused.KEY`, with `values`; "" if it can't.
    """

    def __init__(self, text: str, key: str = "", **values: object) -> None:
        super().__init__(text)
        self.key, self.values = key, values


@dataclass(frozen=True, slots=True)
class Desk:
    """What the agents' verbs have to know of the desk; `domain` is that of its mail address."""

    levels: Sequence[ServiceLevel]
    calendars: Mapping[str, Calendar]
    numbering: Numbering
    domain: str
    offering: Offering
    targets: Sequence[Target] = TARGETS
    paused_in: frozenset[str] = PAUSED_IN

    @property
    def timing(self) -> Timing:
        """By what deadlines are counted."""
        return Timing(self.levels, self.calendars, self.targets, self.paused_in)


async def the_ticket(ticket_id: int, desk: Desk) -> TicketNow:
    """The ticket as it stands, inside a transaction; raises Refused when there is none."""
    ticket = await ticket_now(ticket_id)
    if ticket is None:
        number = desk.numbering.format(ticket_id)
        raise Refused(f"there is no ticket {number}", "no-ticket", number=number)
    return ticket


def owed_to(ticket: TicketNow, kind: str, serial: object, facts: dict[str, object]) -> Owed:
    """An intent for the ticket's client, in the thread of his last mail; `serial` makes its key unique."""
    return Owed(
        key=f"{ticket.id}:{kind}:{serial}",
        ticket_id=ticket.id,
        kind=kind,
        channel=channel_of(ticket.client_address),
        recipient=ticket.client_address,
        language=ticket.language,
        facts={**facts, "client_name": ticket.client_name or None},
        in_reply_to=ticket.last_message_id,
        references=ticket.last_message_id,
    )


async def answer(database: Database, desk: Desk, ticket_id: int, agent: str, text: str, now: datetime) -> int:
    """Send an agent's answer to the client; see `answer_now`, which this runs in a transaction of its own."""
    return await database.writer.run(lambda: answer_now(desk, ticket_id, Answer(agent, text), now))


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agent says to a client. `not_before`: until when it can be taken back (UTC).

    `part`: the number of its message in a chat when it is one of an album, whose others come on their own.
    """

    agent: str
    text: str
    files: Sequence[NewAttachment] = ()
    not_before: datetime | None = None
    part: int | None = None


async def answer_now(desk: Desk, ticket_id: int, said: Answer, now: datetime) -> int:
    """Owe an agent's answer to the client; the first one is the reaction. Returns the message's id.

    Raises Refused for an empty answer or an unknown ticket, desk.ticket.NotAllowed in a closed one.
    """
    if not said.text.strip() and not said.files:
        raise Refused("an answer needs a text")
    ticket = await the_ticket(ticket_id, desk)
    on_answer(State(ticket.state))
    message_id = await add_message(item_of(ticket_id, said, now))
    await note_answered(desk, ticket, said.agent, now)
    await owe(owed_answer(ticket, message_id, said), desk.domain, now)
    return message_id


def item_of(ticket_id: int, said: Answer, now: datetime) -> NewMessage:
    """An answer as an item of its ticket's thread."""
    return NewMessage(
        ticket_id, "out", said.agent, "", said.text, now, new_text=said.text, attachments=said.files
    )


def owed_answer(ticket: TicketNow, message_id: int, said: Answer) -> Owed:
    """What is owed to the client for an answer, which is that item of the thread."""
    facts: dict[str, object] = {"text": said.text, "agent_name": said.agent}
    if said.files:
        facts["files"] = [asdict(file) for file in said.files]
    if said.part is not None:
        facts["captions"] = {str(said.part): said.text}
    owed = owed_to(ticket, "answer", message_id, facts)
    return replace(owed, item_id=message_id, not_before=said.not_before)


async def note_answered(desk: Desk, ticket: TicketNow, agent: str, now: datetime) -> None:
    """What an answer does to its ticket: it is taken and open, and the first one is the reaction.

    Raises desk.ticket.NotAllowed in a closed ticket.
    """
    state = on_answer(State(ticket.state))
    changes = [Change(agent, "answered")]
    columns: dict[str, object] = {}
    if state != ticket.state:
        changes.append(Change(agent, "state", ticket.state, state.value))
        ticket = await moved_state(ticket, state, now, desk.timing)
    if ticket.reacted_at is None:
        columns |= {"reacted_at": now, "reacted_by": agent}
        late = "late" if now > ticket.reaction_due_at else "in time"
        changes.append(Change(agent, "reacted", after=late))
    if ticket.assignee is None:
        columns["assignee"] = agent
        changes.append(Change(agent, "assigned", after=agent))
    if columns:
        await change_ticket(ticket.id, **columns)
    await note_changes(ticket.id, now, *changes)


async def assign(database: Database, desk: Desk, ticket_id: int, agent: str, who: str, now: datetime) -> None:
    """Make an agent responsible for a ticket. Raises Refused for an unknown ticket."""
    await database.writer.run(lambda: assign_now(desk, ticket_id, agent, who, now))


async def assign_now(desk: Desk, ticket_id: int, agent: str, who: str, now: datetime) -> bool:
    """The same inside a unit; returns False, with nothing changed, if he was responsible already."""
    ticket = await the_ticket(ticket_id, desk)
    if ticket.assignee == agent:
        return False
    await change_ticket(ticket_id, assignee=agent)
    await note_changes(ticket_id, now, Change(who, "assigned", ticket.assignee or "", agent))
    return True


async def set_level(
    database: Database, desk: Desk, ticket_id: int, key: str, who: str, why: str, now: datetime
) -> datetime:
    """Give a ticket another service level; see `set_level_now`, which this runs in its own transaction."""
    return await database.writer.run(lambda: set_level_now(desk, ticket_id, key, who, why, now))


async def set_level_now(
    desk: Desk, ticket_id: int, key: str, who: str, why: str, now: datetime,
    *, entitled: Mapping[str, Any] | None = None,
) -> datetime:  # fmt: skip
    """Give a ticket another service level; its deadline counts anew from receipt, and the client is told.

    `entitled`: why, when it is the rules that give it (`desk.entitlement.Entitlement.told`).
    Returns the new reaction deadline (UTC). Raises Refused for an unknown level or ticket, a closed
    ticket, or the level that it has already.
    """
    level = next((level for level in desk.levels if level.key == key), None)
    if level is None:
        allowed = ", ".join(one.key for one in desk.levels)
        raise Refused(
            f"there is no level {key!r}; allowed: {allowed}", "no-level", given=key, allowed=allowed
        )
    ticket = await the_ticket(ticket_id, desk)
    number = desk.numbering.format(ticket_id)
    noted = why or (f"by the rules: {entitled['why']}" if entitled else "")
    if ticket.level == key:
        raise Refused(f"{number} has the level {key} already", "same", number=number)
    if ticket.state == State.CLOSED:
        raise Refused(f"{number} is closed; reopen it first", "closed", number=number)
    await change_ticket(ticket_id, level=key, promise=str(level.react_within))
    await note_changes(ticket_id, now, Change(who, "level", ticket.level, key, noted))
    due_at = await _counted_by(desk, ticket, level, who, noted, now)
    facts: dict[str, object] = {
        "level": key,
        "promise": str(level.react_within),
        "due_at": due_at.isoformat(),
        "old_due_at": ticket.reaction_due_at.isoformat(),
        "reason": why or None,
        "calendar": level.calendar,
        # Who was answered already has had his reaction: he is told the level, not a new deadline.
        "reacted": ticket.reacted_at is not None,
        "entitlement": dict(entitled) if entitled else None,
    }
    await owe(owed_to(ticket, "level-change", now.isoformat(), facts), desk.domain, now)
    return due_at


async def _counted_by(
    desk: Desk, ticket: TicketNow, level: ServiceLevel, who: str, why: str, now: datetime
) -> datetime:
    """Count the deadlines of a ticket by its new level; returns that of the reaction, be it met or not."""
    of_level = replace(ticket, level=level.key, promise=str(level.react_within))
    if ticket.reacted_at is not None:
        due_at = desk.timing.reaction_due(await timed_of(of_level))
        await change_ticket(ticket.id, reaction_due_at=due_at)
        moved = Change(who, REACTION, ticket.reaction_due_at.isoformat(), due_at.isoformat(), why)
        await note_changes(ticket.id, now, moved)
        of_level = replace(of_level, reaction_due_at=due_at)
    return (await recount(of_level, desk.timing, who, why, now)).reaction_due_at
