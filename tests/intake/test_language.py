"""Which language a mail is written in, and when that is left open."""

import pytest

from intake.language import guess


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Здравствуйте! При проведении документа выходит ошибка, что нам делать?", "ru"),
        ("Добрий день! Під час проведення документа з’являється помилка, що нам робити?", "uk"),
        ("Hello, when I post the document it shows this error. What should we do?", "en"),
        ("Hei! Tosite ei mene läpi ja ohjelma näyttää tämän virheen. Mitä nyt pitää tehdä?", "fi"),
        ("Не печатает", None),
        ("ok", None),
        ("", None),
        ("https://example.org/a?b=c 12345 ERROR 0x80040E14", None),
    ],
)
def test_it_names_the_language_only_when_beyond_doubt(text: str, language: str | None) -> None:
    assert guess(text) == language
