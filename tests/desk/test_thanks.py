"""A mere thank you is told from one that says more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.thanks import is_thanks


@pytest.mark.parametrize(
    "text",
    ["Спасибо!", "Большое спасибо за помощь, всё работает", "Дуже дякую, усе запрацювало",
     "Thank you so much!",
     "Kiitos paljon avusta", "👍", "🙏🏻", "СПАСИБО 👍", "Спасибо, коллеги"],
)  # fmt: skip
def test_nothing_but_thanks(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "Спасибо, не помогло", "Спасибо, а когда обновление?", "Дякую, але не працює",
     "Thanks, still broken",
     "Kiitos, mutta ei toimi", "Работает", "5", "Спасибо, касса 2 тоже", "👎", "Спасибо, но ошибка та же"],
)  # fmt: skip
def test_somebody_has_to_read_it(text: str) -> None:
    assert not is_thanks(text)


@given(
    st.text(max_size=200), st.sampled_from(["не", "ей", "нет", "not", "but", "але", "mutta", "ei", "ошибка"])
)
def test_no_word_that_denies_is_ever_thanks(text: str, word: str) -> None:
    assert not is_thanks(f"спасибо {text} {word}")
