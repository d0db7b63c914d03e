"""A mere "thank you": it asks for nothing, so it does not put a closed ticket back to work.

Whoever is taken for thankful is not answered. So a text has to prove it: every word must be known as
harmless, alone or within a phrase, and whatever is not known has to reach a person.
"""

from __future__ import annotations

import re

from desk.signing_off import without_sign_off
from desk.thankful_words import BESIDE, GREETINGS, PHRASES, THANKS

_LONGEST = 200  # characters without the signature; whoever writes more says something
_WORD = r"[^\W\d_]+(?:'[^\W\d_]+)*"
_WORDS = re.compile(_WORD)
# Thumbs, folded hands, hearts, smiles, flowers; skin tones, joiners and variation selectors.
_GESTURES = (
    "👍🙏👌❤♥💙💛💚🧡💜😊🙂😀😃😄😁😉😇🤗☺🌹🌷🌸🌺🌞☀💐🤝👏💪🔥✅✔💯🥰😍🎉\U0001f3fb-\U0001f3ff\ufe0f\u200d"
)
_GESTURE = re.compile(rf"[{_GESTURES}\s!)]+")
# A bracket that stands alone is a smile, or the opposite; quotation marks around a word may turn it round,
# and a digit, a question mark or a sign that is unknown here may mean anything.
_HARMLESS = re.compile(rf"(?:[^\W\d_]|['\s.,;!…–—-]|[:;]?\)|[{_GESTURES}])*")
# A name may follow thanks or a greeting: one word, or with a patronymic. Not in a text all in capitals.
_NAME = r"(?-i:[^\W\d_a-zа-яёіїєґäöå][^\W\d_A-ZА-ЯЁІЇЄҐÄÖÅ]+)"
_PATRONYMIC = r"(?:\s+\w+(?:вн|чн)[аеуыоі]ю?|\s+\w+вич(?:а|у|ем|е)?|\s+\w+ович[уа]?|\s+\w+івн[оаі])?"


def _folded(text: str) -> str:
    return text.replace("ё", "е").replace("Ё", "Е").replace("’", "'").replace("ʼ", "'")


def _any(phrases: str) -> str:
    """A pattern for any of these, a line each, the longest first; a space stands for any white space."""
    lines = {_folded(line.strip()) for line in phrases.splitlines() if line.strip()}
    return "|".join(one.replace(" ", r"[\s,]+") for one in sorted(lines, key=len, reverse=True))


def _words(lists: str) -> frozenset[str]:
    return frozenset(_folded(lists).casefold().split())


_SAYS_THANKS, _GREETS = _words(THANKS), _words(GREETINGS)
_KNOWN = _SAYS_THANKS | _GREETS | _words(BESIDE)
_PHRASE = re.compile(rf"\b(?:{_any(PHRASES)})(?!\w)", re.IGNORECASE)
_LEADS = "|".join(sorted(_SAYS_THANKS | _GREETS, key=len, reverse=True))
_ADDRESSED = re.compile(
    rf"\b((?:{_LEADS}),?[ \t]+){_NAME}{_PATRONYMIC}(?=\s*(?:[.,!;)\n–—-]|$)|\s+\S)", re.IGNORECASE
)
# Or it calls somebody: "Анна, спасибо!"
_CALLED = re.compile(rf"\s*({_NAME}){_PATRONYMIC}[,!]\s+", re.IGNORECASE)


def is_thanks(text: str) -> bool:
    """Whether a text says nothing but thanks, in any of the desk's languages, or is but a thumb up."""
    said = _folded(without_sign_off(text))
    if len(said) > _LONGEST or _HARMLESS.fullmatch(said) is None:
        return False
    if not _WORDS.search(said):
        return bool(said.strip()) and _GESTURE.fullmatch(said) is not None
    rest = _PHRASE.sub(" ", _ADDRESSED.sub(r"\1", _without_name(said)))
    thanks = any(word.casefold() in _SAYS_THANKS for word in _WORDS.findall(said))
    return thanks and all(word.casefold() in _KNOWN for word in _WORDS.findall(rest))


def _without_name(said: str) -> str:
    """A text without the name that it begins with."""
    called = _CALLED.match(said)
    return said[called.end() :] if called and called[1].casefold() not in _KNOWN else said
