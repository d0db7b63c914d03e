"""A ticket's topic as agents see it: its card, its thread, what happened to it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.telegram import TelegramServer
from storage.edits import edit_message
from storage.files import FileStore
from storage.models import Delivery, Message, Ticket
from storage.posts import CLIENTS, NewPost, note_post
from storage.tickets import Change, NewScreenshot, add_to_message
from storage.undelivered import tell_agents
from tests.desk_on_disk import DeskOnDisk
from tests.telegram.people import jpeg
from tests.telegram.staff_desk import ANNA, VERA, StaffDesk


@pytest.fixture
async def staff(
    sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path
) -> AsyncIterator[StaffDesk]:
    """A staff group with topics, and one for the second line; the worker runs."""
    made = StaffDesk(sqlite, FileStore(tmp_path / "files"), telegram_server)
    await made.run()
    yield made
    await made.stop()


def screenshot(staff: StaffDesk, name: str, colour: str) -> NewScreenshot:
    content = jpeg(colour)
    return NewScreenshot(name, "image/jpeg", 64, 64, len(content), staff.files.keep(content), None)


async def test_card_and_request_are_one_message_which_is_pinned(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("Не печатает касса\nпомогите")
    topic = await staff.topic_of(ticket)
    card = await staff.reads("помогите", topic)
    assert topic.name == "AS-000001 · Не печатает"
    assert "Клиент: olga@client.example" in card.text
    assert "Уровень: Уровень general" in card.text
    assert "осталось не меньше 40\xa0рабочих часов" in card.text
    assert [one["callback_data"] for one in card.buttons][:3] == ["take:1", "wait:1", "close:1"]
    await staff.until("the card is pinned", lambda: card in staff.group.chat.pinned or None)
    assert len(staff.said(topic)) == 1


async def test_the_card_follows_the_ticket_and_the_topic_its_subject(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("помогите")
    topic = await staff.topic_of(ticket)
    card = await staff.reads("помогите", topic)
    await staff.notes(ticket, Change(ANNA, "taken", "", ANNA), assignee=ANNA, state="open", subject="Касса")
    await staff.until("the card tells who has it", lambda: f"Отвечает: {ANNA}" in card.text or None)
    assert "Состояние: в работе" in card.text
    assert card.text.endswith("помогите")
    await staff.until("the topic has the new subject", lambda: topic.name == "AS-000001 · Касса" or None)


async def test_what_comes_later_stands_below_in_its_order(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    await staff.reads("первое", topic)
    await staff.adds(ticket, "второе")
    await staff.adds(ticket, "не говорите клиенту", "note")
    await staff.adds(ticket, "ответ по почте", "out")
    await staff.reads("ответ по почте", topic)
    assert staff.said(topic)[1:] == [
        "👤 Ольга:\nвторое",
        f"📝 Заметка, {ANNA}:\nне говорите клиенту",
        f"💬 {ANNA}\xa0— ответ клиенту:\nответ по почте",
    ]


async def test_pictures_come_as_an_album_and_what_was_declined_and_shared_is_told(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    await staff.adds(
        ticket, "вот снимки",
        screenshots=[screenshot(staff, "a.jpg", "red"), screenshot(staff, "b.jpg", "blue")],
        declined=[{"name": "ведомость.xlsx", "reason": "format"}], shares=["https://disk.example/f"],
        origin="Пётр",
    )  # fmt: skip
    album = await staff.anna.gets_album("вот снимки", where=(staff.group, topic))
    assert album[0].text == (
        "👤 Ольга:\nПереслано от: Пётр\nвот снимки\n🔗 Файлы по ссылке:\nhttps://disk.example/f\n"
        "Файл ведомость.xlsx не принят: формат не подходит."
    )
    assert [one.file.kind for one in album if one.file] == ["photo", "photo"]


async def test_a_picture_that_joins_its_album_late_still_comes(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    item = await staff.adds(ticket, "альбом", screenshots=[screenshot(staff, "a.jpg", "red")])
    await staff.reads("альбом", topic)
    await staff.unit(lambda: add_to_message(item, "и подпись", [screenshot(staff, "b.jpg", "blue")], [], []))
    await staff.until("the late picture is there", lambda: len(_pictures(staff)) == 2 or None)
    await staff.reads("➕ Дополнение к сообщению, Ольга:\nи подпись", topic)


async def test_an_album_is_waited_for_and_shown_whole(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    await staff.topic_of(ticket)
    now = datetime.now(UTC)

    async def first_part() -> int:
        item = await Message.create(ticket_id=ticket, direction="in", author="Ольга", text="альбом", at=now)
        await note_post(NewPost(CLIENTS, 5, 1, now, ticket, item.id, incoming=True, album="77"))
        return int(item.id)

    item = await staff.unit(first_part)
    for name, colour in (("a.jpg", "red"), ("b.jpg", "blue")):
        await staff.unit(
            lambda name=name, colour=colour: add_to_message(
                item, "", [screenshot(staff, name, colour)], [], []
            )
        )
    album = await staff.anna.gets_album("альбом", where=staff.group)
    assert len(album) == 2


async def test_an_edit_is_told_below_and_the_old_text_stays(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    item = await staff.adds(ticket, "версия 8.1")
    before = await staff.reads("версия 8.1", topic)

    async def edited() -> None:
        await edit_message(item, "версия 8.3", datetime.now(UTC))

    await staff.unit(edited)
    await staff.notes(ticket, Change("tg:1", "edited"))
    after = await staff.reads("версия 8.3", topic)
    assert after.text == "✏️ Сообщение изменено, Ольга:\nверсия 8.3"
    assert after.reply is before
    assert before.text.endswith("версия 8.1")


async def test_history_that_people_must_see_is_told_in_one_message(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    await staff.reads("первое", topic)
    await staff.notes(
        ticket, Change(VERA, "level", "general", "urgent", "касса стоит"),
        Change(VERA, "assigned", "", ANNA), Change("otklik", "noted"),
    )  # fmt: skip
    told = await staff.reads("Уровень general → Уровень urgent", topic)
    assert told.text == (
        f"Уровень: Уровень general → Уровень urgent ({VERA})\nПричина: касса стоит\n"
        f"Отвечает {ANNA} (так решено: {VERA})"
    )


async def test_a_breach_calls_the_head_by_name(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    await staff.notes(ticket, Change("otklik", "breached"))
    told = await staff.reads("🚨 Срок ответа прошёл", topic)
    assert told.text.endswith(f"\n{VERA}")
    (entity,) = staff.server.called("sendMessage")[-1].asked["entities"]
    assert entity["type"] == "text_mention"
    assert entity["user"]["id"] == staff.vera.id


async def test_stars_are_told_with_the_comment_and_few_of_them_call_the_head(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)

    async def rated() -> None:
        from storage.closures import add_closure, set_rating

        now = datetime.now(UTC)
        closure = await add_closure(ticket, 1, ANNA, now, invited=True, not_invited="", expires_at=now)
        await set_rating(closure, now, "mail", stars=2, comment="долго", satisfied=False, recommend=None)

    await staff.unit(rated)
    await staff.notes(ticket, Change("x@y", "rated", "", "2 stars, satisfied no, recommend -: долго", "mail"))
    told = await staff.reads("Оценка клиента: ★★☆☆☆", topic)
    assert "Нашей работой доволен: нет\nКомментарий: долго" in told.text
    assert told.text.endswith(VERA)


async def test_what_did_not_reach_the_client_is_told_in_the_desk_s_language(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    await staff.unit(
        lambda: tell_agents(
            ticket, "confirmation", "olga@client.example", "550 no such user", datetime.now(UTC)
        )
    )
    told = await staff.reads("550 no such user", topic)
    assert told.text == "⚠️ Не доставлено клиенту (подтверждение): 550 no such user"
    assert not [text for text in staff.said(topic) if "could not be delivered" in text]


async def test_an_answer_is_marked_when_it_was_delivered(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    message = await staff.answers(topic, ticket, "Перезапустите")
    await staff.unit(lambda: Delivery.filter(kind="answer").update(state="sent"))
    await staff.until("a mark", lambda: message.reactions or None)
    assert list(message.reactions.values()) == ["👍"]
    assert "Перезапустите" not in "".join(staff.said(topic))


async def test_an_answer_that_failed_is_told_of_once_below_it(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    message = await staff.answers(topic, ticket, "Перезапустите")
    owed = await Delivery.get(kind="answer")
    why = "Forbidden: bot was blocked by the user"

    async def fails() -> None:
        await Delivery.filter(id=owed.id).update(state="dead", error=why)
        await tell_agents(ticket, "answer", owed.recipient, why, datetime.now(UTC), owed.item_id)

    await staff.unit(fails)
    assert (await staff.reads("больше не принимает сообщений", topic)).reply is message
    await staff.until("a mark", lambda: message.reactions or None)
    await staff.takes_in("второе")
    await staff.reads("второе")
    assert not [text for text in staff.said(topic) if "Не доставлено" in text]


async def test_an_answer_that_failed_is_marked_and_the_reason_told(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    message = await staff.answers(topic, ticket, "Перезапустите")
    await staff.unit(lambda: Delivery.filter(kind="answer").update(state="dead", error="550 box full"))
    reason = await staff.reads("Ответ не доставлен: 550 box full", topic)
    assert reason.reply is message
    await staff.until("a mark", lambda: message.reactions or None)
    assert list(message.reactions.values()) == ["😢"]


async def test_an_answer_that_was_taken_back_is_marked_so(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    message = await staff.answers(topic, ticket, "Перезапустите")
    await staff.unit(lambda: Delivery.filter(kind="answer").update(state="cancelled"))
    await staff.until("a mark", lambda: message.reactions or None)
    assert list(message.reactions.values()) == ["🤷"]


async def test_a_closed_ticket_closes_its_topic_and_a_reopened_one_opens_it(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    card = await staff.reads("первое", topic)
    now = datetime.now(UTC)
    await staff.notes(ticket, Change(ANNA, "closed", "open", "closed"), state="closed", closed_at=now)
    await staff.until("the topic is closed", lambda: topic.closed or None)
    assert [one["callback_data"] for one in card.buttons] == [f"reopen:{ticket}"]
    await staff.notes(ticket, Change("olga@client.example", "reopened"), state="open", closed_at=None)
    await staff.reads("🔄 Обращение снова в работе (клиент)", topic)
    assert not topic.closed


async def test_thanks_on_a_closed_ticket_are_shown_with_a_button_and_the_topic_is_closed_again(
    staff: StaffDesk,
) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    await staff.notes(ticket, Change(ANNA, "closed"), state="closed", closed_at=datetime.now(UTC))
    await staff.until("the topic is closed", lambda: topic.closed or None)
    await staff.adds(ticket, "Спасибо!")
    await staff.notes(ticket, Change("olga@client.example", "thanked"))
    await staff.reads("Спасибо!", topic)
    thanks = await staff.reads("Клиент поблагодарил", topic)
    assert [one["callback_data"] for one in thanks.buttons] == [f"reopen:{ticket}"]
    await staff.until("the topic is closed", lambda: topic.closed or None)


async def test_another_line_s_chat_gets_the_ticket_with_its_thread(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    await staff.answers(topic, ticket, "смотрю")
    await staff.notes(ticket, Change(ANNA, "line", "first", "second", "нужен программист"), line="second")
    await staff.reads("Обращение передано: вторая", topic)
    await staff.until("the old topic is closed", lambda: topic.closed or None)
    there = await staff.topic_of(ticket, staff.second)
    await staff.reads("смотрю", there, staff.second)
    await staff.reads("➡️ Линия: первая → вторая", there, staff.second)
    said = staff.said(there, staff.second)
    assert [next(word for word in ("первое", "смотрю", "➡️") if word in text) for text in said] == [
        "первое", "смотрю", "➡️",
    ]  # fmt: skip


async def test_nothing_is_said_twice_after_a_restart(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    await staff.adds(ticket, "второе", screenshots=[screenshot(staff, "a.jpg", "red")])
    await staff.reads("второе", topic)
    said = staff.said(topic)
    await staff.again()
    await staff.adds(ticket, "третье")
    await staff.reads("третье", topic)
    assert staff.said(topic) == [*said, "👤 Ольга:\nтретье"]


async def test_a_ticket_that_was_closed_before_anybody_saw_it_gets_no_topic(staff: StaffDesk) -> None:
    await staff.stop()
    spam = await staff.takes_in("спам")
    await staff.unit(lambda: Ticket.filter(id=spam).update(state="closed", closed_at=datetime.now(UTC)))
    other = await staff.takes_in("настоящее", from_addr="petr@client.example")
    await staff.again()
    await staff.topic_of(other)
    assert len(staff.group.topics()) == 1


async def test_a_text_of_a_stranger_is_only_text(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("<b>*x*</b> [a](tg://user?id=1) \u202eabc", subject="<i>_y_</i> @all")
    topic = await staff.topic_of(ticket)
    card = await staff.reads("<b>*x*</b> [a](tg://user?id=1)", topic)
    assert topic.name == "AS-000001 · <i>_y_</i> @all"
    assert card.text.count("@all") == 1
    assert not [
        one for one in staff.server.called("sendMessage") if {"parse_mode", "entities"} & set(one.asked)
    ]


def _pictures(staff: StaffDesk) -> list[object]:
    return [one for one in staff.group.said_in() if one.file is not None]
