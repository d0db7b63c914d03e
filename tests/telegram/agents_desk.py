"""The agents' bot without its service: what people do in the staff chat goes through its handlers."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.demo.telegram import ALL, Group, Message, Person, TelegramServer
from bot.demo.telegram.things import Json, Topic
from bot.telegram.agents.bot import AgentsBot
from bot.telegram.agents.desk import Agent, AgentsDesk
from bot.telegram.agents.membership import Membership
from bot.telegram.bot_api import BotAddress
from bot.telegram.errors import TelegramAway
from bot.telegram.limits import Pace
from bot.telegram.updates import AGENT_UPDATES, arrival
from intake.taking_in.conversation import Outcome
from replies.chats.card import Cards
from replies.languages import Languages
from storage.database import Database
from storage.files import FileStore
from storage.inbox import Inbox
from storage.models import Address, Delivery, Entry
from storage.models import Message as Item
from storage.outbox import Due, Outbox
from storage.topics import Topics
from tests.desk_on_disk import LEVELS, MAIN, NUMBERING, VERBS, DeskOnDisk, mail

TOKEN = "72000002:AAagentsagentsagentsagentsagentsagen2"
ANNA, BORIS, VERA, GLEB, OLEG = "Анна", "Борис", "Вера", "Глеб", "Олег"
LARGEST_MAIL = 5000  # bytes


class _Unhurried(Pace):
    """Waits for nobody."""

    async def turn(self, chat_id: int, messages: int = 1) -> None:
        """Now."""


class AgentsChat:
    """Anna and Boris are agents, Vera a head, Gleb an admin; Oleg has to enrol. Rita is nobody, but there."""

    def __init__(
        self, desk: DeskOnDisk, files: FileStore, server: TelegramServer, *, kind: str = "supergroup",
        forum: bool = True,
    ) -> None:  # fmt: skip
        self.disk, self.files, self.server = desk, files, server
        self.telegram = server.bot(TOKEN, "agents_bot", sees_all=True)
        self.telegram.allowed = set(AGENT_UPDATES)
        self.anna, self.boris = server.person(ANNA), server.person(BORIS)
        self.vera, self.gleb = server.person(VERA), server.person(GLEB)
        self.oleg, self.rita = server.person(OLEG), server.person("Рита")
        self.group: Group = server.group("Поддержка", self.gleb, forum=forum, kind=kind)
        for who in (self.anna, self.boris, self.vera, self.rita, self.oleg):
            self.group.add(who)
        self.group.add(self.telegram, rights=ALL)
        self._inbox = Inbox(desk.database, files, chats=True)
        self.outcomes: list[Outcome] = []
        self.bot = self.started()

    @property
    def database(self) -> Database:
        """The desk's."""
        return self.disk.database

    def started(self) -> AgentsBot:
        """The bot as after a start: it remembers nothing."""
        roster = (
            Agent(ANNA, self.anna.id, "agent", "first"),
            Agent(BORIS, self.boris.id, "agent", "first"),
            Agent(VERA, self.vera.id, "head", "first"),
            Agent(GLEB, self.gleb.id, "admin", "first"),
            Agent(OLEG, 0, "agent", "second"),
        )
        cards = Cards(Languages(), "ru", NUMBERING, MAIN.timezone, LEVELS, {"main": MAIN}, {}, (VERA,))
        self.desk = AgentsDesk(
            self.database, self.files, VERBS, {}, (self.group.id,), timedelta(seconds=5), roster, cards,
            _Unhurried(), Membership(), LARGEST_MAIL,
        )  # fmt: skip
        self.bot = AgentsBot(self.server.url, TOKEN, self.desk)
        return self.bot

    async def hears(self, *, most: int = 100) -> list[Outcome]:
        """Let the bot deal with what was done since; returns what became of it."""
        address = BotAddress("agents", "staff", self.server.url, TOKEN, self.telegram.id)
        outcomes = []
        while self.telegram.updates and most:
            most -= 1
            now = datetime.now(UTC)
            await self._inbox.record(arrival(address, self.telegram.updates.popleft(), now))
            outcomes += await self.works()
        self.outcomes += outcomes
        return outcomes

    async def works(self) -> list[Outcome]:
        """Deal with what is recorded; raises TelegramAway when one of it has to be tried again."""
        outcomes, later = [], None
        for entry in await self._inbox.claim(16, datetime.now(UTC) + timedelta(seconds=60)):
            body = entry.body
            assert isinstance(body, bytes)
            try:
                outcomes.append(await self.bot.feed(entry, json.loads(body)))
            except TelegramAway as exc:
                later = exc
        if later is not None:
            raise later
        return outcomes

    async def comes_back(self) -> None:
        """What the bot could not finish is tried again, by a bot that remembers nothing."""
        self.started()
        await self.database.writer.run(lambda: Entry.filter(state="processing").update(state="recorded"))

    async def presses(self, who: Person, label: str, *, on: Message | None = None) -> Json:
        """Somebody presses a button in the group; returns what he is told: text and alert."""
        pressing = asyncio.create_task(who.presses(label, on=on, where=self.group))
        return await self._answered(pressing)

    async def sends_data(self, who: Person, data: str, on: Message) -> Json:
        """Somebody's program says that a button was pressed, be it there or not."""
        return await self._answered(asyncio.create_task(who.sends_data(data, on=on)))

    async def _answered(self, pressing: asyncio.Task[Json]) -> Json:
        while not self.telegram.updates and not pressing.done():
            await asyncio.sleep(0)
        await self.hears()
        told = await pressing
        return {name: told.get(name) for name in ("text", "alert")}

    async def ticket(self, text: str = "Не печатает", *, chat: bool = False) -> tuple[int, Topic]:
        """Olga has written: a ticket and its topic. `chat`: she reads what goes to her in Telegram."""
        outcome = await self.disk.receives(mail(text), datetime.now(UTC))
        number = outcome.ticket_id
        assert number is not None
        name = NUMBERING.format(number)
        topic = self.server.world.begin_topic(self.group.chat, self.telegram.user, name, 0x6FB9F0)
        topics = Topics(self.database)
        await topics.placed(number, self.group.id, topic.id, name, "", datetime.now(UTC))
        if chat:
            await self._reads_in_telegram(number)
        await self.hears()
        return number, topic

    async def _reads_in_telegram(self, number: int) -> None:
        async def unit() -> None:
            item = await Item.get(ticket_id=number, direction="in")
            await Address.filter(address=item.address).update(address=f"tg:{number}", channel="telegram")
            await Item.filter(id=item.id).update(address=f"tg:{number}")

        await self.database.writer.run(unit)

    # --- what stands there afterwards

    async def answers(self, number: int) -> list[dict[str, Any]]:
        """The deliveries of answers and edits on a ticket: state, channel, facts."""
        rows = Delivery.filter(ticket_id=number, kind__in=("answer", "edit")).order_by("id")
        return list(await rows.values("id", "kind", "state", "channel", "facts", "error", "next_attempt_at"))

    async def items(self, number: int) -> list[tuple[str, str]]:
        """Direction and text of what stands on a ticket, the client's first message left out."""
        return [(one["direction"], one["text"]) for one in (await self.disk.ticket(number))["messages"][1:]]

    async def leaves(self, *, seconds: float = 60, channel: str = "mail") -> list[Due]:
        """What is claimed for delivery after so many seconds; it counts as sent then."""
        outbox, now = Outbox(self.database), datetime.now(UTC)
        found: list[Due] = []
        while claimed := await outbox.claim(channel, 16, now + timedelta(seconds=seconds)):
            for due in claimed:
                await outbox.composed([(due.id, b"composed")])
                await outbox.sent(due.id, "250 ok", now)
            found += claimed
        return [one for one in found if one.kind in ("answer", "edit")]

    def said(self, topic: Topic | None = None) -> list[str]:
        """What our bot has said, in a topic or anywhere in the group."""
        return [one.text for one in self.told(topic)]

    def told(self, topic: Topic | None = None) -> Sequence[Message]:
        """The same as messages."""
        return self.anna.sees((self.group, topic) if topic else self.group)
