"""Faults that a test or the demo plans: for which method, how often, and what happens then."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["error", "html", "dropped", "lost", "slow"]


@dataclass(slots=True, eq=False)
class Fault:
    """What happens to calls of a method, "*" for all but getUpdates.

    error: an answer of the Bot API with `code`; html: a gateway's page with `code`; dropped: the connection
    breaks before anything is done; lost: it breaks after all is done; slow: it takes `seconds` longer.
    """

    method: str
    kind: Kind
    code: int = 500
    description: str = "Internal Server Error"
    parameters: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    times: int = 1  # -1: until it is removed
    after: int = 0  # so many calls go well before
    bot_id: int | None = None
    when: Callable[[dict[str, Any]], bool] = lambda _: True
    hits: int = 0

    def strikes(self, bot_id: int, method: str, asked: dict[str, Any]) -> bool:
        """Whether it happens to this call, which then counts."""
        if self.times == 0 or self.bot_id not in (None, bot_id) or not self.when(asked):
            return False
        if self.method != method and not (self.method == "*" and method != "getUpdates"):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1 if self.times > 0 else 0
        self.hits += 1
        return True
