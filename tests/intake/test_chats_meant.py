"""Which ticket a chat message is meant for, and what a request in chat does not say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.chatting.details import PRODUCT, STEPS, VERSION, WHAT, may_answer, missing, reads_like_answer
from intake.chatting.meant import Meant, Situation, Unclear, decide

NUMBERS = st.integers(1, 9)
MAYBE = st.none() | NUMBERS
SITUATIONS = st.builds(
    Situation,
    replied_to=MAYBE,
    cut_from=MAYBE,
    chosen=st.none() | st.integers(0, 9),
    asked=MAYBE,
    plausible=st.booleans(),
    unfinished=st.lists(NUMBERS, max_size=4, unique=True),
    closed_lately=st.lists(NUMBERS, max_size=3, unique=True),
    last_closed=MAYBE,
    needs_nothing=st.booleans(),
)


@given(SITUATIONS)
def test_a_message_goes_to_one_place_or_is_asked_about(situation: Situation) -> None:
    meant = decide(situation)
    assert meant.ticket_id is None or meant.unclear is None
    known = {situation.replied_to, situation.cut_from, situation.chosen, situation.last_closed}
    assert meant.ticket_id is None or meant.ticket_id in known | {*situation.unfinished}


@given(SITUATIONS, NUMBERS)
def test_a_reply_says_more_than_anything_else(situation: Situation, ticket: int) -> None:
    from dataclasses import replace

    assert decide(replace(situation, replied_to=ticket)) == Meant(ticket)


@given(SITUATIONS)
def test_he_is_asked_only_where_there_is_something_to_choose(situation: Situation) -> None:
    match decide(situation).unclear:
        case Unclear.WHICH:
            assert len(situation.unfinished) > 1
        case Unclear.CONTINUED:
            assert situation.closed_lately and not situation.unfinished


def test_who_has_asked_for_a_new_one_gets_it_although_one_is_open() -> None:
    assert decide(Situation(chosen=0, unfinished=[3])) == Meant()


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("", (WHAT, PRODUCT, VERSION)),
        ("Не печатает", (PRODUCT, VERSION, STEPS)),
        ("АгроУчёт 3.2.14 не печатает, когда нажимаю «Печать чека»", ()),
        ("В программе Касса 3.2.14 ошибка", (STEPS,)),
        ("Друкує порожні сторінки після оновлення, версія 8", (PRODUCT,)),
        ("The program Till crashes when I click Print", (VERSION,)),
        ("Ohjelma Kassa versio 3.2 ei tulosta, kun painan Tulosta", ()),
        ("Отчёт за 23.11.2026 пустой", (PRODUCT, VERSION, STEPS)),
        ("Отчёт с 01.11. по 23.11. пустой", (PRODUCT, VERSION, STEPS)),
    ],
)
def test_only_what_a_text_does_not_say_is_asked_for(text: str, lacks: tuple[str, ...]) -> None:
    assert missing(text) == lacks


@given(st.text(max_size=300))
def test_any_text_lacks_something_of_what_is_asked_in_that_order(text: str) -> None:
    order = (WHAT, PRODUCT, VERSION, STEPS)
    found = missing(text)
    assert [one for one in order if one in found] == [*found]


@pytest.mark.parametrize(
    ("asks", "text", "may"),
    [
        (VERSION, "3.2.14", True),
        (VERSION, "не знаю", True),
        (PRODUCT, "АгроУчёт Касса", True),
        (PRODUCT, "А когда ответят?", False),
        (PRODUCT, "И ещё у нас второй день не открывается отчёт по складу", False),
        (STEPS, "Открыла отчёт, нажала «Печать», выбрала принтер и подождала минуту", True),
        (STEPS, "  ", False),
    ],
)
def test_an_answer_is_told_from_another_matter(asks: str, text: str, may: bool) -> None:
    assert may_answer(asks, text) is may


@pytest.mark.parametrize(
    ("asks", "text", "does"),
    [
        (PRODUCT, "АгроУчёт", True),
        (PRODUCT, "программа АгроУчёт Касса для магазина", True),
        (PRODUCT, "касса снова не печатает", False),
        (VERSION, "кажется, у нас стоит 3.2.14", True),
        (VERSION, "не знаю", True),
        (VERSION, "чек тоже не выходит", False),
        (STEPS, "Открыла отчёт и нажала «Печать»", True),
        (STEPS, "бухгалтер тоже просит помочь", False),
        (WHAT, "бухгалтер тоже просит помочь", True),
        (VERSION, "  ", False),
    ],
)
def test_with_several_requests_only_a_sure_answer_needs_no_choice(asks: str, text: str, does: bool) -> None:
    assert reads_like_answer(asks, text) is does
