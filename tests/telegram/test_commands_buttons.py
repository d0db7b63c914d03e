"""Buttons of the card and of choices: what a press does, and what forged, foreign and late ones do not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.telegram import Message, TelegramServer
from bot.demo.telegram.things import Topic
from bot.telegram.agents.commands.asked import Extras, agent_in, token_of
from bot.telegram.agents.commands.registry import COMMANDS
from bot.telegram.agents.commands.running import EXTRAS
from bot.telegram.agents.desk import Agent
from replies.ready import ReadyAnswer
from storage.files import FileStore
from storage.topics import Topics, topic_of
from tests.desk_on_disk import DeskOnDisk
from tests.telegram.agents_desk import ANNA, BORIS, AgentsChat

READY = ReadyAnswer("remote", "Удалённый сеанс", {"ru": "{greeting} Номер сеанса по {number}? {agent}"})


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
async def chat(sqlite: DeskOnDisk, telegram_server: TelegramServer, files: FileStore) -> AgentsChat:
    chat = AgentsChat(sqlite, files, telegram_server)
    chat.bot.application.bot_data[EXTRAS] = Extras("АгроСофт", (READY,))
    return chat


async def asks(chat: AgentsChat, text: str, topic: Topic | None = None) -> Message:
    """Anna gives a command without a choice; returns the question with its buttons."""
    await chat.anna.writes(text, where=(chat.group, topic) if topic else chat.group)
    await chat.hears()
    return next(one for one in reversed(chat.told(topic)) if one.sender["id"] == chat.telegram.id)


async def card(chat: AgentsChat, number: int, topic: Topic, *verbs: str) -> Message:
    """The ticket's card as it stands in its topic, with these buttons."""
    keys = [[{"text": verb, "callback_data": f"{verb}:{number}"} for verb in verbs]]
    said = chat.server.world.say(
        chat.group.chat, chat.telegram.user, {"text": "Карточка"}, thread=topic.id,
        markup={"inline_keyboard": keys},
    )  # fmt: skip
    place = await topic_of(number)
    assert place is not None
    await Topics(chat.database).change(place.id, card_id=said.id)
    return said


@pytest.mark.parametrize(
    ("command", "label", "column", "value"),
    [
        ("/level", "Уровень urgent", "level", "urgent"),
        ("/line", "вторая", "line", "second"),
        ("/priority", "1", "priority", 1),
        ("/kind", "ошибка", "kind", "bug"),
        ("/assign", "Борис", "assignee", BORIS),
        ("/postpone", "мало сведений", "state", "postponed"),
        ("/close", "Спам", "state", "closed"),
    ],
)
async def test_a_choice_is_made_by_a_button_and_the_question_becomes_what_was_done(
    chat: AgentsChat, command: str, label: str, column: str, value: object
) -> None:
    number, topic = await chat.ticket()
    question = await asks(chat, command, topic)
    told = await chat.presses(chat.anna, label, on=question)
    assert told["text"].startswith("Обращение AS-000001") and not told["alert"]
    assert (await chat.disk.ticket(number))[column] == value
    assert question.text == told["text"]
    assert question.buttons == []


async def test_a_question_asked_outside_of_the_topic_is_answered_there(chat: AgentsChat) -> None:
    number, _ = await chat.ticket()
    question = await asks(chat, f"/priority AS-{number:06d}")
    await chat.presses(chat.boris, "2", on=question)
    assert (await chat.disk.ticket(number))["priority"] == 2


async def test_the_cards_buttons_take_at_once_and_ask_as_what_to_close(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    shown = await card(chat, number, topic, "take", "close")
    assert (await chat.presses(chat.anna, "take", on=shown))["text"] == "Обращение AS-000001: взято в работу."
    assert shown.text == "Карточка", "the card is the topic's, not a question's"
    await chat.presses(chat.anna, "close", on=shown)
    await chat.presses(chat.anna, "Повтор", on=chat.told(topic)[-1])
    ticket = await chat.disk.ticket(number)
    assert (ticket["assignee"], ticket["state"]) == (ANNA, "closed")


async def test_a_second_press_changes_nothing_and_says_so(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    shown = await card(chat, number, topic, "take")
    await chat.presses(chat.anna, "take", on=shown)
    before = await chat.disk.ticket(number)
    told = await chat.presses(chat.anna, "take", on=shown)
    assert told["alert"] and "уже" in told["text"]
    assert await chat.disk.ticket(number) == before


async def test_the_same_press_brought_twice_is_one(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    shown = await card(chat, number, topic, "take")
    await chat.presses(chat.anna, "take", on=shown)
    await chat.boris.sends_data("take:1", on=shown, answered=False)
    update = chat.telegram.updates[-1]
    await chat.hears()
    chat.telegram.updates.append(update)
    await chat.hears()
    history = (await chat.disk.ticket(number))["history"]
    assert [(e["before"], e["after"]) for e in history if e["what"] == "taken"] == [("", ANNA), (ANNA, BORIS)]


async def test_a_button_of_an_old_state_says_what_is_allowed_now(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    shown = await card(chat, number, topic, "take", "wait")
    question = await asks(chat, "/close", topic)
    level = await asks(chat, "/level", topic)
    await chat.presses(chat.anna, "Решено", on=question)
    for label, on, says in (
        ("take", shown, "Сейчас можно: /reopen"),
        ("wait", shown, "Сейчас можно: /reopen"),
        ("Уровень urgent", level, "закрыто"),
    ):
        told = await chat.presses(chat.boris, label, on=on)
        assert told["alert"] and says in told["text"]
    assert (await chat.disk.ticket(number))["level"] == "general"


@pytest.mark.parametrize(
    "data",
    ["close:2:spam", "take:2", "close:1:spam", "undo:1", "take:0", "take:", "take:1:", "take:" + "9" * 20,
     "assign:1:~00000000", "away:1:Борис", "block:1:грубит", "x" * 64, "level:1:../urgent", "take:1\n"],
)  # fmt: skip
async def test_data_that_no_button_has_is_refused_and_changes_nothing(chat: AgentsChat, data: str) -> None:
    _, topic = await chat.ticket()
    await chat.ticket("Другое")
    shown = await card(chat, 1, topic, "wait")
    before = [await chat.disk.ticket(number) for number in (1, 2)]
    told = await chat.sends_data(chat.anna, data, shown)
    assert told["alert"]
    assert [await chat.disk.ticket(number) for number in (1, 2)] == before


async def test_another_tickets_button_in_a_topic_is_refused(chat: AgentsChat) -> None:
    await chat.ticket()
    _, topic = await chat.ticket("Другое")
    keys = [[{"text": "take", "callback_data": "take:1"}]]
    foreign = chat.server.world.say(
        chat.group.chat, chat.telegram.user, {"text": "Карточка"}, thread=topic.id,
        markup={"inline_keyboard": keys},
    )  # fmt: skip
    told = await chat.presses(chat.anna, "take", on=foreign)
    assert told["alert"] and "специалисты" in told["text"]
    assert (await chat.disk.ticket(1))["assignee"] is None


async def test_nobody_else_in_the_group_can_press(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    question = await asks(chat, "/close", topic)
    told = await chat.presses(chat.rita, "Спам", on=question)
    assert told["alert"]
    assert (await chat.disk.ticket(number))["state"] == "new"


async def test_a_ready_answer_is_shown_before_it_goes_to_the_client(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    question = await asks(chat, "/ready", topic)
    await chat.presses(chat.anna, "Удалённый сеанс", on=question)
    assert question.text == "Здравствуйте! Номер сеанса по AS-000001? Анна"
    assert await chat.items(number) == []
    await chat.presses(chat.anna, "Назад", on=question)
    await chat.presses(chat.anna, "Удалённый сеанс", on=question)
    await chat.presses(chat.anna, "Отправить", on=question)
    assert await chat.items(number) == [("out", "Здравствуйте! Номер сеанса по AS-000001? Анна")]
    assert await chat.leaves(seconds=3) == [], "it can be taken back like any answer"
    (due,) = await chat.leaves()
    assert due.facts["agent_name"] == ANNA


async def test_time_is_logged_by_choosing_its_activity(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    question = await asks(chat, "/time 1,5ч", topic)
    assert "1:30" in question.text
    assert "звонок" in (await chat.presses(chat.anna, "звонок", on=question))["text"]


async def test_the_clients_other_tickets_are_offered_for_merging(chat: AgentsChat) -> None:
    first, _ = await chat.ticket()
    second, topic = await chat.ticket("Другое")
    question = await asks(chat, "/merge", topic)
    await chat.presses(chat.anna, "AS-000001", on=question)
    assert (await chat.disk.ticket(second))["merged_into"] == first


async def test_a_substitute_is_chosen_by_a_button_for_whoever_is_away_not_for_who_presses(
    chat: AgentsChat,
) -> None:
    question = await asks(chat, "/away 1.12.2030–10.12.2030")
    told = await chat.presses(chat.vera, "Борис", on=question)
    assert told["text"].startswith("Отсутствие: Анна, с 1\u00a0декабря 2030")
    assert told["text"].endswith("замещает Борис.")


@pytest.mark.parametrize("command", ["/away 1.12.2030", "/away Вера 1.12.2030"])
async def test_nobody_may_stand_in_as_well(chat: AgentsChat, command: str) -> None:
    question = await asks(chat, command)
    assert "замещает –" in (await chat.presses(chat.anna, "Никто", on=question))["text"]


async def test_a_press_that_was_not_answered_in_time_is_done_all_the_same(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    shown = await card(chat, number, topic, "take")
    await chat.anna.sends_data("take:1", on=shown, answered=False)
    chat.telegram.callbacks.clear()
    await chat.hears()
    assert (await chat.disk.ticket(number))["assignee"] == ANNA


def test_every_choice_fits_into_a_buttons_64_bytes() -> None:
    longest = max(COMMANDS, key=len)
    for words in (f"{'x' * 32}:send", f"{token_of('а' * 200)}:2026-12-01..2026-12-10:{token_of('б')}"):
        name = "ready" if words.endswith("send") else "away"
        assert len(f"{name}:{10**18 - 1 if name == 'ready' else 0}:{words}".encode()) <= 64
    assert len(f"{longest}:{10**18 - 1}:{10**18 - 1}".encode()) <= 64


@given(st.lists(st.text(min_size=1, max_size=30).filter(lambda name: name.split()), unique=True, min_size=1))
def test_an_agent_is_found_by_his_token_and_by_his_whole_name(names: list[str]) -> None:
    people = [Agent(" ".join(name.split()), index, "agent", "first") for index, name in enumerate(names)]
    for one in people:
        assert agent_in(f"{token_of(one.name)} rest", people)[0] == next(
            p for p in people if p.name == one.name
        )
        found, rest = agent_in(one.name, people)
        assert found is not None and found.name.casefold() == one.name.casefold() and rest == ""


def test_the_first_word_of_a_name_will_do_when_only_one_has_it() -> None:
    anna, second = Agent("Анна Петрова", 1, "agent", "first"), Agent("Анна Иванова", 2, "agent", "first")
    assert agent_in("анна завтра", [anna])[0] == anna
    assert agent_in("Анна", [anna, second]) == (None, "Анна")
    assert agent_in("анна иванова завтра", [anna, second]) == (second, "завтра")
