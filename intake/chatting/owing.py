"""What we say in a client's chat besides letters: short notices, each owed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from desk.channels import telegram_address
from desk.ticket import State
from intake.chatting.meant import OFFERED, Unclear
from intake.taking_in.arrived import Desk
from storage.chats import TicketLine, tickets_of
from storage.directory import KnownClient
from storage.outbox import Owed, owe


async def tell(
    client: KnownClient, desk: Desk, kind: str, serial: object, facts: Mapping[str, Any], now: datetime,
    *, ticket_id: int | None = None,
) -> None:  # fmt: skip
    """Owe a notice to a client; `serial` makes its key unique: mostly the entry that causes it."""
    await owe(
        Owed(
            key=f"chat:{kind}:{serial}",
            ticket_id=ticket_id,
            kind=kind,
            channel="telegram",
            recipient=client.address,
            language=client.language or desk.default_language,
            facts=dict(facts),
        ),
        desk.domain,
        now,
    )


async def tell_group(
    chat_id: int, language: str, desk: Desk, kind: str, serial: object, now: datetime
) -> None:
    """Owe a notice to a group."""
    owed = Owed(
        key=f"chat:{kind}:{serial}",
        ticket_id=None,
        kind=kind,
        channel="telegram",
        recipient=telegram_address(chat_id),
        language=language or desk.default_language,
        facts={},
    )
    await owe(owed, desk.domain, now)


async def ask_where(client: KnownClient, desk: Desk, unclear: Unclear, serial: object, now: datetime) -> None:
    """Owe the question to which ticket a message belongs."""
    tickets = await tickets_of(client.id, 50)
    closed = unclear is Unclear.CONTINUED
    offered = [one for one in tickets if (one.state == State.CLOSED) is closed][: 3 if closed else OFFERED]
    facts = {"tickets": listed(offered)}
    await tell(client, desk, "continued" if closed else "which", serial, facts, now)


def listed(tickets: Sequence[TicketLine]) -> list[dict[str, object]]:
    """Tickets as facts of a delivery."""
    return [{"id": one.id, "subject": one.subject, "state": one.state} for one in tickets]
