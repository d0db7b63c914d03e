"""What the house's style sheets say of words and typography, as far as a search can find it."""

from __future__ import annotations

import re

# The "Translationese" of each style sheet, as stems where the word is inflected.
_WORDS = {
    "ru": "запрос|заявк|тикет|будет обработан|предоставьте|в кратчайшие|не стесняйтесь|кликните|осуществ"
    "|данн(?:ый|ая|ое)|является|на текущий момент|статус|мы ценим|приносим извинения|доброго времени"
    "|уважаем|спасибо за (?:терпение|понимание)|не отвечайте",
    "uk": "на протязі|по вашому питанню|у випадку, якщо|відмін|співпада|дякуємо вас|вибача|слідуюч|любий"
    "|приймати участь|вірний|розглядається нами|натисніть сюди|тікет|апрув|шановн|термін",
    "en": "appeal|please be informed|during \\d|\\btill\\b|actual version|estimate our|put \\w+ stars"
    "|the term of|make a screen|kindly|sorry|inconvenience|dear|patience|ticket|&|e\\.g\\.|do not reply",
    "fi": "toimesta|arvostamme|klikkaa|liittyen|tullaan käsittelemään|tänä päivänä|status|ystävällisesti"
    "|palvelu taso|tuki pyyntö|tehdä päätös|suorittaa|pahoittelemme|tiket|sinun |teidän|arvoisa",
}
FORBIDDEN = {language: re.compile(words, re.IGNORECASE) for language, words in _WORDS.items()}
# Straight quotes, three dots, a hyphen for a dash, two spaces, and the other languages' quotation marks.
TYPOGRAPHY = {
    "ru": re.compile(r"[\"'“”‘’]|\.\.\.| - |  |\d-\d"),
    "uk": re.compile(r"[\"'“”‘]|\.\.\.| - |  |\d-\d"),
    "en": re.compile(r"[\"'«»„—]|\.\.\.| - |  |\d-\d"),
    "fi": re.compile(r"[\"'«»„“—]|\.\.\.| - |  |\d-\d"),
}
# Where a line must not break, and an ordinary space lets it: before a dash, after №, before a unit.
LOOSE = {
    "ru": re.compile(r" —|\{n\} \w|№ |\d (?:[КМГ]Б|г\.|%)"),
    "uk": re.compile(r" —|\{n\} \w|№ |\d (?:[КМГ]Б|р\.|%)"),
    "en": re.compile(r"\d [KMG]B"),
    "fi": re.compile(r"\d (?:[MG]t|kt|%)"),
}
MAY_BREAK = frozenset({"list.more"})  # texts whose number is not tied to the next word


def advice(language: str, key: str, form: str) -> list[str]:
    """What the style sheet of a language has against a text, in words for an administrator."""
    found = [f"“{one[0]}”: the style sheet has another word" for one in FORBIDDEN[language].finditer(form)]
    found += [f"“{one[0]}”: not the language's typography" for one in TYPOGRAPHY[language].finditer(form)]
    if key not in MAY_BREAK:
        found += [f"“{one[0]}”: needs a no-break space" for one in LOOSE[language].finditer(form)]
    return found
