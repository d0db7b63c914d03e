"""Whatever goes in: what is new consists of the text's own lines, is never nothing, and comes soon."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.reply import new_text
from tests.intake.reply_table import replies
from tests.intake.test_reply import FORWARDS, HISTORIES, INTRODUCTIONS

WORDS = st.text("абвгд ", min_size=1, max_size=30).filter(str.strip)
MARKS = [
    "> a",
    ">> b",
    "b",
    "c?",
    "",
    "  ",
    "-- ",
    "--",
    "—",
    "_" * 32,
    "-" * 30,
    "Отправлено с iPhone",
    "On",
    ":",
]
LINES = st.sampled_from(
    [*MARKS, *INTRODUCTIONS.values(), *HISTORIES.values(), *FORWARDS, *(reply.text for reply in replies())]
)
TEXTS = st.one_of(st.lists(LINES, max_size=12).map("\n".join), st.text(), st.text(" >-_:\n@<1", max_size=200))


@settings(deadline=None)
@given(
    st.lists(WORDS, min_size=1, max_size=6),
    st.sampled_from(sorted(INTRODUCTIONS)),
    st.lists(WORDS, max_size=5),
)
def test_no_new_word_is_lost_whatever_is_quoted(new: list[str], program: str, old: list[str]) -> None:
    quoted = "\n".join(f"> {line}" for line in old)
    kept = new_text("\n".join(new) + f"\n\n{INTRODUCTIONS[program]}\n{quoted}\n")
    assert [line.strip() for line in kept.split("\n")] == [
        line.strip() for line in "\n".join(new).strip("\n").split("\n")
    ]


@settings(deadline=None)
@given(TEXTS, st.booleans(), st.booleans())
def test_something_is_left_of_every_text(text: str, forwarded: bool, replying: bool) -> None:
    assert bool(new_text(text, forwarded=forwarded, replying=replying).strip()) == bool(text.strip())


@settings(deadline=None)
@given(TEXTS, st.booleans())
def test_it_consists_of_the_texts_own_lines_in_their_order(text: str, replying: bool) -> None:
    lines = iter(text.split("\n"))
    for line in new_text(text, replying=replying).split("\n"):
        assert line == "" or line in lines  # `in` goes on behind the line that was found last


@pytest.mark.parametrize(
    "line",
    [
        "word",
        "",
        "> quoted",
        "-- ",
        "--",
        "-" * 400,
        "_" * 32,
        "- " * 200,
        "On 23 November 2026",
        "On 23.11.2026 05:31, Anna <a@client.example>",
        "From: Anna <a@client.example>",
        "Тема: 23",
        "Sent from my iPhone",
        "<" * 400,
        "23.11.2026 " * 40,
        "a@b " * 100,
        "。" * 400,
    ],
)
def test_a_hundred_thousand_lines_take_no_time_to_speak_of(line: str) -> None:
    text = "\n".join([line] * 100_000)
    began = time.process_time()
    new_text(text)
    assert time.process_time() - began < 4


def test_one_line_of_a_million_characters_takes_no_time_to_speak_of() -> None:
    for piece in ("a", " ", "-", "> ", "a@b.c ", "12:30 ", "On 1 ", "wrote ", "<", "=_", ": ", "From: "):
        text = piece * (1_000_000 // len(piece))
        began = time.process_time()
        new_text(f"{text}\n{text[:300]}:\n> x")
        assert time.process_time() - began < 2, piece
