"""Entries that wait for their client to say where they belong; everything here runs inside a writer's unit.

Such an entry lies in the inbox like any that is not processed yet, so nothing can lose it: it is only due
later, and in a conversation of its own, so that it holds nothing else up.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from storage.inbox import Claimed, finish_entry
from storage.models import Entry, EntryState

HELD, GOES_TO = (
    "held",
    "goes_to",
)  # in the envelope: the message's number; the ticket that was chosen, 0: a new one
_WAITING = (EntryState.RECORDED, EntryState.PROCESSING)


@dataclass(frozen=True, slots=True)
class Held:
    """An entry that waits, and until when (UTC)."""

    id: int
    until: datetime
    message_id: int


async def hold(entry: Claimed, chat_id: int, message_id: int, until: datetime) -> None:
    """Put an entry that its caller holds back into the inbox until a moment (UTC), or until `send_on`."""
    envelope = {**entry.envelope, HELD: message_id}
    envelope.pop(GOES_TO, None)
    await Entry.filter(id=entry.id).update(
        state=EntryState.RECORDED,
        conversation=_conversation(chat_id),
        envelope=envelope,
        claimed_until=None,
        next_attempt_at=until,
    )


async def held_in(chat_id: int) -> list[Held]:
    """The entries of a private chat that wait, in their order."""
    rows = await _waiting(chat_id)
    return [Held(row.id, row.next_attempt_at, int(str(row.envelope[HELD]))) for row in rows]


async def send_on(chat_id: int, ticket_id: int, now: datetime, *, besides: int | None = None) -> int:
    """Have all entries of a chat that wait, but one, taken in now, on a ticket (0: on a new one).

    Returns how many there are. One that a worker is about to take in elsewhere is taken from him.
    """
    rows = [row for row in await _waiting(chat_id) if row.id != besides]
    for row in rows:
        await Entry.filter(id=row.id).update(
            state=EntryState.RECORDED,
            envelope={**row.envelope, GOES_TO: ticket_id},
            claimed_until=None,
            next_attempt_at=now,
            # Whoever has it in hand finds another number, and leaves it (storage.inbox.hold_entry).
            attempts=row.attempts + (row.state == EntryState.PROCESSING),
        )
    return len(rows)


async def let_go(chat_id: int, outcome: str, now: datetime) -> int:
    """Take none of a chat's entries that wait in: their client needs nothing more. Returns how many.

    They stay in the inbox, as anything that was dealt with does.
    """
    rows = await _waiting(chat_id)
    for row in rows:
        # As in `send_on`: whoever has it in hand finds another number.
        taken = row.attempts + (row.state == EntryState.PROCESSING)
        await Entry.filter(id=row.id).update(attempts=taken)
        await finish_entry(row.id, EntryState.DONE, now, ticket_id=None, outcome=outcome)
    return len(rows)


async def reword(chat_id: int, message_id: int, message: Mapping[str, Any], *, besides: int) -> bool:
    """Put an edited message in place of the one that waits; False when it does not wait.

    `besides`: the entry by which the edit came, which may have waited itself.
    """
    for row in await _waiting(chat_id):
        if row.envelope[HELD] == message_id and row.id != besides and row.body is not None:
            update = {"update_id": json.loads(row.body)["update_id"], "message": dict(message)}
            body = json.dumps(update, ensure_ascii=False, separators=(",", ":"))
            await Entry.filter(id=row.id).update(body=body.encode("utf-8", "surrogatepass"))
            return True
    return False


async def _waiting(chat_id: int) -> list[Entry]:
    waiting = Entry.filter(conversation=_conversation(chat_id), state__in=_WAITING)
    return await waiting.order_by("id").select_for_update()


def _conversation(chat_id: int) -> str:
    return sha256(f"held:{chat_id}".encode()).hexdigest()
