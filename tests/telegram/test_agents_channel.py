"""What heads read in their chat with the agents' bot, and what comes into the staff chat instead."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.demo.telegram import ALL, TelegramServer
from bot.rules import file_store
from storage.models import Delivery, Ticket
from storage.notices import HEADS, LEADERS, STAFF, Notice, owe_notice
from storage.tickets import Change, note_changes
from tests.telegram.conftest import MakeChatDesk
from tests.telegram.people import ChatDesk, jpeg

SINCE = "2026-11-21T05:00:00+00:00"
GAP = {"bot": "clients", "since": SINCE, "until": "2026-11-22T06:00:00+00:00"}
# A calendar that is open whenever the tests run.
ALWAYS = {
    'days = ["mon", "tue", "wed", "thu", "fri"]': 'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]',
    'hours = ["05:00-14:00"]': 'hours = ["00:00-24:00"]',
    'holidays = "RU"': 'holidays = ""',
}


async def owes(desk: ChatDesk, recipient: str, key: str = "", **facts: Any) -> None:
    assert desk.service is not None and desk.service.telegram is not None
    notice = Notice(f"gap:{recipient}:{key}", "gap", recipient, facts or GAP)
    assert await desk.service.database.writer.run(lambda: owe_notice(notice, datetime.now(UTC)))
    desk.service.telegram.wake()


async def a_ticket(desk: ChatDesk) -> None:
    olga = desk.server.person("Ольга")
    await olga.starts(desk.bot)
    await olga.writes("Не печатает касса")
    await olga.reads("приняли")


async def test_a_head_reads_it_in_his_own_chat(chat_desk: ChatDesk) -> None:
    vera = chat_desk.staff.vera
    await vera.starts(chat_desk.agents_bot)
    await owes(chat_desk, LEADERS)
    said = await vera.reads("Бот клиентов не получал сообщений", where=chat_desk.agents_bot)
    assert "21 ноября 2026 г., 08:00 (МСК)" in said.text.replace("\u00a0", " ")


async def test_a_head_who_never_started_the_bot_is_told_in_the_staff_chat(chat_desk: ChatDesk) -> None:
    await owes(chat_desk, HEADS)
    said = await chat_desk.staff.reads("Бот клиентов не получал сообщений")
    assert said.text.startswith("Для: Вера\n")
    assert said.thread is None
    (dead,) = await Delivery.filter(channel="agents", state="dead")
    assert "initiate conversation" in dead.error


async def test_telegram_is_asked_again_after_the_pause_that_it_wants(chat_desk: ChatDesk) -> None:
    fault = chat_desk.server.fault(
        "sendMessage", "error", code=429, description="Too Many Requests: retry after 1",
        parameters={"retry_after": 1},
    )  # fmt: skip
    await owes(chat_desk, STAFF)
    await chat_desk.staff.reads("Бот клиентов не получал сообщений")
    assert fault.hits == 1


async def test_a_breach_reaches_the_head_with_a_link_to_the_topic_where_it_stands_too(
    make_chat_desk: MakeChatDesk,
) -> None:
    desk = await make_chat_desk(changes=ALWAYS)
    await desk.run()
    assert desk.service is not None and desk.service.deadlines is not None
    vera = desk.staff.vera
    await vera.starts(desk.agents_bot)
    await a_ticket(desk)
    topic = await desk.staff.topic_of("AS-000001")
    late = datetime.now(UTC) - timedelta(minutes=5)
    await Ticket.filter(id=1).update(reaction_due_at=late)
    desk.service.deadlines.wake()
    said = await vera.reads("AS-000001", where=desk.agents_bot)
    assert said.text.splitlines()[-1] == f"https://t.me/c/{str(desk.staff.group.id)[4:]}/{topic.id}"
    assert "осталось без ответа" in said.text


async def test_an_escalation_reaches_the_head(chat_desk: ChatDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replies.deadlines.SOON", 0.2)
    assert chat_desk.service is not None and chat_desk.service.deadlines is not None
    vera = chat_desk.staff.vera
    await vera.starts(chat_desk.agents_bot)
    await a_ticket(chat_desk)
    await chat_desk.staff.topic_of("AS-000001")
    escalated = Change("tg:1", "escalated", why="касса стоит")
    await chat_desk.service.database.writer.run(lambda: note_changes(1, datetime.now(UTC), escalated))
    chat_desk.service.deadlines.wake()
    said = await vera.reads("касса стоит", where=chat_desk.agents_bot)
    assert "https://t.me/c/" in said.text


async def test_a_reply_to_a_notice_in_the_staff_chat_goes_to_no_client(chat_desk: ChatDesk) -> None:
    await a_ticket(chat_desk)
    await chat_desk.staff.topic_of("AS-000001")
    assert chat_desk.service is not None and chat_desk.service.telegram is not None
    notice = Notice("1:escalated:1", "escalated", STAFF, {"why": ""}, ticket_id=1)
    await chat_desk.service.database.writer.run(lambda: owe_notice(notice, datetime.now(UTC)))
    chat_desk.service.telegram.wake()
    said = await chat_desk.staff.reads("просит руководителя")
    await chat_desk.staff.anna.writes("Займусь", where=chat_desk.staff.group, to=said)
    await chat_desk.server.until_heard(chat_desk.agents_bot)
    await chat_desk.settled()
    (ticket,) = await chat_desk.tickets()
    assert [one["direction"] for one in ticket["messages"]] == ["in"]


async def test_a_group_that_became_a_supergroup_gets_it_there(
    telegram_server: TelegramServer, make_chat_desk: MakeChatDesk
) -> None:
    boss = telegram_server.person("Пётр")
    basic = telegram_server.group("Вторая линия", boss, forum=False, kind="group")
    desk = await make_chat_desk(more=f"\n[telegram.agents.lines]\nsecond = {basic.id}\n")
    basic.add(desk.agents_bot, rights=ALL)
    await desk.run()
    moved = basic.migrate()
    await owes(desk, f"{STAFF}:second")
    await boss.reads("Бот клиентов не получал сообщений", where=moved)


async def test_a_chart_is_shown_and_one_that_is_gone_is_done_without(chat_desk: ChatDesk) -> None:
    assert chat_desk.service is not None
    vera = chat_desk.staff.vera
    await vera.starts(chat_desk.agents_bot)
    kept = file_store(chat_desk.service.settings).keep(jpeg())
    for bot, digest in (("clients", kept), ("agents", "0" * 64)):
        chart = {"sha256": digest, "name": "ratings.png", "media_type": "image/png", "as_picture": True}
        await owes(chat_desk, f"tg:{vera.id}", **{**GAP, "bot": bot}, files=[chart], key=bot)
    shown = await vera.reads("Бот клиентов не получал сообщений", where=chat_desk.agents_bot)
    told = await vera.reads("Бот специалистов не получал сообщений", where=chat_desk.agents_bot)
    assert (shown.file is not None, told.file is not None) == (True, False)
