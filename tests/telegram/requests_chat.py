"""Clients' chats with the whole bot but without Telegram: updates go in, what is owed comes out in words.

Files are where a test has put them; buttons can be pressed under what was said.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramBadRequest, TelegramServerError
from aiogram.types import File
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot.telegram.bot_api import BotAddress
from bot.telegram.clients.bot import ClientsBot
from bot.telegram.clients.desk import ClientsDesk
from bot.telegram.updates import arrival
from desk.channels import telegram_address
from intake import pictures
from intake.limits import Limits
from intake.pictures import Looked
from intake.taking_in.conversation import Outcome
from replies.chats.letters import ChatLetters
from replies.chats.sayings import Saying, Script
from replies.compose import Desk as Letters
from replies.languages import Languages
from storage import facts
from storage.chats import ChatNow, chat_now
from storage.database import Database
from storage.files import FileStore
from storage.inbox import Inbox
from storage.models import Delivery, DeliveryState
from storage.outbox import Due
from storage.posts import CLIENTS, NewPost, note_post
from tests.desk_on_disk import INTAKE, LEVELS, MAIN, NUMBERING

OLGA, PETER = 1001, 1002
GROUP = -1001900
TOKEN = "71000001:AAclientsclientsclientsclientsclient1"
TEXTS = Languages()
LETTERS = ChatLetters(
    Letters(
        "АгроСофт", "support@example.org", "ru", "http://desk", ZoneInfo("Europe/Moscow"), {"main": MAIN},
        {level.key: level for level in LEVELS},
    ),
    TEXTS,
    NUMBERING,
    b"a secret of this test, 32 bytes!",
)  # fmt: skip
WHOLE = "В программе «Касса» 3.2.14 не печатает чек после обновления"  # a request that lacks nothing


class _Telegram(BaseSession):
    """Telegram as far as files and buttons go. `failures`: what the next calls of getFile come to."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.gone: set[str] = set()  # paths that have expired
        self.failures: list[str] = []
        self.alerts: list[str | None] = []

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        if method.__api_method__ == "answerCallbackQuery":
            self.alerts.append(method.text)
            return True
        assert method.__api_method__ == "getFile", method.__api_method__
        if self.failures:
            failure = self.failures.pop(0)
            kind = TelegramServerError if failure.startswith("Internal") else TelegramBadRequest
            raise kind(method=method, message=failure)
        return File(file_id=method.file_id, file_unique_id=method.file_id, file_path=method.file_id)

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, url: str, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        path = url.rpartition("/")[2]
        if path in self.gone:
            asked = aiohttp.RequestInfo(URL(url), "GET", CIMultiDictProxy(CIMultiDict()), URL(url))
            raise aiohttp.ClientResponseError(asked, (), status=404)
        yield self.files[path]


@dataclass(frozen=True)
class Said:
    """A message of ours in a chat."""

    number: int
    kind: str
    saying: Saying

    @property
    def text(self) -> str:
        """Its words, with plain spaces."""
        return self.saying.text.replace("\u00a0", " ")

    @property
    def buttons(self) -> dict[str, str]:
        """What the buttons under it send, by their words."""
        return {one.text: one.data for row in self.saying.buttons for one in row}


class RequestsChat:
    """Chats of clients with the bot, on a database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.files = database, FileStore(folder / "files")
        self.inbox = Inbox(database, self.files, chats=True)
        self.desk = ClientsDesk(database, INTAKE, self._look, TEXTS)
        self.bot = ClientsBot("http://telegram.invalid", TOKEN, self.desk)
        self.telegram = _Telegram()
        self.bot.bot.session = self.telegram
        self.delivered: list[Said] = []
        self._numbers = count(100)

    async def _look(self, content: bytes, name: str, media_type: str) -> Looked:
        limits = Limits()
        return await asyncio.to_thread(
            pictures.look, content, name=name, media_type=media_type, keep=self.files.keep, limits=limits
        )

    # --- what clients do

    async def writes(self, text: str = WHOLE, who: int = OLGA, **content: Any) -> Outcome:
        """A client writes; `content`: what else the message holds."""
        return (await self.sends([self.message(text, who, **content)]))[-1]

    async def sends(self, messages: list[dict[str, Any]]) -> list[Outcome]:
        """Messages come, all recorded before the first of them is worked on."""
        for one in messages:
            await self.comes({"message": one})
        return await self.process()

    async def sends_picture(self, content: bytes, caption: str = "", **more: Any) -> Outcome:
        """A client sends a photo."""
        return (await self.sends([self.photo(content, caption, **more)]))[-1]

    async def edits(self, number: int, text: str, who: int = OLGA, **content: Any) -> Outcome:
        """A client edits a message."""
        edited = self.message(text, who, number=number, **content) | {"edit_date": _now()}
        await self.comes({"edited_message": edited})
        return (await self.process())[-1]

    async def presses(self, data: str, on: int, who: int = OLGA, **query: Any) -> Outcome:
        """A client's program sends a button's data."""
        message = {"message_id": on, "date": _now(), "chat": _private(who)}
        told = {"id": f"query-{next(self._numbers)}", "from": _user(who), "chat_instance": "1", "data": data}
        await self.comes({"callback_query": told | {"message": message} | query})
        return (await self.process())[-1]

    def message(self, text: str = "", who: int = OLGA, *, number: int = 0, reply_to: int = 0,
                **content: Any) -> dict[str, Any]:  # fmt: skip
        """A message as Telegram tells it."""
        told = {"message_id": number or next(self._numbers), "date": _now(), "chat": _private(who),
                "from": _user(who), **content}  # fmt: skip
        if text:
            told["text"] = text
        if text.startswith("/"):
            told["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        if reply_to:
            told["reply_to_message"] = {"message_id": reply_to, "date": _now(), "chat": _private(who)}
        return told

    def photo(self, content: bytes, caption: str = "", **more: Any) -> dict[str, Any]:
        """A photo as Telegram tells it, in two sizes."""
        told = self.message(**more)
        name = f"file{told['message_id']}"
        self.telegram.files[name] = content
        sizes = [{"file_id": file, "file_unique_id": file, "width": side, "height": side, "file_size": 10}
                 for file, side in (("small", 20), (name, 640))]  # fmt: skip
        return told | {"photo": sizes} | ({"caption": caption} if caption else {})

    # --- what becomes of it

    async def comes(self, told: dict[str, Any]) -> None:
        """An update is recorded, as the part that listens does it."""
        update = {"update_id": next(self._numbers), **told}
        address = BotAddress("clients", "telegram", "http://telegram.invalid", TOKEN, 71000001)
        await self.inbox.record(arrival(address, update, datetime.now(UTC)))

    async def process(self, later: timedelta = timedelta(seconds=1)) -> list[Outcome]:
        """Work on all that is due, or will be after a while, in order."""
        outcomes = []
        while claimed := await self.inbox.claim(1, datetime.now(UTC) + later):
            (entry,) = claimed
            assert isinstance(entry.body, bytes)
            outcomes.append(await self.bot.feed(entry, json.loads(entry.body)))
        return outcomes

    async def says(self, who: int = OLGA) -> list[Said]:
        """Deliver what is owed to a chat; returns what was said by it."""
        address = telegram_address(who)
        rows = await Delivery.filter(recipient=address, state=DeliveryState.OWED).order_by("id")
        new = []
        for row in rows:
            for saying in Script.from_bytes(LETTERS(_due(row))).sayings:
                number = saying.edits or next(self._numbers)
                new.append(Said(number, row.kind, saying))
                post = NewPost(CLIENTS, who, number, datetime.now(UTC), row.ticket_id, delivery_id=row.id)
                await self.database.writer.run(lambda post=post: note_post(post))  # type: ignore[misc]
        await Delivery.filter(id__in=[row.id for row in rows]).update(state=DeliveryState.SENT)
        self.delivered += new
        return new

    async def hears(self, words: str, who: int = OLGA) -> Said:
        """Deliver what is owed; returns the message with these words."""
        said = await self.says(who)
        found = [one for one in said if words in one.text]
        assert found, [one.text for one in said]
        return found[-1]

    async def ticket(self, number: int = 1) -> dict[str, Any]:
        """Everything on a ticket."""
        found = await facts.ticket(number)
        assert found is not None, f"there is no ticket {number}"
        return found

    async def texts(self, number: int = 1) -> list[str]:
        """What was said on a ticket by its client."""
        return [
            str(one["text"]) for one in (await self.ticket(number))["messages"] if one["direction"] == "in"
        ]

    async def chat(self, chat_id: int = OLGA) -> ChatNow:
        """A chat as it stands."""
        found = await chat_now(CLIENTS, chat_id)
        assert found is not None
        return found


def _now() -> int:
    return int(datetime.now(UTC).timestamp())


def _private(who: int) -> dict[str, Any]:
    if who < 0:
        return {"id": who, "type": "supergroup", "title": "Бухгалтерия"}
    return {"id": who, "type": "private", "first_name": "Ольга"}


def _user(who: int) -> dict[str, Any]:
    return {"id": abs(who), "is_bot": False, "first_name": "Ольга", "language_code": "ru"}


def _due(row: Delivery) -> Due:
    return Due(
        row.id, row.ticket_id, row.kind, row.channel, row.recipient, row.language, dict(row.facts),
        row.message_id, "", "", row.created_at, 0, None, row.item_id,
    )  # fmt: skip
