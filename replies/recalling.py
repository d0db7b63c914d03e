"""Answers that can still be changed: taken back, reworded, more put on them. All inside a unit."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from enum import Enum, auto
from typing import Any

from replies.answering import Desk, owed_to, the_ticket
from replies.held_answers import drop_held
from storage.answers import (
    Said,
    change_delivery,
    change_item,
    first_answer,
    mark_posts,
    said_item,
)
from storage.edits import edit_message
from storage.models import DeliveryState
from storage.outbox import owe
from storage.tickets import (
    Change,
    NewAttachment,
    add_files,
    change_ticket,
    note_changes,
    ticket_now,
)

_OWED = (DeliveryState.OWED,)


class Recall(Enum):
    """What became of taking an answer back."""

    DONE = auto()
    TOO_LATE = auto()
    NOTHING = auto()


class Rewording(Enum):
    """What became of an agent's edit of what he had said."""

    DONE = auto()  # before it went, or on a note
    FOLLOWS = auto()  # the client's copy is changed as well
    MAILED = auto()  # a mail can't be changed
    TOO_LATE = auto()  # to make a note of it
    STAYS_NOTE = auto()  # a note does not become an answer
    NOTHING = auto()


async def withdraw(item_id: int, who: str, now: datetime, why: str = "") -> Recall:
    """Take an answer back that has not left yet; it stays on the ticket, marked so."""
    said = await said_item(item_id)
    if said is None or said.delivery is None or said.direction != "out":
        return Recall.NOTHING
    if said.delivery.held:
        await drop_held(item_id, who, now)
        return Recall.DONE
    if said.withdrawn:
        return Recall.DONE
    if not await change_delivery(said.delivery.id, _OWED, state=DeliveryState.CANCELLED):
        return Recall.TOO_LATE
    await change_item(item_id, withdrawn_at=now)
    await note_changes(said.ticket_id, now, Change(who, "withdrawn", why=why))
    await _reaction_taken_back(said, who, now)
    return Recall.DONE


async def _reaction_taken_back(said: Said, who: str, now: datetime) -> None:
    """If the client was to be answered first by what he never gets, his first answer is another, or none."""
    ticket = await ticket_now(said.ticket_id)
    if ticket is None or ticket.reacted_at != said.at:
        return
    first = await first_answer(ticket.id)
    at, by = first if first is not None else (None, None)
    await change_ticket(ticket.id, reacted_at=at, reacted_by=by)
    await note_changes(ticket.id, now, Change(who, "reaction withdrawn", said.at.isoformat()))


async def make_note(item_id: int, text: str, who: str, now: datetime) -> Recall:
    """Make a note of an answer that has not left yet."""
    recalled = await withdraw(item_id, who, now, "made a note of it")
    if recalled is Recall.DONE:
        await edit_message(item_id, text, now)
        await change_item(item_id, direction="note", withdrawn_at=None)
        await mark_posts(item_id, "")
        said = await said_item(item_id)
        if said is not None and said.delivery is not None:
            await change_delivery(said.delivery.id, (DeliveryState.CANCELLED,), item_id=None)
    return recalled


async def reword(
    desk: Desk, item_id: int, text: str, who: str, now: datetime, *, as_note: bool = False, part: int = 0
) -> Rewording:
    """An agent has changed the words of his answer or note; `as_note`: it is to be a note now.

    An answer that has gone to a chat is changed there, by a delivery of its own, which comes after it.
    `part`: as in `Answer`, whose caption it was that he changed.
    """
    said = await said_item(item_id)
    if said is None:
        return Rewording.NOTHING
    if said.direction == "note":
        return await _reword_note(said, text, who, now, as_note=as_note)
    if as_note:
        done = await make_note(item_id, text, who, now) is Recall.DONE
        return Rewording.DONE if done else Rewording.TOO_LATE
    way = said.delivery
    if way is None or (said.withdrawn and not way.held):
        return Rewording.NOTHING
    facts = dict(way.facts)
    if captions := facts.get("captions"):
        facts["captions"] = {**captions, str(part): text}
        text = _together(facts["captions"])
    facts["text"] = text
    if text == said.text or not (text or facts.get("files")):
        return Rewording.NOTHING
    if _open(said) and await change_delivery(way.id, (way.state,), facts=facts):
        await _noted(said, text, who, now)
        return Rewording.DONE
    if way.channel == "mail":
        return Rewording.MAILED
    await _noted(said, text, who, now)
    # What is kept of the delivery is what the client has been told last.
    await change_delivery(way.id, (way.state,), facts=facts)
    await _owe_edit(desk, said, facts, now)
    return Rewording.FOLLOWS


async def _reword_note(said: Said, text: str, who: str, now: datetime, *, as_note: bool) -> Rewording:
    if not as_note:
        return Rewording.STAYS_NOTE
    await _noted(said, text, who, now)
    return Rewording.DONE


async def _noted(said: Said, text: str, who: str, now: datetime) -> None:
    if await edit_message(said.id, text, now) is not None:
        await note_changes(said.ticket_id, now, Change(who, "edited"))


async def _owe_edit(desk: Desk, said: Said, facts: dict[str, Any], now: datetime) -> None:
    way, ticket = said.delivery, await the_ticket(said.ticket_id, desk)
    assert way is not None
    facts = {**facts, "old_text": said.text, "edits": way.id}
    owed = owed_to(ticket, "edit", f"{said.id}:{now.isoformat()}", facts)
    # Where the answer went, wherever the client has written from since.
    there = replace(owed, item_id=said.id, channel=way.channel, recipient=way.recipient)
    await owe(there, desk.domain, now)


class Part(Enum):
    """Where a further part of an album belongs."""

    JOINED = auto()
    TAKEN_BACK = auto()  # with the whole answer
    LATE = auto()  # what came first has gone


async def add_part(
    item_id: int, number: int, text: str, files: Sequence[NewAttachment], not_before: datetime
) -> Part:
    """Put a further part of an album on the answer or note that its first part became.

    `number`: of the part's message in its chat, see `Answer.part`; `not_before`: as there (UTC).
    """
    said = await said_item(item_id)
    if said is None:
        return Part.LATE
    way, words = said.delivery, "\n".join(filter(None, (said.text, text)))
    if said.direction == "out":
        if way is None:
            return Part.LATE
        if said.withdrawn and not way.held:
            return Part.TAKEN_BACK
        captions = {**(way.facts.get("captions") or {}), str(number): text}
        words = _together(captions)
        known = [*way.facts.get("files", ()), *(asdict(file) for file in files)]
        later = {} if way.held else {"next_attempt_at": not_before}
        facts = {**way.facts, "text": words, "files": known, "captions": captions}
        if not _open(said) or not await change_delivery(way.id, (way.state,), facts=facts, **later):
            return Part.LATE
    await change_item(item_id, text=words, new_text=words)
    await add_files(item_id, (), files)
    return Part.JOINED


def _open(said: Said) -> bool:
    """Whether an answer can be changed without the client's seeing it."""
    way = said.delivery
    return way is not None and (bool(way.held) or (way.state == DeliveryState.OWED and not way.composed))


def _together(captions: Mapping[str, str]) -> str:
    """The captions of an album's parts as one text, in the order of the parts."""
    return "\n".join(text for _, text in sorted(captions.items(), key=lambda one: int(one[0])) if text)
