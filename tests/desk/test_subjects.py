"""Whether the subject of an answer says anything new."""

import pytest

from desk.subjects import adds_nothing


@pytest.mark.parametrize(
    "subject",
    ["", "Не печатает", "RE: не  печатает", "Re[2]: Vs: Не печатает", "Отв: [#AS-000042] Закрыто", "re:"],
)
def test_what_was_said_before_adds_nothing(subject: str) -> None:
    assert adds_nothing(subject, "Не печатает", "AS-000042")


@pytest.mark.parametrize(
    "subject", ["Опять не печатает", "Re: касса", "[#AS-000043] Закрыто", "Fwd: Не печатает"]
)
def test_other_words_say_something(subject: str) -> None:
    assert not adds_nothing(subject, "Не печатает", "AS-000042")
