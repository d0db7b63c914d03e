"""How fast a bot may write: 30 messages a second, one a second to a chat, 20 a minute to a group.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable

ALL = (30, 1.0)  # messages in so many seconds
CHAT = (1, 1.0)
GROUP = (20, 60.0)
SPARE = 0.05  # seconds: Telegram's clock and ours do not tick together


class Pace:
    """Tells how long a message has to wait; times are the loop's clock, which no clock jump moves."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._all: deque[float] = deque()
        self._chats: dict[int, deque[float]] = defaultdict(deque)
        self._held: dict[int, float] = {}

    def delay(self, chat_id: int, messages: int = 1) -> float:
        """Seconds until so many messages may go to a chat in one call, 0 if now."""
        now = self._clock()
        sent = self._chats[chat_id]
        waits = [self._held.get(chat_id, 0.0) - now, _wait(self._all, ALL, messages, now)]
        waits.append(_wait(sent, CHAT, 1, now))  # an album is one call, and may go at once
        if chat_id < 0:
            waits.append(_wait(sent, GROUP, messages, now))
        return max(0.0, *waits)

    def note(self, chat_id: int, messages: int = 1) -> None:
        """So many messages go to a chat now."""
        now = self._clock()
        for sent in (self._all, self._chats[chat_id]):
            sent.extend([now] * messages)
        self._forget(now)

    def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram has asked for a pause in a chat."""
        self._held[chat_id] = max(self._held.get(chat_id, 0.0), self._clock() + seconds)

    async def turn(self, chat_id: int, messages: int = 1) -> None:
        """Wait until so many messages may go to a chat, and count them as gone."""
        while (seconds := self.delay(chat_id, messages)) > 0:  # noqa: ASYNC110 - time is what is waited for
            await asyncio.sleep(seconds)
        self.note(chat_id, messages)

    def _forget(self, now: float) -> None:
        while self._all and self._all[0] < now - ALL[1] - SPARE:
            self._all.popleft()
        if len(self._chats) > 1000:  # nobody is kept in mind who has been quiet for a minute
            quiet = [chat for chat, sent in self._chats.items() if not sent or sent[-1] < now - GROUP[1] - 1]
            for chat in quiet:
                del self._chats[chat]
                self._held.pop(chat, None)


def _wait(sent: deque[float], limit: tuple[int, float], messages: int, now: float) -> float:
    """Seconds until `messages` more fit into a limit; more than the limit itself go when it is empty."""
    most, seconds = limit
    window = [moment for moment in sent if moment > now - seconds - SPARE]
    over = len(window) + min(messages, most) - most
    return window[over - 1] + seconds + SPARE - now if over > 0 else 0.0
