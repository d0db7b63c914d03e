"""The FAQ as people meet it, with the whole service: in the client's chat and in the agents' topic."""

import asyncio
from typing import Any

import pytest

from tests.faq.given import write
from tests.telegram.conftest import MakeChatDesk

pytestmark = pytest.mark.usefixtures("unhurried")


async def desk_with_faq(database_url: str, make_chat_desk: MakeChatDesk) -> Any:
    desk = await make_chat_desk(database=database_url, changes={'folder = ""': 'folder = "faq"'})
    write(desk.desk.folder / "faq", "ru")
    await desk.run()
    return desk


async def test_olga_finds_the_answer_herself_and_the_next_time_opens_a_request(
    database_url: str, make_chat_desk: MakeChatDesk
) -> None:
    desk = await desk_with_faq(database_url, make_chat_desk)
    olga, staff = desk.server.person("Ольга", language="ru"), desk.staff
    await olga.starts(desk.bot)
    await olga.reads("Здравствуйте")
    await olga.writes("Где распечатать расчётный листок?")
    await olga.reads("Расчётные листки")
    await olga.presses("Помогло")
    await olga.reads("Обращение мы не открывали")
    assert await desk.tickets() == []
    await olga.writes("Денежный ящик не открывается")
    offered = await olga.reads("Ключом ящик открывается и без питания")
    await olga.presses("Открыть обращение", on=offered)
    assert "AS-000001" in (await olga.reads("приняли")).text
    topic = await staff.topic_of("AS-000001")
    await staff.anna.writes("/faq денежный ящик", where=(staff.group, topic))
    listed = await staff.reads("Какую статью показать", topic)
    await staff.anna.presses("Денежный ящик не открывается", on=listed)
    shown = await staff.reads("импульс открытия", topic)
    await staff.anna.presses("Отправить", on=shown)
    await olga.reads("включите импульс открытия")
    await staff.answers(topic, "Мне кажется, нужно проверить кабель")
    asked = await staff.reads("Рекомендую", topic)
    await staff.anna.presses("Отправить лучший вариант", on=asked)
    await olga.reads("Рекомендую проверить кабель")
    assert not any("Мне кажется" in one.text for one in olga.sees())
    (ticket,) = await desk.tickets()
    assert ticket["reacted_at"] is not None
    counted = await asyncio.to_thread(desk.desk.rows, "faq", "stats")
    assert [(one["entry"], one["place"], one["helped"], one["not_helped"]) for one in counted] == [
        ("cash-drawer", "agent", 0, 0),
        ("cash-drawer", "chat", 0, 1),
        ("payslip", "chat", 1, 0),
    ]
