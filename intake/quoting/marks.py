"""Lines that are told by themselves: marked as quoted, drawn, or announcing an old or a passed-on mail."""

from __future__ import annotations

import re

from intake.quoting.languages import any_of, compiled

NOTHING = " \t\u00a0\u202f\ufeff"
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015"

_LONGEST_MARK = 160
_LEFT_OUT = dict.fromkeys(
    [0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)
_PLAIN = {**_LEFT_OUT, 0xA0: " ", 0x202F: " ", 0x2007: " ", 0x3000: " ", 0xFF1A: ":"}

_QUOTE = re.compile(r"[ \t]{0,3}>")
_INITIALS_QUOTE = re.compile(r" ?[^\W\d_]{1,3}>")  # The Bat!: "ИМ> "
_RULE = re.compile(r"\s*(?:_{5,}|-{5,}|={5,}|\*{5,}|[\u2013\u2014\u2015\u2500]{3,})\s*")
_OUTLOOKS_RULE = re.compile(r"\s*(?:_{20,}|[\u2012-\u2015]{20,})\s*")
_DRAWN_FIRST = frozenset(DASHES + "_=*~#|[")
_LINE = rf"[{DASHES}_=*~#|]"
# Possessive: a line of dashes and spaces is not tried at each of them.
_DRAWN = rf"[\s>]*+{_LINE}{{{{2,}}}}+\s*+\[?(?:{{0}})\]?\s*:?\s*(?:{_LINE}{{{{2,}}}}|$)"
_ORIGINAL = compiled(
    _DRAWN.format(any_of(lambda one: one.original)) + r"|\s*\[?original message processed by [\w ]{1,40}\W*$"
)
_FORWARDED = compiled(
    _DRAWN.format(any_of(lambda one: one.forwarded))
    + rf"|[\s>]*+(?:{any_of(lambda one: one.begins_forwarded)})\s*:\s*$"
)
_GROUPWISE = re.compile(r">>> [^>]{1,200}(?:>[^>]{0,60})?\d{1,2}[:.]\d{2}[^>]{0,20}>>>\s*")
_ABOVE = compiled(rf"[\s>]*+\W{{0,20}}(?:{any_of(lambda one: one.above)})\W{{0,20}}$")
_ANSWERS_BELOW = compiled(any_of(lambda one: one.answers_below))


def plain(line: str) -> str:
    """Return the line for comparing: without invisible marks of direction, with simple spaces and colons.

    QQ Mail leaves the spaces of its HTML in the plain text as "&nbsp;".
    """
    line = line.replace("&nbsp;", " ")
    return line if line.isascii() else line.translate(_PLAIN)


def is_quoted(line: str) -> bool:
    """Say whether the line is marked with ">"."""
    return _QUOTE.match(line) is not None


def is_quoted_by_initials(line: str) -> bool:
    """Say whether the line is marked with somebody's initials and ">"."""
    return _INITIALS_QUOTE.match(line) is not None


def is_rule(line: str) -> bool:
    """Say whether the line is a drawn one."""
    return _RULE.fullmatch(line) is not None


def is_outlooks_rule(line: str) -> bool:
    """Say whether the line is what Outlook draws above the headers of an old mail."""
    return _OUTLOOKS_RULE.fullmatch(line) is not None


def announces_original(line: str) -> bool:
    """Say whether the line reads "-----Original Message-----", or asks to answer above it.

    GroupWise: ">>> Anna <anna@client.example> 11/23/2026 5:31 AM >>>", and no mark below.
    """
    if len(line) > _LONGEST_MARK:
        return False
    if line.startswith(">>> ") and _GROUPWISE.fullmatch(line):
        return True
    return (_is_drawn(line) and _ORIGINAL.match(line) is not None) or _ABOVE.match(line) is not None


def announces_forwarded(line: str) -> bool:
    """Say whether a mail that the writer passes on begins below the line."""
    if len(line) > _LONGEST_MARK or not (_is_drawn(line) or line.rstrip().endswith(":")):
        return False
    return _FORWARDED.match(line) is not None


def _is_drawn(line: str) -> bool:
    """Say whether the line begins with a drawing, or as "[Original message …": most do not."""
    return line.lstrip("> \t")[:1] in _DRAWN_FIRST or "riginal" in line


def announces_answers_below(text: str) -> bool:
    """Say whether the writer tells that his answers stand in the quoted text."""
    return _ANSWERS_BELOW.search(text) is not None
