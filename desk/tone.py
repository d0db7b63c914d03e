"""Phrases that the desk does not want to be heard saying, found in an answer, each with the better one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")
_SAME = str.maketrans({"ё": "е"})
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`](?=\w)")
_BEGINS = re.compile(r"(?:^|[.!?…\n])[\s\u00a0«»\"“”„(—–-]*$")
_ENDS = re.compile(r"[\s\u00a0]*[.!?…]+")
_FEW = 4  # other words in an answer that is nearly nothing but a phrase: a greeting, a name


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase and the better one. `alone`: unwanted only where it is nearly all that is said."""

    phrase: str
    better: str
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase as it stands in a text, from one character to another, and what should stand there."""

    said: str
    better: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Word:
    folded: str
    start: int
    end: int


def unwanted(text: str, phrases: Sequence[Phrase]) -> list[Found]:
    """The phrases in a text, in their order; case, ё, apostrophes, punctuation and spaces make no difference.

    Where two overlap, the longer one counts.
    """
    words = list(_words(text))
    folded = [one.folded for one in words]
    found: list[Found] = []
    for phrase in sorted(phrases, key=lambda one: -len(one.phrase)):
        wanted = [one.folded for one in _words(phrase.phrase)]
        if not wanted or (phrase.alone and len(words) - len(wanted) > _FEW):
            continue
        for at in range(len(words) - len(wanted) + 1):
            if folded[at : at + len(wanted)] == wanted:
                one = _found(text, words[at].start, words[at + len(wanted) - 1].end, phrase.better)
                if all(one.end <= other.start or one.start >= other.end for other in found):
                    found.append(one)
    return sorted(found, key=lambda one: one.start)


def bettered(text: str, phrases: Sequence[Phrase]) -> str:
    """The text with the better phrases in it."""
    for one in reversed(unwanted(text, phrases)):
        text = text[: one.start] + one.better + text[one.end :]
    return text


def _found(text: str, start: int, end: int, better: str) -> Found:
    if better.endswith((".", "!", "?", "…")) and (ends := _ENDS.match(text, end)):
        end = ends.end()  # the better one brings its own
    if _BEGINS.search(text[:start]):
        better = better[:1].upper() + better[1:]
    return Found(text[start:end], better, start, end)


def _words(text: str) -> Iterator[_Word]:
    # Apostrophes are blanked out by a letter of the same length, so that places stay what they are.
    for found in _WORD.finditer(_APOSTROPHE.sub("ʹ", text)):
        folded = unicodedata.normalize("NFKC", found[0]).casefold().translate(_SAME)
        yield _Word(folded.replace("ʹ", ""), found.start(), found.end())


DEFAULTS = (
    # --- ru ---
    Phrase("Что-то ещё требуется?", "Могу ли я ещё чем-нибудь помочь?"),
    Phrase("Мы знаем об этой ошибке", "мы уже работаем над исправлением этой ошибки"),
    Phrase("скорее всего, да", "уточню и отвечу точно"),
    Phrase("если не ошибаюсь, то нет", "проверю и отвечу точно"),
    Phrase("мне кажется, нужно", "рекомендую"),
    Phrase("Что имеете в виду?", "Уточните, пожалуйста, о чём идёт речь."),
    Phrase(
        "Понимаю, мне очень жаль",
        "Понимаю, что это мешает Вам работать. Я уже разбираюсь и напишу, что удалось выяснить.",
        alone=True,
    ),
    # --- uk ---
    Phrase("Щось іще потрібно?", "Чи можу я ще чимось допомогти?"),
    Phrase("Ми знаємо про цю помилку", "ми вже працюємо над виправленням цієї помилки"),
    Phrase("швидше за все, так", "уточню й відповім точно"),
    Phrase("якщо не помиляюся, то ні", "перевірю й відповім точно"),
    Phrase("мені здається, потрібно", "рекомендую"),
    Phrase("Що маєте на увазі?", "Уточніть, будь ласка, про що йдеться."),
    Phrase(
        "Розумію, мені дуже шкода",
        "Розумію, що це заважає Вам працювати. Я вже з’ясовую причину й напишу, що вдалося дізнатися.",
        alone=True,
    ),
    # --- en ---
    Phrase("Do you need anything else?", "Is there anything more I can help you with?"),
    Phrase("We know about this error", "we are already working on this error"),
    Phrase("most likely yes", "I will check and give you a definite answer"),
    Phrase("if I’m not mistaken, no", "I will check and give you a definite answer"),
    Phrase("it seems to me you need to", "I recommend that you"),
    Phrase("What do you mean?", "Could you tell me a little more about it?"),
    Phrase(
        "I understand, I’m very sorry",
        "I understand that this keeps you from working. I am looking into it and will tell you what I find.",
        alone=True,
    ),
    # --- fi ---
    Phrase("Tarvitsetko vielä jotain?", "Voinko auttaa vielä jossain?"),
    Phrase("Tiedämme tästä virheestä", "korjaamme jo tätä virhettä"),
    Phrase("todennäköisesti kyllä", "tarkistan ja vastaan varmasti"),
    Phrase("jos en erehdy, niin ei", "tarkistan ja vastaan varmasti"),
    Phrase("Mitä tarkoitat?", "Kertoisitko hieman tarkemmin, mistä on kyse?"),
    Phrase(
        "Ymmärrän, olen todella pahoillani",
        "Ymmärrän, että tämä haittaa työtäsi. Selvitän asiaa ja kerron, mitä löydän.",
        alone=True,
    ),
)
