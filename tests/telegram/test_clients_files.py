"""Files that Telegram does not hand out: the text comes in all the same, with the reason (fault 34)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.telegram.clients.files import LARGEST, NotFetchedYet
from intake.sandbox.pool import WorkerKilled
from storage.database import Database
from tests.intake.pictures import encoded
from tests.telegram.requests_chat import WHOLE, RequestsChat

PICTURE = encoded(Image.new("RGB", (40, 30), "teal"), "JPEG")


@pytest.fixture
def chat(database: Database, tmp_path: Path) -> RequestsChat:
    """Olga's chat, on both engines."""
    return RequestsChat(database, tmp_path)


async def _declined(chat: RequestsChat) -> list[tuple[str, str]]:
    (item,) = (await chat.ticket(1))["messages"]
    assert item["text"] == WHOLE
    return [(one["name"].partition("-")[0], one["reason"]) for one in item["declined"]]


async def test_a_photo_comes_in_its_full_size(chat: RequestsChat) -> None:
    await chat.sends_picture(PICTURE, WHOLE)
    (shot,) = (await chat.ticket(1))["messages"][0]["screenshots"]
    assert (shot["width"], shot["height"]) == (40, 30) and chat.files.read(shot["sha256"]) == PICTURE


@pytest.mark.parametrize(
    ("failure", "reason"),
    [("Bad Request: file is too big", "too-large"), ("Bad Request: invalid file_id", "unfetched")],
)
async def test_what_telegram_refuses_for_good_is_declined_at_once(
    chat: RequestsChat, failure: str, reason: str
) -> None:
    chat.telegram.failures = [failure]
    await chat.sends_picture(PICTURE, WHOLE)
    assert await _declined(chat) == [("photo", reason)]
    assert "photo-" in (await chat.hears("приняли")).text


async def test_what_is_too_large_is_not_even_asked_for(chat: RequestsChat) -> None:
    chat.telegram.failures = ["it was asked for"]
    document = {"file_id": "d", "file_unique_id": "d", "file_name": "photo-1.png", "file_size": LARGEST + 1}
    await chat.sends([chat.message(caption=WHOLE, document=document)])
    assert await _declined(chat) == [("photo", "too-large")]
    assert chat.telegram.failures == ["it was asked for"]


async def test_a_link_that_has_expired_is_asked_for_anew(chat: RequestsChat) -> None:
    message = chat.photo(PICTURE, WHOLE)
    chat.telegram.gone = {f"file{message['message_id']}"}
    await chat.sends([message])
    assert await _declined(chat) == [("photo", "unfetched")]


@pytest.mark.parametrize(
    "failure", ["Internal Server Error", "Bad Request: wrong file_id or the file is temporarily unavailable"]
)
async def test_a_file_that_may_still_come_is_waited_for_but_not_for_ever(
    chat: RequestsChat, failure: str
) -> None:
    chat.telegram.failures = [failure]
    message = chat.photo(PICTURE, WHOLE)
    await chat.comes({"message": message})
    (entry,) = await chat.inbox.claim(1, _soon())
    with pytest.raises(NotFetchedYet):
        await chat.bot.feed(entry, {"update_id": 1, "message": message})
    chat.desk.fetching.tried_for = timedelta()
    chat.telegram.failures = [failure]
    await chat.bot.feed(entry, {"update_id": 1, "message": message})
    assert await _declined(chat) == [("photo", "unfetched")]


async def test_a_file_that_comes_after_all_is_kept(chat: RequestsChat) -> None:
    chat.telegram.failures = ["Internal Server Error"]
    message = chat.photo(PICTURE, WHOLE)
    await chat.comes({"message": message})
    (entry,) = await chat.inbox.claim(1, _soon())
    with pytest.raises(NotFetchedYet):
        await chat.bot.feed(entry, {"update_id": 1, "message": message})
    await chat.bot.feed(entry, {"update_id": 1, "message": message})
    assert await _declined(chat) == []
    assert len((await chat.ticket(1))["messages"][0]["screenshots"]) == 1


async def test_a_picture_that_kills_its_worker_twice_does_not_take_the_words_with_it(
    chat: RequestsChat,
) -> None:
    async def killed(_content: bytes, _name: str, _media_type: str) -> object:
        raise WorkerKilled("out of memory")

    chat.desk.fetching.look = killed  # type: ignore[assignment]
    message = chat.photo(PICTURE, WHOLE)
    await chat.comes({"message": message})
    (entry,) = await chat.inbox.claim(1, _soon())
    with pytest.raises(WorkerKilled):
        await chat.bot.feed(entry, {"update_id": 1, "message": message})
    await chat.inbox.failed(entry, "out of memory", _soon() - timedelta(seconds=5), killed=True)
    await chat.process()
    assert await _declined(chat) == [("photo", "damaged")]


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)
