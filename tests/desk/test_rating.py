"""Whom we ask for a rating, until when it counts, and which replies are one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.rating import (
    Closure,
    NotInvited,
    Outcome,
    RatingRefused,
    accepts_rating,
    check_stars,
    expires_at,
    may_invite,
    stars_in_reply,
)

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def invite(
    outcome: Outcome = Outcome.SETTLED, answered: bool = True, last: datetime | None = None
) -> NotInvited | None:
    return may_invite(outcome=outcome, answered=answered, last_invited_at=last, at=NOW)


def test_the_client_of_an_answered_ticket_is_invited() -> None:
    assert invite() is None


@pytest.mark.parametrize("outcome", [Outcome.SPAM, Outcome.DUPLICATE, Outcome.MERGED])
def test_spam_duplicates_and_merged_tickets_are_never_rated(outcome: Outcome) -> None:
    assert invite(outcome) == NotInvited(outcome.value)


def test_nobody_rates_an_answer_that_was_never_given() -> None:
    assert invite(answered=False) == NotInvited.UNANSWERED


@pytest.mark.parametrize(
    ("ago", "refused"),
    [
        (timedelta(0), NotInvited.INVITED_LATELY),
        (timedelta(days=7) - SECOND, NotInvited.INVITED_LATELY),
        (timedelta(days=7), None),
        (-SECOND, NotInvited.INVITED_LATELY),  # another process's clock is ahead
    ],
)
def test_a_client_is_invited_once_in_seven_days(ago: timedelta, refused: NotInvited | None) -> None:
    assert invite(last=NOW - ago) == refused


def test_an_invitation_is_good_for_fourteen_days() -> None:
    assert expires_at(NOW) == datetime(2026, 12, 7, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("later", "refused"),
    [
        (timedelta(0), None),
        (timedelta(days=14), None),
        (timedelta(days=14, microseconds=1), RatingRefused.EXPIRED),
    ],
)
def test_a_rating_counts_up_to_the_moment_of_expiry(later: timedelta, refused: RatingRefused | None) -> None:
    assert accepts_rating(Closure(NOW, None), NOW + later) == refused


def test_reopening_withdraws_the_invitation_but_not_a_rating_given_before() -> None:
    closure = Closure(NOW, reopened_at=NOW + 10 * SECOND)
    assert accepts_rating(closure, NOW + 9 * SECOND) is None
    assert accepts_rating(closure, NOW + 10 * SECOND) == RatingRefused.WITHDRAWN
    assert accepts_rating(closure, NOW + timedelta(days=20)) == RatingRefused.WITHDRAWN


def test_who_was_not_invited_can_not_rate() -> None:
    assert accepts_rating(Closure(None, None), NOW) == RatingRefused.NOT_INVITED


def test_stars_are_whole_and_from_one_to_five() -> None:
    assert [check_stars(value) for value in (1, 2, 3, 4, 5)] == [1, 2, 3, 4, 5]
    for wrong in (0, 6, -1, True, 4.0, "5", None):
        with pytest.raises(ValueError, match="allowed: 1 to 5"):
            check_stars(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reply", "stars"),
    [
        ("5", 5),
        ("1", 1),
        (" 4 \r\n\r\n", 4),
        ("\u00a05\u200b\ufeff", 5),
        ("5!", 5),
        ("5!!!", 5),
        ("5.", 5),
        ("«5»", 5),
        ('"3"', 3),
        ("(2)", 2),
        ("5+", 5),
        ("5)", 5),
        ("5️⃣", 5),
        ("5/5", 5),
        ("4 / 5", 4),
        ("5 из 5", 5),
        ("4 із 5.", 4),
        ("3 out of 5", 3),
        ("оценка 5", 5),
        ("Оценка: 5", 5),
        ("Оцінка – 4", 4),
        ("Rating: 2", 2),
        ("arvosana 5", 5),
        ("5★", 5),
        ("5 ⭐️", 5),
        ("★", 1),
        ("★★★★★", 5),
        ("★ ★ ★", 3),
        ("⭐⭐⭐⭐", 4),
        ("⭐️⭐️", 2),
        ("🌟🌟🌟", 3),
        ("****", 4),
        ("★★★☆☆", 3),
        ("★★★★★!", 5),
    ],
)
def test_a_digit_or_stars_alone_are_a_rating(reply: str, stars: int) -> None:
    assert stars_in_reply(reply) == stars


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "   \n",
        "0",
        "6",
        "10",
        "55",
        "5 6",
        "5 5",
        "4,5",
        "4.5",
        ".5",
        "-5",
        "5-",
        "5?",
        "1-5",
        "5%",
        "№5",
        "²",
        "٥",
        "4/10",
        "5/6",
        "6/5",
        "8 из 5",
        "5 из 10",
        "2 ошибки",
        "5 баллов, но ошибка осталась",
        "5, спасибо",
        "спасибо, 5",
        "5\nНо ошибка осталась",
        "5\n\nС уважением, Ольга",
        "5\u2028не работает",
        "★★★★★\nне печатает",
        "★★★★★★",
        "★★☆",
        "☆☆☆☆☆",
        "★★★★★☆",
        "5 ★★",
        "* пункт",
        "оценка",
        "оценка 5 из 10",
        "оценка низкая",
        "пять",
        "5" + "!" * 100,
    ],
)
def test_anything_else_is_a_message_that_a_person_reads(reply: str) -> None:
    assert stars_in_reply(reply) is None


@given(st.text(max_size=30), st.sampled_from("12345"))
def test_no_word_is_ever_swallowed_beside_a_digit(text: str, digit: str) -> None:
    said = "".join(char for char in text if char.isalpha())
    known = {"", "из", "із", "outof", "оценка", "оцінка", "rating", "arvosana"}
    if said.casefold() not in known:
        assert stars_in_reply(digit + text) is None
        assert stars_in_reply(text + digit) is None
