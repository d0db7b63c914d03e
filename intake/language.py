"""In which of the desk's languages a text is written, when that is beyond doubt."""

import re

MOST = 4000  # characters looked at
LEAST = 3  # words that only one language has; short texts are mislabelled too easily

# Frequent words that none of the other three languages has.
_WORDS = {
    "ru": "и не что это как для при у нас мы или если только после уже нужно также ошибка пожалуйста "
    "здравствуйте добрый день почему когда выходит было есть был она они его меня",
    "uk": "і не що це як для при та у нас ми або якщо тільки після вже потрібно також помилка "
    "будь ласка вітаю добрий доброго чому коли виходить було є він вона вони його мене зі",
    "en": "the and is are not what this that how for with we or if only after already need error please "
    "hello when was were have has you your it when of to i cannot can my do does could should would there "
    "thanks see below",
    "fi": "ja ei on mitä tämä että miten ovat kun me tai jos vain jälkeen jo tarvitsen virhe "
    "hei kiitos miksi oli olen olemme se minä sinä mutta myös ohjelma",
}
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_ONLY = {
    language: words - frozenset().union(*(w for other, w in _SETS.items() if other != language))
    for language, words in _SETS.items()
}
# Letters that settle it between the two Cyrillic languages.
_LETTERS = {"ru": frozenset("ыэъё"), "uk": frozenset("іїєґ")}


def guess(text: str) -> str | None:
    """The language of a text (ru, uk, en, fi), or None where a short or mixed text leaves it open."""
    words = re.findall(r"[^\W\d_]+", text[:MOST].lower())
    scores = {language: sum(w in only for w in words) for language, only in _ONLY.items()}
    for language, letters in _LETTERS.items():
        scores[language] += sum(1 for w in words if not letters.isdisjoint(w))
    best, second = sorted(scores.values(), reverse=True)[:2]
    if best < LEAST or best < 2 * second:
        return None
    return max(scores, key=lambda language: scores[language])
