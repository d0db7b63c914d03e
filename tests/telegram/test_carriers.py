"""What is said to clients: in turn, not twice, more plainly where Telegram won't have it as it is."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.demo.telegram import Person, TelegramServer
from bot.telegram.carriers import ClientsCarrier
from bot.telegram.limits import Pace
from desk.channels import telegram_address
from intake.screenshots import passed_on_copy
from replies.chats.sayings import FILE, PICTURE, Button, ChatFile, Saying, Script
from replies.delivery_error import DeliveryError
from replies.outbox import Deliveries
from storage.chats import chat_now
from storage.files import FileStore
from storage.models import Delivery
from storage.outbox import Due, Outbox, Owed, owe
from storage.posts import CLIENTS
from tests.desk_on_disk import DeskOnDisk
from tests.intake.pictures import encoded
from tests.telegram.people import jpeg
from tests.telegram.staff_desk import Unhurried

TOKEN = "71000001:AAclientsclientsclientsclientsclient1"


class Room:
    """Olga, the clients' bot, and the carrier to her."""

    def __init__(self, desk: DeskOnDisk, files: FileStore, server: TelegramServer) -> None:
        self.desk, self.files, self.server = desk, files, server
        self.known = server.bot(TOKEN, "clients_bot")
        self.olga: Person = server.person("Ольга")
        self.session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
        self.bot = Bot(TOKEN, session=self.session)
        self.carrier = self.another(Unhurried())

    def another(self, pace: Pace) -> ClientsCarrier:
        """A carrier as after a start."""
        return ClientsCarrier(self.bot, self.desk.database, self.files, pace, passed_on_copy)

    async def delivers(self, *sayings: Saying, delivery: int = 1) -> str:
        """Say something to Olga."""
        content = Script(delivery, None, None, sayings).to_bytes()
        return await self.carrier.deliver("", telegram_address(self.olga.id), "", content)

    def picture(self, name: str, content: bytes, media_type: str = "image/jpeg") -> ChatFile:
        """A picture of an agent's."""
        return ChatFile(self.files.keep(content), name, media_type, PICTURE)

    def texts(self) -> list[str]:
        """What stands in Olga's chat."""
        return [one.text for one in self.olga.sees(self.known)]


@pytest.fixture
async def room(sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path) -> AsyncIterator[Room]:
    made = Room(sqlite, FileStore(tmp_path / "files"), telegram_server)
    await made.olga.starts(made.known)
    yield made
    await made.session.close()


async def test_what_was_said_before_a_crash_is_not_said_again(room: Room) -> None:
    room.server.fault("sendMessage", "error", code=500, when=lambda asked: asked.get("text") == "вторая")
    sayings = (Saying("первая"), Saying("вторая"), Saying("третья"))
    with pytest.raises(DeliveryError, match="fault of its own"):
        await room.delivers(*sayings)
    room.carrier = room.another(Unhurried())
    await room.delivers(*sayings)
    assert room.texts() == ["первая", "вторая", "третья"]
    assert await room.delivers(*sayings) == "said before"


async def test_two_pictures_arrive_as_an_album_with_the_text_under_the_first(room: Room) -> None:
    files = (room.picture("a.jpg", jpeg("red")), room.picture("b.jpg", jpeg("blue")))
    await room.delivers(Saying("вот", files=files))
    album = await room.olga.gets_album("вот", where=room.known)
    assert [one.text for one in album] == ["вот", ""]
    assert [one.file.kind for one in album if one.file] == ["photo", "photo"]


async def test_threat_26_a_picture_that_is_passed_on_tells_no_place(room: Room) -> None:
    from PIL import Image

    position = Image.Exif()
    position.get_ifd(0x8825).update({1: "N", 2: (60.0, 10.0, 15.0), 3: "E", 4: (24.0, 56.0, 15.0)})
    content = encoded(Image.new("RGB", (64, 64), "navy"), "JPEG", exif=position, comment=b"at home")
    await room.delivers(Saying("вот", files=(room.picture("a.jpg", content),)))
    (shown,) = [one.file for one in room.olga.sees(room.known) if one.file]
    assert b"Exif" in content and b"at home" in content
    assert b"Exif" not in shown.content and b"at home" not in shown.content


async def test_a_moving_picture_goes_as_a_file_and_takes_the_album_along(room: Room) -> None:
    from PIL import Image

    gif = encoded(Image.new("P", (8, 8)), "GIF")
    files = (room.picture("a.jpg", jpeg("red")), room.picture("b.gif", gif, "image/gif"))
    await room.delivers(Saying("вот", files=files))
    album = await room.olga.gets_album("вот", where=room.known)
    assert [one.file.kind for one in album if one.file] == ["document", "document"]


async def test_a_picture_that_telegram_won_t_show_goes_as_a_file(room: Room) -> None:
    room.server.fault("sendPhoto", "error", code=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS")
    await room.delivers(Saying("вот", files=(room.picture("a.jpg", jpeg("red")),)))
    message = await room.olga.reads("вот", where=room.known)
    assert message.file is not None
    assert message.file.kind == "document"


async def test_what_telegram_calls_too_long_is_said_in_pieces_with_the_buttons_under_the_last(
    room: Room,
) -> None:
    room.server.fault(
        "sendMessage", "error", code=400, description="Bad Request: message is too long",
        when=lambda asked: len(str(asked.get("text"))) > 30,
    )  # fmt: skip
    button = ((Button("да", "yes"),),)
    await room.delivers(Saying("Первое предложение здесь. Второе предложение там.", button))
    *others, last = room.olga.sees(room.known)
    assert " ".join(room.texts()) == "Первое предложение здесь. Второе предложение там."
    assert others
    assert last.buttons
    assert not [one for one in others if one.buttons]


async def test_whoever_has_blocked_the_bot_is_remembered_as_gone_for_good(room: Room) -> None:
    await room.olga.blocks(room.known)
    with pytest.raises(DeliveryError, match="blocked") as caught:
        await room.delivers(Saying("привет"))
    assert caught.value.permanent
    chat = await chat_now(CLIENTS, room.olga.id)
    assert chat is not None
    assert chat.left_at is not None


async def test_a_file_is_what_it_was(room: Room) -> None:
    digest = room.files.keep(b"a,b\n1,2\n")
    await room.delivers(Saying("таблица", files=(ChatFile(digest, "t.csv", "text/csv", FILE),)))
    message = await room.olga.reads("таблица", where=room.known)
    assert message.file is not None
    assert message.file.content == b"a,b\n1,2\n"


async def test_a_pause_that_telegram_asks_for_is_kept_for_that_chat_alone(room: Room) -> None:
    room.server.fault(
        "sendMessage", "error", code=429, description="Too Many Requests: retry after 9",
        parameters={"retry_after": 9},
    )  # fmt: skip
    with pytest.raises(DeliveryError) as caught:
        await room.delivers(Saying("привет"))
    assert (caught.value.retry_after, caught.value.exact) == (9.0, True)
    assert room.carrier._pace.delay(room.olga.id) > 8
    assert room.carrier._pace.delay(room.olga.id + 1) == 0


async def test_what_comes_after_an_answer_that_may_still_be_taken_back_waits_for_it(room: Room) -> None:
    outbox = Outbox(room.desk.database)
    deliveries = Deliveries("telegram", outbox, _script, room.carrier, sole=True)
    now = datetime.now(UTC)
    to = telegram_address(room.olga.id)

    async def owed() -> None:
        await owe(_owed("a", to, "ответ", now + timedelta(seconds=1.5)), "example.org", now)
        await owe(_owed("b", to, "закрыто"), "example.org", now)

    await room.desk.database.writer.run(owed)
    await _until_sent(room, deliveries)
    assert room.texts() == ["ответ", "закрыто"]


async def test_an_answer_that_was_taken_back_holds_nothing_up(room: Room) -> None:
    outbox = Outbox(room.desk.database)
    deliveries = Deliveries("telegram", outbox, _script, room.carrier, sole=True)
    now = datetime.now(UTC)
    to = telegram_address(room.olga.id)

    async def owed() -> None:
        await owe(_owed("a", to, "ответ", now + timedelta(hours=1)), "example.org", now)
        await owe(_owed("b", to, "закрыто"), "example.org", now)
        await Delivery.filter(key="a").update(state="cancelled")

    await room.desk.database.writer.run(owed)
    await _until_sent(room, deliveries)
    assert room.texts() == ["закрыто"]


async def test_a_lost_answer_is_tried_once_more_also_after_a_pause_that_was_asked_for(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.errors.UNKNOWN_PAUSE", 0.2)
    room.server.fault(
        "sendMessage", "error", code=429, description="Too Many Requests", parameters={"retry_after": 1}
    )
    room.server.fault("sendMessage", "lost")
    deliveries = Deliveries("telegram", Outbox(room.desk.database), _script, room.carrier, sole=True)
    to, now = telegram_address(room.olga.id), datetime.now(UTC)
    await room.desk.database.writer.run(lambda: owe(_owed("a", to, "ответ"), "example.org", now))
    await _until_sent(room, deliveries)
    assert room.texts() == ["ответ", "ответ"]
    assert (await Delivery.get(key="a")).state == "sent"


def _owed(key: str, to: str, text: str, not_before: datetime | None = None) -> Owed:
    return Owed(key, None, "answer", to, "ru", {"text": text}, channel="telegram", not_before=not_before)


def _script(due: Due) -> bytes:
    return Script(due.id, None, None, (Saying(str(due.facts["text"])),)).to_bytes()


async def _until_sent(room: Room, deliveries: Deliveries) -> None:
    """Deliver until nothing is owed any more."""
    running = asyncio.create_task(deliveries.run())
    try:
        async with asyncio.timeout(20):
            while await Delivery.filter(state__in=("owed", "sending")).exists():
                await asyncio.sleep(0.05)
    finally:
        await deliveries.stop()
        await running
