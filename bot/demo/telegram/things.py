"""What Telegram is made of: users, chats, topics, messages, files, and bots with their updates."""

import asyncio
import hashlib
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

PREFIX = {
    "photo": "AgACAgI", "document": "BQACAgI", "voice": "AwACAgI", "video": "BAACAgI",
    "audio": "CQACAgI", "video_note": "DQACAgI", "animation": "CgACAgI", "sticker": "CAACAgI",
}  # fmt: skip


@dataclass(slots=True, eq=False)
class File:
    """A file as Telegram keeps it. Of a photo there is a smaller size beside it."""

    number: int
    kind: str
    content: bytes
    name: str = ""
    media_type: str = ""
    width: int = 0
    height: int = 0
    smaller: "File | None" = None

    def file_id(self, bot: "Bot") -> str:
        """What one bot calls it; another bot can do nothing with that."""
        digest = hashlib.sha256(f"{bot.id}:{self.number}".encode()).hexdigest()
        return f"{PREFIX[self.kind]}{digest}"

    def told(self, bot: "Bot") -> Json:
        """PhotoSize, Document, …, as one bot sees it."""
        found: Json = {
            "file_id": self.file_id(bot),
            "file_unique_id": f"AQAD{self.number:08d}",
            "file_size": len(self.content),
        }
        if self.width:
            found |= {"width": self.width, "height": self.height}
        if self.kind in ("voice", "video", "audio", "video_note", "animation"):
            found["duration"] = 1
        if self.kind == "video_note":
            found["length"] = 240
        if self.kind == "sticker":
            found |= {"type": "regular", "is_animated": False, "is_video": False, "width": 512, "height": 512}
        if self.kind in ("document", "video", "audio", "animation") and self.name:
            found["file_name"] = self.name
        if self.kind not in ("photo", "sticker", "video_note") and self.media_type:
            found["mime_type"] = self.media_type
        return found


@dataclass(slots=True, eq=False)
class Topic:
    """A forum topic; `id` is also the number of the message that began it."""

    id: int
    name: str
    color: int
    creator: int
    emoji: str = ""
    closed: bool = False

    def told(self) -> Json:
        """ForumTopic."""
        found: Json = {"message_thread_id": self.id, "name": self.name, "icon_color": self.color}
        return found | ({"icon_custom_emoji_id": self.emoji} if self.emoji else {})


@dataclass(slots=True, eq=False)
class Message:
    """A message; `content` holds its text, caption and what else is shown as it is."""

    chat: "Chat"
    sender: Json
    date: int
    content: Json
    id: int = 0
    file: File | None = None
    reply: "Message | None" = None
    thread: int | None = None
    album: str = ""
    markup: Json | None = None
    origin: Json | None = None
    sender_chat: Json | None = None
    edited: int = 0
    service: bool = False
    reactions: dict[int, str] = field(default_factory=dict)
    readers: set[int] = field(default_factory=set)  # people who have read it as it stands

    @property
    def text(self) -> str:
        """What can be read of it."""
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def buttons(self) -> list[Json]:
        """Its inline buttons, row by row."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    def told(self, bot: "Bot", *, reply: bool = True) -> Json:
        """Message, as one bot sees it."""
        found: Json = {
            "message_id": self.id,
            "date": self.date,
            "chat": self.chat.told(),
            "from": self.sender,
        }
        if self.sender_chat:
            found["sender_chat"] = self.sender_chat
        if self.edited:
            found["edit_date"] = self.edited
        if self.thread:
            found |= {"message_thread_id": self.thread, "is_topic_message": True}
        if self.album:
            found["media_group_id"] = self.album
        if self.origin:
            found["forward_origin"] = self.origin
        if self.markup and "inline_keyboard" in self.markup:
            found["reply_markup"] = self.markup
        answered = self.reply or (self.chat.messages.get(self.thread) if self.thread else None)
        if reply and answered is not None and answered is not self:
            # In a topic whatever is no answer to another message answers the one that began it.
            found["reply_to_message"] = answered.told(bot, reply=False)
        found |= {key: one.told(bot, reply=False) if isinstance(one, Message) else one
                  for key, one in self.content.items()}  # fmt: skip
        if self.file is not None and self.file.kind == "photo":
            sizes = [one for one in (self.file.smaller, self.file) if one is not None]
            found["photo"] = [size.told(bot) for size in sizes]
        elif self.file is not None:
            found[self.file.kind] = self.file.told(bot)
        return found


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat of one bot with one person, or a group."""

    id: int
    type: str
    title: str = ""
    person: Json | None = None
    bot: "Bot | None" = None
    forum: bool = False
    members: dict[int, Json] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[Message] = field(default_factory=list)
    migrated_to: int | None = None
    next_id: int = 1

    def told(self) -> Json:
        """Chat."""
        if self.person is not None:
            names = ("first_name", "last_name", "username")
            known: Json = {key: self.person[key] for key in names if key in self.person}
            return {"id": self.id, "type": self.type} | known
        found: Json = {"id": self.id, "type": self.type, "title": self.title}
        return found | ({"is_forum": True} if self.forum else {})

    def status(self, user_id: int) -> str:
        """creator | administrator | member | restricted | left | kicked."""
        return str(self.members.get(user_id, {}).get("status", "left"))

    def has(self, user_id: int) -> bool:
        """Whether somebody is in the chat."""
        return self.status(user_id) in ("creator", "administrator", "member", "restricted")

    def may(self, user_id: int, right: str) -> bool:
        """Whether somebody has an administrator's right."""
        status = self.status(user_id)
        return status == "creator" or (status == "administrator" and bool(self.members[user_id].get(right)))


@dataclass(slots=True, eq=False)
class Bot:
    """A bot: what it was told, whom it knows, and what waits for it."""

    token: str
    user: Json
    sees_all: bool
    updates: deque[Json] = field(default_factory=deque)
    next_update: int = field(default_factory=lambda: random.randint(10**8, 9 * 10**8))  # noqa: S311 - no secret
    next_message: int = field(default_factory=lambda: random.randint(1, 40))  # noqa: S311 - no secret
    allowed: set[str] | None = None
    webhook: Json | None = None
    poller: "asyncio.Future[str] | None" = None
    chats: dict[int, Chat] = field(default_factory=dict)
    started: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    callbacks: dict[str, Json] = field(default_factory=dict)
    commands: Json = field(default_factory=dict)
    revoked: bool = False
    moments: dict[int | None, deque[float]] = field(default_factory=dict)  # when it wrote, by chat; None: any

    @property
    def id(self) -> int:
        """Its number, which the token begins with."""
        return int(self.token.partition(":")[0])

    def wants(self, kind: str) -> bool:
        """Whether it asked for updates of a kind; some come only when asked for."""
        if self.allowed is None:
            return kind not in ("chat_member", "message_reaction", "message_reaction_count")
        return kind in self.allowed

    def push(self, kind: str, told: Json) -> None:
        """An update for it."""
        if not self.wants(kind):
            return
        self.updates.append({"update_id": self.next_update, kind: told})
        self.next_update += 1
        if self.poller is not None and not self.poller.done():
            self.poller.set_result("new")
