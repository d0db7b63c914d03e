"""A ticket's states, what a client's message does to it, and its number in subjects."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.ticket import (
    TRANSITIONS,
    ClientMessage,
    NotAllowed,
    Numbering,
    State,
    Verb,
    after,
    allowed_verbs,
    on_answer,
    on_client_message,
)

CLOSED_AT = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
AS = Numbering("AS-{number:06d}")


@pytest.mark.parametrize("state", [State.NEW, State.OPEN, State.WAITING, State.POSTPONED])
def test_an_answer_opens_whatever_is_not_closed(state: State) -> None:
    assert on_answer(state) == State.OPEN


def test_a_closed_ticket_is_not_answered_before_it_is_reopened() -> None:
    with pytest.raises(NotAllowed) as caught:
        on_answer(State.CLOSED)
    assert str(caught.value) == "answer is not allowed on a ticket that is closed; allowed: reopen"
    assert (caught.value.state, caught.value.verb, caught.value.allowed) == ("closed", "answer", ("reopen",))
    assert on_answer(after(State.CLOSED, Verb.REOPEN)) == State.OPEN


def test_each_state_allows_what_makes_sense_in_it() -> None:
    assert {state: " ".join(allowed_verbs(state)) for state in State} == {
        "new": "take answer postpone close",
        "open": "take answer wait postpone close",
        "waiting": "take answer postpone close",
        "postponed": "take answer wait close",
        "closed": "reopen",
    }


def test_taking_a_ticket_opens_a_new_one_and_leaves_others_as_they_are() -> None:
    assert after(State.NEW, Verb.TAKE) == State.OPEN
    assert after(State.WAITING, Verb.TAKE) == State.WAITING
    with pytest.raises(NotAllowed):
        after(State.CLOSED, Verb.TAKE)


def test_a_ticket_is_closed_once() -> None:
    assert after(State.NEW, Verb.CLOSE) == State.CLOSED
    with pytest.raises(NotAllowed, match="close is not allowed on a ticket that is closed; allowed: reopen"):
        after(State.CLOSED, Verb.CLOSE)


def test_the_table_says_one_thing_of_each_verb_and_state() -> None:
    pairs = [(verb, state) for verb, states, _ in TRANSITIONS for state in states]
    assert len(pairs) == len(set(pairs))


@given(st.sampled_from(State), st.lists(st.sampled_from(Verb), max_size=12))
def test_no_way_leads_back_to_new_nor_out_of_closed_but_by_reopening(state: State, verbs: list[Verb]) -> None:
    for verb in verbs:
        try:
            following = after(state, verb)
        except NotAllowed as refusal:
            assert verb not in refusal.allowed
            continue
        assert following != State.NEW or state == State.NEW
        assert state != State.CLOSED or (
            following == State.OPEN and verb in (Verb.REOPEN, Verb.CLIENT_MESSAGE)
        )
        state = following


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (State.NEW, State.NEW),
        (State.OPEN, State.OPEN),
        (State.WAITING, State.OPEN),
        (State.POSTPONED, State.OPEN),
    ],
)
def test_a_message_joins_a_ticket_that_is_not_closed_and_resumes_one_that_waits(
    state: State, then: State
) -> None:
    assert on_client_message(state, None, CLOSED_AT, 30) == ClientMessage.JOIN
    assert after(state, Verb.CLIENT_MESSAGE) == then


@pytest.mark.parametrize(
    ("later", "does"),
    [
        (timedelta(0), ClientMessage.REOPEN),
        (timedelta(days=30), ClientMessage.REOPEN),
        (timedelta(days=30, microseconds=1), ClientMessage.FOLLOW_UP),
        (timedelta(days=400), ClientMessage.FOLLOW_UP),
        (-timedelta(minutes=1), ClientMessage.REOPEN),  # received before the closing, taken in after it
    ],
)
def test_it_reopens_when_the_client_writes_within_thirty_days(later: timedelta, does: ClientMessage) -> None:
    assert on_client_message(State.CLOSED, CLOSED_AT, CLOSED_AT + later, 30) == does
    assert after(State.CLOSED, Verb.CLIENT_MESSAGE) == State.OPEN


def test_a_closed_ticket_must_say_when_it_was_closed() -> None:
    with pytest.raises(ValueError, match="moment of its closing"):
        on_client_message(State.CLOSED, None, CLOSED_AT, 30)


def test_a_number_is_padded_and_may_outgrow_the_padding() -> None:
    assert AS.format(42) == "AS-000042"
    assert AS.format(12_345_678) == "AS-12345678"
    assert AS.find("AS-12345678") == (12_345_678,)


@pytest.mark.parametrize("number", [0, -1, 10**18])
def test_a_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="from 1 to"):
        AS.format(number)


@pytest.mark.parametrize(
    "subject",
    [
        "[#AS-000042] Обращение принято",
        "Re: Fwd: [#AS-000042] Обращение принято",
        "Re: [#as-000042] the same",
        "Re:[#AS\u2011000042] non-breaking hyphen",
        "Re: [#AS\u2013000042] en dash",
        "Re: [#AS\uff0d000042] fullwidth",
        "Re: [#AS-\r\n 000042] folded",
        "Re: [ #AS-0000 42 ] re-encoded in the middle",
        "Re: [#AS-\u200b000\u00ad042] invisible",
        "AS-000042",
        "по обращению AS-000042.",
        "as-000042: ещё вопрос",
        "№AS-000042, (AS-000042)",
        "#AS-000042",
        "Вопрос по AS\u2212000042!",
    ],
)
def test_a_number_is_found_in_what_mail_clients_make_of_a_subject(subject: str) -> None:
    assert AS.find(subject) == (42,)


@pytest.mark.parametrize(
    "subject",
    [
        "AS-0000421",  # another width: not as we write 421, and not 42
        "AS-00042",
        "AS-42",
        "XAS-000042",
        "МASAS-000042",
        "KAS-AS-000042",
        "AS-000042x",
        "AS-000042я",
        "AS-000042_1",
        "AS-000042-1",
        "AS-000042.5",
        "AS-000000",
        "AS-00004٢",
        "A\u017f-000042",  # the long s, which "ignore case" takes for an s
        "AS 000042",
        "000042",
        "[#AS-0000421]",
        "[#AS-000042x]",
        "AS-" + "9" * 400,
        "",
    ],
)
def test_what_only_looks_like_a_number_is_none(subject: str) -> None:
    assert AS.find(subject) == ()


def test_our_own_brackets_come_before_bare_numbers_and_each_number_once() -> None:
    assert AS.find("AS-000007 и AS-000008: Re: [#AS-000042] [#AS-000007]") == (42, 7, 8)
    assert AS.find("AS-000007,AS-000008/AS-000009") == (7, 8, 9)


@given(
    st.integers(1, 10**18 - 1),
    st.sampled_from(["AS-{number:06d}", "{number}-help", "T{number:03}", "a.{number:d}/b"]),
)
def test_every_number_is_found_again_in_every_form(number: int, pattern: str) -> None:
    numbering = Numbering(pattern)
    written = numbering.format(number)
    assert numbering.find(f"Re: [#{written}] x") == (number,)
    assert numbering.find(f"Re: {written.swapcase()}, x") == (number,)
    assert numbering.find(f"Re: x{written} {written}x") == ()


@given(st.text(alphabet="AaSs-\u2011 [#]0149\n.я_", max_size=40))
def test_a_number_is_only_found_where_it_stands(text: str) -> None:
    found = AS.find(text + " AS-000014")
    squeezed = "".join(text.replace("\u2011", "-").upper().split())
    assert 14 in found
    assert all(AS.format(number) in squeezed for number in found if number != 14)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("AS-", "exactly one {number} field"),
        ("{number}", "needs a letter"),
        ("2026-{number:06d}", "needs a letter"),
        ("AS-{number}-{number}", "exactly one"),
        ("AS-{id}", "exactly one"),
        ("AS-{}", "exactly one"),
        ("AS-{number:6d}", "exactly one"),
        ("AS-{number:x}", "exactly one"),
        ("AS-{number!r}", "exactly one"),
        ("AS-{number.real}", "exactly one"),
        ("AS-{number:030d}", "exactly one"),
        ("AS-{number:{number}}", "exactly one"),
        ("AS-{number", "is no pattern"),
        ("AS-}{number}", "is no pattern"),
        ("AS {number}", "ASCII letters"),
        ("[AS-{number}]", "ASCII letters"),
        ("#AS-{number}", "ASCII letters"),
        ("{{AS-{number}", "ASCII letters"),
        ("АС-{number}", "ASCII letters"),
        ("AS-{number}\r\nBcc: x", "ASCII letters"),
        ("A" * 41 + "-{number}", "up to 40"),
        ("AS1{number}", "digit right beside"),
        ("AS-{number}0", "digit right beside"),
    ],
)
def test_a_pattern_that_could_not_be_read_back_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        Numbering(pattern)
    assert why in str(caught.value)
    assert 'such as "AS-{number:06d}"' in str(caught.value)
