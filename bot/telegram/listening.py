"""How our bots hear what is new: by asking, or through webhooks; one of the two for both."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from bot.config import Settings
from bot.config.telegram import bot_id
from bot.rules import file_store, web_secret
from bot.telegram.bot_api import BotAddress
from bot.telegram.polling import Gap, Poller
from bot.telegram.standing import Standing
from bot.telegram.updates import AGENT_UPDATES, CLIENT_UPDATES, arrival
from bot.telegram.webhook import Receiver, Webhook, secret_token, webhook_url
from bot.web.metrics import Metrics
from replies.outbox import Deliveries
from storage.bots import Bots
from storage.database import Database
from storage.inbox import Arrival, Inbox

_WANTED = {"clients": CLIENT_UPDATES, "agents": AGENT_UPDATES}


class Listener(Protocol):
    """A Poller or a Webhook."""

    @property
    def standing(self) -> Standing:
        """How it goes."""

    async def run(self) -> None:
        """Listen until `stop`."""

    async def stop(self) -> None:
        """Listen no more."""


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


def listeners(
    settings: Settings, database: Database, *, record: Callable[[Arrival], Awaitable[None]],
    admit: Callable[[], str | None], recorded: Callable[[], None], gap: Gap,
) -> list[Listener]:  # fmt: skip
    """One for each configured bot; the arguments are those of `Poller`."""
    bots = Bots(database)
    found: list[Listener] = []
    for address in addresses(settings):
        url, wanted = webhook_url(settings.web.public_url, address.name), _WANTED[address.name]
        if settings.telegram.mode == "webhook":
            token = secret_token(web_secret(settings), address.name)
            found.append(Webhook(address, url, token, bots, wanted=wanted, gap=gap))
            continue
        found.append(
            Poller(address, record, bots, arrival, wanted=wanted, admit=admit, recorded=recorded, gap=gap,
                   own_webhook=url)
        )  # fmt: skip
    return found


def receivers(
    settings: Settings, database: Database, *, admit: Callable[[], str | None], recorded: Callable[[], None]
) -> dict[str, Receiver]:
    """Who takes what Telegram brings to the web server, by bot; none unless in webhook mode.

    They need nothing of the other parts: the web server may run in a process of its own.
    """
    if settings.telegram.mode != "webhook":
        return {}
    inbox, secret = Inbox(database, file_store(settings), chats=True), web_secret(settings)
    return {
        one.name: Receiver(one, secret_token(secret, one.name), inbox.record, admit, recorded)
        for one in addresses(settings)
    }


def figures(metrics: Metrics, heard: Sequence[Listener], said: Deliveries | None) -> None:
    """What Prometheus is told: whether each bot hears, how much it heard, what became of what was said."""

    def each(figure: Callable[[Standing], float]) -> Callable[[], dict[str, float]]:
        return lambda: {one.standing.name: figure(one.standing) for one in heard}

    is_ok, updates = each(lambda one: float(not one.trouble)), each(lambda one: one.updates)
    metrics.gauge("otklik_telegram_ok", "Whether a bot's updates come", is_ok, label="bot")
    metrics.counter("otklik_telegram_updates", "Updates had by asking", updates, label="bot")
    if said is not None:
        counts = said.counts
        metrics.counter(
            "otklik_telegram_deliveries",
            "Deliveries to clients' chats by how a try ended",
            lambda: {"sent": counts.sent, "deferred": counts.deferred, "dead": counts.dead},
            label="outcome",
        )


def told(standing: Standing, part: dict[str, Any]) -> dict[str, Any]:
    """A part's health, with what its listener says."""
    if not standing.trouble:
        return part
    return {**part, "status": "failing", "reason": standing.trouble, "failures": standing.failures}
