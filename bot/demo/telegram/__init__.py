"""A small Telegram of our own for the demo and the tests: the Bot API, and people who write and press.

It is strict where the real one is: what the Bot API does not know is refused, numbers of messages are counted
per bot, updates come again until they are confirmed, limits are answered with 429.
https://core.telegram.org/bots/api
"""

from bot.demo.telegram.faults import Fault
from bot.demo.telegram.groups import ALL, Group
from bot.demo.telegram.limits import Limits
from bot.demo.telegram.people import Person, Pictures
from bot.demo.telegram.server import Call, TelegramServer
from bot.demo.telegram.things import Bot, Message

__all__ = [
    "ALL",
    "Bot",
    "Call",
    "Fault",
    "Group",
    "Limits",
    "Message",
    "Person",
    "Pictures",
    "TelegramServer",
]
