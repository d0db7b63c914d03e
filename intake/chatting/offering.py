"""A new request that the FAQ may answer waits while its client reads what is offered.

It waits as one of which it is not clear where it belongs (`intake.chatting.waiting`): in the inbox, for ten
minutes at most. Then it is opened, counted from when it was written, and so is what came with it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from desk.urgency import claimed_urgency
from intake.chatting.meant import Meant
from intake.chatting.received import Received
from intake.chatting.waiting import UNDECIDED
from intake.taking_in.conversation import Outcome
from storage.held import held_in, hold, send_on
from storage.offers import CHAT, NewOffer, note_offers, offered_on, was_offered


async def offer_first(got: Received, where: Meant) -> Outcome | None:
    """Let a new request wait for its client's word on what is offered; None when it is opened at once."""
    message = got.message
    if where.ticket_id is not None or got.was_held or claimed_urgency(message.text):
        return None
    waiting = await held_in(message.chat_id)
    if waiting:
        # More of the same: it was written while the client was reading.
        return await _wait(got, waiting[0].until)
    if not message.text or message.reply_to is not None or not message.faq:
        return None
    await _offer(got)
    return await _wait(got, got.now + UNDECIDED)


async def on_its_ticket(got: Received, outcome: Outcome) -> None:
    """What was offered for a message that has waited was offered on its ticket.

    One that is urgent opens it at once, and takes what waits along.
    """
    message = got.message
    if outcome.ticket_id is None:
        return
    if got.was_held:
        await offered_on(message.chat_id, message.message_id, outcome.ticket_id)
    elif outcome.what == "opened" and claimed_urgency(message.text):
        await send_on(message.chat_id, outcome.ticket_id, got.now, besides=got.entry.id)


async def without_offered(got: Received) -> Received:
    """The message without entries that its client has been shown for it."""
    message = got.message
    if not message.faq or not got.was_held or not await was_offered(message.chat_id, message.message_id):
        return got
    return replace(got, message=replace(message, faq=()))


async def _offer(got: Received) -> None:
    message, client = got.message, got.client
    language, default = client.language or got.desk.default_language, got.desk.default_language
    shown = [(one, one.language(language, default)) for one in message.faq]
    ids = await note_offers(
        [
            NewOffer(
                one.key, CHAT, said_in, got.now, client.id, chat_id=message.chat_id,
                message_id=message.message_id,
            )
            for one, said_in in shown
        ]
    )  # fmt: skip
    entries = [
        {"id": number, "title": told.title, "text": told.text, "link": told.link}
        for number, (one, said_in) in zip(ids, shown, strict=True)
        if (told := one.told[said_in])
    ]
    await got.tell("faq-offered", {"entries": entries})


async def _wait(got: Received, until: datetime) -> Outcome:
    await hold(got.entry, got.message.chat_id, got.message.message_id, until)
    return Outcome("held", why=f"does the FAQ answer it? until {until.isoformat(timespec='seconds')}")
