"""A desk of which only the worker that keeps the staff chats runs, against the small Telegram."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from telegram import Bot
from telegram.request import HTTPXRequest

from bot.demo.telegram import ALL, Group, Message, TelegramServer
from bot.demo.telegram.things import Topic
from bot.telegram.limits import Pace
from bot.telegram.staff.topics import Staff
from intake.screenshots import passed_on_copy
from replies.answering import Answer, answer_now
from replies.chats.card import Cards
from replies.languages import Languages
from storage.files import FileStore
from storage.models import Ticket
from storage.posts import AGENTS, NewPost, note_post
from storage.tickets import Change, NewMessage, add_message, note_changes
from tests.desk_on_disk import LEVELS, MAIN, NUMBERING, VERBS, DeskOnDisk, mail

TOKEN = "72000002:AAagentsagentsagentsagentsagentsagen2"
ANNA, VERA = "Анна Петровна", "Вера"
T = TypeVar("T")


class Unhurried(Pace):
    """Keeps the pauses that Telegram asks for, and no others."""

    def delay(self, chat_id: int, messages: int = 1) -> float:
        return max(0.0, self._held.get(chat_id, 0.0) - self.now())


class StaffDesk:
    """Anna is an agent, Vera the head; the first line's chat is `group`, that of the second line `second`."""

    def __init__(
        self, desk: DeskOnDisk, files: FileStore, server: TelegramServer, *, forum: bool = True,
        kind: str = "supergroup", pace: type[Pace] = Unhurried,
    ) -> None:  # fmt: skip
        self.desk, self.files, self.server, self.pace = desk, files, server, pace
        self.agents_bot = server.bot(TOKEN, "agents_bot", sees_all=True)
        self.vera, self.anna = server.person(VERA), server.person("Анна")
        self.group = self._group("Поддержка", forum=forum, kind=kind)
        self.second = self._group("Вторая линия", forum=True)
        self.lines = {"first": self.group.id, "second": self.second.id}
        people = {ANNA: self.anna.id, VERA: self.vera.id}
        self.cards = Cards(
            Languages(), "ru", NUMBERING, MAIN.timezone, LEVELS, {"main": MAIN}, people, (VERA,)
        )
        self.staff = self.worker()
        self._running: asyncio.Task[None] | None = None

    def _group(self, title: str, *, forum: bool, kind: str = "supergroup") -> Group:
        group = self.server.group(title, self.vera, forum=forum, kind=kind)
        group.add(self.anna)
        group.add(self.agents_bot, rights=ALL)
        return group

    def worker(self) -> Staff:
        """A worker as after a start."""
        base = f"{self.server.url}/bot"
        self.bot = Bot(TOKEN, base_url=base, request=HTTPXRequest(connection_pool_size=8, read_timeout=5))
        return Staff(
            lambda: self.bot, self.desk.database, self.files, self.cards, self.pace(),
            lambda line: self.lines.get(line, self.group.id), passed_on_copy,
        )  # fmt: skip

    async def run(self) -> None:
        """Start the worker."""
        await self.bot.initialize()
        self._running = asyncio.create_task(self.staff.run())

    async def stop(self) -> None:
        """Stop it in order."""
        if self._running is not None:
            running, self._running = self._running, None
            await self.staff.stop()
            await running
            await self.bot.shutdown()

    async def again(self) -> None:
        """Stop it and start another."""
        await self.stop()
        self.staff = self.worker()
        await self.run()

    # --- what happens on the desk

    async def takes_in(self, text: str = "Не печатает касса", **columns: Any) -> int:
        """Olga writes; returns the ticket."""
        outcome = await self.desk.receives(mail(text, **columns), datetime.now(UTC))
        assert outcome.ticket_id is not None
        return outcome.ticket_id

    async def unit(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do something in a transaction."""
        return await self.desk.database.writer.run(work)

    async def notes(self, ticket_id: int, *changes: Change, **columns: Any) -> None:
        """Change a ticket, with lines of its history."""

        async def work() -> None:
            if columns:
                await Ticket.filter(id=ticket_id).update(**columns)
            await note_changes(ticket_id, datetime.now(UTC), *changes)

        await self.unit(work)

    async def adds(self, ticket_id: int, text: str, direction: str = "in", **columns: Any) -> int:
        """Put an item on a ticket; returns its id."""
        new = NewMessage(
            ticket_id, direction, "Ольга" if direction == "in" else ANNA, "", text, datetime.now(UTC),
            new_text=text,
        )  # fmt: skip
        return await self.unit(lambda: add_message(replace(new, **columns)))

    async def answers(self, topic: Topic, ticket_id: int, text: str) -> Message:
        """Anna answers in a topic, and the answer is taken in as by the agents' bot."""
        message = await self.anna.writes(text, where=(self.group, topic))

        async def work() -> None:
            now = datetime.now(UTC)
            item = await answer_now(VERBS, ticket_id, Answer(ANNA, text), now)
            await note_post(
                NewPost(
                    AGENTS, self.group.id, message.id, now, ticket_id, item, incoming=True, mark="pending"
                )
            )

        await self.unit(work)
        return message

    async def ticket(self, ticket_id: int) -> Ticket:
        """A ticket's row."""
        return await Ticket.get(id=ticket_id)

    # --- what is seen in the chats

    async def topic_of(self, ticket_id: int, group: Group | None = None) -> Topic:
        """A ticket's topic, once there is one."""
        return await (group or self.group).topic_of(NUMBERING.format(ticket_id))

    async def until(self, what: str, found: Callable[[], T | None]) -> T:
        """Wait until something is so in Telegram."""
        return await self.server.world.until(what, found, self.server.patience)

    async def reads(self, words: str, topic: Topic | None = None, group: Group | None = None) -> Message:
        """Anna reads something new."""
        where = group or self.group
        return await self.anna.reads(words, where=(where, topic) if topic else where)

    def said(self, topic: Topic | None = None, group: Group | None = None) -> list[str]:
        """The texts of the bot's messages in their order."""
        return [one.text for one in (group or self.group).said_in(topic) if one.sender["is_bot"]]
