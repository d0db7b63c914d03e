"""A client's chat without Telegram: updates go into the handlers, what is owed comes out in words."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.base import BaseSession
from aiogram.types import Message

from bot.telegram.clients import linking, ratings
from bot.telegram.clients.desk import ClientsDesk, Turn
from desk.channels import telegram_address
from intake.pictures import Looked
from intake.taking_in.conversation import Outcome
from replies import answering, closing
from replies.chats.letters import ChatLetters
from replies.chats.sayings import Saying, Script
from replies.compose import Desk as Letters
from replies.languages import Languages
from storage import facts
from storage.database import Database
from storage.directory import KnownClient, add_unregistered, client_by_address
from storage.files import FileStore
from storage.inbox import Arrival, Inbox
from storage.models import Delivery
from storage.outbox import Due
from storage.posts import CLIENTS, NewPost, note_post
from storage.tickets import NewMessage, NewTicket, add_message, open_ticket
from tests.desk_on_disk import INTAKE, NUMBERING, VERBS

OLGA, PETER = 1001, 1002
TEXTS = Languages()
LETTERS = ChatLetters(
    Letters("АгроСофт", "support@example.org", "ru", "http://desk", ZoneInfo("Europe/Moscow"), {}, {}),
    TEXTS,
    NUMBERING,
    b"a secret of this test, 32 bytes!",
)


class _Answers(BaseSession):
    """Telegram as far as buttons go: notes how each was acknowledged."""

    def __init__(self) -> None:
        super().__init__()
        self.alerts: list[str | None] = []

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        assert method.__api_method__ == "answerCallbackQuery"
        self.alerts.append(method.text)
        return True

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        raise AssertionError("no file is fetched here")
        yield b""


class ClientsChat:
    """Chats of clients with the bot, on a database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self._inbox = Inbox(database, FileStore(folder / "files"), chats=True)
        self._session = _Answers()
        self._bot = Bot("71000001:AAclientsclientsclientsclientsclient1", session=self._session)
        self._dispatcher = Dispatcher(desk=ClientsDesk(database, INTAKE, _never, TEXTS))
        self._dispatcher.include_routers(ratings.router(), linking.router(), _requests())
        self._numbers = count(1)
        self._messages = count(100)

    @property
    def alerts(self) -> list[str | None]:
        """What was shown to those who pressed buttons, None for nothing."""
        return self._session.alerts

    async def closed_ticket(self, who: int = OLGA, *, days_ago: int = 0, language: str = "ru") -> int:
        """A ticket of a chat's client that was answered and closed, with its invitation as message 50."""
        at = datetime.now(UTC) - timedelta(days=days_ago, minutes=1)
        ticket_id = await self.ticket(telegram_address(who), at, language)
        await answering.answer(self.database, VERBS, ticket_id, "Анна", "Перезапустите.", at)
        assert await closing.close(self.database, VERBS, ticket_id, "Анна", at) == ""
        await self.deliver(who, "invitation", 50)
        return ticket_id

    async def ticket(self, address: str, at: datetime, language: str = "ru") -> int:
        """A ticket of whoever has the address."""

        async def unit() -> int:
            known = await client_by_address(address)
            client: KnownClient = known or await add_unregistered(address, language, at)
            ticket_id = await open_ticket(
                NewTicket(
                    client.id, "new", "Касса", "telegram", language, "general", "40 working hours", at, at
                )
            )
            await add_message(NewMessage(ticket_id, "in", "Ольга", address, "Не печатает", at))
            return ticket_id

        return await self.database.writer.run(unit)

    async def deliver(self, who: int, kind: str, message_id: int) -> None:
        """Note the newest delivery of a kind as said in a chat by a message."""
        row = await Delivery.filter(kind=kind, recipient=telegram_address(who)).order_by("-id").get_or_none()
        row = row or await Delivery.filter(kind=kind).order_by("-id").first()
        assert row is not None
        post = NewPost(CLIENTS, who, message_id, datetime.now(UTC), row.ticket_id, delivery_id=row.id)
        await self.database.writer.run(lambda: note_post(post))

    async def writes(
        self, text: str, who: int = OLGA, *, reply_to: int | None = None, number: int | None = None
    ) -> Outcome:
        """A client writes; `request` is what our rooms leave to the others."""
        message = self._message(who, number or next(self._messages)) | {"text": text, "from": _user(who)}
        if text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
            message["entities"] = [command]
        if reply_to is not None:
            message["reply_to_message"] = self._message(who, reply_to)
        return await self._feed({"message": message})

    async def presses(
        self,
        data: str,
        who: int = OLGA,
        *,
        under: int = 50,
        query: str | None = None,
        chat: int | None = None,
    ) -> Outcome:
        """A client presses a button under a message."""
        number = query or f"query-{next(self._numbers)}"
        message = self._message(chat or who, under)
        return await self._feed(
            {"callback_query": {"id": number, "from": _user(who), "data": data, "message": message,
                                "chat_instance": "1"}}
        )  # fmt: skip

    def _message(self, chat: int, number: int) -> dict[str, Any]:
        return {
            "message_id": number,
            "date": int(datetime.now(UTC).timestamp()),
            "chat": {"id": chat, "type": "private", "first_name": "Ольга"},
        }

    async def _feed(self, told: dict[str, Any]) -> Outcome:
        update = {"update_id": next(self._numbers), **told}
        now, body = datetime.now(UTC), json.dumps(update).encode()
        key = f"update-{update['update_id']}"
        await self._inbox.record(Arrival(key, "telegram", key, {}, body, now))
        (entry,) = await self._inbox.claim(1, now + timedelta(seconds=1))
        turn = Turn(entry)
        await self._dispatcher.feed_raw_update(self._bot, update, turn=turn)
        assert turn.outcome is not None
        return turn.outcome

    async def said(self, who: int = OLGA) -> list[Saying]:
        """What is owed to a chat, in its words, in order."""
        rows = await Delivery.filter(recipient=telegram_address(who)).order_by("id")
        return [one for row in rows for one in Script.from_bytes(LETTERS(_due(row))).sayings]

    async def history(self, ticket_id: int) -> list[dict[str, Any]]:
        """A ticket's history."""
        found = await facts.ticket(ticket_id)
        assert found is not None
        return list(found["history"])

    async def closure(self, ticket_id: int) -> dict[str, Any]:
        """The newest closure of a ticket."""
        found = await facts.ticket(ticket_id)
        assert found is not None
        return dict(found["closures"][-1])


def buttons(saying: Saying) -> dict[str, str]:
    """What the buttons under a message send, by their words."""
    return {one.text: one.data for row in saying.buttons for one in row}


def _user(who: int) -> dict[str, Any]:
    return {"id": who, "is_bot": False, "first_name": "Ольга", "language_code": "ru"}


def _requests() -> Router:
    found = Router(name="others")

    async def taken(message: Message, turn: Turn) -> None:
        turn.outcome = Outcome("request")

    found.message.register(taken, F.chat.type == "private")
    return found


async def _never(_content: bytes, _name: str, _media_type: str) -> Looked:
    raise AssertionError("no file is looked at here")


def _due(row: Delivery) -> Due:
    return Due(
        row.id, row.ticket_id, row.kind, row.channel, row.recipient, row.language, dict(row.facts),
        row.message_id, "", "", row.created_at, 0, None, row.item_id,
    )  # fmt: skip
