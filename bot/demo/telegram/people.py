"""People with a telephone: they write, read, press buttons, send pictures."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bot.demo.telegram.groups import Group, Place
from bot.demo.telegram.things import Bot, Chat, File, Json, Message
from bot.demo.telegram.world import World, commands_in, length

T = TypeVar("T")

Pictures = Sequence[tuple[str, bytes]]
"""Names and contents of files."""


class Person:
    """Somebody; in the private chat with the bot that was met first, unless `where` names another place."""

    def __init__(self, world: World, user: Json, patience: float) -> None:
        self.world, self.user, self._patience = world, user, patience
        self._bot: Bot | None = None

    @property
    def id(self) -> int:
        """The number that Telegram gave."""
        return int(self.user["id"])

    # --- acting

    async def starts(self, bot: Bot, payload: str = "") -> Message:
        """Press Start."""
        bot.started.add(self.id)
        if self.id in bot.blocked:
            self._block(bot, blocked=False)
        self._bot = self._bot or bot
        return await self.writes(f"/start {payload}".strip(), where=bot)

    async def writes(self, text: str, *, where: Place = None, to: Message | None = None) -> Message:
        """Write a text; `to`: in answer to which message."""
        assert 0 < length(text) <= 4096, "nobody can send that"
        return self._say(where, {"text": text, **_entities(text)}, to=to)

    async def sends_photo(
        self, content: bytes, caption: str = "", *, where: Place = None, to: Message | None = None
    ) -> Message:
        """Send a picture as a photo."""
        return self._say(where, _caption(caption), self.world.keep("photo", content), to=to)

    async def sends_file(
        self, name: str, content: bytes, media_type: str = "", caption: str = "", *,
        where: Place = None, kind: str = "document", to: Message | None = None,
    ) -> Message:  # fmt: skip
        """Send a file as it is, or a voice message, a video, …"""
        file = self.world.keep(kind, content, name, media_type or "application/octet-stream")
        return self._say(where, _caption(caption), file, to=to)

    async def sends_album(
        self, pictures: Pictures, caption: str = "", *, where: Place = None, kind: str = "photo",
        at: int = 0, album: str = "",
    ) -> list[Message]:  # fmt: skip
        """Send several pictures, or files, at once; `at` is the picture that the caption stands on.

        `album`: of which album they are a late part.
        """
        number = album or str(10**16 + self.world.number())
        said = []
        for index, (name, content) in enumerate(pictures):
            file = self.world.keep(kind, content, name, "" if kind == "photo" else "image/png")
            told = _caption(caption if index == at else "")
            said.append(self._say(where, told, file, album=number))
        return said

    async def sends(self, content: Json, *, where: Place = None) -> Message:
        """Send a location, a contact, or whatever has no file."""
        return self._say(where, content)

    async def forwards(self, message: Message, *, where: Place = None) -> Message:
        """Pass on what somebody else wrote."""
        origin = {"type": "user", "date": message.date, "sender_user": message.sender}
        return self._say(where, dict(message.content), message.file, origin=message.origin or origin)

    async def edits(self, message: Message, text: str) -> None:
        """Change an own message."""
        assert message.sender["id"] == self.id, "nobody can edit another's message"
        message.content = {"text": text, **_entities(text)} if "text" in message.content else _caption(text)
        message.edited = self.world.now()
        self.world.tell(message, "edited_message")

    async def presses(self, label: str, *, on: Message | None = None, where: Place = None) -> Json:
        """Press the newest button whose words contain `label`; returns what the bot answered: text, alert."""
        message, button = await self._button(label, on, where)
        return await self.sends_data(str(button["callback_data"]), on=message)

    async def sends_data(self, data: str, *, on: Message, answered: bool = True) -> Json:
        """Press a button, be it there or not: a program of one's own can send any data."""
        bot = self.world.bot_by_id(int(on.sender["id"]))
        assert bot is not None, "only bots' messages have buttons"
        number = str(4 * 10**18 + self.world.number())
        pressed = bot.callbacks[number] = {"date": self.world.now(), "answer": None}
        told = {"id": number, "from": self.user, "chat_instance": str(on.chat.id), "data": data}
        bot.push("callback_query", told | {"message": on.told(bot)})
        self.world.changed()
        if not answered:
            return {}
        answer: Json = await self._until(f"an answer to the button {data}", lambda: pressed["answer"])
        return answer

    async def reacts(self, emoji: str, message: Message) -> None:
        """Put a reaction under a message, or with "" take it away."""
        old = message.reactions.pop(self.id, "")
        if emoji:
            message.reactions[self.id] = emoji
        chat = message.chat
        told = {"chat": chat.told(), "message_id": message.id, "user": self.user, "date": self.world.now(),
                "old_reaction": _reaction(old), "new_reaction": _reaction(emoji)}  # fmt: skip
        for bot in self.world.bots_in(chat):
            if chat.bot is not None or chat.status(bot.id) == "administrator":
                bot.push("message_reaction", told)
        self.world.changed()

    async def blocks(self, bot: Bot) -> None:
        """Want to hear nothing more."""
        self._block(bot, blocked=True)

    def _block(self, bot: Bot, *, blocked: bool) -> None:
        (bot.blocked.add if blocked else bot.blocked.discard)(self.id)
        states = ("member", "kicked") if blocked else ("kicked", "member")
        old, new = ({"user": bot.user, "status": one} | ({"until_date": 0} if one == "kicked" else {})
                    for one in states)  # fmt: skip
        told = {"chat": self.world.private(bot, self.user).told(), "from": self.user,
                "date": self.world.now(), "old_chat_member": old, "new_chat_member": new}  # fmt: skip
        bot.push("my_chat_member", told)
        self.world.changed()

    # --- reading

    async def reads(self, words: str, *, where: Place = None, patience: float | None = None) -> Message:
        """Wait for a message of a bot in which `words` stand and which was not read as it is now."""

        def found() -> Message | None:
            return next((one for one in self.sees(where) if words in one.text and self.id not in one.readers),
                        None)  # fmt: skip

        message = await self._until(f"{self.user['first_name']} reads {words!r}", found, patience, where)
        message.readers.add(self.id)
        return message

    async def gets_album(self, words: str = "", *, where: Place = None, size: int = 2) -> list[Message]:
        """Wait for an album of a bot that was not read."""

        def found() -> list[Message] | None:
            parts = [one for one in self.sees(where) if one.album and self.id not in one.readers]
            for number in dict.fromkeys(one.album for one in parts):
                album = [one for one in parts if one.album == number]
                if len(album) >= size and any(words in one.text for one in album):
                    return album
            return None

        album = await self._until(f"{self.user['first_name']} gets an album", found, None, where)
        for one in album:
            one.readers.add(self.id)
        return album

    def sees(self, where: Place = None) -> list[Message]:
        """What bots have said there, the oldest first."""
        chat, thread = self._place(where)
        return [
            one
            for one in chat.messages.values()
            if one.sender["is_bot"] and not one.service and (thread is None or one.thread == thread)
        ]

    # --- how it is done

    def _place(self, where: Place) -> tuple[Chat, int | None]:
        match where:
            case None:
                assert self._bot is not None, f"{self.user['first_name']} knows no bot: starts(bot) first"
                return self.world.private(self._bot, self.user), None
            case Bot():
                return self.world.private(where, self.user), None
            case Group():
                return where.chat, None
            case _:
                return where[0].chat, where[1].id

    def _say(self, where: Place, content: Json, file: File | None = None, *, to: Message | None = None,
             **more: Any) -> Message:  # fmt: skip
        chat, thread = self._place(where)
        self._may_write(chat, thread)
        if to is not None and chat.forum and thread is None:
            thread = to.thread
        return self.world.say(chat, self.user, content, file=file, reply=to, thread=thread, **more)

    def _may_write(self, chat: Chat, thread: int | None) -> None:
        if chat.bot is not None:
            assert self.id in chat.bot.started, "a bot must be started first"
            assert self.id not in chat.bot.blocked, "the bot is blocked"
            return
        assert chat.has(self.id), f"{self.user['first_name']} is not in {chat.title}"
        assert chat.migrated_to is None, "the group has moved"
        topic = chat.topics.get(thread) if thread is not None else None
        assert thread is None or topic is not None, "the topic is gone"
        assert topic is None or not topic.closed or chat.status(self.id) != "member", "the topic is closed"

    async def _button(self, label: str, on: Message | None, where: Place) -> tuple[Message, Json]:
        def found() -> tuple[Message, Json] | None:
            for message in [on] if on is not None else reversed(self.sees(where)):
                for button in message.buttons:
                    if label in button["text"] and "callback_data" in button:
                        return message, button
            return None

        return await self._until(f"a button {label!r} for {self.user['first_name']}", found, None, where)

    async def _until(
        self, what: str, found: Callable[[], T | None], patience: float | None = None, where: Place = None
    ) -> T:
        try:
            return await self.world.until(what, found, self._patience if patience is None else patience)
        except AssertionError as exc:
            seen = (
                [f"{one.id} {one.text[:200]!r}" for one in self.sees(where)[-6:]]
                if self._bot or where
                else []
            )
            raise AssertionError(f"{exc}; stands there: {seen}") from None


def _entities(text: str) -> Json:
    commands = commands_in(text)
    return {"entities": commands} if commands else {}


def _caption(text: str) -> Json:
    assert length(text) <= 1024, "nobody can send that"
    return {"caption": text} if text else {}


def _reaction(emoji: str) -> list[Json]:
    return [{"type": "emoji", "emoji": emoji}] if emoji else []
