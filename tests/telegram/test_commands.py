"""Commands of the staff chat: where they are given, what they change, and what is said to them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.demo.telegram import TelegramServer
from bot.telegram.agents.commands.asked import Extras
from bot.telegram.agents.commands.registry import COMMANDS, ELSEWHERE
from bot.telegram.agents.commands.running import EXTRAS
from replies.languages import LANGUAGES, Languages
from replies.ready import ReadyAnswer
from storage.absences import away_at
from storage.files import FileStore
from storage.posts import AGENTS, NewPost, note_post
from tests.desk_on_disk import DeskOnDisk, mail
from tests.telegram.agents_desk import ANNA, BORIS, AgentsChat

READY = ReadyAnswer("remote", "Удалённый сеанс", {"ru": "{greeting} Номер сеанса по {number}? {agent}"})


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
async def chat(sqlite: DeskOnDisk, telegram_server: TelegramServer, files: FileStore) -> AgentsChat:
    chat = AgentsChat(sqlite, files, telegram_server)
    extras = Extras("АгроСофт", (READY,), frozenset({"support@example.org"}))
    chat.bot.application.bot_data[EXTRAS] = extras
    return chat


async def said_to(chat: AgentsChat, text: str, where: Any = None, who: Any = None, to: Any = None) -> str:
    """An agent gives a command; returns the newest thing that the bot says."""
    place = (chat.group, where) if where else chat.group
    before = {one.id for one in chat.told()}
    await (who or chat.anna).writes(text, where=place, to=to)
    await chat.hears()
    new = [one.text for one in chat.told() if one.id not in before and one.sender["id"] == chat.telegram.id]
    return new[-1] if new else ""


async def events(chat: AgentsChat, number: int) -> list[str]:
    return [one["what"] for one in (await chat.disk.ticket(number))["history"]]


async def test_in_a_tickets_topic_a_command_needs_no_number(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    assert await said_to(chat, "/take", topic) == "Обращение AS-000001: взято в работу."
    ticket = await chat.disk.ticket(number)
    assert (ticket["assignee"], ticket["state"]) == (ANNA, "open")
    assert ticket["messages"][-1]["direction"] == "in", "a command is no answer"


@pytest.mark.parametrize(
    "text", ["/take AS-000001", "/take as-000001", "/take 1", "/take #1", "/take@agents_bot 1"]
)
async def test_anywhere_else_it_begins_with_the_number(chat: AgentsChat, text: str) -> None:
    number, _ = await chat.ticket()
    assert "взято" in await said_to(chat, text)
    assert (await chat.disk.ticket(number))["assignee"] == ANNA


async def test_a_number_in_another_tickets_topic_means_that_ticket(chat: AgentsChat) -> None:
    first, topic = await chat.ticket()
    second, _ = await chat.ticket("Другое")
    await said_to(chat, f"/take AS-{second:06d}", topic)
    assert (await chat.disk.ticket(first))["assignee"] is None
    assert (await chat.disk.ticket(second))["assignee"] == ANNA


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/take", "Напишите номер: /take AS-000042"),
        ("/take AS-000404", "Обращения AS-000404 нет"),
        ("/level 404", "Обращения AS-000404 нет"),
        ("/level AS-000001 platinum", "Есть: general, standard, urgent"),
        ("/priority AS-000001 7", "Можно: 1, 2, 3"),
        ("/kind AS-000001 disaster", "Можно: consultation, bug, improvement"),
        ("/line AS-000001 fifth", "Можно: first, second, third, development, vendor"),
        ("/postpone AS-000001 lazy", "Причины: not-reproduced, too-little"),
        ("/close AS-000001 merged", "Можно: settled, spam, duplicate"),
        ("/reopen AS-000001", "не закрыто"),
        ("/wait AS-000001", "Сейчас можно: /take, /postpone, /close"),
        ("/assign AS-000001 Пётр", "Есть: Анна, Борис, Вера"),
        ("/time AS-000001 долго", "/time 1:30 call"),
        ("/time AS-000001 0:30 sleep", "Можно: support, requirements"),
        ("/person AS-000001 ivan", "olga@example.org"),
        ("/person AS-000001 support@example.org", "адрес самой поддержки"),
        ("/person AS-000001 olga@client.example", "уже участвует"),
        ("/block AS-000001", "Напишите причину"),
        ("/merge AS-000001", "Других открытых обращений"),
        ("/split AS-000001", "единственное сообщение"),
        ("/ready AS-000001 none", "Можно: remote"),
        ("/find", "Номер, адрес или слова"),
        ("/queue fifth", "Можно: first"),
        ("/away 31.02", "Такие дни не подходят"),
        ("/away 1.12 Пётр", "Есть: Анна"),
        ("/back", "отсутствие не записано"),
        ("/report speed", "Можно: ratings"),
        ("/tkae", "Команды /tkae нет. Клиенту ничего не отправлено"),
    ],
)
async def test_what_is_wrong_says_what_is_allowed_and_changes_nothing(
    chat: AgentsChat, text: str, says: str
) -> None:
    number, _ = await chat.ticket()
    before = await chat.disk.ticket(number)
    assert says in await said_to(chat, text)
    assert await chat.disk.ticket(number) == before
    assert chat.outcomes[-1].what == "refused"


async def test_a_mistyped_command_in_a_topic_does_not_go_to_the_client(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    assert "нет" in await said_to(chat, "/cloes всё готово", topic)
    assert await chat.items(number) == []


async def test_commands_of_other_rooms_are_left_to_them(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    for name in ELSEWHERE:
        assert f"/{name} нет" not in await said_to(chat, f"/{name}", topic)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_its_line_of_help_in_every_language(language: str) -> None:
    texts = Languages()
    for name in (*COMMANDS, *ELSEWHERE):
        assert texts.text(language, f"help.{name}")


async def test_help_lists_the_commands_with_a_line_each(chat: AgentsChat) -> None:
    told = await said_to(chat, "/help")
    assert [line.split("\u00a0")[0] for line in told.splitlines()[2:]] == [
        f"/{name}" for name, one in COMMANDS.items() if "agent" in one.roles
    ] + [f"/{one}" for one in ELSEWHERE]


async def test_a_stranger_in_the_group_changes_nothing(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await said_to(chat, "/close spam", topic, who=chat.rita)
    assert (await chat.disk.ticket(number))["state"] == "new"


async def test_the_same_update_brought_twice_is_done_once(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await chat.anna.writes("/time 1:30 call", where=(chat.group, topic))
    update = chat.telegram.updates[-1]
    await chat.hears()
    chat.telegram.updates.append(update)
    await chat.hears()
    assert (await events(chat, number)).count("time") == 1


async def test_closing_as_spam_tells_the_sender_nothing_and_as_settled_that_it_is_closed(
    chat: AgentsChat,
) -> None:
    spam, topic = await chat.ticket()
    await said_to(chat, "/close spam", topic)
    settled, other = await chat.ticket("Другое")
    assert "клиенту сообщено" in await said_to(chat, "/close settled", other)
    kinds = [[d["kind"] for d in (await chat.disk.ticket(one))["deliveries"]] for one in (spam, settled)]
    assert kinds == [["confirmation"], ["confirmation", "closed"]]


async def test_a_postponement_may_name_a_day_and_words_for_the_client(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    told = await said_to(chat, "/postpone diagnosis 2027-03-01 Ждём выпуск 3.3", topic)
    assert "до 1\u00a0марта 2027" in told
    ticket = await chat.disk.ticket(number)
    assert ticket["resume_at"].isoformat() == "2027-03-01T02:00:00+00:00"  # 05:00 in Moscow, at the opening
    assert ticket["state"] == "postponed"


async def test_a_ticket_is_merged_by_the_only_number_given_in_its_topic(chat: AgentsChat) -> None:
    first, _ = await chat.ticket()
    second, topic = await chat.ticket("Другое")
    assert "объединено с AS-000001" in await said_to(chat, "/merge 1", topic)
    assert (await chat.disk.ticket(second))["merged_into"] == first


async def test_a_reply_to_a_clients_message_splits_it_off(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    confirmation = await chat.disk.message_id_of(number, "confirmation")
    other = await chat.disk.receives(mail("И про отчёт.", in_reply_to=confirmation), datetime.now(UTC))
    shown = chat.server.world.say(
        chat.group.chat, chat.telegram.user, {"text": "И про отчёт."}, thread=topic.id
    )
    post = NewPost(AGENTS, chat.group.id, shown.id, datetime.now(UTC), number, other.item_id)
    await chat.database.writer.run(lambda: note_post(post))
    assert "AS-000002" in await said_to(chat, "/split", topic, to=shown)
    assert [m["text"] for m in (await chat.disk.ticket(2))["messages"]] == ["И про отчёт."]


async def test_a_person_is_added_and_the_client_blocked_for_a_reason(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    await said_to(chat, "/person Ivan@Client.example", topic)
    assert "заблокирован" in await said_to(chat, "/block оскорбляет", topic)
    ticket = await chat.disk.ticket(number)
    assert [one["address"] for one in ticket["participants"]] == ["ivan@client.example"]
    assert [e["why"] for e in ticket["history"] if e["what"] == "blocked"] == ["оскорбляет"]
    assert (await chat.disk.receives(mail("Ещё!"))).what == "refused"
    assert "уже" in await said_to(chat, "/block оскорбляет", topic)


async def test_time_and_level_and_line_are_set_with_their_words(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    assert "Всего 1:30" in await said_to(chat, "/time 1:30 call созвон с Ольгой", topic)
    assert "уровень" in await said_to(chat, "/level urgent касса стоит", topic)
    await said_to(chat, "/assign Борис", topic)
    await said_to(chat, "/line second нужен разработчик", topic)
    ticket = await chat.disk.ticket(number)
    assert (ticket["level"], ticket["line"], ticket["assignee"]) == ("urgent", "second", None)
    why = {e["what"]: e["why"] for e in ticket["history"]}
    assert (why["time"], why["level"], why["line"]) == ("созвон с Ольгой", "касса стоит", "нужен разработчик")


async def test_the_queue_has_the_nearest_deadline_first_and_tells_the_time_left(chat: AgentsChat) -> None:
    await chat.ticket("Обычное")
    _, urgent = await chat.ticket("Срочное")
    await said_to(chat, "/level urgent", urgent)
    lines = (await said_to(chat, "/queue")).splitlines()
    assert lines[0] == "Очередь: 2"
    assert lines[1].startswith("AS-000002 · новое · осталось ")
    assert lines[2].startswith("AS-000001 · новое · осталось ")
    assert await said_to(chat, "/queue second") == "Очередь: 0. Линия: вторая"


async def test_mine_has_the_tickets_of_those_for_whom_one_stands_in(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    await said_to(chat, "/take", topic)
    assert await said_to(chat, "/mine", who=chat.boris) == "Мои обращения: 0"
    await said_to(chat, "/away Борис", who=chat.anna)
    told = await said_to(chat, "/mine", who=chat.boris)
    assert told.splitlines()[:2] == ["Мои обращения: 1", f"Вместе с теми, за кого замещаю: {ANNA}"]
    assert "away" in await events(chat, 1)
    await said_to(chat, "/back")
    assert await said_to(chat, "/mine", who=chat.boris) == "Мои обращения: 0"


async def test_whoever_assigns_to_somebody_away_is_told_who_stands_in(chat: AgentsChat) -> None:
    await chat.ticket()
    await said_to(chat, "/away Борис", who=chat.anna)
    told = await said_to(chat, "/assign 1 Анна", who=chat.boris)
    assert told.endswith(f"Замещает: {BORIS}.")


async def test_another_agents_absence_is_noted_by_name_and_days(chat: AgentsChat) -> None:
    told = await said_to(chat, "/away Вера 1.12.2030–10.12.2030 Борис")
    assert told.startswith("Отсутствие: Вера, с 1\u00a0декабря 2030")
    assert await away_at(datetime(2030, 11, 30, 20, 59, tzinfo=UTC)) == []
    (away,) = await away_at(datetime(2030, 12, 10, 20, 59, tzinfo=UTC))
    assert (away.agent, away.substitute) == ("Вера", BORIS)
    assert await away_at(datetime(2030, 12, 10, 21, 0, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    "looked_for", ["AS-000001", "1", "olga@client.example", "@client.example", "печатает", "НЕ ПЕЧАТАЕТ"]
)
async def test_a_ticket_is_found_by_number_address_domain_or_words(chat: AgentsChat, looked_for: str) -> None:
    await chat.ticket("Не печатает")
    assert (await said_to(chat, f"/find {looked_for}")).startswith("Найдено: 1\nAS-000001")


@pytest.mark.parametrize(
    "looked_for", ["AS-000002", "petr@client.example", "@other.example", "100%", "п_чатает"]
)
async def test_what_is_not_there_is_not_found(chat: AgentsChat, looked_for: str) -> None:
    await chat.ticket("Не печатает")
    assert await said_to(chat, f"/find {looked_for}") == "Найдено: 0"


async def test_a_clients_card_has_his_past_tickets_and_who_else_writes_from_his_domain(
    chat: AgentsChat,
) -> None:
    _, topic = await chat.ticket()
    await chat.ticket("Другое")
    await chat.disk.receives(mail("Я тоже", from_addr="petr@client.example"))
    told = await said_to(chat, "/client", topic)
    assert "olga@client.example" in told
    assert "Другие с адресами на client.example: клиентов 1, обращений 1" in told
    assert "Обращений: 2, не закрыто: 2" in told


async def test_a_public_mail_domain_tells_no_company(chat: AgentsChat) -> None:
    outcome = await chat.disk.receives(mail("Я", from_addr="olga@mail.ru"))
    await chat.disk.receives(mail("И я", from_addr="petr@mail.ru"))
    assert "Другие" not in await said_to(chat, f"/client {outcome.ticket_id}")


async def test_an_agent_is_reported_his_own_figures_and_a_head_everybodys(chat: AgentsChat) -> None:
    _, topic = await chat.ticket()
    await said_to(chat, "/close duplicate", topic, who=chat.boris)
    own, all_of_it = await said_to(chat, "/report"), await said_to(chat, "/report ratings", who=chat.vera)
    assert ANNA in own and "За этот период" in own
    assert "АгроСофт" in all_of_it and "Закрыто" in all_of_it


async def test_texts_of_strangers_stay_text(chat: AgentsChat) -> None:
    _, topic = await chat.ticket("<b>{number}</b> %s \u202e")
    told = await said_to(chat, "/client", topic)
    assert "\u202e" not in told


async def test_what_is_done_is_not_done_again_when_saying_so_fails(chat: AgentsChat) -> None:
    number, topic = await chat.ticket()
    chat.server.fault("sendMessage", "error", code=502)
    await chat.anna.writes("/time 1:30 call", where=(chat.group, topic))
    (outcome,) = await chat.hears()
    assert outcome.what == "done"
    await chat.comes_back()
    assert await chat.works() == []
    assert (await events(chat, number)).count("time") == 1


@pytest.mark.parametrize("command", ["/level", "/queue", "/tkae"])
async def test_a_question_a_list_and_a_refusal_are_said_later_when_telegram_is_away(
    chat: AgentsChat, command: str
) -> None:
    _, topic = await chat.ticket()
    chat.server.fault("sendMessage", "error", code=502)
    await chat.anna.writes(command, where=(chat.group, topic))
    with pytest.raises(OSError, match="Telegram"):
        await chat.hears()
    await chat.comes_back()
    await chat.works()
    assert len(chat.said(topic)) == 1
