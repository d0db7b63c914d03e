"""How much a bot may write, and the 429 that it gets beyond that.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import math
import time
from collections import deque
from dataclasses import dataclass

from bot.demo.telegram.errors import too_many
from bot.demo.telegram.things import Bot, Chat


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages in so many seconds: to one chat, to a group, and to all. An album is one call to a chat."""

    chat: tuple[int, float] = (1, 1.0)
    group: tuple[int, float] = (20, 60.0)
    all: tuple[int, float] = (30, 1.0)

    def count(self, bot: Bot, chat: Chat, messages: int) -> None:
        """Count so many messages, or raise 429."""
        now = time.monotonic()
        to_chat, to_all = bot.moments.setdefault(chat.id, deque()), bot.moments.setdefault(None, deque())
        waits = [_wait(to_chat, self.chat, 1, now), _wait(to_all, self.all, messages, now)]
        if chat.id < 0:
            waits.append(_wait(to_chat, self.group, messages, now))
        if (seconds := max(waits)) > 0:
            raise too_many(max(1, math.ceil(seconds)))
        to_chat.extend([now] * messages)
        to_all.extend([now] * messages)


def _wait(moments: deque[float], limit: tuple[int, float], messages: int, now: float) -> float:
    most, seconds = limit
    window = [moment for moment in moments if moment > now - seconds]
    over = len(window) + min(messages, most) - most
    return window[over - 1] + seconds - now if over > 0 else 0.0
