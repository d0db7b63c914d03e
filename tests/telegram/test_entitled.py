"""What agents see and do in the staff chat of a client's entitlement: card, curator, urgency, plan."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.demo.telegram import TelegramServer
from storage.files import FileStore
from storage.models import Delivery
from tests.companies import INTAKE, LEVELS, OFFERING, UCHET, VERBS, a_company
from tests.desk_on_disk import DeskOnDisk, mail
from tests.telegram.agents_desk import AgentsChat
from tests.telegram.staff_desk import ANNA, VERA, StaffDesk

CURATORS = replace(INTAKE, offering=replace(OFFERING, agents={ANNA: "main"}))


@pytest.fixture
async def staff(
    sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path
) -> AsyncIterator[StaffDesk]:
    """A staff group with topics; the worker runs."""
    made = StaffDesk(sqlite, FileStore(tmp_path / "files"), telegram_server)
    made.cards = replace(made.cards, lines={"first": (ANNA,)}, products=(UCHET,))
    made.staff = made.worker()
    await made.run()
    yield made
    await made.stop()


async def takes_in(staff: StaffDesk, text: str, **columns: Any) -> int:
    outcome = await staff.desk.receives(mail(text, **columns), datetime.now(UTC), rules=CURATORS)
    assert outcome.ticket_id is not None
    return outcome.ticket_id


async def test_the_card_shows_company_curator_and_an_outdated_version(staff: StaffDesk) -> None:
    await a_company(staff.desk.database, ("2026-01-01", None, "paid"), curator=ANNA, now=datetime.now(UTC))
    topic = await staff.topic_of(await takes_in(staff, "АгроУчёт 3.1.14 не печатает"))
    card = await staff.reads("Компания", topic)
    assert f"Компания: ООО «Нива», куратор: {ANNA}" in card.text
    assert "Программа: АгроУчёт, устаревшая версия 3.1.14" in card.text
    assert "Отвечает: –" in card.text, "a paid plan does not go to the curator by itself"


async def test_a_stranger_s_card_has_no_line_for_a_company(staff: StaffDesk) -> None:
    topic = await staff.topic_of(await takes_in(staff, "Не печатает"))
    card = await staff.reads("Клиент:", topic)
    assert "Компания" not in card.text and "Программа" not in card.text


async def test_an_individual_plan_s_topic_calls_the_curator(staff: StaffDesk) -> None:
    await a_company(
        staff.desk.database, ("2026-01-01", None, "individual"), curator=ANNA, now=datetime.now(UTC)
    )
    topic = await staff.topic_of(await takes_in(staff, "Не печатает"))
    said = await staff.reads("Обращение ведёт куратор", topic)
    assert said.text == f"Обращение ведёт куратор: {ANNA}\n{ANNA}"
    asked = next(one.asked for one in staff.server.called("sendMessage") if one.asked["text"] == said.text)
    assert [(one["type"], one["user"]["id"]) for one in asked["entities"]] == [
        ("text_mention", staff.anna.id)
    ]
    card = await staff.reads("Отвечает", topic)
    assert f"Отвечает: {ANNA}" in card.text


async def test_a_curator_whom_nobody_stands_in_for_calls_the_heads(staff: StaffDesk) -> None:
    await a_company(
        staff.desk.database, ("2026-01-01", None, "individual"), curator="Пётр", now=datetime.now(UTC)
    )
    topic = await staff.topic_of(await takes_in(staff, "Не печатает"))
    said = await staff.reads("❗ Куратор Пётр отсутствует", topic)
    assert said.text.endswith(f"\n{VERA}")


async def test_a_claim_of_urgency_calls_the_line_and_keeps_the_level(staff: StaffDesk) -> None:
    topic = await staff.topic_of(await takes_in(staff, "Срочно! Касса не печатает."))
    said = await staff.reads("❗ Клиент считает обращение срочным: «Срочно».", topic)
    assert said.text.endswith(f"\n{ANNA}")
    assert "Уровень: Уровень general" in (await staff.reads("Уровень:", topic)).text


# --- what agents do


@pytest.fixture
async def chat(sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path) -> AgentsChat:
    """The agents' bot, with the levels of a new desk."""
    made = AgentsChat(sqlite, FileStore(tmp_path / "files"), telegram_server)
    made.desk = replace(made.desk, desk=VERBS, cards=replace(made.desk.cards, levels=LEVELS))
    made.bot = type(made.bot)(made.server.url, made.telegram.token, made.desk)
    return made


async def test_a_kind_outside_the_plan_offers_one_tap_to_the_level_of_the_rules(chat: AgentsChat) -> None:
    await a_company(chat.database, ("2026-01-01", None, "free"))
    number, topic = await chat.ticket()
    await chat.anna.writes("/kind consultation", where=(chat.group, topic))
    await chat.hears()
    question = chat.told(topic)[-1]
    assert question.text == (
        "Обращение AS-000001: консультация.\n"
        "План «Бесплатный» этого не покрывает, по правилам уровень\xa0— «Уровень general»."
    )
    assert (await chat.disk.ticket(number))["level"] == "standard", "never by itself"
    await chat.presses(chat.anna, "Перевести на этот уровень", on=question)
    assert (await chat.disk.ticket(number))["level"] == "general"
    told = await Delivery.get(ticket_id=number, kind="level-change")
    assert told.facts["entitlement"] == {"why": "not covered", "day": None, "plan": "free"}


async def test_a_kind_inside_the_plan_is_just_noted(chat: AgentsChat) -> None:
    await a_company(chat.database, ("2026-01-01", None, "free"))
    _, topic = await chat.ticket()
    await chat.anna.writes("/kind bug", where=(chat.group, topic))
    await chat.hears()
    assert chat.said(topic)[-1] == "Обращение AS-000001: ошибка."


async def test_level_auto_asks_the_rules_and_is_offered_among_the_levels(chat: AgentsChat) -> None:
    await a_company(chat.database, ("2026-01-01", None, "free"))
    number, topic = await chat.ticket()
    await chat.anna.writes("/level urgent", where=(chat.group, topic))
    await chat.anna.writes("/level", where=(chat.group, topic))
    await chat.hears()
    await chat.presses(chat.anna, "По правилам", on=chat.told(topic)[-1])
    assert (await chat.disk.ticket(number))["level"] == "standard"
