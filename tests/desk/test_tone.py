"""The tone check finds phrases however they are spelled, and puts the better one where they stood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.tone import DEFAULTS, Phrase, bettered, unwanted


def said(text: str) -> list[str]:
    return [one.said for one in unwanted(text, DEFAULTS)]


@pytest.mark.parametrize(
    "text",
    [
        "Что-то ещё требуется?",
        "что-то еще требуется",
        "ЧТО-ТО  ЕЩЁ\u00a0ТРЕБУЕТСЯ???",
        "Готово. Что - то ещё требуется?",
        "Мы знаем об этой ошибке, ждите.",
        "Скорее всего — да.",
        "Если не ошибаюсь, то нет",
        "Мне кажется нужно обновить",
        "Что имеете в виду?",
        "Понимаю, мне очень жаль.",
        "Здравствуйте, Ольга! Понимаю. Мне очень жаль…",
        "We know about this error.",
        "If I'm not mistaken, no.",
        "if I’m not mistaken — no",
        "Розумію, мені дуже шкода",
        "Tiedämme tästä virheestä.",
    ],
)
def test_it_finds_what_is_not_wanted(text: str) -> None:
    assert len(said(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Скорее всего, дата в документе неверна.",
        "Мы знаем об этой настройке.",
        "Что Вы имеете в виду под остатком, понятно.",
        "Понимаю, мне очень жаль, что отчёт не отправлен. Я нашёл причину: закончился сертификат подписи.",
        "// ничего такого",
    ],
)
def test_it_leaves_other_words_alone(text: str) -> None:
    assert said(text) == []
    assert bettered(text, DEFAULTS) == text


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("Мне кажется, нужно обновить программу.", "Рекомендую обновить программу."),
        ("Думаю так: мне кажется, нужно обновить.", "Думаю так: рекомендую обновить."),
        ("Сделано. Что-то ещё требуется?!", "Сделано. Могу ли я ещё чем-нибудь помочь?"),
        ("Мы знаем об этой ошибке.", "Мы уже работаем над исправлением этой ошибки."),
        (
            "Скорее всего, да. Что имеете в виду?",
            "Уточню и отвечу точно. Уточните, пожалуйста, о чём идёт речь.",
        ),
        ("«Мы знаем об этой ошибке» — ответ", "«Мы уже работаем над исправлением этой ошибки» — ответ"),
    ],
)
def test_the_better_one_fits_where_the_other_stood(text: str, better: str) -> None:
    assert bettered(text, DEFAULTS) == better
    assert unwanted(better, DEFAULTS) == []


def test_of_two_that_overlap_the_longer_one_counts() -> None:
    phrases = (Phrase("очень жаль", "A"), Phrase("мне очень жаль", "B"))
    assert bettered("И мне очень жаль.", phrases) == "И B."


def test_no_default_betters_into_another_unwanted_phrase() -> None:
    for one in DEFAULTS:
        assert unwanted(one.better, DEFAULTS) == [], one.phrase
        assert bettered(one.phrase, DEFAULTS).rstrip(".?!").casefold() == one.better.rstrip(".?!").casefold()


@given(st.text(max_size=200), st.text(max_size=200))
def test_what_stands_around_a_phrase_is_kept_letter_by_letter(before: str, after: str) -> None:
    phrases = (Phrase("мы знаем об этой ошибке", "XYZ"),)
    text = f"{before} мы знаем об этой ошибке {after}"
    found = unwanted(text, phrases)
    assert [text[one.start : one.end] for one in found] == [one.said for one in found]
    assert bettered(text, phrases).startswith(before) and bettered(text, phrases).endswith(after)
