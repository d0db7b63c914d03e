"""How long a client may take: for a command, for a message, and for each stretch of a message."""

from collections.abc import Callable

from intake.listener.settings import ListenerSettings


class Patience:
    """Says when to look at a client next, and at that time whether it was quick enough."""

    __slots__ = ("_clock", "_ends_at", "_received", "_settings", "_window")

    def __init__(self, settings: ListenerSettings, clock: Callable[[], float]) -> None:
        """`clock` is monotonic, in seconds."""
        self._settings = settings
        self._clock = clock
        self._ends_at: float | None = None
        self._received = 0
        self._window = 0.0

    @property
    def in_message(self) -> bool:
        return self._ends_at is not None

    def message_begins(self, received: int) -> float:
        """A message is to come now, `received` bytes having come before; returns seconds to the next look."""
        self._ends_at = self._clock() + self._settings.data_timeout
        self._received = received
        return self._next_look(self._settings.data_timeout)

    def message_ended(self) -> None:
        """Nothing of a message is awaited any more."""
        self._ends_at = None

    def look(self, received: int) -> float | None:
        """Return seconds to the next look, or None when the client is to be cut: for having sent no whole
        command, for having taken too long over a message or sent too little of it since the last look.
        """
        if self._ends_at is None:
            return None
        came, self._received = received - self._received, received
        left = self._ends_at - self._clock()
        if left <= 0 or came < self._settings.minimum_rate * self._window:
            return None
        return self._next_look(left)

    def _next_look(self, left: float) -> float:
        self._window = min(left, self._settings.command_timeout)
        return self._window
