"""The methods of the Bot API, by what they are about."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.demo.telegram.limits import Limits
from bot.demo.telegram.methods import chats, edits, messages, own, topics, updates
from bot.demo.telegram.things import Bot
from bot.demo.telegram.world import World

Method = Callable[[World, Bot, dict[str, Any], Limits | None], Any | Awaitable[Any]]
ROOMS = (chats, edits, messages, own, topics, updates)


def method_of(name: str) -> Method:
    """What carries out a method; each is called in snake case as it is in camel case."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    for room in ROOMS:
        if (found := getattr(room, snake, None)) is not None:
            method: Method = found
            return method
    raise LookupError(name)
