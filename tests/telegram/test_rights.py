"""Who may act in the staff chats, and what becomes of everybody else (threats 36 and 37)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from telegram import Chat

from bot.demo.telegram import ALL, Message, TelegramServer
from bot.demo.telegram.things import Topic
from bot.telegram.agents.desk import Agent
from bot.telegram.agents.groups import has_moved_here
from bot.telegram.agents.rights import allowed
from storage.agents import ENROL, STAFF_CHAT, accounts, remove_account
from storage.chats import present_chat
from storage.codes import new_code
from storage.files import FileStore
from storage.topics import topic_of
from tests.desk_on_disk import DeskOnDisk
from tests.telegram.agents_desk import OLEG, AgentsChat

NOT_ALLOWED = {"text": "Это могут только специалисты этой группы.", "alert": True}
STALE = {"text": "Эта кнопка больше не действует.", "alert": True}


@pytest.fixture
async def chat(sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path) -> AgentsChat:
    return AgentsChat(sqlite, FileStore(tmp_path / "files"), telegram_server)


async def held(chat: AgentsChat) -> tuple[int, Topic, Message]:
    """Boris's answer waits for his word: a question with buttons stands in the topic."""
    number, topic = await chat.ticket()
    await chat.anna.writes("Перезапустите", where=(chat.group, topic))
    await chat.boris.writes("Не трогайте", where=(chat.group, topic))
    await chat.hears()
    return number, topic, chat.told(topic)[-1]


async def states(chat: AgentsChat) -> list[str]:
    return [one["state"] for one in await chat.answers(1)]


async def a_code(chat: AgentsChat, purpose: str, subject: str) -> str:
    now = datetime.now(UTC)
    return await chat.database.writer.run(lambda: new_code(purpose, subject, "", now, timedelta(hours=1)))


# --- threat 36: buttons


async def test_threat_36_a_button_pressed_by_an_outsider_in_the_group_does_nothing(chat: AgentsChat) -> None:
    _, _, question = await held(chat)
    assert await chat.presses(chat.rita, "Всё равно отправить", on=question) == NOT_ALLOWED
    assert await states(chat) == ["owed", "suppressed"]


@pytest.mark.parametrize(
    "data",
    [
        "held:send:999999",
        "take:1",
        "close:1",
        "x" * 64,
        "held:send:",
        "held:send:0x1",
        "\u202e:::",
        "rate:1:5",
    ],
)
async def test_threat_36_data_that_no_button_of_the_message_has_does_nothing(
    chat: AgentsChat, data: str
) -> None:
    number, _, question = await held(chat)
    before = await chat.disk.ticket(number)
    assert await chat.sends_data(chat.boris, data, question) == STALE
    assert await chat.disk.ticket(number) == before


async def test_threat_36_the_button_of_another_tickets_question_is_not_this_ones(chat: AgentsChat) -> None:
    _, _, question = await held(chat)
    _, other = await chat.ticket("Второе")
    await chat.anna.writes("Так", where=(chat.group, other))
    await chat.boris.writes("Иначе", where=(chat.group, other))
    await chat.hears()
    theirs = chat.told(other)[-1].buttons[0]["callback_data"]
    assert await chat.sends_data(chat.boris, theirs, question) == STALE
    assert [one["state"] for one in await chat.answers(2)] == ["owed", "suppressed"]


async def test_threat_36_an_old_button_does_nothing_more(chat: AgentsChat) -> None:
    _, _, question = await held(chat)
    data = question.buttons[0]["callback_data"]
    await chat.presses(chat.boris, "Не отправлять", on=question)
    assert await chat.sends_data(chat.boris, data, question) == STALE
    assert await states(chat) == ["owed", "cancelled"]


async def test_threat_36_a_button_in_another_chat_does_nothing(chat: AgentsChat) -> None:
    _, _, question = await held(chat)
    await chat.boris.starts(chat.telegram)
    await chat.hears()
    private = chat.server.world.private(chat.telegram, chat.boris.user)
    copy = chat.server.world.say(private, chat.telegram.user, dict(question.content), markup=question.markup)
    data = question.buttons[0]["callback_data"]
    assert await chat.sends_data(chat.boris, data, copy) == NOT_ALLOWED
    assert await states(chat) == ["owed", "suppressed"]


# --- threat 37: the staff group


async def test_threat_37_an_unknown_group_is_left_once_and_without_a_word(chat: AgentsChat) -> None:
    group = chat.server.group("Чужие", chat.rita)
    group.add(chat.telegram, rights=ALL)
    await chat.rita.writes("Привет", where=group)
    await chat.rita.writes("Есть кто?", where=group)
    await chat.hears()
    assert group.chat.status(chat.telegram.id) in ("left", "kicked")
    assert len(chat.server.called("leaveChat")) == 1
    assert [one for one in group.said_in() if one.sender["is_bot"]] == []


async def test_threat_37_an_unknown_group_to_which_we_are_brought_again_is_left_again(
    chat: AgentsChat,
) -> None:
    group = chat.server.group("Чужие", chat.rita)
    for _ in range(2):
        group.add(chat.telegram, rights=ALL)
        await chat.hears()
        assert group.chat.status(chat.telegram.id) in ("left", "kicked")


async def test_threat_37_a_second_group_is_staff_only_by_an_admins_one_time_code(chat: AgentsChat) -> None:
    number, _ = await chat.ticket()
    code = await a_code(chat, STAFF_CHAT, str(chat.group.id))
    group = chat.server.group("Новая", chat.gleb)
    group.add(chat.telegram, rights=ALL)
    await chat.hears()
    assert group.chat.has(chat.telegram.id)
    await chat.gleb.writes(f"/staff {code}", where=group)
    await chat.hears()
    assert await present_chat(chat.group.id) == group.id
    assert await topic_of(number) is None  # it gets a place in the new group, with all of its thread
    second = chat.server.group("Ещё одна", chat.gleb)
    second.add(chat.telegram, rights=ALL)
    await chat.gleb.writes(f"/staff {code}", where=second)
    await chat.hears()
    assert await present_chat(chat.group.id) == group.id
    assert not second.chat.has(chat.telegram.id)


async def test_threat_37_an_agent_who_has_the_code_but_is_no_admin_claims_nothing(chat: AgentsChat) -> None:
    code = await a_code(chat, STAFF_CHAT, str(chat.group.id))
    group = chat.server.group("Новая", chat.anna)
    group.add(chat.telegram, rights=ALL)
    await chat.anna.writes(f"/staff {code}", where=group)
    await chat.hears()
    assert await present_chat(chat.group.id) == chat.group.id
    assert not group.chat.has(chat.telegram.id)


async def test_threat_37_an_ex_member_loses_his_rights_at_once(chat: AgentsChat) -> None:
    _, _, question = await held(chat)
    chat.group.remove(chat.boris)
    await chat.hears()
    assert await chat.sends_data(chat.boris, question.buttons[0]["callback_data"], question) == NOT_ALLOWED
    assert await states(chat) == ["owed", "suppressed"]


async def test_threat_37_an_ex_member_has_no_rights_after_a_restart_either(chat: AgentsChat) -> None:
    _, _, question = await held(chat)
    chat.group.remove(chat.boris)
    chat.telegram.updates.clear()  # nobody was told
    chat.started()
    assert await chat.sends_data(chat.boris, question.buttons[0]["callback_data"], question) == NOT_ALLOWED


async def test_threat_37_who_comes_back_may_act_again(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    chat.group.remove(chat.boris)
    chat.group.add(chat.boris)
    await chat.boris.writes("Я снова здесь", where=(chat.group, topic))
    await chat.hears()
    assert await chat.items(number) == [("out", "Я снова здесь")]


async def test_threat_37_an_anonymous_admin_and_a_channel_are_refused(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await chat.gleb.writes("Отвечаю как группа", where=(chat.group, topic))
    update = chat.telegram.updates[-1]["message"]
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    update |= {"from": anonymous, "sender_chat": update["chat"]}
    await chat.hears()
    assert await chat.items(number) == []
    assert "анонимные сообщения не принимаются" in chat.said(topic)[0]


async def test_threat_37_a_group_that_became_a_supergroup_is_the_staff_chat(
    sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    chat = AgentsChat(sqlite, FileStore(tmp_path / "files"), telegram_server, kind="group")
    old, new = chat.group, chat.group.migrate()
    await chat.anna.writes("Переехали", where=new)
    await chat.hears()
    assert await present_chat(old.id) == new.id
    assert telegram_server.called("leaveChat") == []


async def test_threat_37_the_new_group_is_not_left_before_the_old_one_has_told_of_it(
    sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    chat = AgentsChat(sqlite, FileStore(tmp_path / "files"), telegram_server, kind="group")
    old, new = chat.group, chat.group.migrate()
    await chat.anna.writes("Переехали", where=new)
    chat.telegram.updates.reverse()
    while chat.telegram.updates:
        try:
            await chat.hears(most=1)
        except OSError as exc:
            assert "has become" in str(exc)
            await chat.comes_back()
    await chat.works()
    assert await present_chat(old.id) == new.id
    assert telegram_server.called("leaveChat") == []


async def test_threat_37_the_new_group_is_not_left_when_the_old_ones_word_came_in_meanwhile(
    sqlite: DeskOnDisk, telegram_server: TelegramServer, tmp_path: Path
) -> None:
    chat = AgentsChat(sqlite, FileStore(tmp_path / "files"), telegram_server, kind="group")
    old, new = chat.group, chat.group.migrate()
    # Its message was looked at when it was nobody's yet, and is asked about when it is the staff chat.
    await chat.hears()
    bot = chat.bot.application.bot
    assert await has_moved_here(Chat(new.id, "supergroup"), bot, [old.id])
    assert not await has_moved_here(Chat(-1009999999999, "supergroup"), bot, [old.id])


async def test_threat_37_nobodys_word_but_telegrams_moves_the_staff_chat(chat: AgentsChat) -> None:
    group = chat.server.group("Чужие", chat.rita, kind="group")
    group.add(chat.telegram)
    await chat.hears()
    group.add(chat.telegram)
    await chat.rita.writes("Мы теперь ваша группа", where=group)
    chat.telegram.updates[-1]["message"]["migrate_to_chat_id"] = -1009999999999
    chat.telegram.updates[-1]["message"]["migrate_from_chat_id"] = chat.group.id
    await chat.hears()
    assert await present_chat(chat.group.id) == chat.group.id
    assert await present_chat(group.id) == group.id


# --- who is who


async def test_somebody_in_the_group_who_is_no_agent_is_told_so_once(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    for text in ("Я тоже отвечу", "И ещё"):
        await chat.rita.writes(text, where=(chat.group, topic))
    await chat.rita.writes("Просто болтаю", where=chat.group)
    await chat.hears()
    assert await chat.items(number) == []
    (told,) = chat.said()
    assert "Вас нет в списке специалистов" in told


async def test_an_outsider_in_private_hears_what_the_bot_is_for_once_and_nothing_else(
    chat: AgentsChat,
) -> None:
    await chat.rita.starts(chat.telegram)
    for text in ("/start", "Привет", "/queue", "/undo", "/staff 123456"):
        await chat.rita.writes(text, where=chat.telegram)
    await chat.hears()
    assert [one.text for one in chat.rita.sees(chat.telegram)] == [
        "Это бот для сотрудников поддержки. Чтобы подключиться, отправьте /enrol и код."
    ]


async def test_an_agent_enrols_with_a_one_time_code_and_may_act(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    code = await a_code(chat, ENROL, OLEG)
    await chat.oleg.starts(chat.telegram)
    await chat.oleg.writes(f"/enrol {code}", where=chat.telegram)
    await chat.oleg.writes("Отвечаю", where=(chat.group, topic))
    await chat.hears()
    assert await chat.items(number) == [("out", "Отвечаю")]
    await chat.rita.starts(chat.telegram)
    await chat.rita.writes(f"/enrol {code}", where=chat.telegram)
    await chat.hears()
    assert [one.telegram_id for one in await accounts()] == [chat.oleg.id]
    assert chat.rita.sees(chat.telegram)[-1].text == "Код не подошёл. Новый выдаст администратор."


async def test_an_account_that_is_taken_away_may_do_nothing_at_once(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    code = await a_code(chat, ENROL, OLEG)
    await chat.oleg.starts(chat.telegram, payload=code)
    await chat.hears()
    await chat.database.writer.run(lambda: remove_account(OLEG))
    await chat.oleg.writes("Отвечаю", where=(chat.group, topic))
    await chat.hears()
    assert await chat.items(number) == []


async def test_a_code_for_one_who_has_left_the_configuration_enrols_nobody(chat: AgentsChat) -> None:
    code = await a_code(chat, ENROL, "Зоя")
    await chat.rita.starts(chat.telegram)
    await chat.rita.writes(f"/enrol {code}", where=chat.telegram)
    await chat.hears()
    assert await accounts() == []


@pytest.mark.parametrize(
    ("role", "verb", "may"),
    [
        ("agent", "answer", True),
        ("agent", "decide for another", False),
        ("head", "decide for another", True),
        ("head", "claim a staff chat", False),
        ("admin", "claim a staff chat", True),
    ],
)
def test_a_role_has_the_rights_of_those_below_it(role: str, verb: str, may: bool) -> None:
    assert allowed(Agent("Анна", 1, role, "first"), verb) is may


async def test_a_group_that_an_admin_brings_us_to_is_not_left_before_he_could_show_its_code(
    chat: AgentsChat,
) -> None:
    group = chat.server.group("Новая", chat.gleb)
    group.add(chat.telegram, rights=ALL)
    chat.telegram.updates.reverse()  # what the group shows comes before what is told of our standing
    await chat.hears()
    assert group.chat.has(chat.telegram.id)
    group.add(chat.rita)
    await chat.rita.writes("/staff 123456", where=group)
    await chat.hears()
    assert not group.chat.has(chat.telegram.id)
