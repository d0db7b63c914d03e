"""A client's message in hand: its entry, who wrote it, and when it is worked on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from intake.chatting.details import Asking
from intake.chatting.message import ChatMessage
from intake.chatting.owing import tell
from intake.taking_in.arrived import Arrived, Desk
from storage.directory import KnownClient
from storage.held import GOES_TO, HELD
from storage.inbox import Claimed


@dataclass(frozen=True, slots=True)
class Received:
    """What all effects of a message have to know; `now` in UTC."""

    entry: Claimed
    message: ChatMessage
    client: KnownClient
    desk: Desk
    now: datetime

    @property
    def was_held(self) -> bool:
        """Whether it has waited for its client to say where it belongs."""
        return HELD in self.entry.envelope

    @property
    def goes_to(self) -> int | None:
        """The ticket that he has chosen meanwhile, 0 for a new one; None when he has not."""
        chosen = self.entry.envelope.get(GOES_TO)
        return None if chosen is None else int(str(chosen))

    @property
    def asking(self) -> Asking:
        """How its client is asked for details."""
        language = self.client.language or self.desk.default_language
        return Asking(self.message.chat_id, self.client.address, language, self.desk.domain, self.entry.id)

    def arrived(self, confirm_after: datetime | None) -> Arrived:
        """The message as what opens or continues tickets takes it."""
        incoming = self.message.as_incoming()
        arrived = Arrived(self.entry, incoming, "", self.client, self.desk, self.now, None, confirm_after)
        return replace(arrived, faq=self.message.faq)

    async def tell(self, kind: str, facts: Mapping[str, Any], ticket_id: int | None = None) -> None:
        """Owe a notice to its client."""
        await tell(self.client, self.desk, kind, self.entry.id, facts, self.now, ticket_id=ticket_id)

    async def tell_declined(self, ticket_id: int) -> None:
        """Tell what of a later message was not kept: no confirmation does that for us."""
        if self.message.declined:
            await self.tell("not-kept", {"declined": self.told_declined}, ticket_id)

    @property
    def told_declined(self) -> list[dict[str, str]]:
        """Its files that are not kept, as letters tell them."""
        return [{"name": d.name, "reason": d.reason, "hint": d.hint} for d in self.message.declined]

    @property
    def kept_declined(self) -> list[dict[str, str]]:
        """Its files that are not kept, as the ticket keeps them."""
        return [{"name": d.name, "reason": d.reason} for d in self.message.declined]
