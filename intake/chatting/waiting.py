"""A message of which only its client knows where it belongs waits for his word, but not for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from intake.chatting.details import Asked
from intake.chatting.meant import Meant, Unclear, decide, situation
from intake.chatting.owing import ask_where
from intake.chatting.received import Received
from intake.taking_in.conversation import Outcome
from storage.chats import change_chat
from storage.held import held_in, hold, send_on
from storage.posts import CLIENTS

UNDECIDED = timedelta(minutes=10)  # after which a message goes where it most likely belongs


async def meant(got: Received) -> tuple[Meant, Asked | None]:
    """Where a message belongs: as its client has said meanwhile, or as what we know tells.

    One that has waited in vain goes to the newest ticket that is not closed, else to a new one.
    """
    if got.goes_to is not None:
        return Meant(got.goes_to or None), None
    found, asked = await situation(
        got.message.written, got.client.id, got.now, reopen_days=got.desk.reopen_days
    )
    decided = decide(found)
    if decided.unclear is not None and got.was_held:
        decided = Meant(found.unfinished[0] if found.unfinished else None)
    return decided, asked


async def wait_for_choice(got: Received, unclear: Unclear) -> Outcome:
    """Let a message wait; those that wait already wait with it, and were asked about."""
    waiting = await held_in(got.message.chat_id)
    until = waiting[0].until if waiting else got.now + UNDECIDED
    await hold(got.entry, got.message.chat_id, got.message.message_id, until)
    if not waiting:
        await ask_where(got.client, got.desk, unclear, got.entry.id, got.now)
    return Outcome("held", why=f"which ticket it is for? until {until.isoformat(timespec='seconds')}")


async def settle(got: Received, outcome: Outcome) -> None:
    """What has waited with a message goes where it went; a client who has not said where is told."""
    if not got.was_held or outcome.ticket_id is None:
        return
    await send_on(got.message.chat_id, outcome.ticket_id, got.now, besides=got.entry.id)
    if got.goes_to is None and outcome.what != "opened":
        await got.tell("put-on", {}, outcome.ticket_id)


async def choose(chat_id: int, ticket_id: int, now: datetime) -> int:
    """Have what a client writes, and what waits, go to a ticket (0: a new one); returns how much waits."""
    await change_chat(CLIENTS, chat_id, ticket_id=ticket_id, chosen_at=now, expects=None)
    return await send_on(chat_id, ticket_id, now)
