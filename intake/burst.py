"""Whether mail comes in a burst: then taking it in goes before working on it, for a while."""

import time
from collections import deque
from collections.abc import Callable

SPAN = 0.1  # seconds that are looked back
MANY = 4  # messages within the span; a steady 20 a second is far below
LONGEST = 5.0  # seconds that work is held back for one burst; then both share the machine


class Burst:
    """Counts arrivals. A sender waits for each 250, a confirmation is promised to nobody within seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._arrivals: deque[float] = deque(maxlen=MANY)
        self._since: float | None = None

    def note(self) -> None:
        """A message has arrived."""
        self._arrivals.append(self._clock())

    def going_on(self) -> bool:
        """Whether work should be held back now."""
        now = self._clock()
        if len(self._arrivals) < MANY or now - self._arrivals[0] > SPAN:
            self._since = None
            return False
        if self._since is None:
            self._since = now
        return now - self._since < LONGEST
