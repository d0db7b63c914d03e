"""What the dialogues of one listener share, and the connection that each is held over."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from intake.listener.envelope import OurAddresses
from intake.listener.gate import Gate
from intake.listener.settings import ListenerSettings
from intake.listener.verdict import Recorder


@dataclass(frozen=True, slots=True)
class Reception:
    """What all dialogues of one listener share."""

    settings: ListenerSettings
    ours: OurAddresses
    gate: Gate
    recorder: Recorder
    admit: Callable[[], str | None]
    """None, or why nothing can be taken in now."""


class Line(Protocol):
    """The connection that a dialogue is held over."""

    peer: str
    """The client's IP address, empty where it has none."""
    gone: bool
    """Nothing more can be said."""
    encrypted: bool

    @property
    def can_encrypt(self) -> bool: ...

    @property
    def reader(self) -> asyncio.StreamReader: ...

    async def push(self, status: str) -> None:
        """Send a reply, given without its last CR LF. Raises ConnectionError."""

    async def encrypt(self) -> None:
        """Say 220 and begin TLS; whatever `reader` held in clear text is gone. Raises ConnectionError."""

    def hang_up(self, last_words: str) -> None:
        """Say it and close."""

    async def turn_off(self, discard: Callable[[], Awaitable[None]]) -> None:
        """Close our half, let `discard` read past what still comes for a little while, close."""

    def set_timer(self, seconds: float | None) -> None:
        """Have the dialogue's `timed_out` called in so many seconds, or not at all; forget what was set."""
