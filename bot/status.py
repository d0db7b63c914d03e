"""How the service is: each part's health, and the figures that /metrics tells."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.supervisor import Part
from bot.telegram.listening import figures
from bot.web.metrics import Metrics
from bot.wiring import Service
from intake.mailbox.mailboxes import Mailboxes
from intake.mailbox.standing import Standing
from storage.models import DeliveryState, EntryState

log = structlog.get_logger("bot.status")

LOOK = 2.0  # seconds between two counts of what waits
STUCK = 900.0  # seconds for which one entry may be the oldest that waits before the intake is unwell


@dataclass(slots=True)
class Backlog:
    """What waits, as last counted; ages in seconds. `stuck`: for how long the oldest entry has been that."""

    entries: int = 0
    oldest_entry: float = 0.0
    stuck: float = 0.0
    quarantined: int = 0
    deliveries: int = 0
    oldest_delivery: float = 0.0
    dead: int = 0
    trouble: str = ""


class Status:
    """Counts what waits, at intervals, so that neither a scrape nor a health check costs a table scan."""

    def __init__(self, service: Service, clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        self._oldest: datetime | None = None
        self._oldest_from = clock()
        self._over = asyncio.Event()
        self.backlog = Backlog()
        self.parts: list[Part] = []

    async def run(self) -> None:
        """Count until stopped."""
        while not self._over.is_set():
            await self._count()
            try:
                await asyncio.wait_for(self._over.wait(), LOOK)
            except TimeoutError:
                continue

    async def stop(self) -> None:
        """Count no more."""
        self._over.set()

    async def health(self) -> dict[str, dict[str, Any]]:
        """Each part by name with its status and what explains it; no secret, no client's word."""
        await self._count()
        found: dict[str, dict[str, Any]] = {
            part.name: {"status": part.status, "since": part.since.isoformat(), "restarts": part.restarts}
            | ({"reason": part.reason} if part.reason else {})
            for part in self.parts
        }
        backlog = self.backlog
        found["database"] = _well_unless(backlog.trouble)
        found["room"] = _well_unless(self._service.admission())
        found["inbox"] = self._inbox()
        found["outbox"] = self._outbox()
        return found | self._mailboxes() | self._telegram(found)

    def _mailboxes(self) -> dict[str, dict[str, Any]]:
        """Each mailbox as a part of its own: the others, and the listener, go on without it."""
        watched = self._service.mailboxes
        return {f"mailbox {one.name}": one.told() for one in watched.standings} if watched else {}

    def _telegram(self, found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Each bot as a part of its own: one whose token was revoked leaves the other alone."""
        return self._service.telegram.health(found) if self._service.telegram else {}

    def _inbox(self) -> dict[str, Any]:
        backlog = self.backlog
        is_stuck = backlog.stuck > STUCK
        reason = f"the same entry has been the oldest for {round(backlog.stuck)} s"
        return {
            "status": "failing" if is_stuck else "ok",
            "waiting": backlog.entries,
            "oldest_seconds": round(backlog.oldest_entry),
            "quarantined": backlog.quarantined,
        } | ({"reason": reason} if is_stuck else {})

    def _stuck(self, oldest: datetime | None) -> float:
        """For how many seconds this has been the oldest entry, as far as we have seen.

        Its age would not do: a mail that a mailbox kept while its server was away, one of an old mailbox, and
        one that an agent has taken up again come in with the date of long ago, and wait for a moment.
        """
        if oldest is None or oldest != self._oldest:
            self._oldest, self._oldest_from = oldest, self._clock()
        return self._clock() - self._oldest_from

    def _outbox(self) -> dict[str, Any]:
        backlog, deliveries = self.backlog, self._service.deliveries
        trouble = deliveries.trouble if deliveries is not None else ""
        return {
            "status": "failing" if trouble else "ok",
            "owed": backlog.deliveries,
            "oldest_seconds": round(backlog.oldest_delivery),
            "dead": backlog.dead,
        } | ({"reason": trouble} if trouble else {})

    async def _count(self) -> None:
        service, now = self._service, datetime.now(UTC)
        try:
            async with asyncio.timeout(3):
                entries, oldest_entry = await service.inbox.waiting()
                deliveries, oldest_delivery = await service.outbox.waiting()
                quarantined = await service.inbox.count(EntryState.QUARANTINED)
                dead = await service.outbox.count(DeliveryState.DEAD)
        except TimeoutError:
            self.backlog.trouble = "the database does not answer"
        except Exception as exc:  # noqa: BLE001 - whatever the engine says, that is how it is
            self.backlog.trouble = f"{type(exc).__name__}: {exc}"
            log.error("backlog not counted", reason=self.backlog.trouble)
        else:
            self.backlog = Backlog(
                entries,
                _age(oldest_entry, now),
                self._stuck(oldest_entry),
                quarantined,
                deliveries,
                _age(oldest_delivery, now),
                dead,
            )
            service.admission.backlog = entries


def _well_unless(reason: str | None) -> dict[str, Any]:
    return {"status": "failing", "reason": reason} if reason else {"status": "ok"}


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def metrics(service: Service, status: Status) -> Metrics:
    """Every figure of the service."""
    told = Metrics()
    told.gauge("otklik_entries_waiting", "Entries not yet processed", lambda: status.backlog.entries)
    told.gauge(
        "otklik_entries_oldest_seconds", "Age of the oldest of them", lambda: status.backlog.oldest_entry
    )
    told.gauge("otklik_entries_quarantined", "Entries in quarantine", lambda: status.backlog.quarantined)
    told.gauge("otklik_deliveries_owed", "Deliveries not yet made", lambda: status.backlog.deliveries)
    told.gauge(
        "otklik_deliveries_oldest_seconds",
        "Age of the oldest of them",
        lambda: status.backlog.oldest_delivery,
    )
    told.gauge("otklik_deliveries_dead", "Deliveries given up", lambda: status.backlog.dead)
    told.gauge(
        "otklik_part_ok",
        "Whether a part is well",
        lambda: {part.name: float(part.status == "ok") for part in status.parts},
        label="part",
    )
    _listener_figures(told, service)
    _worker_figures(told, service)
    if service.mailboxes is not None:
        mailbox_figures(told, service.mailboxes)
    if service.telegram is not None:
        figures(told, service.telegram.listeners, service.telegram.deliveries)
    return told


def _listener_figures(told: Metrics, service: Service) -> None:
    listener = service.listener
    if listener is None:
        return
    told.gauge("otklik_listener_connections", "Open connections", lambda: listener.connections)
    told.gauge("otklik_listener_receiving", "Messages being received", lambda: listener.receiving)
    told.counter(
        "otklik_listener_replies",
        "Messages accepted, and replies 4xx and 5xx",
        lambda: {
            "accepted": listener.counters.accepted,
            "deferred": listener.counters.deferred,
            "refused": listener.counters.refused,
        },
        label="verdict",
    )


def mailbox_figures(told: Metrics, watched: Mailboxes) -> None:
    """What Prometheus is told of each mailbox."""

    def each(figure: Callable[[Standing], float]) -> Callable[[], dict[str, float]]:
        return lambda: {one.name: figure(one) for one in watched.standings}

    figures: tuple[tuple[str, str, Callable[[Standing], float]], ...] = (
        ("ok", "Whether a mailbox comes in", lambda one: float(not one.failing)),
        ("connected", "Whether there is a connection", lambda one: float(one.connected)),
        ("waiting", "Mails there that are not recorded", lambda one: one.waiting),
        ("too_large", "Mails there that are too large to be taken in", lambda one: one.too_large),
        ("looked_at_seconds", "When it was last looked at, Unix time; 0: never",
         lambda one: one.last_looked_at.timestamp() if one.last_looked_at else 0.0),
    )  # fmt: skip
    for name, told_as, figure in figures:
        told.gauge(f"otklik_mailbox_{name}", told_as, each(figure), label="mailbox")
    told.counter("otklik_mailbox_taken_in", "Mails ever recorded from it", each(lambda one: one.taken_in),
                 label="mailbox")  # fmt: skip


def _worker_figures(told: Metrics, service: Service) -> None:
    if (processing := service.processing) is not None:
        told.counter(
            "otklik_entries",
            "Entries by how a try ended",
            lambda: {
                "processed": processing.counts.processed,
                "failed": processing.counts.failed,
                "quarantined": processing.counts.quarantined,
            },
            label="outcome",
        )
    if (retention := service.retention) is not None:
        told.counter(
            "otklik_purged", "What was removed after its term, by kind", retention.purged.counts, label="kind"
        )
    if (deliveries := service.deliveries) is not None:
        told.counter(
            "otklik_deliveries",
            "Deliveries by how a try ended",
            lambda: {
                "sent": deliveries.counts.sent,
                "deferred": deliveries.counts.deferred,
                "dead": deliveries.counts.dead,
            },
            label="outcome",
        )
