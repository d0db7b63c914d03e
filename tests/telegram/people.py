"""Who takes part in the conversations: a small Telegram, our two bots in it, the staff group, the service."""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import structlog

from bot import logs, service
from bot.config import secrets_of
from bot.config.loading import load
from bot.demo.telegram import ALL, Bot, Group, Message, Person, TelegramServer
from bot.demo.telegram.things import Topic
from bot.supervisor import Supervisor
from bot.wiring import PARTS, Service
from tests.intake.pictures import encoded
from tests.service.desk import Desk, Process, until

CLIENTS_TOKEN = "71000001:AAclientsclientsclientsclientsclient1"
AGENTS_TOKEN = "72000002:AAagentsagentsagentsagentsagentsagen2"


def jpeg(colour: str = "teal", side: int = 64) -> bytes:
    """A photo; each colour and side is another."""
    from PIL import Image

    return encoded(Image.new("RGB", (side, side), colour), "JPEG")


class Staff:
    """The agents' group: Anna is an agent, Vera the head; both act in a ticket's topic."""

    def __init__(self, server: TelegramServer, bot: Bot, *, forum: bool = True) -> None:
        self.server, self.bot = server, bot
        self.vera, self.anna = server.person("Вера"), server.person("Анна")
        self.boris = server.person("Борис")
        self.group: Group = server.group("Поддержка", self.vera, forum=forum)
        self.group.add(self.anna)
        self.group.add(self.boris)
        self.group.add(bot, rights=ALL)

    async def topic_of(self, words: str) -> Topic:
        """The topic of a ticket, by its number or its subject."""
        return await self.group.topic_of(words)

    async def reads(self, words: str, topic: Topic | None = None, **how: Any) -> Message:
        """Anna reads something in the group, or in one of its topics."""
        return await self.anna.reads(words, where=(self.group, topic) if topic else self.group, **how)

    async def answers(self, topic: Topic, text: str, who: Person | None = None) -> Message:
        """An agent writes in a topic."""
        return await (who or self.anna).writes(text, where=(self.group, topic))

    async def answers_with_album(
        self, topic: Topic, pictures: Sequence[tuple[str, bytes]], caption: str = ""
    ) -> list[Message]:
        """An agent sends an album into a topic."""
        return await self.anna.sends_album(pictures, caption, where=(self.group, topic))


class ChatDesk:
    """A configured desk with both bots, in this event loop (`run`) or in a process of its own (`spawn`)."""

    def __init__(self, server: TelegramServer, folder: Path, *, more: str = "", **settings: Any) -> None:
        """`settings` as in tests.service.desk.Desk; `more`: what else the configuration says."""
        self.server = server
        known = server.world.bots
        self.bot = known.get(CLIENTS_TOKEN) or server.bot(CLIENTS_TOKEN, "clients_bot")
        self.agents_bot = known.get(AGENTS_TOKEN) or server.bot(AGENTS_TOKEN, "agents_bot", sees_all=True)
        self.staff = Staff(server, self.agents_bot)
        changes = {'api = "https://api.telegram.org"': f'api = "{server.url}"'}
        changes |= settings.pop("changes", {})
        self.desk = Desk(folder, changes=changes, more=self._bots(settings) + more, **settings)
        self._running: asyncio.Task[None] | None = None
        self._supervisor: Supervisor | None = None
        self._log: TextIO | None = None
        self.service: Service | None = None

    def _bots(self, settings: dict[str, Any]) -> str:
        staff = self.staff
        people = ((staff.anna, "Анна Петровна", "agent"), (staff.vera, "Вера", "head"),
                  (staff.boris, "Борис", "agent"))  # fmt: skip
        agents = "".join(
            f'\n[[agents]]\nname = "{name}"\ntelegram_id = {who.id}\nrole = "{role}"\n'
            for who, name, role in people
        )
        recall = settings.pop("recall", 0)
        return (
            f'\n[telegram.clients]\ntoken = "{CLIENTS_TOKEN}"\n'
            f'\n[telegram.agents]\ntoken = "{AGENTS_TOKEN}"\nstaff_chat = {staff.group.id}\n'
            f"recall_seconds = {recall}\n{agents}"
        )

    # --- in this event loop

    async def run(self, *only: str, well: bool = True) -> None:
        """Start the service here, and wait until both bots listen."""
        ready = asyncio.Event()
        settings = load(self.desk.config, {**os.environ})
        self._log = self.desk.log.open("a")
        logs.set_up("info", "logfmt", secrets_of(settings), self._log)

        def opened(built: Service, supervisor: Supervisor) -> None:
            self.service, self._supervisor = built, supervisor
            ready.set()

        self._running = asyncio.create_task(service.run(settings, only or PARTS, ready=opened))
        started = asyncio.create_task(ready.wait())
        await asyncio.wait({self._running, started}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.is_set():
            started.cancel()
            await self._running
        if well:
            await self.listens()

    async def listens(self) -> None:
        """Wait until both bots ask for what is new, or have it brought."""
        for bot in (self.bot, self.agents_bot):
            name = bot.user["username"]
            await self.server.world.until(
                f"{name} listens", lambda bot=bot: bot.poller or bot.webhook, self.server.patience
            )

    async def stop(self) -> None:
        """Stop in order; raises what the service ended with."""
        if self._supervisor is not None:
            self._supervisor.request_stop("the test is over")
        if self._running is not None:
            running, self._running = self._running, None
            try:
                await running
            finally:
                _log_no_more()

    # --- in a process of its own

    async def spawn(self) -> Process:
        """Start a process and wait until the service is well."""
        return await asyncio.to_thread(self.desk.start)

    async def spawn_unhurried(self) -> Process:
        """Start a process whose bots write as fast as they can, and wait until they listen."""
        command = [sys.executable, "-m", "tests.telegram.unhurried", "run", "--config", str(self.desk.config)]
        process = Process(command, self.desk.log)
        self.desk.processes.append(process)
        # Whoever asked before has gone; the server notices that only when it answers.
        for bot in (self.bot, self.agents_bot):
            bot.poller = None
        await self.listens()
        return process

    async def settled(self, patience: float = 30.0) -> None:
        """Wait until nothing waits to be processed or delivered, of a process."""
        await asyncio.to_thread(self.desk.settled, patience)

    async def tickets(self) -> list[dict[str, Any]]:
        """All tickets with everything in them, as `otklik` tells them."""
        return await asyncio.to_thread(self.desk.tickets)

    async def health(self) -> dict[str, Any]:
        """What /health says."""
        return await asyncio.to_thread(self.desk.health)

    async def until_health(self, part: str, status: str, patience: float = 30.0) -> dict[str, Any]:
        """Wait until a part is as it should be; returns what is told of it."""

        def found() -> dict[str, Any] | None:
            told: dict[str, Any] = self.desk.health().get(part, {})
            return told if told.get("status") == status else None

        return await asyncio.to_thread(until, f"{part} is {status}", found, patience)


def _log_no_more() -> None:
    """What was set up for a service in this process is taken back."""
    logging.getLogger().handlers.clear()
    structlog.reset_defaults()
