"""Where a client's message goes when it could go to several tickets, and what he presses about it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from replies import answering, closing
from storage.database import Database
from tests.desk_on_disk import VERBS
from tests.intake.pictures import encoded
from tests.telegram.requests_chat import OLGA, PETER, WHOLE, RequestsChat

PICTURE = encoded(Image.new("RGB", (40, 30), "teal"), "JPEG")
LATER = timedelta(minutes=11)


@pytest.fixture
def chat(database: Database, tmp_path: Path) -> RequestsChat:
    """Olga's chat, on both engines."""
    return RequestsChat(database, tmp_path)


@pytest.fixture
async def two(chat: RequestsChat) -> RequestsChat:
    """Olga's chat, with two open tickets."""
    await chat.writes(f"{WHOLE} первой кассы")
    await chat.writes(f"/new {WHOLE} второй кассы")
    await chat.says()
    return chat


async def closed(chat: RequestsChat, number: int, *, days_ago: float = 0) -> None:
    """Anna has answered and closed a ticket."""
    at = datetime.now(UTC) - timedelta(days=days_ago)
    await answering.answer(chat.database, VERBS, number, "Анна", "Перезапустите.", at)
    await closing.close(chat.database, VERBS, number, "Анна", at)
    await chat.says()


async def test_with_several_open_he_is_asked_and_what_he_writes_meanwhile_goes_along(
    two: RequestsChat,
) -> None:
    assert (await two.writes("Ещё одно?")).what == "held"
    asked = await two.hears("К какому обращению")
    assert [one[:9] for one in asked.buttons] == ["AS-000002", "AS-000001", "Новое обр"]
    await two.sends_picture(PICTURE, "и снимок")
    assert not await two.says(), "he is asked once"
    assert (await two.presses("to:1", asked.number)).what == "joined"
    assert (await two.hears("Добавлено к обращению AS-000001")).number == asked.number
    assert (await two.texts(1))[1:] == ["Ещё одно?", "и снимок"] and len(await two.texts(2)) == 1


async def test_a_choice_lasts_for_what_he_writes_next(two: RequestsChat) -> None:
    await two.writes("Ещё одно?")
    await two.presses("to:1", (await two.hears("К какому")).number)
    assert (await two.writes("И вот что")).ticket_id == 1


async def test_who_does_not_choose_has_his_message_on_the_newest_ticket(two: RequestsChat) -> None:
    await two.writes("Ещё одно?")
    await two.writes("И ещё")
    await two.says()
    assert not await two.process(timedelta(minutes=9))
    assert [one.ticket_id for one in await two.process(LATER)] == [2, 2]
    assert "AS-000002" in (await two.hears("Мы добавили")).text
    assert (await two.texts(2))[1:] == ["Ещё одно?", "И ещё"]


async def test_a_new_request_may_be_what_he_chooses(two: RequestsChat) -> None:
    await two.writes(f"{WHOLE} третьей кассы")
    await two.writes("вот ещё подробность")
    await two.presses("to:0", (await two.hears("К какому")).number)
    assert await two.texts(3) == [f"{WHOLE} третьей кассы", "вот ещё подробность"]
    assert "AS-000003" in (await two.hears("приняли")).text


async def test_an_album_that_waits_stays_one_message(two: RequestsChat) -> None:
    await two.sends(
        [two.photo(PICTURE, "альбом", media_group_id="9"), two.photo(PICTURE, media_group_id="9")]
    )
    asked = await two.hears("К какому")
    await two.presses("to:1", asked.number)
    item = (await two.ticket(1))["messages"][-1]
    assert item["text"] == "альбом" and len(item["screenshots"]) == 2


async def test_an_edit_of_a_message_that_waits_is_what_comes_in(two: RequestsChat) -> None:
    await two.writes("Ещё адно?", number=500)
    await two.edits(500, "Ещё одно?")
    await two.presses("to:1", (await two.hears("К какому")).number)
    assert (await two.texts(1))[1:] == ["Ещё одно?"]


async def test_a_reply_goes_where_what_it_answers_belongs(two: RequestsChat) -> None:
    confirmation = next(one for one in two.delivered if "AS-000001" in one.text)
    assert (await two.writes("Вот это", reply_to=confirmation.number)).ticket_id == 1


async def test_a_text_that_telegram_cuts_in_two_stays_together(two: RequestsChat) -> None:
    beginning = next(one for one in two.delivered if "AS-000001" in one.text)
    assert (await two.writes("о" * 4090, reply_to=beginning.number)).ticket_id == 1
    assert (await two.writes("и конец")).ticket_id == 1


async def test_a_question_answered_with_a_plausible_word_needs_no_choice(chat: RequestsChat) -> None:
    await chat.writes(f"{WHOLE} первой кассы")
    await chat.writes("/new Не печатает чек, когда нажимаю «Печать»")
    await chat.hears("номер выпуска")
    assert (await chat.writes("3.2.14")).ticket_id == 2
    await chat.hears("Спасибо, всё добавлено к обращению AS-000002")


async def test_a_message_that_may_be_about_the_other_request_is_asked_about_though_a_question_waits(
    chat: RequestsChat,
) -> None:
    await chat.writes(f"{WHOLE} первой кассы")
    await chat.writes("/new Не открывается отчёт")
    await chat.hears("в какой программе")
    assert (await chat.writes("касса опять не печатает")).what == "held"
    await chat.presses("to:1", (await chat.hears("К какому")).number)
    assert (await chat.texts(1))[1:] == ["касса опять не печатает"]


async def test_details_that_are_missing_are_asked_one_at_a_time_and_can_be_skipped(
    chat: RequestsChat,
) -> None:
    await chat.writes("Не печатает")
    asked = await chat.hears("в какой программе")
    assert [one.kind for one in chat.delivered] == ["confirmation", "detail"]
    await chat.presses(asked.buttons["Пропустить"], asked.number)
    said = await chat.says()
    assert said[0].number == asked.number and not said[0].buttons
    assert "номер выпуска" in said[1].text
    await chat.writes("3.2.14")
    await chat.writes("Нажала «Печать»")
    assert await chat.texts(1) == ["Не печатает", "3.2.14", "Нажала «Печать»"]
    assert [one.kind for one in await chat.says()] == ["detail", "details-done"]
    assert (await chat.writes("И ещё")).what == "joined" and not await chat.says()


async def test_once_a_person_has_answered_nothing_more_is_asked(chat: RequestsChat) -> None:
    await chat.writes("Не печатает")
    await chat.hears("в какой программе")
    await answering.answer(chat.database, VERBS, 1, "Анна", "Перезапустите.", datetime.now(UTC))
    await chat.says()
    assert (await chat.writes("Помогло")).what == "joined"
    assert not await chat.says()


async def test_a_skipped_question_that_is_over_asks_nothing_more(chat: RequestsChat) -> None:
    await chat.writes("Не печатает")
    asked = await chat.hears("в какой программе")
    await chat.writes("Касса")
    await chat.says()
    await chat.presses(asked.buttons["Пропустить"], asked.number)
    assert [one.kind for one in await chat.says()] == ["detail-skipped"]


async def test_after_a_closing_he_is_asked_whether_it_goes_on(chat: RequestsChat) -> None:
    await chat.writes(WHOLE)
    await closed(chat, 1)
    assert (await chat.writes("Снова не печатает")).what == "held"
    asked = await chat.hears("продолжение закрытого")
    assert (await chat.presses("to:1", asked.number)).what == "reopened"
    await chat.hears("Обращение AS-000001 снова в работе")


async def test_who_does_not_say_after_a_closing_gets_a_new_ticket(chat: RequestsChat) -> None:
    await chat.writes(WHOLE)
    await closed(chat, 1)
    await chat.writes("Снова не печатает")
    assert [one.ticket_id for one in await chat.process(LATER)] == [2]
    assert (await chat.ticket(1))["state"] == "closed"


async def test_days_after_a_closing_it_is_a_new_request(chat: RequestsChat) -> None:
    await chat.writes(WHOLE)
    await closed(chat, 1, days_ago=4)
    assert (await chat.writes("Теперь другое")).ticket_id == 2


@pytest.mark.parametrize("thanks", ["Спасибо!", "Дякую, усе працює", "thanks a lot", "Kiitos!", "👍"])
async def test_thanks_are_filed_and_reopen_nothing(chat: RequestsChat, thanks: str) -> None:
    await chat.writes(WHOLE)
    await closed(chat, 1)
    assert (await chat.writes(thanks)).what == "joined"
    ticket = await chat.ticket(1)
    assert ticket["state"] == "closed" and ticket["messages"][-1]["text"] == thanks


async def test_thanks_that_are_edited_into_a_problem_reopen_the_request(chat: RequestsChat) -> None:
    await chat.writes(WHOLE)
    await closed(chat, 1)
    await chat.sends([chat.message("Спасибо!", number=900)])
    assert (await chat.ticket(1))["state"] == "closed"
    await chat.edits(900, "Спасибо большое!")
    assert (await chat.ticket(1))["state"] == "closed"
    await chat.edits(900, "Спасибо, но снова не печатает")
    ticket = await chat.ticket(1)
    assert (ticket["state"], ticket["history"][-1]["what"]) == ("open", "reopened")


async def test_thanks_with_a_but_reach_a_person(chat: RequestsChat) -> None:
    await chat.writes(WHOLE)
    await closed(chat, 1)
    reply = next(one for one in chat.delivered if one.kind == "invitation")
    assert (await chat.writes("Спасибо, не помогло", reply_to=reply.number)).what == "reopened"


async def test_the_list_and_the_card_show_how_a_request_stands(two: RequestsChat) -> None:
    await two.writes("/tickets")
    listed = await two.hears("Ваши обращения")
    (second, first) = listed.buttons
    assert second.startswith("AS-000002 · принято") and first.startswith("AS-000001 · принято")
    await two.presses(listed.buttons[first], listed.number)
    card = await two.hears("AS-000001")
    assert "Состояние: принято" in card.text and "Специалист ответит до" in card.text
    assert list(card.buttons) == ["Дополнить", "Решено", "Позвать руководителя"]


async def test_solved_closes_and_reopen_puts_it_back(two: RequestsChat) -> None:
    card = await _card(two, 1)
    await two.presses(card.buttons["Решено"], card.number)
    assert (await two.ticket(1))["state"] == "closed"
    shown = (await two.says())[-1]
    assert shown.number == card.number and list(shown.buttons) == ["Вернуть в работу"]
    await two.presses(card.buttons["Решено"], card.number)
    assert [one["what"] for one in (await two.ticket(1))["history"]].count("closed") == 1
    await two.presses(shown.buttons["Вернуть в работу"], card.number)
    assert (await two.ticket(1))["state"] == "open"
    await two.presses(shown.buttons["Вернуть в работу"], card.number)
    assert [one["what"] for one in (await two.ticket(1))["history"]].count("reopened") == 1


async def test_the_head_is_called_once_a_day(two: RequestsChat) -> None:
    card = await _card(two, 1)
    for _ in range(2):
        await two.presses(card.buttons["Позвать руководителя"], card.number)
    assert [one["what"] for one in (await two.ticket(1))["history"]].count("escalated") == 1
    said = await two.says()
    assert sum("Руководитель поддержки получил" in one.text for one in said) == 1
    assert list(said[-1].buttons) == ["Дополнить", "Решено"]


@pytest.mark.parametrize("verb", ["card", "solved", "reopen", "escalate"])
async def test_nobody_does_anything_to_anothers_ticket(two: RequestsChat, verb: str) -> None:
    await two.writes(WHOLE, who=PETER)
    peters = (await two.says(PETER))[-1]
    before = await two.ticket(1)
    for data in (f"ticket:{verb}:1", f"ticket:{verb}:999", "to:1", "skip:1:version"):
        assert (await two.presses(data, peters.number, who=PETER)).what == "refused"
    assert await two.ticket(1) == before and not await two.says(PETER)
    assert two.telegram.alerts == ["Эта кнопка не для Вас или уже не действует."] * 4


@pytest.mark.parametrize(
    "data",
    [
        "",
        "ticket:",
        "ticket:solved:-1",
        "ticket:erase:1",
        "to:x",
        "to:9" * 16,
        "я" * 32,
        "skip:1:" + "a" * 57,
    ],
)
async def test_a_button_that_we_did_not_make_changes_nothing(two: RequestsChat, data: str) -> None:
    ours = two.delivered[-1].number
    before = await two.ticket(1)
    assert (await two.presses(data, ours)).what == "refused"
    assert two.telegram.alerts[-1] and await two.ticket(1) == before


async def test_a_button_under_an_old_a_foreign_or_an_unknown_message_changes_nothing(
    two: RequestsChat,
) -> None:
    ours, chat = two.delivered[-1].number, {"id": OLGA, "type": "private", "first_name": "О"}
    group = {"id": -5, "type": "group", "title": "г"}
    now = int(datetime.now(UTC).timestamp())
    for message in (
        {"message_id": ours, "date": 0, "chat": chat},
        {"message_id": ours, "date": now, "chat": group},
        {"message_id": ours, "date": now, "chat": {**chat, "id": PETER}},
        {"message_id": 9_999, "date": now, "chat": chat},
    ):
        assert (await two.presses("ticket:solved:1", ours, message=message)).what == "refused"
    assert (await two.ticket(1))["state"] == "new"


async def _card(chat: RequestsChat, number: int):  # type: ignore[no-untyped-def]
    await chat.writes("/tickets")
    listed = await chat.hears("Ваши обращения")
    await chat.presses(f"ticket:card:{number}", listed.number)
    return await chat.hears(f"AS-00000{number}")
