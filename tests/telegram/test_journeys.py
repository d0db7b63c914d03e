"""Conversations as people have them, from the first word to the rating."""

from tests.telegram.people import ChatDesk


async def test_olga_writes_anna_answers_and_closes_olga_rates(chat_desk: ChatDesk) -> None:
    server, staff = chat_desk.server, chat_desk.staff
    olga = server.person("Ольга", language="ru")
    await olga.starts(chat_desk.bot)
    await olga.reads("Здравствуйте")
    await olga.writes("Не печатает касса\nпомогите, пожалуйста")
    confirmed = await olga.reads("приняли")
    assert "AS-000001" in confirmed.text
    topic = await staff.topic_of("AS-000001")
    await staff.reads("помогите, пожалуйста", topic)
    await staff.answers(topic, "Перезапустите её, пожалуйста")
    await olga.reads("Перезапустите её")
