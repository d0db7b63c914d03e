"""A text as words that can be compared: folded, without what people spell in several ways."""

import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+")
# Apostrophes stand inside a word, and everybody types another one; a soft hyphen is no letter.
_GONE = dict.fromkeys(map(ord, "'’ʼ`´‘\u00ad\u0301"))
_SPELLED = str.maketrans({"ё": "е", "ґ": "г"})
LONGEST = 40  # letters of a word: what is longer is a file name or a key
MOST = 1000  # characters of a text that are looked at: a question stands at its beginning

_KEYS_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_KEYS = {
    "ru": str.maketrans(_KEYS_LATIN, "ёйцукенгшщзхъфывапролджэячсмитьбю"),
    "uk": str.maketrans(_KEYS_LATIN, "'йцукенгшщзхїфівапролджєячсмитьбю"),
}
# How those write Russian or Ukrainian who have no such keyboard; longer ones first.
_SOUNDS = {
    "ru": (
        "shch щ sch щ zh ж kh х ts ц ch ч sh ш yu ю ju ю ya я ja я yo е jo е iy ий yy ый a а b б v в g г "
        "d д e е  z з i и j й y й k к l л m м n н o о p п r р s с t т u у f ф h х c ц w в x кс q к"
    ),
    "uk": (
        "shch щ zh ж kh х ts ц ch ч sh ш yu ю ju ю ya я ja я ye є je є yi ї ji ї a а b б v в h г g г d д "
        "e е  z з i і j й y и k к l л m м n н o о p п r р s с t т u у f ф c ц w в x кс q к"
    ),
}
_CYRILLIC = re.compile(r"[а-яіїєґ]")


def words_of(text: str) -> list[str]:
    """The words of a text, in their order, folded: case, ё, apostrophes and accents make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_GONE).translate(_SPELLED)
    return [word for word in _WORD.findall(folded) if len(word) <= LONGEST]


def is_cyrillic(word: str) -> bool:
    """Whether a word has Cyrillic letters."""
    return _CYRILLIC.search(word) is not None


def slips(raw: str, language: str) -> Iterator[list[str]]:
    """What a Latin word may have been meant as in Cyrillic: typed on the wrong layout, or transliterated."""
    if language not in _KEYS or not raw.isascii() or not any(char.isalpha() for char in raw):
        return
    lowered = raw.casefold()
    yield words_of(lowered.translate(_KEYS[language]))
    yield words_of(_spoken(lowered, language))


def _spoken(text: str, language: str) -> str:
    parts = _SOUNDS[language].split()
    for latin, sound in zip(parts[::2], parts[1::2], strict=True):
        text = text.replace(latin, sound)
    return text


def grams(word: str) -> set[str]:
    """The runs of three letters in a word, its beginning marked: it tells more than the ending."""
    marked = f"^{word}"
    return {marked[at : at + 3] for at in range(len(marked) - 2)}
