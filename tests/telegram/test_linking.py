"""Linking a chat to a mail address by a mailed code, which tells nobody what we know; the language."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import facts
from storage.chat_models import Code
from storage.database import Database
from storage.directory import Directory, client_by_address
from storage.models import Client, Delivery, Ticket
from tests.telegram.clients_chat import OLGA, PETER, ClientsChat, buttons

HERS, UNKNOWN = "olga@client.example", "nobody@client.example"


@pytest.fixture
def chat(database: Database, tmp_path: Path) -> ClientsChat:
    return ClientsChat(database, tmp_path)


async def registered(chat: ClientsChat, address: str = HERS, language: str = "ru") -> int:
    known = await Directory(chat.database).add(address, "Ольга", language, datetime.now(UTC))
    return known.id


async def asks_for(chat: ClientsChat, address: str, who: int = OLGA) -> str:
    """/link and the address; returns what is answered."""
    await chat.writes("/link", who)
    await chat.writes(address, who)
    return (await chat.said(who))[-1].text


async def mailed() -> list[Delivery]:
    return await Delivery.filter(kind="link-code").order_by("id")


async def the_code() -> str:
    return str((await mailed())[-1].facts["code"])


async def test_the_mailed_code_gives_the_chat_to_the_client_who_owns_the_address(chat: ClientsChat) -> None:
    olga = await registered(chat)
    ticket_id = await chat.ticket("tg:1001", datetime.now(UTC))
    await asks_for(chat, HERS)
    code = await the_code()
    await chat.writes(f"{code[:4]} {code[4:]}")
    assert "Адрес olga@client.example связан с этим чатом." in (await chat.said())[-1].text
    linked = await client_by_address("tg:1001")
    assert linked is not None
    assert (linked.id, linked.registered) == (olga, True)
    assert (await Ticket.get(id=ticket_id)).client_id == olga
    assert (await chat.history(ticket_id))[-1]["what"] == "client linked"
    assert await Client.all().count() == 1


async def test_a_registered_clients_tickets_stay_his_when_his_chat_goes_to_another_address(
    chat: ClientsChat,
) -> None:
    chats_own = await registered(chat, "tg:1001")
    ticket_id = await chat.ticket("tg:1001", datetime.now(UTC))
    olga = await registered(chat)
    await asks_for(chat, HERS)
    await chat.writes(await the_code())
    linked = await client_by_address("tg:1001")
    assert linked is not None
    assert linked.id == olga
    assert (await Ticket.get(id=ticket_id)).client_id == chats_own


async def test_ratings_and_closures_go_with_the_tickets(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket()
    olga = await registered(chat)
    await asks_for(chat, HERS)
    await chat.writes(await the_code())
    assert (await chat.closure(ticket_id))["client_id"] == olga
    assert (await chat.presses("rate:1:5")).what == "rated"


async def test_the_code_is_mailed_in_the_owners_language_and_says_what_to_do(chat: ClientsChat) -> None:
    await registered(chat, language="fi")
    await asks_for(chat, HERS)
    (mail,) = await mailed()
    assert (mail.channel, mail.recipient, mail.language, mail.ticket_id) == ("mail", HERS, "fi", None)


async def test_an_address_that_nobody_has_is_answered_like_one_that_we_know(chat: ClientsChat) -> None:
    await registered(chat)
    known = await asks_for(chat, HERS)
    unknown = await asks_for(chat, UNKNOWN, PETER)
    assert known.replace(HERS, "…") == unknown.replace(UNKNOWN, "…")
    assert [one.recipient for one in await mailed()] == [HERS]
    await chat.writes("12345678")
    await chat.writes("12345678", PETER)
    assert (await chat.said())[-1] == (await chat.said(PETER))[-1]


@pytest.mark.parametrize("address", [HERS, UNKNOWN])
async def test_after_five_wrong_codes_the_right_one_does_nothing(chat: ClientsChat, address: str) -> None:
    await registered(chat)
    await asks_for(chat, address)
    for _ in range(4):
        await chat.writes("000000")
        assert "не подошёл" in (await chat.said())[-1].text
    await chat.writes("000000")
    assert "больше не действует" in (await chat.said())[-1].text
    if address == HERS:
        assert (await chat.writes(await the_code())).what == "request"
    assert await client_by_address("tg:1001") != await client_by_address(HERS)


@pytest.mark.parametrize("address", [HERS, UNKNOWN])
async def test_a_chat_gets_three_codes_an_hour_whatever_the_address(chat: ClientsChat, address: str) -> None:
    await registered(chat)
    answers = [await asks_for(chat, address) for _ in range(4)]
    assert ["слишком часто" in one for one in answers] == [False, False, False, True]
    assert len(await mailed()) == (3 if address == HERS else 0)


@pytest.mark.parametrize("address", [HERS, UNKNOWN])
async def test_an_address_gets_three_codes_an_hour_however_many_chats_ask(
    chat: ClientsChat, address: str
) -> None:
    await registered(chat)
    answers = [await asks_for(chat, address, 2000 + number) for number in range(4)]
    assert ["слишком часто" in one for one in answers] == [False, False, False, True]
    assert len(await mailed()) == (3 if address == HERS else 0)


async def test_an_hour_later_there_is_another_code(chat: ClientsChat) -> None:
    await registered(chat)
    for _ in range(3):
        await asks_for(chat, HERS)
    await Code.all().update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert "отправлен код" in await asks_for(chat, HERS)


async def test_a_code_is_good_in_the_chat_alone_that_asked_for_it(chat: ClientsChat) -> None:
    await registered(chat)
    await asks_for(chat, HERS)
    await asks_for(chat, UNKNOWN, PETER)
    await chat.writes(await the_code(), PETER)
    assert await client_by_address("tg:1002") != await client_by_address(HERS)
    await chat.writes(await the_code())
    assert (await chat.said())[-1].text.startswith("Адрес olga@client.example связан")


async def test_upper_case_and_an_international_domain_do_not_matter(chat: ClientsChat) -> None:
    await registered(chat, "olga@xn--e1afmkfd.example")
    await asks_for(chat, "Olga@пример.example")
    assert [one.recipient for one in await mailed()] == ["olga@xn--e1afmkfd.example"]


@pytest.mark.parametrize(
    "text", ["olga@", "@client.example", "olga@client", "a@b@c.example", "<x@y.example>"]
)
async def test_what_was_meant_to_be_an_address_is_asked_for_again(chat: ClientsChat, text: str) -> None:
    assert "не похоже на адрес" in await asks_for(chat, text)
    assert "отправлен код" in await asks_for(chat, HERS)


@pytest.mark.parametrize("text", ["Не печатает касса", "пишу с olga@client.example", "12345"])
async def test_anything_else_is_a_request_although_an_address_is_awaited(
    chat: ClientsChat, text: str
) -> None:
    await chat.writes("/link")
    assert (await chat.writes(text)).what == "request"


async def test_an_address_that_nobody_asked_for_is_a_request(chat: ClientsChat) -> None:
    assert (await chat.writes(HERS)).what == "request"


async def test_a_blocked_clients_address_gets_no_mail_and_a_blocked_chat_no_answer(chat: ClientsChat) -> None:
    olga = await registered(chat)
    await Client.filter(id=olga).update(blocked_at=datetime.now(UTC))
    assert "отправлен код" in await asks_for(chat, HERS)
    assert await mailed() == []
    await chat.ticket("tg:1002", datetime.now(UTC))
    await Client.exclude(id=olga).update(blocked_at=datetime.now(UTC))
    assert (await chat.writes("/link", PETER)).what == "refused"


async def test_nothing_that_is_logged_of_an_update_names_the_address(chat: ClientsChat) -> None:
    await registered(chat)
    await chat.writes("/link")
    assert "olga" not in (await chat.writes(HERS)).why
    assert "olga" not in (await chat.writes(await the_code())).why


# --- language


async def test_a_pressed_language_is_used_from_then_on_for_earlier_tickets_too(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket()
    await chat.writes("/language")
    asked = (await chat.said())[-1]
    assert list(buttons(asked)) == ["Русский", "Українська", "English", "Suomi"]
    await chat.presses("language:en", under=70)
    told = (await chat.said())[-1]
    assert (told.text, told.edits) == ("From now on we write to you in English.", 70)
    assert (await facts.ticket(ticket_id) or {})["language"] == "en"
    await chat.presses("rate:1:5")
    assert "your rating is saved: ★★★★★" in (await chat.said())[-1].text


async def test_a_language_can_be_named_with_the_command(chat: ClientsChat) -> None:
    await chat.writes("/language uk")
    assert (await chat.said())[-1].text == "Тепер ми пишемо Вам українською."
    await chat.writes("/language xx")
    assert "Якою мовою" in (await chat.said())[-1].text


@pytest.mark.parametrize("data", ["language:xx", "language:", "language:en:fi"])
async def test_a_language_that_we_do_not_write_changes_nothing(chat: ClientsChat, data: str) -> None:
    await chat.closed_ticket()
    assert (await chat.presses(data)).what == "refused"
    client = await client_by_address("tg:1001")
    assert client is not None
    assert client.language == "ru"


async def test_the_same_press_again_does_not_change_the_language_back(chat: ClientsChat) -> None:
    await chat.closed_ticket()
    await chat.presses("language:en", query="first")
    await chat.presses("language:fi", query="second")
    assert (await chat.presses("language:en", query="first")).what == "duplicate"
    client = await client_by_address("tg:1001")
    assert client is not None
    assert client.language == "fi"
