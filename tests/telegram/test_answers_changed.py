"""Answers that are taken back, changed, or held until their author has decided."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.telegram import TelegramServer
from desk.rating import Outcome
from replies.chats.letters import ChatLetters
from replies.chats.sayings import Script
from replies.closing import close_now
from replies.compose import Desk
from replies.languages import Languages
from storage.files import FileStore
from tests.desk_on_disk import MAIN, NUMBERING, VERBS, DeskOnDisk
from tests.telegram.agents_desk import ANNA, BORIS, AgentsChat
from tests.telegram.people import jpeg


@pytest.fixture
async def chat(desk: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path) -> AgentsChat:
    return AgentsChat(desk, FileStore(tmp_path / "files"), telegram_server)


# --- taken back


async def test_undo_stops_the_last_answer_of_the_agent(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await chat.anna.writes("Ошибка", where=(chat.group, topic))
    await chat.anna.writes("/undo", where=(chat.group, topic))
    await chat.hears()
    assert await chat.leaves() == []
    assert chat.said(topic) == ["Ответ отозван: клиент его не получит."]
    ticket = await chat.disk.ticket(number)
    assert ticket["messages"][-1]["withdrawn_at"] is not None
    assert ("withdrawn", ANNA) in [(one["what"], one["who"]) for one in ticket["history"]]


async def test_undo_as_a_reply_stops_the_answer_that_it_replies_to(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    wrong = await chat.anna.writes("Ошибка", where=(chat.group, topic))
    await chat.anna.writes("А это верно", where=(chat.group, topic))
    await chat.hears()
    await chat.anna.writes("/undo", where=(chat.group, topic), to=wrong)
    await chat.hears()
    assert [due.facts["text"] for due in await chat.leaves()] == ["А это верно"]


async def test_a_thumb_down_stops_an_answer(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    wrong = await chat.anna.writes("Ошибка", where=(chat.group, topic))
    await chat.hears()
    await chat.anna.reacts("👎", wrong)
    await chat.hears()
    assert await chat.leaves() == []
    assert chat.said(topic) == ["Ответ отозван: клиент его не получит."]


async def test_a_thumb_up_stops_nothing(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    right = await chat.anna.writes("Перезапустите", where=(chat.group, topic))
    await chat.hears()
    await chat.anna.reacts("👍", right)
    await chat.hears()
    assert len(await chat.leaves()) == 1


async def test_a_thumb_down_that_is_dealt_with_before_its_message_stops_it(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    wrong = await chat.anna.writes("Ошибка", where=(chat.group, topic))
    await chat.anna.reacts("👎", wrong)
    chat.telegram.updates.reverse()  # both came after a downtime, and reactions tell no topic
    await chat.hears()
    assert await chat.leaves() == []
    assert await chat.items(number) == []
    assert chat.said(topic) == ["Ответ отозван: клиент его не получит."]


async def test_what_has_gone_can_not_be_taken_back(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    await chat.anna.writes("Перезапустите", where=(chat.group, topic))
    await chat.hears()
    await chat.leaves()
    await chat.anna.writes("/undo", where=(chat.group, topic))
    await chat.hears()
    assert chat.said(topic) == ["Отозвать нельзя: ответ уже ушёл клиенту."]


async def test_nobody_takes_back_another_agents_answer_but_a_head(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    answer = await chat.anna.writes("Перезапустите", where=(chat.group, topic))
    await chat.hears()
    await chat.boris.reacts("👎", answer)
    await chat.hears()
    assert [one["state"] for one in await chat.answers(1)] == ["owed"]
    await chat.vera.reacts("👎", answer)
    await chat.hears()
    assert [one["state"] for one in await chat.answers(1)] == ["cancelled"]


async def test_a_reaction_that_was_taken_back_was_none(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await chat.anna.writes("Ошибка", where=(chat.group, topic))
    await chat.anna.writes("/undo", where=(chat.group, topic))
    await chat.hears()
    assert (await chat.disk.ticket(number))["reacted_at"] is None
    await chat.anna.writes("Перезапустите", where=(chat.group, topic))
    await chat.hears()
    assert (await chat.disk.ticket(number))["reacted_by"] == ANNA


async def test_an_album_is_taken_back_with_the_parts_that_are_still_to_come(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    pictures = [("a.jpg", jpeg("red")), ("b.jpg", jpeg("blue"))]
    await chat.anna.sends_album(pictures, "Не то", where=(chat.group, topic))
    late = chat.telegram.updates.pop()
    await chat.anna.writes("/undo", where=(chat.group, topic))
    chat.telegram.updates.append(late)
    await chat.hears()
    assert await chat.leaves() == []


# --- changed


async def test_an_edit_within_the_window_changes_what_goes_out(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    answer = await chat.anna.writes("Перезагрузите", where=(chat.group, topic))
    await chat.hears()
    await chat.anna.edits(answer, "Перезапустите")
    await chat.hears()
    assert [due.facts["text"] for due in await chat.leaves()] == ["Перезапустите"]
    item = (await chat.disk.ticket(number))["messages"][-1]
    assert item["text"] == "Перезапустите" and item["earlier"][0]["text"] == "Перезагрузите"


async def test_an_edit_of_one_caption_of_an_album_leaves_the_others(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    pictures = [("a.jpg", jpeg("red")), ("b.jpg", jpeg("blue"))]
    first, _ = await chat.anna.sends_album(pictures, "Сначала так", where=(chat.group, topic))
    await chat.hears()
    await chat.anna.edits(first, "Сперва так")
    await chat.hears()
    (due,) = await chat.leaves()
    assert due.facts["text"] == "Сперва так" and len(due.facts["files"]) == 2


async def test_an_answer_becomes_a_note_while_it_is_not_too_late(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    answer = await chat.anna.writes("он опять звонил", where=(chat.group, topic))
    await chat.hears()
    await chat.anna.edits(answer, "//он опять звонил")
    await chat.hears()
    assert await chat.items(number) == [("note", "он опять звонил")]
    assert await chat.leaves() == []


async def test_a_note_never_becomes_an_answer(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    note = await chat.anna.writes("//он опять звонил", where=(chat.group, topic))
    await chat.hears()
    await chat.anna.edits(note, "он опять звонил")
    await chat.hears()
    assert await chat.items(number) == [("note", "он опять звонил")]
    assert await chat.leaves() == []
    assert chat.said(topic) == [
        "Заметка остаётся заметкой. Чтобы ответить клиенту, отправьте новое сообщение."
    ]


async def test_a_later_edit_changes_the_clients_copy_in_his_chat(chat: AgentsChat) -> None:
    _, topic = await chat.ticket(chat=True)
    answer = await chat.anna.writes("Перезагрузите", where=(chat.group, topic))
    await chat.hears()
    (first,) = await chat.leaves(channel="telegram")
    await chat.anna.edits(answer, "Перезапустите")
    await chat.hears()
    (edit,) = await chat.leaves(channel="telegram")
    assert (edit.kind, edit.recipient) == ("edit", first.recipient)
    desk = Desk("АгроСофт", "support@example.org", "ru", "http://desk", MAIN.timezone, {}, {})
    script = Script.from_bytes(ChatLetters(desk, Languages(), NUMBERING, b"s" * 32)(edit))
    assert script.edits == first.id
    assert script.sayings[0].text.startswith("Перезапустите")


async def test_a_later_edit_of_what_was_mailed_is_said_not_to_arrive(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    answer = await chat.anna.writes("Перезагрузите", where=(chat.group, topic))
    await chat.hears()
    await chat.leaves()
    await chat.anna.edits(answer, "Перезапустите")
    await chat.hears()
    assert "Письмо уже ушло" in chat.said(topic)[0]
    assert await chat.items(number) == [("out", "Перезагрузите")]
    assert await chat.leaves() == []


# --- two at once


async def two_at_once(chat: AgentsChat) -> int:
    number, topic = await chat.ticket()
    await chat.anna.writes("Перезапустите", where=(chat.group, topic))
    await chat.boris.writes("Ничего не трогайте", where=(chat.group, topic))
    await chat.hears()
    return number


async def test_the_second_of_two_answers_at_once_waits_for_its_authors_word(chat: AgentsChat) -> None:
    number = await two_at_once(chat)
    assert [due.facts["text"] for due in await chat.leaves(seconds=86_400)] == ["Перезапустите"]
    assert f"только что ответили: {ANNA}" in chat.said()[0]
    await chat.presses(chat.boris, "Всё равно отправить")
    assert [due.facts["text"] for due in await chat.leaves()] == ["Ничего не трогайте"]
    assert chat.said() == ["Ответ отправлен."]
    assert (await chat.disk.ticket(number))["reacted_by"] == ANNA


async def test_the_second_answer_waits_through_a_restart(chat: AgentsChat) -> None:
    await two_at_once(chat)
    chat.started()
    await chat.presses(chat.boris, "Всё равно отправить")
    assert "Ничего не трогайте" in [due.facts["text"] for due in await chat.leaves()]


async def test_a_second_answer_that_is_dropped_never_goes(chat: AgentsChat) -> None:
    await two_at_once(chat)
    await chat.presses(chat.boris, "Не отправлять")
    assert [due.facts["text"] for due in await chat.leaves()] == ["Перезапустите"]
    assert chat.said() == ["Ответ не отправлен."]


async def test_only_its_author_or_a_head_decides_about_a_held_answer(chat: AgentsChat) -> None:
    await two_at_once(chat)
    told = await chat.presses(chat.anna, "Всё равно отправить")
    assert told == {"text": "Решает автор ответа или руководитель.", "alert": True}
    assert [one["state"] for one in await chat.answers(1)] == ["owed", "suppressed"]
    await chat.presses(chat.vera, "Всё равно отправить")
    assert [one["state"] for one in await chat.answers(1)] == ["owed", "owed"]


async def test_the_question_is_asked_again_when_it_may_not_have_been_heard(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    await chat.anna.writes("Перезапустите", where=(chat.group, topic))
    await chat.boris.writes("Ничего не трогайте", where=(chat.group, topic))
    chat.server.fault("sendMessage", "dropped")
    with pytest.raises(OSError, match="Telegram"):
        await chat.hears()
    assert chat.said(topic) == []
    await chat.comes_back()
    await chat.works()
    assert len(chat.said(topic)) == 1
    assert len(await chat.answers(1)) == 2


async def test_who_answers_a_colleagues_answer_much_later_is_not_asked(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    await chat.anna.writes("Перезапустите", where=(chat.group, topic))
    await chat.hears()
    later = await chat.boris.writes("Помогло?", where=(chat.group, topic))
    chat.telegram.updates[-1]["message"]["date"] = later.date + 120
    await chat.hears()
    assert len(await chat.leaves()) == 2


# --- closed


async def closed(chat: AgentsChat) -> int:
    number, topic = await chat.ticket()
    now = datetime.now(UTC)
    await chat.database.writer.run(lambda: close_now(VERBS, number, BORIS, now, Outcome.SETTLED))
    await chat.anna.writes("Забыла сказать", where=(chat.group, topic))
    await chat.hears()
    return number


async def test_an_answer_in_a_closed_ticket_waits_until_that_is_reopened(chat: AgentsChat) -> None:
    number = await closed(chat)
    assert await chat.leaves() == []
    assert chat.said() == ["Обращение AS-000001 закрыто, поэтому ответ не отправлен."]
    await chat.presses(chat.anna, "Вернуть в работу и отправить")
    assert [due.facts["text"] for due in await chat.leaves()] == ["Забыла сказать"]
    assert (await chat.disk.ticket(number))["state"] == "open"


async def test_an_answer_in_a_closed_ticket_may_be_dropped(chat: AgentsChat) -> None:
    number = await closed(chat)
    await chat.presses(chat.anna, "Не отправлять")
    assert await chat.leaves() == []
    assert (await chat.disk.ticket(number))["state"] == "closed"
