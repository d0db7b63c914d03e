"""Both bots as parts of the service: listening at once, the libraries loaded meanwhile."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from bot.config import Settings
from bot.config.telegram import bot_id
from bot.rules import MB, file_store, languages, rules, verbs_desk, web_secret
from bot.supervisor import Part
from bot.telegram.limits import Pace
from bot.telegram.polling import BotAddress, Poller
from bot.telegram.updates import AGENT_UPDATES, CLIENT_UPDATES, arrival
from intake.limits import Limits
from intake.pictures import Looked
from intake.processing import Processing
from intake.sandbox.pool import Sandbox
from intake.taking_in.arrived import Desk
from intake.taking_in.conversation import Outcome
from replies.chats.card import Cards
from replies.chats.letters import ChatLetters
from replies.compose import Desk as LettersDesk
from replies.outbox import Deliveries
from storage.bots import Bots
from storage.database import Database, is_sqlite
from storage.inbox import Arrival, Claimed, Inbox
from storage.outbox import Outbox

if TYPE_CHECKING:
    from bot.telegram.frameworks import Frameworks

log = structlog.get_logger("bot.telegram")

BACKOFF = (5.0, 30.0, 60.0, 120.0, 300.0, 600.0)  # seconds before the next try of a chat delivery


@dataclass(slots=True)
class Telegram:
    """What runs for Telegram in this process; `loaded` gives the libraries, once."""

    settings: Settings
    database: Database
    inbox: Inbox
    looks: Sandbox
    pollers: list[Poller]
    processing: Processing
    deliveries: Deliveries | None = None
    _loading: asyncio.Task["Frameworks"] | None = field(default=None)
    _build: Callable[[], "Frameworks"] | None = None

    async def loaded(self) -> "Frameworks":
        """The libraries and what is built on them; loading takes seconds, in a thread."""
        if self._loading is None or (self._loading.done() and self._loading.exception()):
            assert self._build is not None
            self._loading = asyncio.create_task(asyncio.to_thread(self._build))
        return await asyncio.shield(self._loading)

    def wake(self) -> None:
        """Something is owed or was said: look now."""
        if self.deliveries is not None:
            self.deliveries.wake()


def telegram(
    settings: Settings, database: Database, *, desk: Desk, letters: LettersDesk,
    admit: Callable[[], str | None], owed: Callable[[], None],
) -> Telegram | None:  # fmt: skip
    """Wire what is configured; None when neither bot is. `owed` is called when mail may be owed, too."""
    wanted = settings.telegram
    if wanted.clients is None and wanted.agents is None:
        return None
    files = file_store(settings)
    inbox = Inbox(database, files, chats=True)
    looks = _looks(settings)
    built: Telegram

    async def record(one: Arrival) -> None:
        await inbox.record(one)

    async def work(entry: Claimed) -> Outcome:
        frameworks = await built.loaded()
        return await frameworks.feed(
            entry, json.loads(entry.body if isinstance(entry.body, bytes) else b"{}")
        )

    def taken_in(_: Outcome) -> None:
        owed()
        built.wake()

    processing = Processing(inbox, work, taken_in=taken_in, sole=is_sqlite(database.url))
    bots = Bots(database)
    pollers = [
        Poller(
            address, record, bots, arrival,
            wanted=AGENT_UPDATES if address.name == "agents" else CLIENT_UPDATES,
            admit=admit, recorded=processing.wake, gap=_gap,
        )
        for address in addresses(settings)
    ]  # fmt: skip
    built = Telegram(settings, database, inbox, looks, pollers, processing)

    async def look(content: bytes, name: str, media_type: str) -> Looked:
        return Looked.from_json(await looks.ask(content, {"name": name, "media_type": media_type}))

    def build() -> "Frameworks":
        from bot.telegram.frameworks import Frameworks

        return Frameworks(settings, database, files, desk, verbs_desk(settings), look, cards(settings))

    built._build = build
    if wanted.clients is not None:
        words = ChatLetters(letters, languages(settings), desk.numbering, web_secret(settings))
        built.deliveries = Deliveries(
            "telegram", Outbox(database), words, _LateCarrier(built), sole=is_sqlite(database.url),
            backoff=BACKOFF,
        )  # fmt: skip
    return built


def cards(settings: Settings) -> Cards:
    """Words what agents see, in the desk's language."""
    known = rules(settings)
    return Cards(languages(settings), settings.desk.language, known.numbering, known.zone, known.levels)


def addresses(settings: Settings) -> list[BotAddress]:
    """The configured bots."""
    found = []
    for name, channel, bot in (
        ("clients", "telegram", settings.telegram.clients),
        ("agents", "staff", settings.telegram.agents),
    ):
        if bot is not None:
            token = bot.token.get_secret_value()
            found.append(BotAddress(name, channel, settings.telegram.api, token, bot_id(bot.token)))
    return found


def _looks(settings: Settings) -> Sandbox:
    return Sandbox(
        workers=1,
        seconds=settings.processing.parse_seconds,
        memory_mb=settings.processing.parse_memory_mb,
        files_root=settings.files.store,
        own_addresses=frozenset(),
        limits=Limits(screenshot_bytes=settings.files.max_screenshot_mb * MB),
        call="intake.pictures:look",
    )


async def _gap(since: datetime, until: datetime) -> None:
    log.error("gap", since=since.isoformat(), until=until.isoformat())


class _LateCarrier:
    """The clients' carrier, once the library is loaded."""

    def __init__(self, built: Telegram) -> None:
        self._built = built

    async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        """See `ClientsCarrier.deliver`."""
        frameworks = await self._built.loaded()
        return await frameworks.carrier.deliver(sender, recipient, message_id, content)

    async def close(self) -> None:
        """What is shared is closed by its own part."""


def parts(built: Telegram) -> list[Part]:
    """The parts to supervise, in the order in which they stop."""
    found = [Part(f"telegram {one._address.name}", one.run, one.stop) for one in built.pollers]
    found.append(Part("telegram intake", *_intake(built)))
    if built.deliveries is not None:
        found.append(Part("telegram deliveries", built.deliveries.run, built.deliveries.stop))
    if built.settings.telegram.agents is not None:
        found.append(Part("telegram staff", *_staff(built)))
    return found


Doing = tuple[Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]


def _intake(built: Telegram) -> Doing:
    async def run() -> None:
        await built.looks.start()
        await built.processing.run()

    async def stop() -> None:
        await built.processing.stop()
        await built.looks.stop()

    return run, stop


def _staff(built: Telegram) -> Doing:
    async def run() -> None:
        frameworks = await built.loaded()
        assert frameworks.staff is not None
        await frameworks.staff.run()

    async def stop() -> None:
        frameworks = await built.loaded()
        if frameworks.staff is not None:
            await frameworks.staff.stop()
        await frameworks.close()

    return run, stop


def pace() -> Pace:
    """A bot's limits."""
    return Pace()


def recall(settings: Settings) -> timedelta:
    """For how long an answer can be taken back."""
    agents: Any = settings.telegram.agents
    return timedelta(seconds=agents.recall_seconds)
