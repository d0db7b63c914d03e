"""How a mailbox is, for people and machines that watch; its thread writes, the loop reads."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(slots=True)
class Standing:
    """`waiting`: mails there that are not recorded; `too_large`: those of them that never will be fetched.

    Moments are UTC, for showing; spans are counted by the monotonic clock, which no clock change moves.
    """

    name: str
    alarm_after: float
    connected: bool = False
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    last_looked_at: datetime | None = None
    waiting: int = 0
    taken_in: int = 0
    too_large: int = 0
    trouble: str = ""
    refused: bool = False
    unwell_since: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: Callable[[], float] = time.monotonic
    _unwell_from: float | None = None
    _expected_by: float = float("inf")

    def __post_init__(self) -> None:
        self._unwell_from = self.clock()  # until the first look succeeds

    def connects(self, connected: bool) -> None:
        """The connection was made, or is gone."""
        if connected != self.connected:
            self.connected, self.since = connected, datetime.now(UTC)

    def well(self) -> None:
        """A look at the mailbox ended, and nothing is wrong."""
        self.last_looked_at = datetime.now(UTC)
        self.trouble, self.refused, self._unwell_from = "", False, None

    def unwell(self, trouble: str, *, refused: bool = False) -> None:
        """Something is wrong; `since` when counts from the first of several troubles in a row."""
        self.trouble, self.refused = trouble, refused
        if self._unwell_from is None:
            self._unwell_from, self.unwell_since = self.clock(), datetime.now(UTC)

    def busy(self, seconds: float) -> None:
        """What is being done now ends within so many seconds, or hangs."""
        self._expected_by = self.clock() + seconds

    @property
    def hangs(self) -> bool:
        """Whether what is being done takes longer than it may."""
        return self.clock() > self._expected_by

    @property
    def failing(self) -> bool:
        """Whether people have to look: sign-in is refused, or nothing has come in for too long."""
        return self.refused or self.overdue

    @property
    def overdue(self) -> bool:
        """Whether nothing has come in for longer than is borne with in silence."""
        return self._unwell_from is not None and self.clock() - self._unwell_from >= self.alarm_after

    def told(self) -> dict[str, Any]:
        """All of it for /health: no secret, no client's word."""
        looked = self.last_looked_at
        return {
            "status": "failing" if self.failing else "ok",
            "connected": self.connected,
            "since": self.since.isoformat(),
            "last_looked_at": looked.isoformat() if looked else None,
            "waiting": self.waiting,
            "taken_in": self.taken_in,
            "too_large": self.too_large,
        } | ({"reason": self.trouble} if self.trouble else {})
