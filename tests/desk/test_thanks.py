"""A mere thank you is told from one that says more; `thanks/` holds 100 messages, half of each kind."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.signing_off import without_sign_off
from desk.thanks import is_thanks

FOLDER = Path(__file__).parent / "thanks"
_BEGINS = re.compile(r"^([=!]) ", re.MULTILINE)


def _messages(language: str) -> Iterator[tuple[bool, str]]:
    """Whether each message says nothing but thanks, and its text."""
    pieces = _BEGINS.split((FOLDER / f"{language}.txt").read_text(encoding="utf-8"))[1:]
    for mark, text in zip(pieces[::2], pieces[1::2], strict=True):
        yield mark == "=", text.strip()


ALL = [
    (language, thanks, text) for language in ("ru", "uk", "en", "fi") for thanks, text in _messages(language)
]


def test_there_are_a_hundred_messages_a_quarter_of_each_language() -> None:
    assert len(ALL) == 100
    assert {
        language: sum(one[0] == language for one in ALL) for language in ("ru", "uk", "en", "fi")
    } == dict.fromkeys(("ru", "uk", "en", "fi"), 25)
    assert sum(thanks for _, thanks, _ in ALL) == 50


@pytest.mark.parametrize("text", [text for _, thanks, text in ALL if not thanks])
def test_no_problem_is_swallowed(text: str) -> None:
    assert not is_thanks(text)


def test_ninety_five_of_a_hundred_are_right() -> None:
    wrong = [text for _, thanks, text in ALL if is_thanks(text) is not thanks]
    assert len(wrong) <= 5, wrong


@pytest.mark.parametrize(
    "text",
    ["Спасибо!", "Большое спасибо за помощь, всё работает", "Дуже дякую, усе запрацювало",
     "Thank you so much!", "Спасибо, Ольга Николаевна!", "Ещё раз огромное спасибо за помощь и терпение!",
     "Kiitos paljon avusta", "👍",
     "Анна, спасибо! Всё ок.", "Спасибо! С уважением, Ирина",
     "Thanks for sorting this out so quickly!", "🙏🏻", "СПАСИБО 👍", "Спасибо, коллеги",
     "Thanks again for your help!"],
)  # fmt: skip
def test_nothing_but_thanks(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "Спасибо, не помогло", "Спасибо, а когда обновление?", "Дякую, але не працює",
     "Thanks, still broken", "Kiitos, mutta ei toimi", "Работает", "5", "Спасибо, касса 2 тоже", "👎",
     "Спасибо, но ошибка та же", "спасибо((", "спасибо 👎", "спасибо :(", "Thanks for nothing",
     "Спасибо за «помощь»", "СПАСИБО, ЗАВИСЛО", "Thanks, Printer Offline", "Спасибо, ещё консультацию",
     "Дякую, мені потрібна допомога", "Kiitos, vielä apua", "kiitos, taas", "спасибо, всё работает плохо"],
)  # fmt: skip
def test_somebody_has_to_read_it(text: str) -> None:
    assert not is_thanks(text)


@pytest.mark.parametrize(
    "below",
    ["С уважением,\nОльга\nP.S. касса опять", "С уважением,\nКасса молчит",
     "С уважением, касса молчит", "--\nещё накладная 118",
     "С уважением, Ольга\nА касса?", "Best,\nPeter\nstill fails"],
)  # fmt: skip
def test_what_stands_below_the_regards_is_read_too(below: str) -> None:
    assert not is_thanks(f"Спасибо!\n{below}")


def test_regards_name_and_telephone_are_left_out() -> None:
    text = "Спасибо!\n\nС уважением,\nОльга Кравец\nглавный бухгалтер\nтел. +7 495 000-00-00"
    assert without_sign_off(text) == "Спасибо!"


@given(
    st.text(max_size=200), st.sampled_from(["не", "ей", "нет", "not", "but", "але", "mutta", "ei", "ошибка"])
)
def test_no_word_that_denies_is_ever_thanks(text: str, word: str) -> None:
    assert not is_thanks(f"спасибо {text} {word}")


@pytest.mark.parametrize(
    "piece", ["за вашу ", "for the ", "1", "0-", "Aa ", "it everything ", "--\n", "\n", "best\n"]
)
def test_it_decides_at_once_whatever_is_written(piece: str) -> None:
    began = time.process_time()
    is_thanks("спасибо " + piece * (100_000 // len(piece)))
    is_thanks("спасибо " + piece * (180 // len(piece)))
    assert time.process_time() - began < 0.5
