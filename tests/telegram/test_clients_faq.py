"""What the FAQ may answer is offered before a request is opened; the message waits, and is never lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from replies import answering, closing
from replies.faq.search import Faq
from storage.database import Database
from storage.faq_models import Offer
from storage.models import Entry, Ticket
from tests.desk_on_disk import VERBS
from tests.faq.given import write
from tests.intake.pictures import encoded
from tests.telegram.requests_chat import OLGA, PETER, RequestsChat

PICTURE = encoded(Image.new("RGB", (40, 30), "teal"), "JPEG")
LATER = timedelta(minutes=11)
ASKED = "Где распечатать расчётный листок?"  # entry payslip, found alone
ANSWER = "Расчётные листки"  # its title


@pytest.fixture
def chat(database: Database, tmp_path: Path) -> RequestsChat:
    """Olga's chat, on both engines, of a desk with a FAQ in Russian and Finnish."""
    chat = RequestsChat(database, tmp_path)
    faq = Faq(write(tmp_path / "faq", "ru", "fi"))
    # The same desk for the bot that has been built with it: its handlers get it by name.
    chat.desk = replace(chat.desk, offer=faq.offer)
    chat.bot._dispatcher["desk"] = chat.desk
    chat.bot._desk = chat.desk
    return chat


async def offers() -> list[tuple[str, str, bool | None, int | None]]:
    rows = await Offer.all().order_by("id")
    return [(one.entry, one.place, one.helped, one.ticket_id) for one in rows]


async def tickets() -> int:
    return await Ticket.all().count()


async def test_what_helps_opens_no_request(chat: RequestsChat) -> None:
    assert (await chat.writes(ASKED)).what == "held"
    offered = await chat.hears(ANSWER)
    assert "https://help.example/payslip" in offered.text
    assert "Их можно напечатать или разослать на личную почту" in offered.text
    assert list(offered.buttons) == ["Помогло", "Открыть обращение"]
    await chat.presses(offered.buttons["Помогло"], offered.number)
    assert (await chat.hears("Рады, что ответ нашёлся")).number == offered.number
    assert not await chat.process(LATER)
    assert await tickets() == 0
    assert await offers() == [("payslip", "chat", True, None)]
    (entry,) = await Entry.filter(outcome="the FAQ has helped: payslip")
    assert entry.state == "done" and entry.body is not None


async def test_what_does_not_help_opens_the_request_with_all_that_was_written(chat: RequestsChat) -> None:
    await chat.sends_picture(PICTURE, ASKED)
    await chat.writes("И ещё вопрос по нему")
    offered = await chat.hears(ANSWER)
    assert not await chat.says(), "one offer is enough"
    await chat.presses(offered.buttons["Открыть обращение"], offered.number)
    await chat.process()
    assert await tickets() == 1
    assert await chat.texts(1) == [ASKED, "И ещё вопрос по нему"]
    assert len((await chat.ticket(1))["messages"][0]["screenshots"]) == 1
    assert await offers() == [("payslip", "chat", False, 1)]
    confirmed = await chat.hears("AS-000001")
    assert "help.example" not in confirmed.text, "he has seen it"


async def test_who_does_not_choose_has_his_request_counted_from_when_he_wrote(chat: RequestsChat) -> None:
    before = datetime.now(UTC)
    await chat.writes(ASKED)
    await chat.hears(ANSWER)
    assert not await chat.process(timedelta(minutes=9))
    await chat.process(LATER)
    ticket = await Ticket.get(id=1)
    assert before - timedelta(seconds=2) <= ticket.created_at <= datetime.now(UTC)
    assert await offers() == [("payslip", "chat", None, 1)]


async def test_a_word_that_it_helped_after_all_is_noted_on_the_ticket(chat: RequestsChat) -> None:
    await chat.writes(ASKED)
    offered = await chat.hears(ANSWER)
    await chat.process(LATER)
    await chat.says()
    await chat.presses(offered.buttons["Помогло"], offered.number)
    assert "Обращение AS-000001 уже открыто" in (await chat.hears("Рады")).text
    assert await offers() == [("payslip", "chat", True, 1)]
    assert [one["what"] for one in (await chat.ticket(1))["history"]][-1] == "faq helped"
    assert (await Ticket.get(id=1)).state == "new", "it is the agents' to close"


async def test_of_several_entries_the_one_that_helped_is_counted(chat: RequestsChat) -> None:
    await chat.writes("Как установить обновление программы и сделать резервное копирование базы?")
    offered = await chat.hears("Возможно, ответ есть здесь")
    labels = list(offered.buttons)
    assert labels[-1] == "Открыть обращение" and len(labels) >= 3
    entries = [one[0] for one in await offers()]
    assert {"update", "backup"} <= set(entries)
    second = labels[1]
    await chat.presses(offered.buttons[second], offered.number)
    assert [one[2] for one in await offers()] == [None, True, *([None] * (len(entries) - 2))]
    assert not await chat.process(LATER)


async def test_an_urgent_message_is_opened_at_once_and_its_confirmation_links(chat: RequestsChat) -> None:
    assert (await chat.writes(f"Срочно! {ASKED}")).what == "opened"
    confirmed = await chat.hears("https://help.example/payslip")
    assert "AS-000001" in confirmed.text and not confirmed.buttons
    assert await offers() == [("payslip", "confirmation", None, 1)]


async def test_urgency_that_is_told_while_it_waits_opens_it(chat: RequestsChat) -> None:
    await chat.writes(ASKED)
    await chat.writes("Это срочно!")
    await chat.process()
    assert await tickets() == 1
    assert sorted(await chat.texts(1)) == sorted([ASKED, "Это срочно!"])


async def test_nothing_is_held_without_a_text_or_without_a_good_match(chat: RequestsChat) -> None:
    assert (await chat.sends_picture(PICTURE)).what == "opened"
    assert (await chat.writes("Когда приедет ваш специалист?", who=PETER)).what == "opened"
    assert await offers() == []


async def test_more_on_an_open_request_is_not_held(chat: RequestsChat) -> None:
    await chat.writes("Когда приедет ваш специалист?")
    assert (await chat.writes(ASKED)).what == "joined"
    assert await offers() == []


async def test_an_album_that_waits_stays_one_message(chat: RequestsChat) -> None:
    other = encoded(Image.new("RGB", (40, 30), "red"), "JPEG")
    await chat.sends(
        [
            chat.photo(PICTURE, ASKED, media_group_id="a1"),
            chat.photo(other, media_group_id="a1"),
        ]
    )
    offered = await chat.hears(ANSWER)
    await chat.presses(offered.buttons["Открыть обращение"], offered.number)
    await chat.process()
    (message,) = [one for one in (await chat.ticket(1))["messages"] if one["direction"] == "in"]
    assert len(message["screenshots"]) == 2


async def test_an_edit_while_it_waits_counts(chat: RequestsChat) -> None:
    await chat.sends([chat.message(ASKED, number=500)])
    await chat.hears(ANSWER)
    await chat.edits(500, f"{ASKED} За ноябрь")
    await chat.process(LATER)
    assert await chat.texts(1) == [f"{ASKED} За ноябрь"]


async def test_the_buttons_of_another_do_nothing(chat: RequestsChat) -> None:
    await chat.writes(ASKED)
    offered = await chat.hears(ANSWER)
    await chat.writes("Когда приедет ваш специалист?", who=PETER)
    his = (await chat.says(PETER))[0]
    assert (await chat.presses(offered.buttons["Помогло"], his.number, who=PETER)).what == "refused"
    assert (await chat.presses("faq:yes:999", offered.number)).what == "refused"
    assert (await chat.presses("faq:maybe:1", offered.number)).what == "refused"
    assert await offers() == [("payslip", "chat", None, None)]


async def test_a_button_that_is_pressed_twice_does_it_once(chat: RequestsChat) -> None:
    await chat.writes(ASKED)
    offered = await chat.hears(ANSWER)
    for _ in range(2):
        await chat.presses(offered.buttons["Открыть обращение"], offered.number)
        await chat.process()
    assert await tickets() == 1
    assert (await chat.writes("И ещё одно")).ticket_id == 1, "what comes next goes on it"


async def test_a_client_of_another_language_reads_it_in_his(chat: RequestsChat) -> None:
    finn = {"from": {"id": OLGA, "is_bot": False, "first_name": "Riikka", "language_code": "fi"}}
    await chat.sends([chat.message("Mistä palkkalaskelman saa tulostettua?") | finn])
    assert list((await chat.hears("Palkkalaskelmat")).buttons) == ["Auttoi", "Avaa pyyntö"]
    assert (await Offer.get(id=1)).language == "fi"


async def test_who_was_asked_where_it_belongs_is_not_asked_again(chat: RequestsChat) -> None:
    await chat.writes("Когда приедет ваш специалист?")
    now = datetime.now(UTC)
    await answering.answer(chat.database, VERBS, 1, "Анна", "Завтра.", now)
    await closing.close(chat.database, VERBS, 1, "Анна", now)
    await chat.says()
    assert (await chat.writes(ASKED)).what == "held"
    asked = (await chat.says())[-1]
    await chat.presses("to:0", asked.number)
    await chat.process()
    assert await tickets() == 2
    assert "AS-000002" in (await chat.hears("https://help.example/payslip")).text
    assert await offers() == [("payslip", "confirmation", None, 2)]
