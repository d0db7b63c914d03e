"""What Telegram does to staff chats: deletes topics, moves groups, throws the bot out, loses answers."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo.telegram import ALL, Limits, TelegramServer
from bot.telegram.limits import Pace
from bot.telegram.staff import topics as worker
from storage.chats import chat_now
from storage.files import FileStore
from storage.models import Ticket
from storage.posts import AGENTS, post_of
from storage.tickets import Change, NewScreenshot
from tests.desk_on_disk import DeskOnDisk
from tests.telegram.people import jpeg
from tests.telegram.staff_desk import ANNA, StaffDesk


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is thirty seconds in life is a blink here."""
    monkeypatch.setattr(worker, "CHAT_PAUSE", 0.3)
    monkeypatch.setattr("bot.telegram.staff.backlog.PAUSES", (0.1, 0.2, 0.2))
    monkeypatch.setattr("bot.telegram.errors.UNKNOWN_PAUSE", 0.3)


@pytest.fixture
async def staff(
    sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path
) -> AsyncIterator[StaffDesk]:
    made = StaffDesk(sqlite, FileStore(tmp_path / "files"), telegram_server)
    await made.run()
    yield made
    await made.stop()


async def other_desk(sqlite: DeskOnDisk, server: TelegramServer, tmp_path: Path, **how: object) -> StaffDesk:
    made = StaffDesk(sqlite, FileStore(tmp_path / "files"), server, **how)  # type: ignore[arg-type]
    await made.run()
    return made


async def test_a_deleted_topic_is_made_again_with_all_of_its_thread(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    await staff.answers(topic, ticket, "ответ из темы")
    await staff.adds(ticket, "второе")
    await staff.reads("второе", topic)
    staff.group.delete(topic)
    await staff.adds(ticket, "третье")
    again = await staff.until("a new topic", lambda: next(iter(staff.group.topics()), None))
    await staff.reads("третье", again)
    words = ("первое", "ответ из темы", "второе", "третье")
    assert [next(word for word in words if word in text) for text in staff.said(again)] == list(words)
    assert "Прежнюю тему удалили" in staff.said(again)[0]


async def test_a_topic_that_somebody_closed_is_opened_to_say_something(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    await staff.reads("первое", topic)
    staff.group.close(topic)
    await staff.adds(ticket, "второе")
    await staff.reads("второе", topic)
    assert not topic.closed


async def test_a_card_that_somebody_deleted_is_said_again(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    card = await staff.reads("первое", topic)
    del staff.group.chat.messages[card.id]
    await staff.notes(ticket, Change(ANNA, "taken", "", ANNA), assignee=ANNA)
    again = await staff.until(
        "a new card", lambda: next((one for one in staff.group.said_in(topic) if one.buttons), None)
    )
    assert "первое" in again.text
    assert f"Отвечает: {ANNA}" in again.text


async def test_a_chat_without_topics_works_by_answers_to_the_card(
    sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    staff = await other_desk(sqlite, telegram_server, tmp_path, forum=False)
    try:
        ticket = await staff.takes_in("первое")
        card = await staff.reads("первое")
        await staff.adds(ticket, "второе")
        second = await staff.reads("второе")
        assert second.reply is card
        assert "Клиент: olga@client.example" in card.text
        await staff.notes(ticket, Change(ANNA, "closed"), state="closed", closed_at=datetime.now(UTC))
        await staff.reads("✅ Обращение закрыто")
        known = await post_of(AGENTS, staff.group.id, second.id)
        assert known is not None
        assert known.ticket_id == ticket
    finally:
        await staff.stop()


async def test_a_group_that_became_a_supergroup_is_written_to_there(
    sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    staff = await other_desk(sqlite, telegram_server, tmp_path, kind="group")
    try:
        ticket = await staff.takes_in("первое")
        card = await staff.reads("первое")
        await staff.adds(ticket, "второе")
        await staff.reads("второе")
        moved = staff.group.migrate()
        await staff.adds(ticket, "третье")
        await staff.reads("третье", group=moved)
        # The card with the request stands on top there, too; the rest is in the old chat's history.
        assert [text.rpartition("\n")[2] for text in staff.said(group=moved)] == ["первое", "третье"]
        chat = await chat_now(AGENTS, staff.group.id)
        assert chat is not None
        assert chat.moved_to == moved.id
        old = await post_of(AGENTS, staff.group.id, card.id)
        assert old is not None
        assert old.ticket_id == ticket
        other = await staff.takes_in("чужое", from_addr="petr@client.example")
        await staff.reads("чужое", group=moved)
        assert other != ticket
    finally:
        await staff.stop()


async def test_a_chat_that_the_bot_was_thrown_out_of_is_told_and_holds_no_other(staff: StaffDesk) -> None:
    staff.group.remove(staff.agents_bot)
    first = await staff.takes_in("первое")
    second = await staff.takes_in("чужое", from_addr="petr@client.example")
    await staff.unit(lambda: Ticket.filter(id=second).update(line="second"))
    await staff.notes(second, Change(ANNA, "line", "first", "second"))
    topic = await staff.topic_of(second, staff.second)
    await staff.reads("чужое", topic, staff.second)
    assert str(staff.group.id) in staff.staff.trouble
    staff.group.add(staff.agents_bot, rights=ALL)
    await staff.reads("первое", await staff.topic_of(first))
    await staff.until("all is well", lambda: not staff.staff.trouble or None)


async def test_a_chat_that_is_asked_to_wait_holds_no_other(staff: StaffDesk) -> None:
    first = await staff.takes_in("первое")
    topic = await staff.topic_of(first)
    await staff.reads("первое", topic)
    staff.server.fault(
        "sendMessage", "error", code=429, description="Too Many Requests: retry after 2",
        parameters={"retry_after": 2}, when=lambda asked: int(asked.get("chat_id", 0)) == staff.group.id,
    )  # fmt: skip
    await staff.adds(first, "второе")
    await staff.server.until_called("sendMessage", 2)
    second = await staff.takes_in("чужое", from_addr="petr@client.example")
    await staff.notes(second, Change(ANNA, "line", "first", "second"), line="second")
    await staff.reads("чужое", await staff.topic_of(second, staff.second), staff.second)
    assert "второе" not in "".join(staff.said(topic))
    await staff.reads("второе", topic)
    refused, *_, sent = [
        one.at for one in staff.server.called("sendMessage") if int(one.asked["chat_id"]) == staff.group.id
    ][1:]
    assert sent - refused >= 2


async def test_a_ticket_that_telegram_refuses_is_passed_over_with_a_word_and_stops_no_other(
    staff: StaffDesk,
) -> None:
    bad = await staff.takes_in("первое")
    topic = await staff.topic_of(bad)
    staff.server.fault(
        "sendMessage", "error", code=400, description="Bad Request: strange text", times=-1,
        when=lambda asked: "негодное" in str(asked.get("text")),
    )  # fmt: skip
    await staff.adds(bad, "негодное")
    await staff.adds(bad, "после него")
    good = await staff.takes_in("чужое", from_addr="petr@client.example")
    await staff.reads("чужое", await staff.topic_of(good))
    await staff.reads("Показать это здесь не удалось", topic)
    await staff.reads("после него", topic)


async def test_a_picture_that_telegram_can_t_show_comes_as_a_file(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    staff.server.fault(
        "sendPhoto", "error", code=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS", times=-1
    )
    content = jpeg("red")
    shot = NewScreenshot("узкий.jpg", "image/jpeg", 1, 9000, 1, staff.files.keep(content), None)
    await staff.adds(ticket, "вот", screenshots=[shot])
    message = await staff.reads("вот", topic)
    assert message.file is not None
    assert message.file.kind == "document"


async def test_a_picture_whose_bytes_are_gone_is_named(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    lost = NewScreenshot("пропал.jpg", "image/jpeg", 1, 1, 1, "0" * 64, None)
    await staff.adds(ticket, "вот", screenshots=[lost])
    told = await staff.reads("Файл пропал.jpg не найден.", topic)
    assert "вот" in told.text
    await staff.adds(ticket, "дальше")
    await staff.reads("дальше", topic)


async def test_what_may_have_been_said_is_said_once_more_and_no_third_time(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    staff.server.fault("sendMessage", "lost", times=-1, when=lambda asked: "второе" in str(asked.get("text")))
    await staff.adds(ticket, "второе")
    await staff.adds(ticket, "третье")
    await staff.reads("третье", topic)
    said = staff.said(topic)
    assert len([text for text in said if "второе" in text]) == 2
    assert len([text for text in said if "Неизвестно, показано ли здесь" in text]) == 1


async def test_an_answer_lost_once_costs_one_double_at_most(staff: StaffDesk) -> None:
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    staff.server.fault("sendMessage", "lost", when=lambda asked: "второе" in str(asked.get("text")))
    await staff.adds(ticket, "второе")
    await staff.adds(ticket, "третье")
    await staff.reads("третье", topic)
    assert [text.rpartition("\n")[2] for text in staff.said(topic)][1:] == ["второе", "второе", "третье"]


@pytest.mark.parametrize("kind", ["error", "html", "dropped"])
async def test_a_fault_of_telegram_s_delays_and_loses_nothing(staff: StaffDesk, kind: str) -> None:
    staff.server.fault("*", kind, times=4, code=502)
    ticket = await staff.takes_in("первое")
    topic = await staff.topic_of(ticket)
    await staff.reads("первое", topic)
    await staff.adds(ticket, "второе")
    await staff.reads("второе", topic)


async def test_limits_are_kept_the_oldest_deadline_goes_first_and_order_holds(
    sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    telegram_server.limits = Limits(group=(10, 6.0))
    made = StaffDesk(sqlite, FileStore(tmp_path / "files"), telegram_server, pace=Pace)
    tickets = [await made.takes_in(f"первое {n}", from_addr=f"c{n}@client.example") for n in range(3)]
    for ticket in tickets:
        await made.adds(ticket, f"второе {ticket}")
    await made.unit(
        lambda: Ticket.filter(id=tickets[2]).update(reaction_due_at=datetime(2020, 1, 1, tzinfo=UTC))
    )
    await made.run()
    try:
        for ticket in tickets:
            await made.reads(f"второе {ticket}")
        assert [topic.name[:9] for topic in made.group.topics()] == ["AS-000003", "AS-000001", "AS-000002"]
        for topic in made.group.topics():
            assert ["первое" in text for text in made.said(topic)] == [True, False]
    finally:
        await made.stop()
