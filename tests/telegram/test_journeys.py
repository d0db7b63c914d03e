"""Conversations as people have them, from the first word to the rating."""

import asyncio
import re
from typing import Any

import pytest

from tests.service.letters import letter, picture, send
from tests.service.relay import Relay
from tests.telegram.conftest import MakeChatDesk
from tests.telegram.people import jpeg

pytestmark = pytest.mark.usefixtures("unhurried")


async def test_olga_writes_anna_answers_and_closes_and_olga_rates(
    database_url: str, make_chat_desk: MakeChatDesk
) -> None:
    desk = await make_chat_desk(database=database_url)
    await desk.run()
    olga, staff = desk.server.person("Ольга", language="ru"), desk.staff
    await olga.starts(desk.bot)
    await olga.reads("Здравствуйте")
    await olga.writes("Не печатает касса\nпомогите, пожалуйста")
    confirmation = (await olga.reads("приняли")).text
    assert "AS-000001" in confirmation and "рабочих часов" in confirmation and "МСК" in confirmation
    topic = await staff.topic_of("AS-000001")
    await staff.reads("помогите, пожалуйста", topic)
    await olga.sends_photo(jpeg("red"), "вот снимок")
    assert (await staff.reads("вот снимок", topic)).file is not None
    await staff.answers(topic, "// мы это знаем")
    await staff.answers(topic, "Перезапустите её, пожалуйста")
    await olga.reads("Перезапустите её")
    await olga.writes("Всё работает, спасибо")
    await staff.reads("Всё работает", topic)
    await staff.anna.writes("/close", where=(staff.group, topic))
    asked = await staff.reads("Как закрываем обращение", topic)
    await staff.anna.presses("Решено", on=asked)
    await olga.presses("★★★★★")
    await olga.reads("★★★★★")
    assert "мы это знаем" not in "".join(one.text for one in olga.sees())
    (ticket,) = await desk.tickets()
    (closure,) = ticket["closures"]
    assert (ticket["state"], closure["stars"]) == ("closed", 5)
    assert [one["direction"] for one in ticket["messages"]] == ["in", "in", "note", "out", "in"]


async def test_riikka_mails_and_is_answered_with_an_album_from_the_topic(
    make_chat_desk: MakeChatDesk,
) -> None:
    relay = await asyncio.to_thread(Relay)
    try:
        desk = await make_chat_desk(relay_port=relay.port)
        await desk.run()
        mail = letter("Riikka <riikka@leipomo.example>", "Hei! Ohjelma näyttää virheen.", picture(),
                      subject="Virhe tositteessa")  # fmt: skip
        assert await asyncio.to_thread(send, desk.desk.smtp_port, mail) == 250
        topic = await desk.staff.topic_of("AS-000001")
        await desk.staff.reads("Ohjelma näyttää virheen", topic)
        await desk.server.world.until(
            "her screenshot is shown",
            lambda: any(one.file for one in desk.staff.group.said_in(topic)) or None,
            30,
        )
        pictures = [("yksi.jpg", jpeg("gold")), ("kaksi.jpg", jpeg("pink"))]
        await desk.staff.answers_with_album(topic, pictures, "Katso nämä kuvat")
        _, answer = await _mails(relay, "riikka@leipomo.example", 2)
        assert "Katso nämä kuvat" in answer.text
        attached = [part.get_payload(decode=True) for part in answer.mail.walk() if part.get_filename()]
        assert len(attached) == 2 and attached[0] != attached[1]
    finally:
        await asyncio.to_thread(relay.down)


async def _mails(relay: Relay, recipient: str, number: int) -> list[Any]:
    async with asyncio.timeout(30):
        while len(found := relay.to(recipient)) < number:
            await asyncio.sleep(0.1)
    return found


async def test_who_mails_and_who_chats_get_the_same_words_level_and_promise(
    make_chat_desk: MakeChatDesk,
) -> None:
    relay = await asyncio.to_thread(Relay)
    try:
        desk = await make_chat_desk(relay_port=relay.port)
        await desk.run()
        olga = desk.server.person("Ольга", language="ru")
        await olga.starts(desk.bot)
        mail = letter("petr@ferma.example", "Не проводится документ, помогите, пожалуйста.")
        assert await asyncio.to_thread(send, desk.desk.smtp_port, mail) == 250
        await olga.writes("Не проводится документ, помогите, пожалуйста.")
        chatted = _promise((await olga.reads("приняли")).text)
        (mailed,) = await _mails(relay, "petr@ferma.example", 1)
        assert chatted == _promise(mailed.text) and len(chatted) >= 2
    finally:
        await asyncio.to_thread(relay.down)


def _promise(text: str) -> list[str]:
    """The sentences about number, level and deadline; the number itself differs, a minute may."""
    lines = " ".join(text.split())
    found = re.findall(r"(?:Мы приняли|Уровень обслуживания|Специалист ответит).*?[.](?= |$)", lines)
    return [re.sub(r"AS-\d+|\d\d:\d\d", "…", line) for line in found]


async def test_fault_33_an_album_that_a_restart_tears_apart_is_one_request(
    make_chat_desk: MakeChatDesk,
) -> None:
    desk = await make_chat_desk()
    await desk.run()
    olga = desk.server.person("Ольга", language="ru")
    await olga.starts(desk.bot)
    await olga.reads("Здравствуйте")
    first = await olga.sends_album([("1", jpeg("red")), ("2", jpeg("green"))], "Касса не печатает")
    await desk.server.until_heard(desk.bot)  # recorded, and who knows how far processed
    await desk.stop()
    await olga.sends_album([("3", jpeg("blue"))], album=first[0].album, at=-1)
    await desk.run()
    await olga.reads("приняли")
    topic = await desk.staff.topic_of("AS-000001")
    await desk.server.world.until(
        "all three pictures are in the topic",
        lambda: sum(one.file is not None for one in desk.staff.group.said_in(topic)) == 3 or None,
        30,
    )
    await olga.sends_album([("4", jpeg("gold"))], album=first[0].album, at=-1)  # much later, still the same
    await desk.server.world.until(
        "the late picture, too",
        lambda: sum(one.file is not None for one in desk.staff.group.said_in(topic)) == 4 or None,
        30,
    )
    (ticket,) = await desk.tickets()
    assert sum(len(one["screenshots"]) for one in ticket["messages"]) == 4
    assert sum("приняли" in one.text for one in olga.sees()) == 1


async def test_what_was_written_while_nobody_listened_is_taken_in_after_the_start_in_order(
    make_chat_desk: MakeChatDesk,
) -> None:
    desk = await make_chat_desk()
    await desk.run()
    olga = desk.server.person("Ольга", language="ru")
    await olga.starts(desk.bot)
    await olga.reads("Здравствуйте")
    await desk.stop()
    await olga.writes("Не печатает касса")
    await olga.writes("И ещё: не открывается смена")
    await desk.run()
    await olga.reads("приняли")
    topic = await desk.staff.topic_of("AS-000001")
    first = await desk.staff.reads("Не печатает касса", topic)
    assert (await desk.staff.reads("не открывается смена", topic)).id > first.id
    assert len(desk.staff.group.topics()) == 1
