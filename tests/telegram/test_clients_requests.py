"""What clients write to the bot: one message or an album is one request, and what comes later goes on it."""

from pathlib import Path

import pytest
from PIL import Image

from storage.database import Database
from tests.intake.pictures import encoded
from tests.telegram.requests_chat import GROUP, OLGA, PETER, WHOLE, RequestsChat

PICTURE = encoded(Image.new("RGB", (40, 30), "teal"), "JPEG")
OTHER = encoded(Image.new("RGB", (41, 30), "navy"), "JPEG")


@pytest.fixture
def chat(database: Database, tmp_path: Path) -> RequestsChat:
    """Olga's chat, on both engines."""
    return RequestsChat(database, tmp_path)


async def test_a_message_opens_a_ticket_and_is_confirmed(chat: RequestsChat) -> None:
    assert (await chat.writes(WHOLE)).what == "opened"
    (confirmed,) = await chat.says()
    assert "AS-000001" in confirmed.text and "40" in confirmed.text
    ticket = await chat.ticket(1)
    assert (ticket["subject"], ticket["channel"], ticket["state"]) == (WHOLE, "telegram", "new")


async def test_the_same_message_by_another_update_changes_nothing(chat: RequestsChat) -> None:
    await chat.writes(WHOLE, number=7)
    assert (await chat.writes(WHOLE, number=7)).what == "duplicate"
    assert await chat.texts(1) == [WHOLE]


async def test_later_messages_go_on_the_only_open_ticket(chat: RequestsChat) -> None:
    await chat.writes(WHOLE)
    assert (await chat.writes("И ещё: сканер молчит")).what == "joined"
    assert await chat.texts(1) == [WHOLE, "И ещё: сканер молчит"]


async def test_an_album_is_one_request_wherever_its_caption_stands(chat: RequestsChat) -> None:
    parts = [chat.photo(PICTURE, media_group_id="5"), chat.photo(OTHER, WHOLE, media_group_id="5"),
             chat.photo(PICTURE, media_group_id="5")]  # fmt: skip
    outcomes = await chat.sends(parts)
    assert [one.what for one in outcomes] == ["opened", "joined", "joined"]
    said = await chat.says()
    assert [one.kind for one in said] == ["confirmation"], "the caption says all: nothing is asked"
    assert said[0].text.count("photo-") == 3
    (item,) = (await chat.ticket(1))["messages"]
    assert item["text"] == WHOLE and len(item["screenshots"]) == 3


async def test_a_late_part_joins_its_album_although_another_ticket_was_opened_since(
    chat: RequestsChat,
) -> None:
    await chat.sends_picture(PICTURE, WHOLE, media_group_id="5")
    await chat.says()
    await chat.writes(f"/new {WHOLE} второй кассы")
    late = chat.photo(b"%PDF-1.7 not a picture", media_group_id="5")
    assert [one.ticket_id for one in await chat.sends([late])] == [1]
    told = [one for one in await chat.says() if one.kind == "not-kept"]
    assert "photo-" in told[0].text, "the confirmation has left: he is told apart from it"


async def test_a_forwarded_message_keeps_whose_it_was(chat: RequestsChat) -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Пётр\u202e Сидоров"}
    await chat.writes(WHOLE, forward_origin=origin)
    from storage.models import Message

    assert (await Message.get(id=1)).origin == "Пётр Сидоров"


async def test_a_file_that_is_no_picture_is_declined_with_what_to_send_instead(chat: RequestsChat) -> None:
    message = chat.message(caption=WHOLE)
    chat.telegram.files["doc"] = b"%PDF-1.7 ..."
    document = {"file_id": "doc", "file_unique_id": "doc", "file_name": "Акт.pdf", "file_size": 12}
    await chat.sends([message | {"document": document}])
    (confirmed,) = await chat.says()
    assert "Акт.pdf" in confirmed.text and "JPG, GIF и PNG" in confirmed.text
    assert "снимок экрана с нужной страницей" in confirmed.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"voice": {"file_id": "v", "file_unique_id": "v", "duration": 1}}, "Голосовые"),
        ({"sticker": {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1,
                      "is_animated": False, "is_video": False}}, "Стикеры"),
        ({"location": {"latitude": 55.7, "longitude": 37.6}}, "Местоположение"),
        ({"contact": {"phone_number": "+7999", "first_name": "П"}}, "Контакты"),
        ({"dice": {"emoji": "🎲", "value": 4}}, "Такие сообщения"),
    ],
)  # fmt: skip
async def test_what_holds_no_words_opens_nothing_and_is_answered(
    chat: RequestsChat, content: dict[str, object], words: str
) -> None:
    assert (await chat.writes("", **content)).what == "turned down"
    (said,) = await chat.says()
    assert words in said.text and "JPG, GIF и PNG" in said.text
    assert (await chat.writes(WHOLE)).ticket_id == 1, "no ticket was opened before"


async def test_a_voice_message_shows_on_the_open_ticket_and_moves_no_clock(chat: RequestsChat) -> None:
    from storage.models import Ticket

    await chat.writes(WHOLE)
    await chat.database.writer.run(lambda: Ticket.filter(id=1).update(state="waiting"))
    await chat.writes("", voice={"file_id": "v", "file_unique_id": "v", "duration": 1})
    ticket = await chat.ticket(1)
    assert ticket["state"] == "waiting"
    assert [one["name"] for one in ticket["messages"][-1]["declined"]] == ["voice.ogg"]


async def test_a_video_with_words_is_a_request_without_the_video(chat: RequestsChat) -> None:
    video = {"file_id": "v", "file_unique_id": "v", "width": 1, "height": 1, "duration": 1}
    await chat.sends([chat.message(caption=WHOLE, video=video)])
    (confirmed,) = await chat.says()
    assert "video.mp4" in confirmed.text and "файлообменник" in confirmed.text


async def test_that_somebody_pinned_a_message_is_nobodys_request(chat: RequestsChat) -> None:
    pinned = chat.message("что-то", number=3)
    outcome = await chat.writes("", pinned_message=pinned)
    assert outcome.what == "done" and not await chat.says()


async def test_a_blocked_client_is_not_heard(chat: RequestsChat) -> None:
    from datetime import UTC, datetime

    from storage.directory import Directory

    await chat.writes(WHOLE)
    await Directory(chat.database).block(
        f"tg:{OLGA}", "Анна", "грубит", datetime.now(UTC), domain="example.org", language="ru"
    )
    await chat.says()
    for text in ("И ещё", "/new", "/help", "/tickets"):
        assert (await chat.writes(text)).what == "refused"
    assert not await chat.says() and await chat.texts(1) == [WHOLE]


async def test_an_edit_shows_what_it_says_now_and_keeps_what_it_said(chat: RequestsChat) -> None:
    from storage.models import Message

    await chat.writes(WHOLE, number=7)
    assert (await chat.edits(7, f"{WHOLE}, срочно")).what == "edited"
    row = await Message.get(id=1)
    assert row.text == f"{WHOLE}, срочно" and row.edited_at is not None
    assert [one["text"] for one in row.earlier or ()] == [WHOLE]
    assert "edited" in [one["what"] for one in (await chat.ticket(1))["history"]]
    assert (await chat.edits(7, f"{WHOLE}, срочно")).why == "nothing has changed"


async def test_an_edited_caption_changes_its_own_part_of_an_albums_text(chat: RequestsChat) -> None:
    first = chat.photo(PICTURE, "Первый снимок", media_group_id="5", number=7)
    second = chat.photo(OTHER, "Второй снимок,\nв две строки", media_group_id="5", number=8)
    third = chat.photo(PICTURE, "Третий", media_group_id="5", number=9)
    await chat.sends([first, second, third])
    edited = second | {"caption": "Второй", "edit_date": 1_800_000_000}
    await chat.comes({"edited_message": edited})
    await chat.process()
    assert await chat.texts(1) == ["Первый снимок\nВторой\nТретий"]
    await chat.comes({"edited_message": third | {"caption": "Последний", "edit_date": 1_800_000_001}})
    await chat.process()
    assert await chat.texts(1) == ["Первый снимок\nВторой\nПоследний"]


async def test_a_picture_put_in_the_place_of_another_reaches_the_ticket(chat: RequestsChat) -> None:
    message = chat.photo(PICTURE, WHOLE, number=7)
    await chat.sends([message])
    chat.telegram.files["file7"] = OTHER
    await chat.comes({"edited_message": message | {"edit_date": 1_800_000_000}})
    assert [one.what for one in await chat.process()] == ["edited"]
    first, second = (await chat.ticket(1))["messages"]
    assert first["screenshots"][0]["sha256"] != second["screenshots"][0]["sha256"]


async def test_an_edit_of_what_never_came_is_taken_in(chat: RequestsChat) -> None:
    assert (await chat.edits(7, WHOLE)).what == "opened"
    assert (await chat.writes("Раньше было так", number=7)).what == "duplicate"


async def test_a_group_is_told_once_where_requests_are_accepted(chat: RequestsChat) -> None:
    for _ in range(2):
        await chat.writes("/help@clients_bot", who=GROUP)
    (said,) = await chat.says(GROUP)
    assert "support@example.org" in said.text
    assert (await chat.writes(WHOLE)).ticket_id == 1, "nothing was registered"


async def test_who_blocks_the_bot_and_comes_back_is_known(chat: RequestsChat) -> None:
    await chat.writes(WHOLE)
    me = {"id": 71000001, "is_bot": True, "first_name": "Bot"}
    for status, gone in (("kicked", True), ("member", False)):
        new = {"user": me, "status": status, **({"until_date": 0} if gone else {})}
        changed = {"chat": {"id": OLGA, "type": "private", "first_name": "О"}, "date": 1_790_000_000,
                   "from": {"id": OLGA, "is_bot": False, "first_name": "О"},
                   "old_chat_member": {"user": me, "status": "member"}, "new_chat_member": new}  # fmt: skip
        await chat.comes({"my_chat_member": changed})
        await chat.process()
        assert ((await chat.chat()).left_at is not None) == gone


async def test_two_clients_do_not_meet(chat: RequestsChat) -> None:
    await chat.writes(WHOLE, number=7)
    await chat.writes(WHOLE, who=PETER, number=7)
    assert (await chat.ticket(1))["client"] != (await chat.ticket(2))["client"]
