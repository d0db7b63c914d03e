"""The parts of an album: each is a message of its own, all are one request, however late one comes."""

from __future__ import annotations

from datetime import timedelta

from intake.chatting.details import ask_anew
from intake.chatting.received import Received
from intake.incoming import Screenshot
from intake.taking_in.conversation import Outcome
from storage.chats import album_item
from storage.edits import text_of
from storage.outbox import add_to_confirmation, hold_confirmation, is_owed
from storage.posts import CLIENTS
from storage.tickets import NewScreenshot, add_to_message

QUIET = timedelta(seconds=1.5)  # after which no further part of an album is waited for
FETCHED_WITHIN = timedelta(seconds=20)  # for which the confirmation waits while a part is being fetched
WAITED_FOR = timedelta(seconds=60)  # for which it waits in all


async def expect_part(got: Received) -> bool:
    """Have an album's confirmation wait for a part that is about to be fetched; False for a first part."""
    known = await _known(got)
    if known is None:
        return False
    until = min(got.now + FETCHED_WITHIN, got.entry.received_at + WAITED_FOR)
    await hold_confirmation(known[0], max(until, got.now))
    return True


async def add_part(got: Received) -> Outcome | None:
    """Put a further part on the item that the first one became; None for a first part."""
    known = await _known(got)
    if known is None:
        return None
    ticket_id, item_id = known
    incoming = got.message.as_incoming()
    shots = [_new_screenshot(shot) for shot in got.message.screenshots]
    shares = list(incoming.links_to_shares)
    await add_to_message(item_id, incoming.text, shots, got.kept_declined, shares, subject=incoming.subject)
    if await add_to_confirmation(ticket_id, [shot.name for shot in shots], got.told_declined):
        await hold_confirmation(ticket_id, got.now + QUIET)
    else:
        await got.tell_declined(ticket_id)
    if incoming.text and await is_owed(ticket_id, "detail"):
        await ask_anew(got.asking, ticket_id, await text_of(item_id), got.now)
    return Outcome("joined", ticket_id, item_id=item_id)


async def _known(got: Received) -> tuple[int, int] | None:
    message = got.message
    return await album_item(CLIENTS, message.chat_id, message.album) if message.album else None


def _new_screenshot(shot: Screenshot) -> NewScreenshot:
    return NewScreenshot(**{name: getattr(shot, name) for name in NewScreenshot.__slots__})
