"""How the words of a text begin: tells at once, of most texts, that none of what is looked for is in them."""

from __future__ import annotations

import re

LENGTH = 4  # letters

_BEGINNING = re.compile(rf"\b\w{{1,{LENGTH}}}")


def folded(text: str) -> str:
    """A text as words are compared in it: without capitals, е for ё."""
    return text.casefold().replace("ё", "е")


def beginnings(text: str) -> frozenset[str]:
    """The first four letters of each word, folded.

    Looking for a word itself would take longer: Python finds Cyrillic ones in long texts slowly, because it
    looks for the lower byte of a letter first, which most of them share with others.
    """
    return frozenset(_BEGINNING.findall(folded(text)))
