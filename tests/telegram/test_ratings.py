"""Rating in chat: buttons, questions, comment, Reopen; the last word counts, and only the client's own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from replies import closing
from storage.chats import change_chat, chat_now
from storage.database import Database
from storage.directory import client_by_address
from storage.models import Client, Delivery
from storage.posts import CLIENTS
from tests.desk_on_disk import VERBS
from tests.telegram.clients_chat import OLGA, PETER, ClientsChat, buttons


@pytest.fixture
def chat(database: Database, tmp_path: Path) -> ClientsChat:
    return ClientsChat(database, tmp_path)


async def test_the_invitation_has_five_buttons_with_words(chat: ClientsChat) -> None:
    await chat.closed_ticket()
    (_, invitation) = await chat.said()
    assert list(buttons(invitation)) == [
        "★★★★★ отлично", "★★★★ хорошо", "★★★ нормально", "★★ плохо", "★ очень плохо",
    ]  # fmt: skip
    assert list(buttons(invitation).values()) == [f"rate:1:{stars}" for stars in (5, 4, 3, 2, 1)]


async def test_a_tap_is_saved_and_the_message_shows_stars_questions_comment_and_reopen(
    chat: ClientsChat,
) -> None:
    ticket_id = await chat.closed_ticket()
    assert (await chat.presses("rate:1:4")).what == "rated"
    assert (await chat.closure(ticket_id))["stars"] == 4
    shown = (await chat.said())[-1]
    assert shown.edits == 50
    assert "AS-000001 закрыто. Спасибо, Ваша оценка сохранена: ★★★★☆, хорошо." in shown.text
    assert list(buttons(shown)) == [
        "1 ★", "2 ★", "3 ★", "✓ 4 ★", "5 ★", "1. Да", "1. Нет", "2. Да", "2. Нет", "Комментарий",
        "Вернуть в работу",
    ]  # fmt: skip
    assert all(len(data.encode()) <= 64 for data in buttons(shown).values())


async def test_the_last_word_counts_and_the_history_keeps_the_earlier_one(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket()
    await chat.presses("rate:1:4")
    await chat.presses("rate:1:5")
    assert (await chat.closure(ticket_id))["stars"] == 5
    rated = [one for one in await chat.history(ticket_id) if one["what"] == "rated"]
    assert [one["before"][:7] for one in rated] == ["", "4 stars"]


async def test_a_press_that_comes_again_does_not_undo_a_later_one(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket()
    await chat.presses("rate:1:4", query="first")
    await chat.presses("rate:1:5", query="second")
    assert (await chat.presses("rate:1:4", query="first")).what == "duplicate"
    assert (await chat.closure(ticket_id))["stars"] == 5
    assert len(await chat.said()) == 4


async def test_both_questions_are_answered_by_buttons_and_can_be_changed(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket()
    for data in ("rate:1:4", "rate:1:s1", "rate:1:r0", "rate:1:s0"):
        await chat.presses(data)
    closure = await chat.closure(ticket_id)
    assert (closure["stars"], closure["satisfied"], closure["recommend"]) == (4, False, False)
    shown = (await chat.said())[-1]
    assert "1. Довольны ли Вы нашей работой? Нет." in shown.text
    assert {"✓ 1. Нет", "✓ 2. Нет", "1. Да", "2. Да"} <= set(buttons(shown))


async def test_the_message_after_the_comment_button_is_the_comment_and_the_one_after_it_is_not(
    chat: ClientsChat,
) -> None:
    ticket_id = await chat.closed_ticket()
    await chat.presses("rate:1:3")
    await chat.presses("rate:1:c")
    assert "одним сообщением" in (await chat.said())[-1].text
    assert (await chat.writes("Долго ждали")).what == "rated"
    assert (await chat.closure(ticket_id))["comment"] == "Долго ждали"
    assert "Ваш комментарий сохранён." in (await chat.said())[-1].text
    assert (await chat.writes("И ещё не печатает")).what == "request"


async def test_without_the_button_what_is_written_after_stars_is_a_request(chat: ClientsChat) -> None:
    await chat.closed_ticket()
    await chat.presses("rate:1:1")
    assert (await chat.writes("Всё ещё не печатает")).what == "request"


async def test_who_takes_the_comment_button_back_writes_a_request_again(chat: ClientsChat) -> None:
    await chat.closed_ticket()
    for data in ("rate:1:3", "rate:1:c", "rate:1:x"):
        await chat.presses(data)
    assert (await chat.writes("Не печатает")).what == "request"


@pytest.mark.parametrize("other", ["a command", "a reply", "a ticket chosen since", "another day"])
async def test_what_is_about_something_else_is_not_taken_for_the_comment(
    chat: ClientsChat, other: str
) -> None:
    await chat.closed_ticket()
    await chat.presses("rate:1:3")
    await chat.presses("rate:1:c")
    if other == "a ticket chosen since":
        chosen = {"ticket_id": 0, "chosen_at": datetime.now(UTC)}
        await chat.database.writer.run(lambda: change_chat(CLIENTS, OLGA, **chosen))
    if other == "another day":
        expects = {"comment": {"closure": 1, "message": 50, "at": "2026-01-01T00:00:00+00:00"}}
        await chat.database.writer.run(lambda: change_chat(CLIENTS, OLGA, expects=expects))
    text = "/new" if other == "a command" else "Не печатает"
    assert (await chat.writes(text, reply_to=7 if other == "a reply" else None)).what == "request"


async def test_a_press_keeps_another_question_waiting(chat: ClientsChat) -> None:
    await chat.closed_ticket()
    waiting = {"detail": {"ticket": 9}}
    await chat.database.writer.run(lambda: change_chat(CLIENTS, OLGA, expects=waiting))
    await chat.presses("rate:1:3")
    assert await _expects() == waiting


async def _expects() -> object:
    chat = await chat_now(CLIENTS, OLGA)
    return chat and chat.expects


@pytest.mark.parametrize("written", ["5", "⭐⭐⭐⭐⭐", "5/5", "оценка: 5"])
async def test_stars_in_words_count_right_after_the_invitation(chat: ClientsChat, written: str) -> None:
    ticket_id = await chat.closed_ticket()
    assert (await chat.writes(written)).what == "rated"
    assert (await chat.closure(ticket_id))["stars"] == 5
    assert (await chat.said())[-1].edits == 50


async def test_a_digit_is_no_rating_once_we_have_said_something_else(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket()
    await chat.deliver(OLGA, "answer", 60)
    assert (await chat.writes("5")).what == "request"
    assert (await chat.writes("5", reply_to=50)).what == "rated"
    assert (await chat.closure(ticket_id))["stars"] == 5


async def test_the_same_message_again_changes_nothing(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket()
    await chat.writes("2", number=200)
    await chat.presses("rate:1:5")
    assert (await chat.writes("2", number=200)).what == "duplicate"
    assert (await chat.closure(ticket_id))["stars"] == 5


@pytest.mark.parametrize("how", ["pressed", "written"])
async def test_after_the_invitation_has_expired_it_says_so(chat: ClientsChat, how: str) -> None:
    ticket_id = await chat.closed_ticket(days_ago=15)
    await (chat.presses("rate:1:5") if how == "pressed" else chat.writes("5"))
    assert (await chat.closure(ticket_id))["stars"] is None
    shown = (await chat.said())[-1]
    assert (shown.edits, shown.buttons) == (50, ())
    assert "AS-000001 больше не действует" in shown.text


async def test_reopen_puts_the_ticket_back_to_work_and_stars_come_too_early_then(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket()
    await chat.presses("rate:1:2")
    assert (await chat.presses("rate:1:o")).what == "reopened"
    assert (await chat.history(ticket_id))[-1]["what"] == "reopened"
    assert "AS-000001 снова в работе" in (await chat.said())[-1].text
    await chat.presses("rate:1:5")
    assert (await chat.closure(ticket_id))["stars"] == 2
    assert "оценивать его пока рано" in (await chat.said())[-1].text
    # Closed anew it has another invitation; that of before is over.
    await closing.close(chat.database, VERBS, ticket_id, "Анна", datetime.now(UTC))
    await chat.presses("rate:1:5")
    assert "больше не действует" in (await chat.said())[-1].text


async def test_reopen_pressed_twice_reopens_once(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket()
    await chat.presses("rate:1:o", query="once")
    assert (await chat.presses("rate:1:o", query="once")).what == "duplicate"
    assert [one["what"] for one in await chat.history(ticket_id)].count("reopened") == 1


async def test_what_was_closed_too_long_ago_is_not_reopened(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket(days_ago=31)
    await chat.presses("rate:1:o")
    assert "закрыто давно" in (await chat.said())[-1].text
    assert "reopened" not in [one["what"] for one in await chat.history(ticket_id)]


@pytest.mark.parametrize(
    "data", ["rate:1:5", "rate:1:o", "rate:1:0", "rate:1:6", "rate:1:s1", "rate:x:5", "rate:", "rate:1:5:5",
             "rate:2:5", "rate:999999999999999999:5", "rate:9999999999999999999:5", "rate:-1:5", "rate:１:5"],
)  # fmt: skip
async def test_buttons_of_nobody_or_somebody_else_change_nothing(chat: ClientsChat, data: str) -> None:
    ticket_id = await chat.closed_ticket()
    before = await chat.history(ticket_id)
    assert (await chat.presses(data, PETER)).what == "refused"
    assert chat.alerts == ["Эта кнопка не для Вас или уже не действует."]
    assert (await chat.closure(ticket_id))["stars"] is None
    assert await chat.history(ticket_id) == before


async def test_a_button_pressed_in_another_chat_than_ones_own_changes_nothing(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket()
    assert (await chat.presses("rate:1:5", OLGA, chat=-100500)).what == "refused"
    assert (await chat.closure(ticket_id))["stars"] is None


@pytest.mark.parametrize("data", ["rate:1:s1", "rate:1:c", "rate:1:x"])
async def test_answers_without_stars_change_nothing(chat: ClientsChat, data: str) -> None:
    ticket_id = await chat.closed_ticket()
    assert (await chat.presses(data)).what == "refused"
    assert (await chat.closure(ticket_id))["satisfied"] is None


async def test_a_blocked_client_rates_nothing(chat: ClientsChat) -> None:
    ticket_id = await chat.closed_ticket()
    client = await client_by_address("tg:1001")
    assert client is not None
    await Client.filter(id=client.id).update(blocked_at=datetime.now(UTC))
    assert (await chat.presses("rate:1:5")).what == "refused"
    assert (await chat.closure(ticket_id))["stars"] is None


async def test_everything_is_in_the_clients_language(chat: ClientsChat) -> None:
    await chat.closed_ticket(language="fi")
    await chat.presses("rate:1:5")
    assert "arviosi on tallennettu: ★★★★★, erinomaisesti." in (await chat.said())[-1].text


# --- heads


async def _alerts() -> list[tuple[object, object]]:
    rows = await Delivery.filter(kind="low-rating").order_by("id")
    return [(row.facts["stars"], row.facts["comment"]) for row in rows]


async def test_heads_are_told_of_one_or_two_stars_at_once_and_of_the_comment_when_it_comes(
    chat: ClientsChat,
) -> None:
    ticket_id = await chat.closed_ticket()
    await chat.presses("rate:1:2")
    assert await _alerts() == [(2, "")]
    await chat.presses("rate:1:c")
    await chat.writes("Долго ждали")
    assert await _alerts() == [(2, ""), (2, "Долго ждали")]
    row = await Delivery.filter(kind="low-rating").first()
    assert row is not None
    assert (row.ticket_id, row.channel, row.recipient) == (ticket_id, "agents", "role:head")


async def test_heads_are_told_once_for_the_same_stars(chat: ClientsChat) -> None:
    await chat.closed_ticket()
    for data in ("rate:1:1", "rate:1:1", "rate:1:s0", "rate:1:r0"):
        await chat.presses(data)
    assert await _alerts() == [(1, "")]


async def test_heads_are_told_when_stars_get_worse_and_not_of_three_and_more(chat: ClientsChat) -> None:
    await chat.closed_ticket()
    for stars in (3, 5, 2, 1):
        await chat.presses(f"rate:1:{stars}")
    assert await _alerts() == [(2, ""), (1, "")]
