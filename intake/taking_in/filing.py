"""What follows from a refused mail: bounces and automatic replies are filed on tickets, and answered by none.

Also the refusals that need the database (`judged`). Everything here runs inside the transaction that takes a
mail in. Nothing here reopens a ticket, changes its state or its clock, or owes a delivery.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from desk import tags
from desk.addresses import comparable
from desk.ticket import Numbering
from intake.incoming import Bounced, IncomingMessage
from intake.taking_in.arrived import envelope_recipients, words_of
from intake.taking_in.duplicates import content_of
from intake.taking_in.history import is_imported
from intake.taking_in.identity import ticket_meant
from storage.directory import KnownClient, client_by_address
from storage.inbox import Claimed
from storage.tickets import Change, add_message, note_changes, ticket_with_content
from storage.undelivered import SentDelivery, delivery_by_id, delivery_by_message_ids, mark_undeliverable

_OURS = "<otklik."  # how every Message-ID of ours begins (storage.outbox.owe)
_FILED = ("auto-reply", "null-sender")
_LONGEST_WHY = 130  # characters: where it was filed has to fit into the outcome behind it


@dataclass(frozen=True, slots=True)
class Filing:
    """What filing has to know of the desk. `secret` signs address tags; `separator` may be empty: no tags."""

    numbering: Numbering
    secret: bytes = b""
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """Why a mail was refused, and the ticket on which it was filed, if any."""

    why: str
    ticket_id: int | None = None


async def judged(entry: Claimed, incoming: IncomingMessage, filing: Filing) -> IncomingMessage:
    """Add the refusals that the table can't find without the database.

    A mail with a Message-ID of ours that we really sent is our own that came back (RFC 5321 §6.3); a forged
    one is nobody's, and no loop. What comes to the tagged address of our envelopes alone, no person wrote:
    people answer From, machines the envelope (RFC 3834 §4). An agent's decision sets either aside.
    """
    if incoming.refusal is not None:
        return incoming
    key, why = "", ""
    if incoming.message_id.startswith(_OURS) and await delivery_by_message_ids([incoming.message_id]):
        key, why = "loop", "we sent it ourselves"
    elif _to_machines_address(entry, incoming, filing):
        key, why = "auto-reply", "it came to the address that machines alone answer"
    if not key:
        return incoming
    if entry.accepted_by:
        return replace(incoming, overruled=key)
    return replace(incoming, refusal=key, refusal_why=why, auto_reply=key == "auto-reply")


async def file_refused(entry: Claimed, incoming: IncomingMessage, filing: Filing, now: datetime) -> Filed:
    """File a refused mail where it belongs, once however often it comes."""
    why = f"{incoming.refusal} ({incoming.refusal_why[:_LONGEST_WHY]})"
    if is_imported(entry):
        return Filed(why)  # of old mail nothing is news
    if incoming.refusal == "bounce" and incoming.bounced is not None:
        delivery = await _delivery_of(entry, incoming, incoming.bounced, filing)
        return await _bounced(delivery, incoming.bounced, why, filing, now) if delivery else Filed(why)
    ticket_id = await _ticket_of(entry, incoming, filing) if incoming.refusal in _FILED else None
    if ticket_id is None:
        return Filed(why)
    content = content_of(incoming, now)
    # A key of its own: the mail is no duplicate of itself when an agent has it taken in afterwards.
    key = sha256(f"filed\0{content.key}".encode()).hexdigest()
    if await ticket_with_content(key, content.since) is None:
        await add_message(replace(words_of(entry, incoming, ticket_id, key), automatic=True))
        change = Change(incoming.from_addr or "otklik", "automatic mail filed", why=incoming.refusal_why)
        await note_changes(ticket_id, now, change)
    return Filed(f"{why}, filed on {filing.numbering.format(ticket_id)}", ticket_id)


async def _delivery_of(
    entry: Claimed, incoming: IncomingMessage, bounced: Bounced, filing: Filing
) -> SentDelivery | None:
    """The delivery that a bounce is about: by our signature on its address, else by our Message-ID in it."""
    delivery_id = _bounce_tag(entry, incoming, filing)
    if delivery_id is not None:
        return await delivery_by_id(delivery_id)
    return await delivery_by_message_ids([one for one in bounced.message_ids if one.startswith(_OURS)])


async def _bounced(
    delivery: SentDelivery, bounced: Bounced, why: str, filing: Filing, now: datetime
) -> Filed:
    """A delivery has not arrived; a report of anything else is a line of the ticket's history."""
    reason = " ".join(part for part in (bounced.status, bounced.diagnostic) if part) or "it came back"
    failed_here = not bounced.recipient or comparable(bounced.recipient) == comparable(delivery.recipient)
    if bounced.permanent and failed_here:
        await mark_undeliverable(delivery, reason, now)
    elif delivery.ticket_id is not None and bounced.action in ("failed", "delayed"):
        # Delayed is not failed (RFC 3464 §2.3.3), nor is it his address when a copy to another one failed.
        whom = f"{bounced.recipient or delivery.recipient}: {reason}"
        change = Change("otklik", f"delivery {bounced.action}", after=delivery.kind, why=whom)
        await note_changes(delivery.ticket_id, now, change)
    if delivery.ticket_id is None:
        return Filed(f"{why}, filed on delivery {delivery.id}")
    return Filed(f"{why}, filed on {filing.numbering.format(delivery.ticket_id)}", delivery.ticket_id)


async def _ticket_of(entry: Claimed, incoming: IncomingMessage, filing: Filing) -> int | None:
    """The ticket that an automatic reply is about: by our signature, else as a client's reply is found."""
    delivery_id = _bounce_tag(entry, incoming, filing)
    if delivery_id is not None:
        delivery = await delivery_by_id(delivery_id)
        return delivery.ticket_id if delivery else None
    if not incoming.from_addr:
        return None
    nobody = KnownClient(0, "", registered=False, language="", address=incoming.from_addr)
    client = await client_by_address(incoming.from_addr) or nobody
    ticket = await ticket_meant(incoming, client, filing.numbering)
    return ticket.id if ticket else None


def _recipients(entry: Claimed, incoming: IncomingMessage) -> list[str]:
    """Whom the mail came to: by the envelope, or by To where a mailbox has kept no envelope."""
    return envelope_recipients(entry) or [*incoming.to]


def _bounce_tag(entry: Claimed, incoming: IncomingMessage, filing: Filing) -> int | None:
    """The id of the delivery whose envelope sender the mail came to, None when it came to none."""
    for address in _recipients(entry, incoming):
        found = tags.read(tags.tag_in(address, filing.separator), filing.secret)
        if found is not None and found[0] == tags.BOUNCE:
            return found[1]
    return None


def _to_machines_address(entry: Claimed, incoming: IncomingMessage, filing: Filing) -> bool:
    if len(_recipients(entry, incoming)) != 1:
        return False  # it may have come to people's address as well
    return _bounce_tag(entry, incoming, filing) is not None
