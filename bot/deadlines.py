"""What happens on the clock, and who of the desk is told: wired from settings."""

from collections.abc import Callable
from datetime import datetime

from bot.config import Settings
from bot.rules import file_store, languages, rules, verbs_desk
from bot.telegram.bot_api import BotAddress
from replies import alerts, deadlines, digests
from replies.chats.agents_letters import AgentsLetters
from replies.compose import Desk as LettersDesk
from replies.delivery_error import DeliveryError
from replies.outbox import Carrier, Deliveries
from storage.database import Database, is_sqlite
from storage.notices import CHANNEL, LEADERS, Colleague, Notice, Notices, owe_notice

BACKOFF = (5.0, 30.0, 60.0, 120.0, 300.0, 600.0)  # seconds before the next try of a notice in a chat


def colleagues(settings: Settings) -> tuple[Colleague, ...]:
    """Everybody whom the configuration names as an agent."""
    return tuple(Colleague(one.name, one.role, one.telegram_id, one.email or "") for one in settings.agents)


def notices(
    settings: Settings, database: Database, letters: LettersDesk, carrier: Carrier | None = None
) -> Deliveries:
    """Delivers what agents are told; without `carrier`, that of the agents' bot, all of it goes by mail."""
    known = rules(settings)
    outbox = Notices(database, colleagues(settings), chat=carrier is not None, domain=known.domain)
    words = AgentsLetters(letters, languages(settings), known.numbering)
    sole = is_sqlite(database.url)
    return Deliveries(CHANNEL, outbox, words, carrier or _NoChat(), sole=sole, backoff=BACKOFF)


def worker(settings: Settings, database: Database, owed: Callable[[], None]) -> deadlines.Deadlines:
    """The worker on the clock; `owed` is called when it owes something."""
    known, bot = rules(settings), settings.telegram.agents
    desk = digests.Desk(
        name=settings.desk.name,
        language=settings.desk.language,
        numbering=known.numbering,
        calendar=next(iter(known.calendars.values())),
        timezone=known.zone,
        own_chats=frozenset(
            str(line) for line, chat in bot.lines.items() if chat != bot.staff_chat) if bot else frozenset(),
        languages=languages(settings),
        files=file_store(settings),
    )  # fmt: skip
    return deadlines.Deadlines(
        database, alerts.Desk(verbs_desk(settings), desk, topics=bot is not None), owed
    )


async def tell_gap(database: Database, bot: BotAddress, since: datetime, until: datetime) -> None:
    """Owe heads and admins word that a bot was not listened to for longer than Telegram keeps updates."""
    facts = {"bot": bot.name, "since": since.isoformat(), "until": until.isoformat()}
    notice = Notice(f"gap:{bot.name}:{since:%Y%m%dT%H%M%S}", "gap", LEADERS, facts)
    await database.writer.run(lambda: owe_notice(notice, until))


class _NoChat:
    """Stands in for the carrier where there is no agents' bot: nothing gets as far as this."""

    async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        """Raises DeliveryError."""
        raise DeliveryError("no agents' bot is configured", permanent=True)

    async def close(self) -> None:
        """Nothing to close."""
