"""Who is connected: how many, from where, with how much in hand; and how they are sent home."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Protocol

BUSY = "421 4.3.2 Too many connections, try again later"
CLOSING = "421 4.3.2 Closing for now, try again later"
LAST_WORDS = 1.0  # seconds that connections get to take their 421 once nothing is in hand any more


class Guest(Protocol):
    """A connection, as the gate sees it."""

    def dismiss(self) -> None:
        """Say 421 and close: at once when idle, else after what is in hand."""

    def send_away(self) -> None:
        """Say 421 and close, whatever is in hand."""

    def abort(self) -> None:
        """End the connection without another word."""


@dataclass(slots=True)
class Counters:
    """What was said since the start."""

    accepted: int = 0
    """Messages that got 250."""
    deferred: int = 0
    """Replies 4xx, be it to a connection, a command or a message."""
    refused: int = 0
    """Replies 5xx."""

    def note(self, reply: str) -> None:
        """Count a reply by its first digit; messages taken in are counted by `accepted`."""
        self.deferred += reply[0] == "4"
        self.refused += reply[0] == "5"


def neighbourhood(host: str) -> str | None:
    """Return what counts as one client: an IPv4 address, an IPv6 /64; None for those nobody counts.

    Loopback is not counted (a relay on this host brings everybody's mail), nor is a socket without address.
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return None if address.is_loopback else str(ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return None if address.is_loopback else str(address)


class Gate:
    """Counts connections, messages in hand and the memory they hold, and keeps each below its limit."""

    def __init__(self, *, max_connections: int, max_per_peer: int, max_held_bytes: int) -> None:
        self._max_connections = max_connections
        self._max_per_peer = max_per_peer
        self._max_held = max_held_bytes
        self._guests: dict[Guest, str | None] = {}
        self._from: Counter[str] = Counter()
        self._closed = False
        self._changed = asyncio.Event()
        self.receiving = 0
        """Messages in hand."""
        self.held = 0
        """Bytes that they hold."""
        self.counters = Counters()

    @property
    def connections(self) -> int:
        return len(self._guests)

    def open(self) -> None:
        """Let connections in again after `close`."""
        self._closed = False

    def enter(self, guest: Guest, host: str) -> str | None:
        """Let a connection in, or return the reply it is turned away with. Either way it has to `leave`."""
        origin = neighbourhood(host)
        if self._closed:
            return CLOSING
        if self.connections >= self._max_connections:
            return BUSY
        if origin is not None and self._from[origin] >= self._max_per_peer:
            return BUSY
        self._guests[guest] = origin
        if origin is not None:
            self._from[origin] += 1
        return None

    def leave(self, guest: Guest) -> None:
        """Forget a connection that is gone; one that never got in is none."""
        origin = self._guests.pop(guest, None)
        if origin is not None:
            self._from[origin] -= 1
            if not self._from[origin]:
                del self._from[origin]  # or every address ever seen would stay
        self._changed.set()

    @contextmanager
    def in_hand(self, max_message_bytes: int) -> "Iterator[Allowance]":
        """Count a message as being received, from DATA until its last reply is written."""
        allowance = Allowance(self, max_message_bytes)
        self.receiving += 1
        try:
            yield allowance
        finally:
            self.receiving -= 1
            allowance.give_back()
            self._changed.set()

    def hold(self, size: int) -> bool:
        """Add `size` bytes to what messages in hand hold; False when that would be too much."""
        if self.held + size > self._max_held:
            return False
        self.held += size
        return True

    async def close(self, grace: float) -> None:
        """Let nobody in any more and send everybody home; returns within `grace` and a second at most."""
        self._closed = True
        for guest in list(self._guests):
            guest.dismiss()
        await self._until(lambda: self.receiving == 0, grace)
        for guest in list(self._guests):
            guest.send_away()
        await self._until(lambda: not self._guests, LAST_WORDS)
        for guest in list(self._guests):
            guest.abort()

    async def _until(self, reached: Callable[[], bool], seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not reached():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return


class Allowance:
    """What one message may hold in memory: its own limit, and what is left of everybody's."""

    __slots__ = ("_gate", "_held", "_most", "refusal")

    def __init__(self, gate: Gate, most: int) -> None:
        self._gate = gate
        self._most = most
        self._held = 0
        self.refusal = ""
        """The reply to give when `may_hold` has said no."""

    def may_hold(self, more: int) -> bool:
        """Take `more` bytes; once this is False, everything taken is given back."""
        if self._held + more > self._most:
            self.refusal = f"552 5.3.4 A message may have {self._most} bytes at most"
        elif not self._gate.hold(more):
            self.refusal = "452 4.3.1 Too much in hand, try again later"
        else:
            self._held += more
            return True
        self.give_back()
        return False

    def give_back(self) -> None:
        self._gate.held -= self._held
        self._held = 0
