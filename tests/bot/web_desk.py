"""A desk's pages on a real port and a real database, with tickets and closures to look at."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from yarl import URL

from bot.web.app import Site, make_app
from bot.web.metrics import Metrics
from bot.web.parts import Parts
from desk.rating import expires_at
from replies import links
from replies.languages import Languages
from replies.wording import Wording
from storage import facts
from storage.clocks import reopen as put_back
from storage.closures import add_closure
from storage.database import Database, opened
from storage.directory import add_unregistered
from storage.models import Ticket
from storage.tickets import NewMessage, NewTicket, add_message, open_ticket, ticket_now
from tests.desk_on_disk import VERBS

MOSCOW = ZoneInfo("Europe/Moscow")
SECRET = b"a secret of this test, 32 bytes!"
CLOSED_AT = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
RECEIVED_AT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
DUE_AT = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
SECRETS_OF_THE_TICKET = ("Касса не открывается", "Ольга", "olga", "kassa.png", "Пароль: 12345", "Анна")
LEVEL = "Коммерческие клиенты: стандартная поддержка"


@dataclass
class WebDesk:
    """The pages, being served; `now` is what their clock shows."""

    database: Database
    url: str = ""
    now: datetime = CLOSED_AT + timedelta(hours=1)
    metrics: Metrics = field(default_factory=Metrics)
    health: dict[str, dict[str, Any]] = field(default_factory=lambda: {"database": {"status": "ok"}})
    http: aiohttp.ClientSession = field(init=False)
    _clients: Any = field(default_factory=lambda: itertools.count(1))

    async def ticket(self, language: str = "ru", **columns: Any) -> int:
        """A ticket that has everything which no page may show; `columns` are set afterwards."""

        async def unit() -> int:
            address = f"olga{next(self._clients)}@client.example"
            client = await add_unregistered(address, language, RECEIVED_AT)
            ticket_id = await open_ticket(
                NewTicket(
                    client_id=client.id,
                    state="new",
                    subject="Касса не открывается <script>alert(1)</script>",
                    channel="mail",
                    language=language,
                    level="standard",
                    promise="8 working hours",
                    created_at=RECEIVED_AT,
                    reaction_due_at=DUE_AT,
                )
            )
            await add_message(NewMessage(ticket_id, "in", "Ольга", address, "Пароль: 12345", RECEIVED_AT))
            if columns:
                await Ticket.filter(id=ticket_id).update(**columns)
            return ticket_id

        return await self.database.writer.run(unit)

    async def closure(self, language: str = "ru", *, invited: bool = True) -> int:
        """A closed ticket's closure, whose invitation is good for 14 days from CLOSED_AT."""
        ticket_id = await self.ticket(language, state="closed", closed_at=CLOSED_AT, reacted_at=CLOSED_AT)

        async def unit() -> int:
            now = await ticket_now(ticket_id)
            assert now is not None
            return await add_closure(
                ticket_id,
                now.client_id,
                "Анна",
                CLOSED_AT,
                invited=invited,
                not_invited="" if invited else "unanswered",
                expires_at=expires_at(CLOSED_AT) if invited else None,
            )

        return await self.database.writer.run(unit)

    async def change(self, ticket_id: int, **columns: Any) -> None:
        """Set columns of a ticket."""

        async def unit() -> None:
            await Ticket.filter(id=ticket_id).update(**columns)

        await self.database.writer.run(unit)

    async def reopen(self, closure_id: int) -> None:
        """The client wrote again: the ticket of that closure is open, the invitation withdrawn."""
        row = await self.row(closure_id)

        async def unit() -> None:
            now = await ticket_now(row["ticket_id"])
            assert now is not None
            await put_back(now, "client", "wrote again", self.now, VERBS.timing)

        await self.database.writer.run(unit)

    async def row(self, closure_id: int) -> dict[str, Any]:
        """The closure as the database has it."""
        for ticket_id in range(1, 100):
            ticket = await facts.ticket(ticket_id)
            for closure in () if ticket is None else ticket["closures"]:
                if closure["id"] == closure_id:
                    return dict(closure)
        raise LookupError(closure_id)

    async def rating(self, closure_id: int) -> tuple[int | None, str, bool | None, bool | None]:
        """Stars, comment and the two answers, as stored."""
        row = await self.row(closure_id)
        return row["stars"], row["comment"], row["satisfied"], row["recommend"]

    async def history(self, closure_id: int) -> list[dict[str, Any]]:
        """The changes that ratings made to the ticket of this closure."""
        ticket = await facts.ticket((await self.row(closure_id))["ticket_id"])
        assert ticket is not None
        return [event for event in ticket["history"] if event["what"] == "rated"]

    def rate_token(self, closure_id: int, stars: int | None = None, **kwargs: Any) -> str:
        """The token of the link that the invitation has for these stars."""
        payload = {"c": closure_id} if stars is None else {"c": closure_id, "s": stars}
        return links.sign("rate", payload, kwargs.get("expires_at", CLOSED_AT + timedelta(days=15)), SECRET)

    def rate_url(self, closure_id: int, stars: int | None = None) -> str:
        return f"{self.url}/rate/{self.rate_token(closure_id, stars)}"

    def ticket_url(self, ticket_id: int) -> str:
        token = links.sign("ticket", {"t": ticket_id}, RECEIVED_AT + timedelta(days=365), SECRET)
        return f"{self.url}/ticket/{token}"

    async def get(self, url: str | URL, **kwargs: Any) -> tuple[int, str]:
        """Status and text of a page."""
        async with self.http.get(url, **kwargs) as answer:
            return answer.status, await answer.text()

    async def post(self, url: str | URL, form: Any = None, **kwargs: Any) -> tuple[int, str]:
        """Status and text of what a form is answered with, after any redirection."""
        async with self.http.post(url, data=form, **kwargs) as answer:
            return answer.status, await answer.text()


def parts_of(desk: WebDesk, desk_name: str) -> Parts:
    """What `bot/parts.py` gives to the pages, for this desk."""
    languages = Languages()

    async def health() -> dict[str, dict[str, Any]]:
        return desk.health

    return Parts(
        database=desk.database,
        languages=languages,
        secret=SECRET,
        desk_name=desk_name,
        default_language="ru",
        number=lambda ticket_id: f"AS-{ticket_id:06d}",
        level_title=lambda key, language: LEVEL,
        moment=lambda moment, language: Wording(languages, language).deadline(moment, MOSCOW),
        day=lambda moment, language: Wording(languages, language).day(moment.astimezone(MOSCOW).date()),
        public_url="https://desk.example",
        health=health,
        registry=desk.metrics.registry,
        timing=VERBS.timing,
        clock=lambda: desk.now,
    )


_EMPTY: list[bytes] = []


async def _empty_database(folder: Path) -> bytes:
    """A database with its tables; made once, because migrating takes longer than most tests."""
    if not _EMPTY:
        path = folder / "empty.db"
        async with opened(f"sqlite://{path}"):
            pass
        _EMPTY.append(path.read_bytes())
    return _EMPTY[0]


@asynccontextmanager
async def serving(folder: Path, desk_name: str = "АгроСофт", **changes: Any) -> AsyncIterator[WebDesk]:
    """The pages of a new desk on a free port; `changes` replace parts."""
    folder.mkdir(exist_ok=True)
    (folder / "otklik.db").write_bytes(await _empty_database(folder))
    async with opened(f"sqlite://{folder}/otklik.db") as database:
        desk = WebDesk(database)
        site = Site(make_app(replace(parts_of(desk, desk_name), **changes)), "127.0.0.1", 0)
        await site.start()
        desk.url = f"http://127.0.0.1:{site.port}"
        try:
            async with aiohttp.ClientSession() as desk.http:
                yield desk
        finally:
            await site.stop()


@pytest.fixture(name="desk")
async def web_desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    """The fixture `desk` of a test module that imports this."""
    async with serving(tmp_path) as served:
        yield served
