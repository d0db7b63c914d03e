"""What agents write in a ticket's topic: answers, notes, albums, and what is said when they can't go out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.demo.telegram import TelegramServer
from storage.answers import put_off_unsent
from storage.files import FileStore
from storage.posts import AGENTS, NewPost, note_post
from tests.desk_on_disk import DeskOnDisk
from tests.telegram.agents_desk import ANNA, AgentsChat
from tests.telegram.people import jpeg


@pytest.fixture
async def chat(desk: DeskOnDisk, telegram_server: TelegramServer, files: FileStore) -> AgentsChat:
    return AgentsChat(desk, files, telegram_server)


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


async def test_a_message_in_a_topic_is_an_answer_that_waits_for_its_recall_window(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    before = datetime.now(UTC)
    await chat.anna.writes("Перезапустите её", where=(chat.group, topic))
    await chat.hears()
    assert await chat.items(number) == [("out", "Перезапустите её")]
    assert await chat.leaves(seconds=3) == []
    (due,) = await chat.leaves()
    assert due.facts["text"] == "Перезапустите её" and due.facts["agent_name"] == ANNA
    ticket = await chat.disk.ticket(number)
    assert ticket["reacted_at"] >= before and ticket["assignee"] == ANNA


async def test_in_general_and_in_foreign_topics_nothing_is_an_answer(chat: AgentsChat) -> None:
    number, _ = await chat.ticket()
    tea = chat.server.world.begin_topic(chat.group.chat, chat.anna.user, "Чай", 0x6FB9F0)
    await chat.anna.writes("Кто будет чай?", where=chat.group)
    await chat.anna.writes("Я буду", where=(chat.group, tea))
    await chat.hears()
    assert await chat.items(number) == []
    assert chat.said() == []


async def test_without_topics_a_reply_to_one_of_the_tickets_messages_is_an_answer(
    desk: DeskOnDisk, telegram_server: TelegramServer, files: FileStore
) -> None:
    chat = AgentsChat(desk, files, telegram_server, forum=False)
    number, _ = await chat.ticket()
    card = chat.server.world.say(chat.group.chat, chat.telegram.user, {"text": "Карточка"})
    new = NewPost(AGENTS, chat.group.id, card.id, datetime.now(UTC), number)
    await chat.database.writer.run(lambda: note_post(new))
    await chat.anna.writes("Просто так", where=chat.group)
    first = await chat.anna.writes("Перезапустите её", where=chat.group, to=card)
    await chat.hears()
    await chat.anna.writes("И ещё одно", where=chat.group, to=first)
    await chat.hears()
    assert await chat.items(number) == [("out", "Перезапустите её"), ("out", "И ещё одно")]


@pytest.mark.parametrize("at", [0, 1])
async def test_an_album_is_one_answer_wherever_its_caption_stands(chat: AgentsChat, at: int) -> None:
    number, topic = await chat.ticket()
    pictures = [("a.jpg", jpeg("red")), ("b.jpg", jpeg("blue"))]
    await chat.anna.sends_album(pictures, "Вот так", where=(chat.group, topic), at=at)
    await chat.hears()
    assert await chat.items(number) == [("out", "Вот так")]
    (due,) = await chat.leaves()
    assert due.facts["text"] == "Вот так"
    assert [one["as_picture"] for one in due.facts["files"]] == [True, True]
    assert len({one["sha256"] for one in due.facts["files"]}) == 2


async def test_an_album_that_a_restart_tears_apart_is_one_answer_still(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    pictures = [("a.jpg", jpeg("red")), ("b.jpg", jpeg("blue"))]
    await chat.anna.sends_album(pictures, "Вот так", where=(chat.group, topic))
    await chat.hears(most=1)
    chat.started()
    # The window is over when the service comes back, but it hears first what was said meanwhile.
    later = datetime.now(UTC) + timedelta(seconds=30)
    await chat.database.writer.run(lambda: put_off_unsent(later))
    assert await chat.leaves(seconds=20) == []
    await chat.hears()
    (due,) = await chat.leaves()
    assert len(due.facts["files"]) == 2
    assert len(await chat.items(number)) == 1


async def test_a_very_late_part_of_an_album_is_an_answer_of_its_own(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    pictures = [("a.jpg", jpeg("red")), ("b.jpg", jpeg("blue"))]
    await chat.anna.sends_album(pictures, "Вот так", where=(chat.group, topic))
    await chat.hears(most=1)
    (first,) = await chat.leaves()
    await chat.hears()
    (second,) = await chat.leaves()
    assert [len(one.facts["files"]) for one in (first, second)] == [1, 1]
    assert await chat.items(number) == [("out", "Вот так"), ("out", "")]


async def test_what_begins_with_two_slashes_stays_among_us(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await chat.anna.writes("//он уже звонил", where=(chat.group, topic))
    await chat.anna.sends_file("лог.txt", b"...", where=(chat.group, topic), caption="// лог")
    await chat.hears()
    assert await chat.items(number) == [("note", "он уже звонил"), ("note", "лог")]
    assert await chat.answers(number) == []


async def test_an_album_is_a_note_though_the_slashes_stand_on_its_last_part(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    pictures = [("a.jpg", jpeg("red")), ("b.jpg", jpeg("blue"))]
    await chat.anna.sends_album(pictures, "//для нас", where=(chat.group, topic), at=1)
    await chat.hears()
    assert await chat.items(number) == [("note", "для нас")]
    assert await chat.leaves() == []
    assert (await chat.disk.ticket(number))["reacted_at"] is None


_FILE = {"file_id": "BAAC", "file_unique_id": "AQAD", "width": 64, "height": 64, "duration": 3}


@pytest.mark.parametrize(
    "content",
    [
        {"voice": {"file_id": "AwAC", "file_unique_id": "AgAD", "duration": 3}},
        {"video": _FILE},
        {"animation": _FILE, "document": {"file_id": "BAAC", "file_unique_id": "AQAD"}},
        {"location": {"latitude": 55.7, "longitude": 37.6}},
    ],
    ids=lambda content: next(iter(content)),
)
async def test_what_can_not_be_sent_is_told_with_what_can(chat: AgentsChat, content: dict[str, Any]) -> None:
    number, topic = await chat.ticket()
    await chat.anna.sends(content, where=(chat.group, topic))
    await chat.hears()
    assert await chat.items(number) == []
    assert chat.said(topic) == ["Клиенту это не отправлено: можно отправить текст, фотографии и файлы."]


async def test_files_too_large_for_a_mail_are_refused_as_a_whole(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    large = [("a.txt", b"1" * 3000), ("b.txt", b"2" * 3000), ("c.txt", b"3")]
    await chat.anna.sends_album(large, "Файлы", where=(chat.group, topic), kind="document")
    await chat.hears()
    assert await chat.leaves() == []
    (told,) = chat.said(topic)
    assert "помещается не больше" in told
    assert (await chat.disk.ticket(number))["reacted_at"] is None


async def test_the_same_files_go_to_a_chat(chat: AgentsChat) -> None:
    number, topic = await chat.ticket(chat=True)
    large = [("a.txt", b"1" * 3000), ("b.txt", b"2" * 3000)]
    await chat.anna.sends_album(large, "Файлы", where=(chat.group, topic), kind="document")
    await chat.hears()
    (due,) = await chat.leaves(channel="telegram")
    assert [one["name"] for one in due.facts["files"]] == ["a.txt", "b.txt"]
    assert due.ticket_id == number


async def test_an_update_that_comes_twice_answers_once(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await chat.anna.writes("Перезапустите её", where=(chat.group, topic))
    again = dict(chat.telegram.updates[-1])
    await chat.hears()
    chat.telegram.updates.append(again | {"update_id": again["update_id"] + 1000})
    await chat.hears()
    assert await chat.items(number) == [("out", "Перезапустите её")]


async def test_when_telegram_is_away_the_refusal_is_told_later_not_lost(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    await chat.anna.sends_file("x", b"...", where=(chat.group, topic), kind="voice")
    chat.server.fault("sendMessage", "error", code=502)
    with pytest.raises(OSError, match="Telegram"):
        await chat.hears()
    await chat.comes_back()
    await chat.works()
    assert len(chat.said(topic)) == 1


async def test_fault_34_a_file_that_telegram_no_longer_has_is_told_and_nothing_goes_out(
    chat: AgentsChat,
) -> None:
    number, topic = await chat.ticket()
    for fault in ("getFile", "/file"):
        await chat.anna.sends_file("лог.txt", b"...", where=(chat.group, topic), caption="Вот")
        if fault == "getFile":
            gone = "Bad Request: wrong file_id or the file is temporarily unavailable"
            chat.server.fault("getFile", "error", code=400, description=gone)
        else:
            chat.server.world.paths = _Lost()
        await chat.hears()
    assert await chat.items(number) == []
    assert (
        chat.said(topic)
        == [
            "Клиенту это не отправлено: файл лог.txt не удалось получить от Telegram. "
            "Отправьте его, пожалуйста, ещё раз."
        ]
        * 2
    )


class _Lost(dict[str, Any]):
    """Paths of files that lead nowhere."""

    def get(self, key: str, default: Any = None) -> Any:
        return default
