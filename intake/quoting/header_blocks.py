"""Blocks of another mail's headers in a text: From, Sent, To, Subject in all languages."""

from __future__ import annotations

import re

from intake.quoting.languages import EVERY, Column, any_of, compiled
from intake.quoting.marks import is_outlooks_rule, is_rule

_MOST_LINES = 16
_FEWEST_KINDS = 3
_COLUMNS: dict[str, Column] = {
    "from": lambda one: one.sender,
    "sent": lambda one: one.sent,
    "to": lambda one: one.to,
    "copy": lambda one: one.copy,
    "subject": lambda one: one.subject,
}
_BEFORE = r"[\s>|]*+[*_]*+"
_HEADER = compiled(
    _BEFORE
    + "(?:"
    + "|".join(f"(?P<k{key}>{any_of(column, EVERY)})" for key, column in _COLUMNS.items())
    + r")[*_]*\s{0,3}:[*_]*(?P<value>.*)"
)
# In a language that is not in the table; believed only under Outlook's rule.
_ANY_HEADER = re.compile(r"[\s>|]*+[*_]*+[^\W\d_][^:@\d]{0,24}:[*_]*\s?(?P<value>.*)")
_CLOCK = re.compile(r"(?<![\d.])\d{1,2}[:.]\d{2}(?!\.?\d)")  # no part of 24.11.2026
_YEAR = re.compile(r"\b(?:19|20|25)\d{2}\b|\d{4}[年년]|\d{1,2}[./-]\d{1,2}[./-]\d{2}")


def begins(lines: list[str], index: int) -> bool:
    """Say whether a block of another mail's headers begins at `index` of `lines` (see `marks.plain`).

    A rule that stands directly on it belongs to it; with an empty line between them, only Outlook's does.
    """
    is_outlooks = is_outlooks_rule(lines[index])
    first = _below(lines, index, 4 if is_outlooks else 2) if is_rule(lines[index]) else index
    if ":" not in lines[first]:
        return False
    if _HEADER.match(lines[first]) and _is_block(_known(lines, first)):
        return True
    return is_outlooks and _is_foreign_block(lines, first)


def follows_rule(lines: list[str], index: int) -> int:
    """Return where the introduction stands that ends a block without a sender, as Yandex writes it; or 0.

    That is a rule of dashes, then "To" and "Subject", then "23.11.2026, 05:31, "Anna" <a@example.org>:".
    """
    if not is_rule(lines[index]):
        return 0
    at = index + 1
    while at < min(len(lines), index + 6) and (header := _HEADER.match(lines[at])):
        if _kind(header) not in ("to", "subject", "copy"):
            break
        at += 1
    return at if at > index + 1 and at < len(lines) else 0


def _below(lines: list[str], index: int, within: int) -> int:
    return next((i for i in range(index + 1, min(index + within, len(lines))) if lines[i].strip()), index)


def _kind(header: re.Match[str]) -> str:
    return next(key for key in _COLUMNS if header[f"k{key}"])


def _known(lines: list[str], start: int) -> dict[str, str]:
    """Return the fields of the block, each with its first value; one line in between may be a folded one."""
    seen: dict[str, str] = {}
    others = 0
    for at, line in enumerate(lines[start : start + _MOST_LINES], start=start):
        if header := _HEADER.match(line):
            value = header["value"].strip(" *")
            # Some programs put the value on the next line.
            seen.setdefault(_kind(header), value or "".join(lines[at + 1 : at + 2]).strip())
            others = 0
        elif line.strip():
            others += 1
        if others > 1:
            break
    return seen


def _is_block(seen: dict[str, str]) -> bool:
    """Say whether the fields are those of a mail: "From: shop 1, To: shop 2" is a client's own text."""
    if "from" not in seen or not ("sent" in seen or "subject" in seen):
        return False
    addressed, sent = "@" in seen["from"], seen.get("sent", "")
    if len(seen) >= _FEWEST_KINDS:
        return addressed or bool(_CLOCK.search(sent))
    return addressed and bool(_CLOCK.search(sent) and _YEAR.search(sent))


def _is_foreign_block(lines: list[str], start: int) -> bool:
    values: list[str] = []
    for line in lines[start : start + _MOST_LINES]:
        if not (header := _ANY_HEADER.match(line)):
            break
        values.append(header["value"])
    is_dated = any(_CLOCK.search(value) and _YEAR.search(value) for value in values)
    return len(values) >= _FEWEST_KINDS and is_dated and any("@" in value for value in values)
