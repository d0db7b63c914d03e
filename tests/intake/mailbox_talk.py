"""A mailbox that is being taken in: a real server, a real database, and the desk's loop in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from intake.mailbox.alarm import Alarms
from intake.mailbox.desk import Desk
from intake.mailbox.mailboxes import Mailboxes
from intake.mailbox.settings import AccessToken, Mailbox
from intake.mailbox.standing import Standing
from storage.inbox import Arrival
from storage.mailboxes import Cursors
from storage.models import DeliveryState, Entry
from storage.outbox import Outbox
from tests.desk_on_disk import DeskOnDisk
from tests.dovecot import PASSWORD, Dovecot

PATIENCE = 30.0  # seconds for what takes a part of one on an idle machine
_serial = count(1)


def raw(text: str = "Не печатает", size: int = 0) -> bytes:
    """A mail; `size` makes it at least that many bytes long."""
    number = next(_serial)
    head = f"From: olga@client.example\r\nSubject: {number}\r\nMessage-ID: <{number}@client.example>\r\n\r\n"
    padding = (b"x" * 70 + b"\r\n") * (size // 72 + 1) if size else b""
    return head.encode() + text.encode() + b"\r\n" + padding


async def until(what: str, reached: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait until `reached` gives something true, and return it."""
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        outcome = reached()
        if asyncio.iscoroutine(outcome):
            outcome = await outcome
        if outcome:
            return outcome
        assert asyncio.get_running_loop().time() < deadline, f"waited {patience:.0f} s in vain until {what}"
        await asyncio.sleep(0.02)


class Watched:
    """One mailbox and its desk. `before_record`: called with each arrival; it may raise."""

    def __init__(self, desk: DeskOnDisk, dovecot: Dovecot, **settings: Any) -> None:
        self.desk, self.dovecot = desk, dovecot
        self.user = f"user{next(_serial)}@example.org"
        usual = Mailbox(
            name="support",
            host="127.0.0.1",
            port=dovecot.port,
            security="none",
            username=self.user,
            password=PASSWORD,
            folder="INBOX",
            after="flag",
            largest=1024 * 1024,
            poll_seconds=0.2,
        )
        self.mailbox = replace(usual, **settings)
        self.user = self.mailbox.username
        self.before_record: Callable[[Arrival], None] = lambda _: None
        self.admit: Callable[[], str | None] = lambda: None
        self.tokens: AccessToken | None = None
        self.recipients: tuple[str, ...] = ()
        self.running: Mailboxes | None = None
        self.stopping = 0.0  # seconds that the last stop took

    @property
    def standing(self) -> Standing:
        assert self.running is not None
        return self.running.standings[0]

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Take mail in from here on."""
        database = self.desk.database

        async def record(arrival: Arrival) -> None:
            self.before_record(arrival)
            await self.desk.inbox.record(arrival)

        desk = Desk(record, Cursors(database), lambda: self.admit(), self.tokens)
        alarms = Alarms(database, self.recipients, "en", "example.org", lambda: None)
        self.running = Mailboxes([(self.mailbox, desk)], alarms)
        task = asyncio.create_task(self.running.run())
        try:
            yield
        finally:
            began = asyncio.get_running_loop().time()
            await self.running.stop()
            self.stopping = asyncio.get_running_loop().time() - began
            await task

    def put(self, mail: bytes, at: datetime | None = None, folder: str = "INBOX") -> bytes:
        """A mail arrives in the mailbox."""
        self.dovecot.put(mail, at or datetime.now(UTC), folder, self.user)
        return mail

    def uids(self, criteria: str = "ALL", folder: str = "INBOX") -> list[int]:
        return self.dovecot.uids(criteria, folder, self.user)

    async def entries(self) -> list[Entry]:
        return await Entry.all().order_by("id")

    async def has(self, number: int) -> list[bytes]:
        """Wait until there are that many entries; their bytes, in the order of recording."""

        async def enough() -> bool:
            return await Entry.all().count() >= number

        await until(f"{number} are recorded", enough)
        bodies = [await self.desk.inbox.show(entry.id) for entry in await self.entries()]
        assert len(bodies) == number
        return [body[1] for body in bodies if body is not None]

    async def is_well(self) -> None:
        """Wait until a look at the mailbox ended well that began after now."""
        before = datetime.now(UTC)
        await until("it was looked at", lambda: (self.standing.last_looked_at or before) > before)


async def owed(desk: DeskOnDisk) -> list[dict[str, Any]]:
    """What the desk owes."""
    return await Outbox(desk.database).deliveries([DeliveryState.OWED], 100)
