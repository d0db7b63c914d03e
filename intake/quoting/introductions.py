"""The sentence that introduces a quotation: "On 23 November, Anna <a@example.org> wrote:"."""

from __future__ import annotations

import re

from intake.quoting.languages import EVERY, any_of, any_word, compiled
from intake.quoting.marks import DASHES, NOTHING, is_quoted, is_rule

_LONGEST = 500
_MOST_LINES = 4
_LONGEST_VERB = 40

_DATE = re.compile(
    r"\d{1,2}[:.]\d{2}|\b(?:19|20|25)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}\s?[月월]|\d{4}[年년]"
)
_DIGIT = re.compile(r"\d")
# Neither is part of an IP address.
_FULL_DATE = re.compile(
    r"(?=.*(?<![\d.])\d{1,2}[:.]\d{2}(?!\.?\d))"
    r"(?=.*(?:\b(?:19|20|25)\d{2}|(?<![\d.])\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\.?\d)))"
)
_BRACKETED = re.compile(r"[<(\[](?:mailto:)?[^\s<>()@]{1,80}@[^\s<>()@]{1,250}?[>)\]]")
_WROTE = compiled(any_word(lambda one: one.wrote))
_WROTE_LAST = compiled(any_word(lambda one: one.wrote) + r"\s*:?$")
_OPENS = compiled(
    r"\s*+\W{0,3}"
    rf"(?:(?:{any_of(lambda one: one.opens)})(?:\b|(?<=[\u3040-\u9fff\uac00-\ud7af]))(?=.{{0,60}}\d)"
    rf"|(?:{any_of(lambda one: one.weekdays)})\w{{0,12}}[.,]?,? .{{0,12}}\d|\d{{1,4}}[.\-/ \u5e74\ub144])"
)
# "On Mon, 23 Nov 2026": a program names the day of the week beside the date, a person hardly ever does.
_NAMES_WEEKDAY = compiled(
    "|".join(
        rf"\W{{0,3}}(?:(?:{one.opens}),?\s+)?(?:dem )?(?:{one.weekdays})\w{{0,12}}[.,]{{0,2}}\s.{{0,12}}\d"
        for one in EVERY
    )
)
# Horde: it names the writer, and nothing more.
_QUOTING = compiled(
    r"(?:quoting|zitat von|citando(?: a)?|citation de|cita(?:ção)? de|цитирование|цитирую|citerar|lainaus)\s"
)


def length(lines: list[str], index: int, starts_paragraph: bool, below: list[str]) -> int:
    """Return how many of `lines` (see `marks.plain`) the introduction takes that begins at `index`, or 0.

    `starts_paragraph`: no text stands on the line before. `below`: for each index the next line that is not
    empty, "" at the end.
    """
    opens = _opens(lines[index])
    if not (opens or starts_paragraph):
        return 0
    joined = ""
    for count, line in enumerate((line.strip() for line in lines[index : index + _MOST_LINES]), start=1):
        if not line or line.startswith(">") or is_rule(line) or len(joined) + len(line) > _LONGEST:
            return 0
        if count > 1 and _opens(line) and _is_complete(lines, index + count - 1):
            return 0  # the introduction begins on this line, what stands above is text
        joined = f"{joined} {line}".strip(NOTHING)
        if _may_introduce(joined, opens):
            quoted_below = is_quoted(_at(below, index + count))
            if introduces(joined, opens, starts_paragraph, quoted_below):
                return count
    return 0


def is_surely_a_programs(lines: list[str]) -> bool:
    """Say whether the introduction that `lines` make up is none of a person, even with no quotation below.

    "23.11.2026 10:30 the program writes:" is a client's sentence. Programs that quote without a mark name the
    address, or the day of the week with date and minute.
    """
    joined = " ".join(line.strip() for line in lines)
    return "@" in joined or (
        _NAMES_WEEKDAY.match(joined) is not None
        and _FULL_DATE.search(joined) is not None
        and _WROTE.search(joined) is not None
    )


def _at(below: list[str], index: int) -> str:
    return below[index] if index < len(below) else ""


def _is_complete(lines: list[str], index: int) -> bool:
    """Say whether an introduction can begin at `index`: one that is wrapped before its date can not."""
    joined = " ".join(line.strip() for line in lines[index : index + _MOST_LINES - 1])[:_LONGEST]
    return bool(_DATE.search(joined))


def _opens(line: str) -> bool:
    """Say whether the line begins as an introduction does; without a figure, as most lines are, none does."""
    return _DIGIT.search(line) is not None and _OPENS.match(line) is not None


def _may_introduce(line: str, opens: bool) -> bool:
    """Say whether `introduces` is worth asking: it searches the whole line, most of which are plain text."""
    if line.endswith(":"):
        return True
    if not (opens or line.startswith("--")):
        return False
    return line.endswith((">", "--")) or _WROTE_LAST.search(line, len(line) - _LONGEST_VERB) is not None


def introduces(line: str, opens: bool, starts_paragraph: bool, quoted_below: bool) -> bool:
    """Say whether `line` announces a quotation, by what it holds rather than by its exact form.

    The order and the words differ in every program, language and version; a date or an address beside
    the verb or a final colon do not.
    """
    dated, addressed, wrote = _DATE.search(line), "@" in line, _WROTE.search(line)
    if line.startswith(
        "--"
    ):  # Zoho, Lotus, Yahoo: "---- On Mon, 23 Nov 2026 Anna <a@example.org> wrote ----"
        inner = line.strip(DASHES + NOTHING)
        return bool(wrote and (addressed or dated)) and len(inner) > 2 and line.endswith((":", "-"))
    colon = line.endswith(":")
    if opens and dated:
        # "On 2 April, Anna wrote:" · "пн, 2 апр. 2012 г. в 18:26, Анна <a@example.org>:" (old Gmail: no ":")
        return bool(wrote or (addressed and (colon or starts_paragraph)) or (colon and quoted_below))
    if not (colon and starts_paragraph and line.count("<") == line.count(">")):
        return False
    if wrote:
        # "Anna <a@example.org> wrote:" · "Anna kirjoitti 2.4.2012 kello 18.26:" · "Anna wrote:"
        return bool(addressed or dated or quoted_below)
    # A language that is not in the table: nobody types an address in brackets and the minute of a mail.
    if _QUOTING.match(line):
        return addressed
    return bool(_BRACKETED.search(line)) and bool(_FULL_DATE.search(line) or (quoted_below and dated))
