"""The one confirmation of a ticket: what it has to say, and when it is owed to nobody (promises, P6)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.channels import MAIL, channel_of
from desk.service_level import ServiceLevel
from intake.refusals import NEVER_ANSWERED
from intake.taking_in.arrived import Arrived
from intake.taking_in.history import is_imported
from intake.taking_in.identity import is_unverified
from intake.taking_in.knowledge import links_of, note_links
from storage.outbox import Owed, owe, sent_lately
from storage.tickets import Change, note_changes

_VERSION = re.compile(r"\b\d+\.\d+(?:\.\d+)*\b")


@dataclass(frozen=True, slots=True)
class Promised:
    """What is promised: a level until when (UTC), and what the letter says of why (`storage.entitled`)."""

    level: ServiceLevel
    due_at: datetime
    entitled: Mapping[str, Any]


async def owe_confirmation(
    arrival: Arrived, ticket_id: int, promised: Promised, follow_up_of: int | None
) -> None:
    """Owe the one confirmation of a ticket, unless its address has had too many (promises, P6)."""
    level = promised.level
    incoming, client, desk = arrival.incoming, arrival.client, arrival.desk
    owed = Owed(
        key=f"{ticket_id}:confirmation",
        ticket_id=ticket_id,
        kind="confirmation",
        channel=channel_of(incoming.from_addr),
        recipient=incoming.from_addr,
        language=client.language or desk.default_language,
        not_before=arrival.confirm_after,
        in_reply_to=incoming.message_id,
        references=" ".join([*incoming.references, incoming.message_id]).strip(),
        facts={
            "level": level.key,
            "promise": str(level.react_within),
            "due_at": promised.due_at.isoformat(),
            "calendar": level.calendar,
            "client_name": client.name or None,
            "client_vocative": client.vocative or None,
            "ask_for_details": _VERSION.search(incoming.reply_text) is None,
            "screenshots": [shot.name for shot in incoming.screenshots],
            "declined": [{"name": d.name, "reason": d.reason, "hint": d.hint} for d in incoming.declined],
            "shares": list(incoming.links_to_shares),
            "follow_up_of": None if follow_up_of is None else desk.numbering.format(follow_up_of),
            **promised.entitled,
            "faq": links_of(arrival),
        },
    )
    suppressed = await _suppressed(arrival)
    await owe(owed, desk.domain, arrival.now, suppressed=suppressed)
    if not suppressed:
        await note_links(arrival, ticket_id)
    if suppressed:
        change = Change("otklik", "confirmation suppressed", why=suppressed)
        await note_changes(ticket_id, arrival.now, change)


async def _suppressed(arrival: Arrived) -> str:
    """Why the confirmation is not sent; empty when it is."""
    incoming, desk = arrival.incoming, arrival.desk
    if is_imported(arrival.entry):
        return "imported from an old mailbox"
    if incoming.overruled in NEVER_ANSWERED:
        return f"taken in by {arrival.entry.accepted_by} although it is refused as {incoming.overruled}"
    if is_unverified(incoming) and not desk.confirm_unverified:
        return f"the sender is not verified: {incoming.authenticity.why}"
    if channel_of(incoming.from_addr) != MAIL:
        return ""  # only in a mail can the address be another person's, who would get the confirmations
    hour, day = await sent_lately(incoming.from_addr, "confirmation", arrival.now)
    if hour >= desk.confirmations_per_hour:
        return f"{hour} confirmations to this address within the last hour"
    if day >= desk.confirmations_per_day:
        return f"{day} confirmations to this address within the last day"
    return ""
