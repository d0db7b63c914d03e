"""Ready answers, and the letters about what agents did with a request."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.postponing import Reason
from replies.announced import merged, postponed
from replies.languages import LANGUAGES, Languages
from replies.ready import ReadyAnswer, filled
from replies.wording import Wording
from tests.bot.configuration import GOOD, mistakes, read
from tests.desk_on_disk import MAIN

TEXTS = Languages()
READY = 'key = "a"\ntitle = "x"\ntext = { ru = "y" }'
GREETING = ReadyAnswer("hello", "Привет", {"ru": "{greeting} {number}, {agent}", "en": "{greeting} {name}"})


def test_it_is_said_in_the_clients_language_else_the_desks_else_any() -> None:
    assert GREETING.language("en", "ru") == "en"
    assert GREETING.language("fi", "ru") == "ru"
    assert GREETING.language("fi", "uk") == "ru"


def test_name_number_and_agent_are_filled_in() -> None:
    said = filled(GREETING, Wording(TEXTS, "ru"), name="Ольга", number="AS-000042", agent="Анна")
    assert said == "Здравствуйте, Ольга! AS-000042, Анна"
    nameless = filled(GREETING, Wording(TEXTS, "ru"), name="", number="AS-000042", agent="Анна")
    assert nameless == "Здравствуйте! AS-000042, Анна"


@given(st.text(max_size=30))
def test_what_is_filled_in_is_never_looked_at_again(agent: str) -> None:
    said = filled(GREETING, Wording(TEXTS, "ru"), name="", number="AS-1", agent="{number}" + agent)
    assert said.count("AS-1") == 1 + agent.count("AS-1") and "{number}" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_a_text_of_its_own_and_says_how_it_goes_on(reason: Reason, language: str) -> None:
    words = Wording(TEXTS, language)
    subject, told = postponed(words, {"reason": reason.value}, "AS-000042", MAIN.timezone)
    assert words.text(subject) and len(told) == 2
    assert "AS-000042" in told[1]
    others = [postponed(words, {"reason": one.value}, "AS-000042", MAIN.timezone)[1][0] for one in Reason]
    assert others.count(told[0]) == 1


def test_in_a_chat_one_writes_there_and_a_day_is_named() -> None:
    facts = {"reason": "too-little", "note": "Номер\nдокумента?"}
    chat = Wording(TEXTS, "ru", chat=True)
    assert "Напишите сюда же" in postponed(chat, facts, "AS-000042", MAIN.timezone)[1][2]
    until = datetime(2027, 3, 1, 2, tzinfo=UTC).isoformat()
    told = postponed(chat, {**facts, "until": until}, "AS-000042", MAIN.timezone)[1]
    assert told[1:] == (
        "Номер документа?",
        "Мы отложили обращение AS-000042 и вернёмся к нему 1\u00a0марта 2027\u00a0г.",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_merging_names_both_numbers(language: str) -> None:
    _, told = merged(Wording(TEXTS, language), {"into": "AS-000043"}, "AS-000042")
    assert "AS-000042" in told[0] and told[0].count("AS-000043") == 2


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ('key = "a b"\ntitle = "x"\ntext = { ru = "y" }', "small Latin letters"),
        ('key = "a"\ntitle = "x"\ntext = { ru = "Здравствуйте, {client}" }', "{client}"),
        ('key = "a"\ntitle = "x"\ntext = {}', "texts"),
        (f"{READY}\n[[ready_answers]]\n{READY}", "no other ready answer"),
    ],
)  # fmt: skip
def test_a_ready_answer_that_can_not_be_used_is_refused_at_start(
    tmp_path: Path, section: str, says: str
) -> None:
    (mistake, *_) = mistakes(tmp_path, f"{GOOD}[[ready_answers]]\n{section}\n")
    assert "ready_answers" in mistake and says in mistake


def test_ready_answers_are_read_as_they_stand(tmp_path: Path) -> None:
    section = 'key = "remote"\ntitle = "Сеанс"\ntext = { ru = "{greeting} {number}" }'
    (one,) = read(tmp_path, f"{GOOD}[[ready_answers]]\n{section}\n").ready_answers
    assert one.ready_answer() == ReadyAnswer("remote", "Сеанс", {"ru": "{greeting} {number}"})
