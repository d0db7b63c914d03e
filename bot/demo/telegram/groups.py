"""Groups of people, with topics or without; and how one names a place to write in."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.demo.telegram.errors import bad
from bot.demo.telegram.methods.topics import remove_topic, set_closed
from bot.demo.telegram.things import Bot, Chat, Json, Message, Topic
from bot.demo.telegram.world import RIGHTS, World

if TYPE_CHECKING:
    from bot.demo.telegram.people import Person

ALL = RIGHTS


class Group:
    """A group chat; `(group, topic)` is a place to write and read in."""

    def __init__(self, world: World, chat: Chat, creator: "Person", patience: float) -> None:
        self.world, self.chat, self.creator, self._patience = world, chat, creator, patience

    @property
    def id(self) -> int:
        """The number that Telegram gave."""
        return self.chat.id

    def add(self, who: "Person | Bot", *, rights: Sequence[str] | None = None) -> None:
        """Bring somebody in: with `rights` as an administrator, with all of them by `rights=ALL`."""
        member: Json = {"status": "member"}
        if rights is not None:
            member = {"status": "administrator", **dict.fromkeys(rights, True)}
        self.world.set_member(self.chat, who.id, self.creator.user, member)

    def remove(self, who: "Person | Bot") -> None:
        """Show somebody the door."""
        self.world.set_member(self.chat, who.id, self.creator.user, {"status": "kicked"})

    def topics(self) -> list[Topic]:
        """Its topics, the oldest first."""
        return list(self.chat.topics.values())

    async def topic_of(self, words: str, patience: float | None = None) -> Topic:
        """Wait for the topic whose name has these words in it, such as a ticket's number."""

        def found() -> Topic | None:
            return next((one for one in self.topics() if re.search(rf"{re.escape(words)}\b", one.name)), None)

        wait = self._patience if patience is None else patience
        try:
            return await self.world.until(f"a topic {words!r}", found, wait)
        except AssertionError as exc:
            raise AssertionError(f"{exc}; there are {[one.name for one in self.topics()]}") from None

    def close(self, topic: Topic) -> None:
        """A person closes a topic."""
        set_closed(self.world, self.chat, self.creator.user, topic, closed=True)

    def delete(self, topic: Topic) -> None:
        """A person deletes a topic; bots are not told."""
        remove_topic(self.world, self.chat, topic.id)

    def migrate(self) -> "Group":
        """A basic group becomes a supergroup, with another number."""
        if self.chat.type != "group" or self.chat.migrated_to is not None:
            raise bad("only a basic group moves")
        new = self.world.add_group(self.chat.title, forum=False)
        new.members = dict(self.chat.members)
        self.chat.migrated_to = new.id
        self.world.service(self.chat, self.creator.user, {"migrate_to_chat_id": new.id})
        self.world.service(new, self.creator.user, {"migrate_from_chat_id": self.chat.id})
        return Group(self.world, new, self.creator, self._patience)

    def said_in(self, topic: Topic | None = None) -> list[Message]:
        """What stands there, without what Telegram itself says; of all topics when none is named."""
        return [one for one in self.chat.messages.values()
                if not one.service and (topic is None or one.thread == topic.id)]  # fmt: skip


Place = Bot | Group | tuple[Group, Topic] | None
"""Where: a bot's private chat, a group, a topic of one; None: where one is at home."""
