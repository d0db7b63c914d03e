"""What a mailbox's thread keeps from one connection to the next."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

AUDIT = 3600.0  # seconds between two looks at what should have been taken in long ago


@dataclass(slots=True)
class Memory:
    """What was seen of the folder; losing it costs a second look."""

    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    uidvalidity: int = 0
    audited: float = -AUDIT
    breaks: Counter[int] = field(default_factory=Counter)
    too_large: set[int] = field(default_factory=set)
    uncounted: int = 0  # recorded, and not noted in the database yet

    def is_of(self, uidvalidity: int) -> None:
        """UIDs of another UIDVALIDITY name other messages: forget them."""
        if uidvalidity != self.uidvalidity:
            self.uidvalidity, self.audited = uidvalidity, -AUDIT
            self.breaks.clear()
            self.too_large.clear()
