"""Recordings of calls and remote sessions, logged from a ticket's topic with the time they took."""

from pathlib import Path
from typing import Any

import pytest

from bot.demo.telegram import TelegramServer
from storage.files import FileStore
from tests import sounds
from tests.desk_on_disk import DeskOnDisk
from tests.telegram.agents_desk import ANNA, AgentsChat


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
async def chat(sqlite: DeskOnDisk, telegram_server: TelegramServer, files: FileStore) -> AgentsChat:
    return AgentsChat(sqlite, files, telegram_server)


async def hears_after(chat: AgentsChat) -> str:
    """What the bot says next."""
    before = {one.id for one in chat.told()}
    await chat.hears()
    new = [one.text for one in chat.told() if one.id not in before and one.sender["id"] == chat.telegram.id]
    return new[-1] if new else ""


async def time_on(chat: AgentsChat, number: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await chat.disk.ticket(number))["time"]
    return found


async def test_a_voice_message_with_a_time_as_its_caption_is_kept_with_it(
    chat: AgentsChat, files: FileStore
) -> None:
    number, topic = await chat.ticket()
    sound = sounds.opus()
    await chat.anna.sends_file(
        "v", sound, "audio/ogg", "/time 0:30 call созвон с Ольгой", where=(chat.group, topic), kind="voice"
    )
    told = await hears_after(chat)
    assert "записано 0:30" in told and "Запись сохранена: voice-" in told
    (spent,) = await time_on(chat, number)
    (kept,) = spent["recordings"]
    assert (spent["agent"], spent["activity"], spent["seconds"], spent["note"]) == (
        ANNA, "call", 1800, "созвон с Ольгой",
    )  # fmt: skip
    assert (kept["media_type"], kept["size"], files.read(kept["sha256"])) == ("audio/ogg", len(sound), sound)
    ticket = await chat.disk.ticket(number)
    assert [one["direction"] for one in ticket["messages"]] == ["in"], "a recording goes to no client"
    assert not [one for one in ticket["deliveries"] if one["kind"] == "answer"]
    assert ticket["history"][-1]["after"].startswith("0:30 call, recording voice-")


async def test_a_command_that_replies_to_a_voice_message_keeps_that(
    chat: AgentsChat, files: FileStore
) -> None:
    number, topic = await chat.ticket()
    sound = sounds.mp3()
    voice = await chat.anna.sends_file(
        "звонок.mp3", sound, "audio/mpeg", where=(chat.group, topic), kind="audio"
    )
    assert "Клиенту это не отправлено" in await hears_after(chat)
    await chat.boris.writes("/time 1:00 remote", where=(chat.group, topic), to=voice)
    assert "Запись сохранена: звонок.mp3" in await hears_after(chat)
    (spent,) = await time_on(chat, number)
    assert [files.read(one["sha256"]) for one in spent["recordings"]] == [sound]


@pytest.mark.parametrize(
    ("caption", "content", "why"),
    [
        ("/time 0:30 support", sounds.opus(), "Запись бывает у звонка (call) и удалённого сеанса (remote)"),
        ("/time 0:30", sounds.opus(), "Сколько времени и на что?"),
        ("/time 0:30 call", b"<html>", "Можно: Ogg Opus, MP3, M4A, WAV"),
        ("/time 0:30 call", sounds.vorbis(), "Можно: Ogg Opus, MP3, M4A, WAV"),
        ("/take", sounds.opus(), "Клиенту это не отправлено"),
    ],
    ids=str,
)
async def test_what_can_not_be_kept_is_refused_and_no_time_logged(
    chat: AgentsChat, caption: str, content: bytes, why: str
) -> None:
    number, topic = await chat.ticket()
    await chat.anna.sends_file("v", content, "audio/ogg", caption, where=(chat.group, topic), kind="voice")
    assert why in await hears_after(chat)
    ticket = await chat.disk.ticket(number)
    assert (ticket["time"], ticket["assignee"]) == ([], None)


async def test_a_recording_too_large_for_a_bot_is_refused_by_name_of_the_limit(
    chat: AgentsChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.agents.commands.recordings.LARGEST", 10)
    number, topic = await chat.ticket()
    await chat.anna.sends_file(
        "v", sounds.opus(), "audio/ogg", "/time 0:30 call", where=(chat.group, topic), kind="voice"
    )
    assert "Запись больше 10" in await hears_after(chat)
    assert await time_on(chat, number) == []


async def test_the_clients_card_tells_the_time_and_its_recordings(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    await chat.anna.sends_file(
        "v", sounds.opus(), "audio/ogg", "/time 0:30 call", where=(chat.group, topic), kind="voice"
    )
    await chat.hears()
    await chat.anna.writes("/time 1:15 support", where=(chat.group, topic))
    await chat.hears()
    await chat.anna.writes("/client", where=(chat.group, topic))
    told = await hears_after(chat)
    assert "Время: звонок 0:30, поддержка 1:15" in told
    assert "Анна: звонок, 0:30, запись voice-" in told
