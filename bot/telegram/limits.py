"""How fast a bot may write: 30 messages a second, one a second to a chat, 20 a minute to a group.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable

ALL = (30, 1.0)  # messages in so many seconds
CHAT = (1, 1.0)  # calls: an album goes at once
GROUP = (20, 60.0)
SPARE = 0.05  # seconds: Telegram's clock and ours do not tick together
_KEPT = 1000  # chats kept in mind before those are forgotten that have been quiet for a minute


class Pace:
    """Tells how long a message has to wait; times are the loop's clock, which no clock jump moves.

    Where a number of messages is asked for, 0 stands for a call that says nothing new, such as an edit.
    """

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._all: deque[float] = deque()
        self._calls: dict[int, float] = {}
        self._groups: dict[int, deque[float]] = defaultdict(deque)
        self._held: dict[int, float] = {}

    def now(self) -> float:
        """What its clock says, in seconds."""
        return self._clock()

    def delay(self, chat_id: int, messages: int = 1) -> float:
        """Seconds until so many messages may go to a chat in one call, 0 if now."""
        now = self._clock()
        waits = [self._held.get(chat_id, now) - now, _wait(self._all, ALL, max(1, messages), now)]
        if chat_id in self._calls:
            waits.append(self._calls[chat_id] + CHAT[1] + SPARE - now)
        if chat_id < 0:
            waits.append(_wait(self._groups[chat_id], GROUP, messages, now))
        return max(0.0, *waits)

    def note(self, chat_id: int, messages: int = 1) -> None:
        """So many messages go to a chat now."""
        now = self._clock()
        self._all.extend([now] * max(1, messages))
        self._calls[chat_id] = now
        if chat_id < 0:
            self._groups[chat_id].extend([now] * messages)
        self._forget(now)

    def landed(self, chat_id: int, messages: int = 1) -> None:
        """What was noted last for a chat has arrived: Telegram counts from then, and a call may be slow."""
        now = self._clock()
        self._calls[chat_id] = now
        sent = self._groups[chat_id] if chat_id < 0 else deque[float]()
        for place in range(1, min(messages, len(sent)) + 1):
            sent[-place] = now

    def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram has asked for a pause in a chat."""
        self._held[chat_id] = max(self._held.get(chat_id, 0.0), self._clock() + seconds)

    async def turn(self, chat_id: int, messages: int = 1) -> None:
        """Wait until so many messages may go to a chat, and count them as gone."""
        while (seconds := self.delay(chat_id, messages)) > 0:  # noqa: ASYNC110 - time is what is waited for
            await asyncio.sleep(seconds)
        self.note(chat_id, messages)

    def _forget(self, now: float) -> None:
        _drop(self._all, now - ALL[1] - SPARE)
        if len(self._calls) <= _KEPT:
            return
        for chat in [chat for chat, at in self._calls.items() if at < now - GROUP[1] - 1]:
            del self._calls[chat]
            self._groups.pop(chat, None)
            if self._held.get(chat, now) <= now:
                self._held.pop(chat, None)


def _wait(sent: deque[float], limit: tuple[int, float], messages: int, now: float) -> float:
    """Seconds until `messages` more fit into a limit; more than the limit itself go when it is empty."""
    most, seconds = limit
    _drop(sent, now - seconds - SPARE)
    over = len(sent) + min(messages, most) - most
    return sent[over - 1] + seconds + SPARE - now if over > 0 else 0.0


def _drop(sent: deque[float], before: float) -> None:
    while sent and sent[0] <= before:
        sent.popleft()
