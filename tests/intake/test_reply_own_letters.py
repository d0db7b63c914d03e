"""The desk's own letters are known again when a program quotes them without any mark."""

import pytest

from intake.reply import new_text
from replies.languages import LANGUAGES
from tests.replies.test_compose import CONFIRMED, INVITED, URL, written

NUMBER = {"number": "AS-000042", "ticket_url": URL}
FACTS = {
    "confirmation": CONFIRMED,
    "invitation": INVITED,
    "reopened": {**NUMBER, "due_at": "2026-11-23T10:30:00+00:00"},
    "level-change": {
        **NUMBER,
        "level": "urgent",
        "promise": "8 working hours",
        "due_at": "2026-11-23T10:30:00+00:00",
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FACTS)
def test_a_letter_below_the_answer_goes(kind: str, language: str) -> None:
    letter = written(kind, language, FACTS[kind]).text
    assert new_text(f"Всё работает, спасибо.\n\n{letter}") == "Всё работает, спасибо."


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_alone_stays(language: str) -> None:
    letter = written("confirmation", language, CONFIRMED).text
    assert new_text(letter) == letter.strip("\n")


def test_its_first_sentence_among_a_clients_words_stays() -> None:
    text = "Вы ответили:\n\nМы приняли Ваше обращение, его номер — AS-000042.\n\nА дальше тишина.\nПочему?"
    assert new_text(text) == text
