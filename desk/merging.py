"""Which ticket may be merged into which: one client's, neither of them closed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desk.ticket import State


class NotMerged(StrEnum):
    """Why a ticket is not merged into another."""

    ITSELF = "itself"
    CLIENTS = "clients"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Mergeable:
    """What decides about a ticket: its number, whose it is, and its state."""

    id: int
    client_id: int
    state: str


def may_merge(ticket: Mergeable, into: Mergeable) -> NotMerged | None:
    """Return why a ticket must not be merged into another; None when it may be.

    Of one client alone: what is written in the other is answered to its client, and he must not read a
    stranger's.
    Two closed ones have nothing to go on with; merging into a closed one would hide the client's open case.
    """
    if ticket.id == into.id:
        return NotMerged.ITSELF
    if ticket.client_id != into.client_id:
        return NotMerged.CLIENTS
    if State.CLOSED in (ticket.state, into.state):
        return NotMerged.CLOSED
    return None
