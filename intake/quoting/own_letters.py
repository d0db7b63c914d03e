"""The desk's own letters, by their first sentences: some programs quote them without any mark."""

from __future__ import annotations

import re

_NUMBER = r"\S{1,40}"
# As `replies/languages` words them, a language a line; a test holds them to it.
_FIRST = (
    # The confirmation.
    rf"мы приняли ваше обращение, его номер —(?: {_NUMBER})?",
    rf"ми отримали ваше звернення, його номер —(?: {_NUMBER})?",
    rf"we have received your request\. its number is(?: {_NUMBER})?",
    rf"olemme kirjanneet pyyntösi numerolla(?: {_NUMBER})?",
    # The invitation to rate.
    rf"обращение {_NUMBER} закрыто\. как мы справились\?",
    rf"звернення {_NUMBER} закрито\. як ми впоралися\?",
    rf"request {_NUMBER} is closed\. how did we do\?",
    rf"pyyntö {_NUMBER} on suljettu\. miten onnistuimme\?",
    # Reopened, or moved to another level.
    rf"мы вернули обращение {_NUMBER} в работу\..*|.{{0,70}}мы перевели обращение {_NUMBER} на уровень .*",
    rf"ми повернули звернення {_NUMBER} у роботу\..*|.{{0,70}}ми перевели звернення {_NUMBER} на рівень .*",
    rf"we have reopened request {_NUMBER}\..*",
    rf"we have (?:.{{0,40}} and )?moved request {_NUMBER} to the level .*",
    rf"olemme avanneet pyynnön {_NUMBER} uudelleen\..*",
    rf".{{0,60}}siirsimme pyynnön {_NUMBER} palvelutasolle .*",
)
_BEGINS = re.compile("|".join(f"(?:{sentence})" for sentence in _FIRST), re.IGNORECASE)
_GREETING = re.compile(r"[^.?!:]{2,80}[!,]")
_GREETING_TO_LETTER = 4  # lines
_LETTER = 30  # lines that are looked at


def begins(lines: list[str], index: int) -> bool:
    """Say whether one of our letters begins at `index` (see `marks.plain`), with its greeting if it has one.

    A client may repeat such a sentence among his own words; a letter has a link to the desk's page.
    """
    at = index
    if _GREETING.fullmatch(lines[at].strip()):
        within = range(at + 1, min(at + _GREETING_TO_LETTER, len(lines)))
        at = next((i for i in within if lines[i].strip()), at)
    if _BEGINS.fullmatch(lines[at].strip()) is None:
        return False
    return any("://" in line for line in lines[at + 1 : at + _LETTER])
