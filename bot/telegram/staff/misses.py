"""Steps that failed of their own: what Telegram refuses, what may be there. None is tried for ever."""

from collections import defaultdict
from collections.abc import Mapping

import structlog

from bot.telegram.staff import doing

log = structlog.get_logger("bot.telegram.topics")


class Misses:
    """Counts failures of the same step in a row, and remembers which items are passed over with a word."""

    def __init__(self) -> None:
        self._counts: defaultdict[tuple[int, str], int] = defaultdict(int)
        self._spoilt: dict[int, dict[int, str]] = {}

    def spoilt(self, ticket_id: int) -> Mapping[int, str]:
        """A ticket's items that can't be shown as they are, and why; see `replies.chats.items.stand_in`."""
        return self._spoilt.get(ticket_id, {})

    def add(self, ticket_id: int, step: doing.Step | None, why: str, most: int) -> bool:
        """Count a failure; True when there were `most` of them, and the step is given up."""
        if step is None:
            return False
        key = (ticket_id, repr(step))
        self._counts[key] += 1
        if self._counts[key] < most:
            return False
        del self._counts[key]
        log.error("given up", ticket=ticket_id, step=type(step).__name__, why=why)
        if isinstance(step, doing.Say | doing.Card) and step.item is not None:
            self._spoilt.setdefault(ticket_id, {})[step.item.id] = why
        return True

    def forget(self, ticket_id: int, step: doing.Step) -> None:
        """A step succeeded."""
        self._counts.pop((ticket_id, repr(step)), None)

    def over(self, ticket_id: int) -> None:
        """All of a ticket is shown."""
        self._spoilt.pop(ticket_id, None)
