"""What agents see of thanks, of the head of support and of a recorded call, of a client who mails."""

import asyncio

import pytest

from tests import sounds
from tests.service.letters import letter, send
from tests.service.relay import Relay
from tests.service.test_journey import links, page
from tests.telegram.conftest import MakeChatDesk
from tests.telegram.test_journeys import _mails as mails

pytestmark = pytest.mark.usefixtures("unhurried")
RIIKKA = "riikka@leipomo.example"


async def test_riikka_thanks_by_mail_and_anna_reopens_with_one_tap(make_chat_desk: MakeChatDesk) -> None:
    relay = await asyncio.to_thread(Relay)
    try:
        desk = await make_chat_desk(relay_port=relay.port)
        await desk.run()
        staff, port = desk.staff, desk.desk.smtp_port
        assert await asyncio.to_thread(send, port, letter(RIIKKA, "Hei! Kassa ei tulosta.")) == 250
        (confirmation,) = await mails(relay, RIIKKA, 1)
        topic = await staff.group.topic_of("AS-000001", 90)  # it comes by mail, through a worker process
        url = links(confirmation, "ticket")[0]
        assert (await asyncio.to_thread(page, url, ask="escalate"))[0] == 200
        await staff.reads("руководител", topic)
        place = (staff.group, topic)
        await staff.anna.sends_file(
            "v", sounds.opus(), "audio/ogg", "/time 0:10 call", where=place, kind="voice"
        )
        await staff.reads("Запись сохранена", topic)
        await staff.answers(topic, "Käynnistä kassa uudelleen.")
        await mails(relay, RIIKKA, 2)
        await staff.anna.writes("/close settled", where=(staff.group, topic))
        *_, invitation = await mails(relay, RIIKKA, 3)
        thanks = letter(RIIKKA, "Kiitos paljon, nyt toimii!", subject=f"Vs: {invitation.mail['Subject']}",
                        answers=invitation.message_id)  # fmt: skip
        assert await asyncio.to_thread(send, port, thanks) == 250
        await staff.reads("Kiitos paljon, nyt toimii!", topic)
        told = await staff.reads("Клиент поблагодарил", topic)
        (ticket,) = await desk.tickets()
        assert ticket["state"] == "closed"
        await staff.anna.presses("Вернуть в работу", on=told)
        await staff.reads("Обращение снова в работе", topic)
        (ticket,) = await desk.tickets()
        assert ticket["state"] == "open"
        assert len(relay.to(RIIKKA)) == 3, "nothing of this is the client's business"
    finally:
        await asyncio.to_thread(relay.down)


async def test_a_partners_line_hands_over_to_the_vendors_chat_and_says_who_and_why(
    make_chat_desk: MakeChatDesk,
) -> None:
    desk = await make_chat_desk()
    await desk.run()
    olga, staff = desk.server.person("Ольга", language="ru"), desk.staff
    await olga.starts(desk.bot)
    await olga.writes("Платформа падает при обмене")
    await olga.reads("приняли")
    topic = await staff.topic_of("AS-000001")
    await staff.anna.writes("/line vendor нужен разработчик платформы", where=(staff.group, topic))
    told = await staff.reads("➡️ Линия: первая → поставщик", topic)
    assert "Анна Петровна" in told.text and "нужен разработчик платформы" in told.text
    await desk.settled()
    said = " ".join(one.text for one in olga.sees())
    assert "поставщик" not in said and "разработчик платформы" not in said
