"""A desk for tests that need one: its rules, an open database on either engine, and mails as understood."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from bot.calendars import build_calendar
from desk.entitlement import Offering
from desk.service_level import Promise, ServiceLevel
from desk.ticket import Numbering
from intake import requests
from intake.incoming import IncomingMessage
from replies import answering
from storage import facts
from storage.database import Database
from storage.files import FileStore
from storage.inbox import Arrival, Inbox, arrival_key

# Monday, 05:30 in Moscow: half an hour after opening.
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)

MAIN = build_calendar(
    "main",
    timezone="Europe/Moscow",
    days=["mon", "tue", "wed", "thu", "fri"],
    hours=["05:00-14:00"],
    holidays="",
    extra_days_off=[],
    extra_working_days=[],
    shortened={},
)


def _level(key: str, promise: str, when: dict[str, object] | None) -> ServiceLevel:
    return ServiceLevel(key, {"ru": f"Уровень {key}"}, Promise.parse(promise), "main", when)


LEVELS = (
    _level("general", "40 working hours", {"registered": False}),
    _level("standard", "8 working hours", {"registered": True}),
    _level("urgent", "6 working hours", None),
)
NUMBERING = Numbering("AS-{number:06d}")

INTAKE = requests.Desk(
    levels=LEVELS,
    calendars={"main": MAIN},
    numbering=NUMBERING,
    domain="example.org",
    default_language="ru",
    reopen_days=30,
    confirmations_per_hour=5,
    confirmations_per_day=20,
    offering=Offering(MAIN.timezone),
)
VERBS = answering.Desk(LEVELS, {"main": MAIN}, NUMBERING, "example.org", Offering(MAIN.timezone))

_serial = count(1)


def mail(text: str = "Здравствуйте, не печатает.", **columns: Any) -> IncomingMessage:
    """An understood mail of Olga's; columns of IncomingMessage override it."""
    understood = IncomingMessage(
        from_addr="olga@client.example",
        from_name="Ольга",
        subject="Не печатает",
        message_id=f"<{next(_serial)}@client.example>",
        text=text,
        reply_text=text,
        body_digest=sha256(text.encode()).hexdigest(),
    )
    return replace(understood, **columns)


class DeskOnDisk:
    """Takes mails in as the worker does, and reads back what became of them."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self.database = database
        self.inbox = Inbox(database, files)
        self._entries = count(1)

    async def receives(
        self, incoming: IncomingMessage, at: datetime = NOW, rules: requests.Desk = INTAKE
    ) -> requests.Outcome:
        """Record an entry and take the mail in, as received at a moment, by these rules."""
        body = b"entry %d" % next(self._entries)
        arrival = Arrival(arrival_key(["support@example.org"], body), "smtp", "conversation", {}, body, at)
        await self.inbox.record(arrival)
        (entry,) = await self.inbox.claim(1, at + timedelta(seconds=1))
        return await self.database.writer.run(lambda: requests.take_in(entry, incoming, rules, at))

    async def ticket(self, ticket_id: int | None) -> dict[str, Any]:
        """Everything on a ticket."""
        found = await facts.ticket(ticket_id or 0)
        assert found is not None, f"there is no ticket {ticket_id}"
        return found

    async def message_id_of(self, ticket_id: int | None, kind: str) -> str:
        """The Message-ID of a mail of ours on a ticket."""
        deliveries = (await self.ticket(ticket_id))["deliveries"]
        return next(str(one["message_id"]) for one in deliveries if one["kind"] == kind)
