"""Both bots as parts of the service: listening at once, the libraries loaded meanwhile."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from bot import deadlines
from bot.config import Settings
from bot.rules import MB, file_store, languages, rules, verbs_desk, web_secret
from bot.supervisor import Part
from bot.telegram.bot_api import BotAddress
from bot.telegram.listening import Listener, listeners, told
from bot.telegram.menus import Menus
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
from storage.answers import put_off_unsent
from storage.database import Database, is_sqlite
from storage.inbox import Arrival, Claimed, Inbox
from storage.outbox import Outbox
from storage.threads import in_thread

if TYPE_CHECKING:
    from bot.telegram.frameworks import Frameworks

log = structlog.get_logger("bot.telegram")

HEARD = timedelta(seconds=8)  # after a start, what was said meanwhile has been heard
BACKOFF = (5.0, 30.0, 60.0, 120.0, 300.0, 600.0)  # seconds before the next try of a chat delivery


@dataclass(slots=True)
class Telegram:
    """What runs for Telegram in this process; `loaded` gives the libraries, once."""

    settings: Settings
    database: Database
    inbox: Inbox
    looks: Sandbox
    listeners: list[Listener]
    processing: Processing
    deliveries: Deliveries | None = None
    notices: Deliveries | None = None
    _loading: asyncio.Task["Frameworks"] | None = field(default=None)
    _build: Callable[[], "Frameworks"] | None = None

    async def loaded(self) -> "Frameworks":
        """The libraries and what is built on them; loading takes seconds, in a thread."""
        if self._loading is None or (self._loading.done() and self._loading.exception()):
            assert self._build is not None
            self._loading = asyncio.create_task(asyncio.to_thread(self._build))
        return await asyncio.shield(self._loading)

    def health(self, parts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """What its parts' own troubles add to what the supervisor tells of them."""
        found = {name: told(one.standing, parts.get(name, {}))
                 for one in self.listeners if (name := _part_of(one))}  # fmt: skip
        troubles = {"telegram deliveries": self.deliveries.trouble if self.deliveries else "",
                    "telegram notices": self.notices.trouble if self.notices else ""}  # fmt: skip
        if self._loading is not None and self._loading.done() and not self._loading.exception():
            staff = self._loading.result().staff
            troubles["telegram staff"] = staff.trouble if staff is not None else ""
        for name, trouble in troubles.items():
            if trouble:
                found[name] = {**parts.get(name, {}), "status": "failing", "reason": trouble}
        return found

    def wake(self) -> None:
        """Something is owed or was said: look now."""
        for one in (self.deliveries, self.notices):
            if one is not None:
                one.wake()


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
        body = entry.body
        if isinstance(body, str):
            body = await in_thread(files.read, body)
        return await frameworks.feed(entry, json.loads(body))

    async def gap(bot: BotAddress, since: datetime, until: datetime) -> None:
        await deadlines.tell_gap(database, bot, since, until)
        built.wake()

    def taken_in(_: Outcome) -> None:
        owed()
        built.wake()

    processing = Processing(inbox, work, taken_in=taken_in, sole=is_sqlite(database.url))
    listening = listeners(settings, database, record=record, admit=admit, recorded=processing.wake, gap=gap)
    built = Telegram(settings, database, inbox, looks, listening, processing)

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
    if wanted.agents is not None:
        built.notices = deadlines.notices(settings, database, letters, _LateAgents(built))
    return built


def cards(settings: Settings) -> Cards:
    """Words what agents see, in the desk's language."""
    known = rules(settings)
    people = {one.name: one.telegram_id for one in settings.agents if one.telegram_id is not None}
    heads = tuple(one.name for one in settings.agents if one.role == "head")
    lines: dict[str, tuple[str, ...]] = {}
    for one in settings.agents:
        lines[one.line] = (*lines.get(one.line, ()), one.name)
    return Cards(
        languages(settings), settings.desk.language, known.numbering, known.zone, known.levels,
        known.calendars, people, heads, lines, known.offering.products, known.paused_in,
    )  # fmt: skip


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


class _LateAgents(_LateCarrier):
    """The agents' carrier, once the library is loaded."""

    async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        """See `AgentsCarrier.deliver`."""
        frameworks = await self._built.loaded()
        return await frameworks.notices.deliver(sender, recipient, message_id, content)


def parts(built: Telegram) -> list[Part]:
    """The parts to supervise, in the order in which they stop."""
    found = [Part(_part_of(one), one.run, one.stop) for one in built.listeners]
    found.append(Part("telegram intake", *_intake(built)))
    if built.deliveries is not None:
        found.append(Part("telegram deliveries", built.deliveries.run, built.deliveries.stop))
    if built.notices is not None:
        found.append(Part("telegram notices", built.notices.run, built.notices.stop))
    menus = Menus(built.loaded)
    found.append(Part("telegram menus", menus.run, menus.stop))
    has_staff = built.settings.telegram.agents is not None
    found.append(Part("telegram staff" if has_staff else "telegram libraries", *_staff(built)))
    return found


def _part_of(listener: Listener) -> str:
    return f"telegram {listener.standing.name}"


Doing = tuple[Callable[[], Awaitable[None]], Callable[[], Awaitable[None]]]


def _intake(built: Telegram) -> Doing:
    async def run() -> None:
        # Before any delivery is claimed: what was said to Telegram meanwhile is heard first.
        await built.database.writer.run(lambda: put_off_unsent(datetime.now(UTC) + HEARD))
        await built.looks.start()
        await built.processing.run()

    async def stop() -> None:
        await built.processing.stop()
        await built.looks.stop()

    return run, stop


def _staff(built: Telegram) -> Doing:
    """The staff chats' worker, if there are any; the last to stop, it closes what both libraries opened."""
    over = asyncio.Event()

    async def run() -> None:
        frameworks = await built.loaded()
        await (frameworks.staff.run() if frameworks.staff is not None else over.wait())

    async def stop() -> None:
        over.set()
        frameworks = await built.loaded()
        if frameworks.staff is not None:
            await frameworks.staff.stop()
        await frameworks.close()

    return run, stop


def recall(settings: Settings) -> timedelta:
    """For how long an answer can be taken back."""
    agents: Any = settings.telegram.agents
    return timedelta(seconds=agents.recall_seconds)
