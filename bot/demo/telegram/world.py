"""The state of our small Telegram: who is there, what is said where, and which bot is told of it."""

import asyncio
import itertools
import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

from bot.demo.telegram.errors import bad
from bot.demo.telegram.pictures import measures
from bot.demo.telegram.things import Bot, Chat, File, Json, Message, Topic

T = TypeVar("T")

RIGHTS = ("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
          "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
          "can_edit_stories", "can_delete_stories", "can_pin_messages", "can_manage_topics")  # fmt: skip
PHOTO_MOST = 10 << 20
_COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?")
# What stands in the place of a photo's smaller size; whoever takes it for the picture is found out.
_SMALL = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")


def length(text: str) -> int:
    """Telegram counts in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class World:
    """Everything that there is; one event loop uses it."""

    def __init__(self) -> None:
        self.people: dict[int, Json] = {}
        self.bots: dict[str, Bot] = {}
        self.groups: dict[int, Chat] = {}
        self.files: dict[str, tuple[Bot, File]] = {}
        self.paths: dict[str, File] = {}
        self._numbers = itertools.count(1)
        self._ids = itertools.count(700_000_001)
        self._changed = asyncio.Event()
        self.shift = 0.0  # seconds by which this world's clock is ahead

    def now(self) -> int:
        """Unix time."""
        return int(time.time() + self.shift)

    def number(self) -> int:
        """A number that was not given before."""
        return next(self._numbers)

    # --- waiting

    def changed(self) -> None:
        """Something has happened: whoever waits looks again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, what: str, found: Callable[[], T | None], patience: float) -> T:
        """Wait until `found` gives something; AssertionError after `patience` seconds."""
        deadline = asyncio.get_running_loop().time() + patience
        while True:
            changed = self._changed  # taken before looking, so that nothing is missed between
            if (outcome := found()) is not None:
                return outcome
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise AssertionError(f"waited {patience:g} s in vain: {what}")
            try:
                # Not wait_for: in Python 3.11 that can pass over being cancelled.
                async with asyncio.timeout(None if left == float("inf") else left):
                    await changed.wait()
            except TimeoutError:
                continue

    # --- who is there

    def add_bot(self, token: str, username: str, *, sees_all: bool = False) -> Bot:
        """A bot as BotFather makes it; `sees_all`: its privacy mode is off."""
        number = int(token.partition(":")[0])
        user = {"id": number, "is_bot": True, "first_name": username, "username": username}
        self.bots[token] = bot = Bot(token, user, sees_all)
        return bot

    def bot_by_id(self, number: int) -> Bot | None:
        """A bot by its number."""
        return next((bot for bot in self.bots.values() if bot.id == number), None)

    def add_person(self, name: str, language: str, username: str = "") -> Json:
        """A user."""
        first, _, last = name.partition(" ")
        user: Json = {"id": next(self._ids), "is_bot": False, "first_name": first, "language_code": language}
        user |= {key: value for key, value in (("last_name", last), ("username", username)) if value}
        self.people[user["id"]] = user
        return user

    def user(self, number: int) -> Json:
        """A person or a bot."""
        bot = self.bot_by_id(number)
        if bot is not None:
            return bot.user
        if number not in self.people:
            raise bad("user not found")
        return self.people[number]

    def private(self, bot: Bot, person: Json) -> Chat:
        """The chat of a bot with a person."""
        if person["id"] not in bot.chats:
            bot.chats[person["id"]] = Chat(person["id"], "private", person=person, bot=bot)
        return bot.chats[person["id"]]

    def add_group(self, title: str, *, forum: bool, kind: str = "supergroup") -> Chat:
        """A group without members."""
        number = 1_900_000_000 + self.number()
        group = Chat(-number if kind == "group" else -1_000_000_000_000 - number, kind, title, forum=forum)
        self.groups[group.id] = group
        return group

    def bots_in(self, chat: Chat) -> list[Bot]:
        """The bots that are told what is said in a chat."""
        if chat.bot is not None:
            return [chat.bot]
        return [bot for bot in self.bots.values() if chat.has(bot.id)]

    # --- what is said

    def store(self, message: Message) -> Message:
        """Give a message its number, and put it into its chat."""
        chat = message.chat
        if chat.bot is not None:  # in private chats each bot counts for itself, over all of its chats
            message.id, chat.bot.next_message = chat.bot.next_message, chat.bot.next_message + 1
        else:
            message.id, chat.next_id = chat.next_id, chat.next_id + 1
        chat.messages[message.id] = message
        self.changed()
        return message

    def say(self, chat: Chat, sender: Json, content: Json, **more: Any) -> Message:
        """A message of a person, or one that Telegram itself puts into a chat; bots are told."""
        message = self.store(Message(chat, sender, self.now(), content, **more))
        self.tell(message)
        return message

    def tell(self, message: Message, kind: str = "message") -> None:
        """Tell each bot that may see a message."""
        for bot in self.bots_in(message.chat):
            own = message.sender["id"] == bot.id
            if own and not (message.service and kind == "message"):
                continue
            if message.sender["is_bot"] and not message.service:
                continue  # no bot sees what another writes
            if self._is_seen_by(bot, message):
                bot.push(kind, message.told(bot))
        self.changed()

    def _is_seen_by(self, bot: Bot, message: Message) -> bool:
        chat = message.chat
        if chat.bot is not None or message.service or bot.sees_all:
            return True
        if chat.status(bot.id) == "administrator":
            return True
        if message.reply is not None and message.reply.sender["id"] == bot.id:
            return True
        return message.text.startswith("/") or f"@{bot.user['username']}" in message.text

    def service(self, chat: Chat, sender: Json, content: Json, thread: int | None = None) -> Message:
        """What Telegram itself puts into a chat."""
        return self.say(chat, sender, content, service=True, thread=thread)

    def begin_topic(self, chat: Chat, sender: Json, name: str, color: int, emoji: str = "") -> Topic:
        """A new forum topic."""
        told = {"name": name, "icon_color": color} | ({"icon_custom_emoji_id": emoji} if emoji else {})
        topic = Topic(chat.next_id, name, color, sender["id"], emoji)
        chat.topics[topic.id] = topic
        self.service(chat, sender, {"forum_topic_created": told}, topic.id)
        return topic

    def set_member(self, chat: Chat, number: int, actor: Json, member: Json) -> None:
        """Somebody comes, goes, or gets other rights; bots are told."""
        user, was = self.user(number), chat.has(number)
        told = {
            "chat": chat.told(), "from": actor, "date": self.now(),
            "old_chat_member": self.member(chat, number),
        }  # fmt: skip
        chat.members[number] = member
        told["new_chat_member"] = self.member(chat, number)
        if (bot := self.bot_by_id(number)) is not None:
            bot.push("my_chat_member", told)
        for one in self.bots_in(chat):
            if one.id != number and chat.status(one.id) == "administrator":
                one.push("chat_member", told)
        if was != chat.has(number):
            self.service(chat, actor, {"left_chat_member": user} if was else {"new_chat_members": [user]})
        self.changed()

    def member(self, chat: Chat, number: int) -> Json:
        """ChatMember."""
        found = {"user": self.user(number), **chat.members.get(number, {"status": "left"})}
        if found["status"] == "administrator":
            rights = {right: bool(found.get(right)) for right in RIGHTS}
            return found | rights | {"can_be_edited": False, "is_anonymous": bool(found.get("is_anonymous"))}
        if found["status"] == "creator":
            return found | {"is_anonymous": bool(found.get("is_anonymous"))}
        return found | ({"until_date": 0} if found["status"] == "kicked" else {})

    # --- files

    def keep(self, kind: str, content: bytes, name: str = "", media_type: str = "") -> File:
        """Take a file in; refuses as Telegram does."""
        if not content:
            raise bad("file must be non-empty")
        file = File(self.number(), kind, content, name, media_type)
        if kind == "photo":
            if len(content) > PHOTO_MOST:
                raise bad(f"file is too big for a photo; the maximum size is {PHOTO_MOST} bytes")
            file.width, file.height = measures(content)
            file.smaller = File(self.number(), "photo", _SMALL, width=1, height=1)
        for bot in self.bots.values():
            for one in (file, file.smaller):
                if one is not None:
                    self.files[one.file_id(bot)] = (bot, one)
        return file


def commands_in(text: str) -> list[Json]:
    """The entities that Telegram finds by itself; of these our bots need commands alone."""
    return [
        {"type": "bot_command", "offset": length(text[: found.start()]), "length": length(found.group())}
        for found in _COMMAND.finditer(text)
    ]
