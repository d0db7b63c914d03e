"""Companies in the staff chat: the card, notes, linking by command and by one tap, who may change what."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.demo.telegram import TelegramServer
from bot.telegram.agents.commands.asked import Extras
from bot.telegram.agents.commands.running import EXTRAS
from replies.chats.notices import Notices
from replies.chats.sayings import button_token
from replies.languages import Languages
from replies.wording import Wording
from storage.companies.card import CompanyCard, Used, company_card
from storage.companies.changing import Edit, add_company, connect, edit_company, note_on_company
from storage.companies.linking import link_client
from storage.files import FileStore
from storage.models import Client
from storage.tickets import ticket_now
from storage.topics import Moved
from tests.desk_on_disk import LEVELS, MAIN, NOW, DeskOnDisk, mail
from tests.telegram.agents_desk import ANNA, VERA, AgentsChat
from tests.telegram.staff_desk import StaffDesk


@pytest.fixture
async def chat(sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path) -> AgentsChat:
    """A staff chat; two companies, of which the first has all that a company may have."""
    chat = AgentsChat(sqlite, FileStore(tmp_path / "files"), telegram_server)
    chat.bot.application.bot_data[EXTRAS] = Extras("АгроСофт")
    await companies(sqlite)
    return chat


async def companies(desk: DeskOnDisk) -> None:
    async def unit() -> None:
        await add_company("R-1", "ООО «Рога»", NOW)
        await edit_company(
            "R-1",
            Edit(
                curator=ANNA, level="gold", plan="paid", valid_from=date(2026, 1, 1),
                valid_to=date(2099, 12, 31), domains=("client.example",),
                products=(Used("buh", "3.2.1", "77"),),
            ),
        )  # fmt: skip
        await connect("R-1", "second", NOW)
        await note_on_company("R-1", ANNA, "Два сервера", NOW)
        await add_company("R-2", "Копыта", NOW)

    await desk.database.writer.run(unit)


async def said_to(chat: AgentsChat, text: str, where: Any = None, who: Any = None) -> str:
    """Somebody gives a command; returns the newest thing that the bot says."""
    before = {one.id for one in chat.told()}
    await (who or chat.anna).writes(text, where=(chat.group, where) if where else chat.group)
    await chat.hears()
    new = [one.text for one in chat.told() if one.id not in before and one.sender["id"] == chat.telegram.id]
    return new[-1] if new else ""


async def linked(chat: AgentsChat) -> tuple[int, Any]:
    """A ticket of a client of R-1, and its topic."""
    number, topic = await chat.ticket()
    client = await Client.get()
    await chat.database.writer.run(lambda: link_client(client.id, "R-1", ANNA, datetime.now(UTC)))
    return number, topic


async def card(registration: str = "R-1") -> CompanyCard:
    found = await company_card(registration)
    assert found is not None
    return found


async def test_the_card_tells_all_that_is_known(chat: AgentsChat) -> None:
    _, topic = await linked(chat)
    told = await said_to(chat, "/company", topic)
    for line in (
        "ООО «Рога» · R-1",
        "Договор: gold, план paid, 01.01.2026 – 31.12.2099",
        "Куратор: Анна · По рабочим дням, 05:00–14:00 (МСК)",
        "Программы: buh 3.2.1 (77)",
        "Подключена к линиям: вторая (23.11.2026)",
        "Почтовые домены: client.example",
        "Клиентов в справочнике: 1",
        "• 23.11.2026, Анна: Два сервера",
        "Открытых обращений: 1",
    ):
        assert line in told.replace("\u00a0", " "), told
    assert "AS-000001" in told


async def test_any_company_is_shown_by_its_registration(chat: AgentsChat) -> None:
    told = await said_to(chat, "/company R-2")
    assert "Копыта · R-2" in told and "Договора нет" in told
    _, topic = await chat.ticket()
    assert "Копыта" in await said_to(chat, "/company R-2", topic)


async def test_the_client_s_card_names_his_company(chat: AgentsChat) -> None:
    _, topic = await linked(chat)
    assert "Компания: ООО «Рога» · R-1" in await said_to(chat, "/client", topic)


async def test_a_note_is_written_from_the_topic(chat: AgentsChat) -> None:
    _, topic = await linked(chat)
    assert "записана" in await said_to(chat, "/note Обновления по субботам", topic, chat.boris)
    assert [(one.author, one.text) for one in (await card()).notes] == [
        ("Борис", "Обновления по субботам"),
        (ANNA, "Два сервера"),
    ]


async def test_link_and_unlink_are_told_and_kept(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    assert "привязан к компании Копыта" in (await said_to(chat, "/link R-2", topic)).replace("\u00a0", " ")
    client, ticket = await Client.get(), await ticket_now(number)
    assert client.registered and ticket is not None and ticket.company_id == client.company_id
    history = [one["what"] for one in (await chat.disk.ticket(number))["history"]]
    assert history[-1] == "company linked"
    await said_to(chat, "/unlink", topic)
    assert (await Client.get()).company_id is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/company", "клиент не привязан"),
        ("/company R-9", "Компании с номером «R-9»"),
        ("/note", "Что записать?"),
        ("/note Два сервера", "клиент не привязан"),
        ("/link R-9", "Компании с номером «R-9»"),
        ("/link ~00000000", "Компании с номером «~00000000»"),
        ("/unlink", "клиент не привязан"),
        ("/edit plan free", "Эта команда не для всех"),
    ],
)
async def test_what_is_wrong_says_what_is_allowed(chat: AgentsChat, text: str, says: str) -> None:
    await said_to(chat, "/company R-1")
    number, topic = await chat.ticket()
    before = await chat.disk.ticket(number)
    assert says in (await said_to(chat, text, topic)).replace("\u00a0", " ")
    assert await chat.disk.ticket(number) == before
    assert chat.outcomes[-1].what == "refused"


async def test_outside_of_a_topic_the_company_has_to_be_named(chat: AgentsChat) -> None:
    assert "Какая компания?" in await said_to(chat, "/company")
    assert "Что изменить?" in await said_to(chat, "/edit plan free", who=chat.vera)


async def test_heads_and_admins_change_curator_plan_level_and_days(chat: AgentsChat) -> None:
    _, topic = await linked(chat)
    assert "Куратор: Вера" in await said_to(chat, "/edit curator Вера", topic, chat.vera)
    await said_to(chat, "/edit R-1 plan free", who=chat.gleb)
    await said_to(chat, "/edit level -", topic, chat.vera)
    await said_to(chat, "/edit contract 2026-01-01 30.11.2026", topic, chat.vera)
    found = await card()
    assert found.curator == VERA
    (term,) = found.contracts
    assert (term.plan, term.level, term.valid_from, term.valid_to) == (
        "free", "", date(2026, 1, 1), date(2026, 11, 30),
    )  # fmt: skip
    await said_to(chat, "/edit contract 2027-01-01 -", topic, chat.vera)
    assert [one.valid_to for one in (await card()).contracts] == [None, date(2026, 11, 30)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/edit R-1", "Что изменить?"),
        ("/edit R-1 name Новое", "Что изменить?"),
        ("/edit R-9 plan free", "Компании с номером «R-9»"),
        ("/edit R-1 curator Зоя", "Есть: Анна"),
        ("/edit R-1 contract завтра", "Такие сроки не подходят"),
        ("/edit R-1 contract 2026-02-01 2026-01-01", "Такие сроки не подходят"),
        ("/edit R-2 plan free", "Договора ещё нет"),
        ("/edit R-1 plan пл<ан", "Что изменить?"),
    ],
)
async def test_a_wrong_edit_changes_nothing(chat: AgentsChat, text: str, says: str) -> None:
    before = (await card(), await card("R-2"))
    assert says in await said_to(chat, text, who=chat.vera)
    assert (await card(), await card("R-2")) == before


async def test_link_without_a_number_offers_what_was_suggested_and_one_tap_links(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await said_to(chat, "/link", topic)
    question = chat.told(topic)[-1]
    assert [key["callback_data"] for key in question.buttons] == [f"link:{number}:{button_token('R-1')}"]
    await chat.presses(chat.boris, "ООО «Рога»", on=question)
    client = await Client.get()
    assert client.company_id == (await card()).id and client.registered


async def test_a_button_links_to_nothing_that_was_not_suggested_for_this_ticket(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await said_to(chat, "/link", topic)
    question = chat.told(topic)[-1]
    await chat.sends_data(chat.boris, f"link:{number}:{button_token('R-2')}", question)
    await chat.sends_data(chat.rita, f"link:{number}:{button_token('R-1')}", question)
    assert (await Client.get()).company_id is None


def notices() -> Notices:
    return Notices(Wording(Languages(), "ru", chat=True), MAIN.timezone, LEVELS)


async def test_a_suggestion_has_a_button_until_the_client_is_registered(sqlite: DeskOnDisk) -> None:
    await companies(sqlite)
    await sqlite.receives(mail())
    event = Moved(1, NOW, "otklik", "company suggested", "client.example", "R-1", "ООО «Рога»")
    ticket = await ticket_now(1, locked=False)
    assert ticket is not None
    saying = notices().saying(ticket, [event], NOW, "")
    assert saying is not None and "с домена client.example" in saying.text.replace("\u00a0", " ")
    assert "ООО «Рога» · R-1" in saying.text
    assert [one.data for row in saying.buttons for one in row] == [f"link:1:{button_token('R-1')}"]
    await sqlite.database.writer.run(lambda: link_client(ticket.client_id, "R-1", ANNA, NOW))
    ticket = await ticket_now(1, locked=False)
    assert ticket is not None
    saying = notices().saying(ticket, [event], NOW, "")
    assert saying is not None and saying.buttons == ()


async def test_a_new_ticket_s_topic_shows_the_suggestion(
    sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    await companies(sqlite)
    staff = StaffDesk(sqlite, FileStore(tmp_path / "files"), telegram_server)
    await staff.run()
    try:
        number = await staff.takes_in()
        topic = await staff.topic_of(number)
        said = await staff.reads("ООО «Рога»", topic)
        assert [one["callback_data"] for one in said.buttons] == [f"link:{number}:{button_token('R-1')}"]
    finally:
        await staff.stop()
