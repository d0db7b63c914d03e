"""What each line of a mail is: text, quotation, its introduction, a signature, or where old mail begins.

The rules over the kinds are in `intake.reply`.
"""

from __future__ import annotations

from enum import Enum

from intake.quoting import header_blocks, introductions, own_letters, signatures
from intake.quoting.marks import (
    NOTHING,
    announces_forwarded,
    announces_original,
    is_quoted,
    is_quoted_by_initials,
    is_rule,
    plain,
)


class Kind(Enum):
    """What a line of a mail is."""

    BLANK = "blank"
    TEXT = "text"
    QUOTE = "quote"
    INTRO = "intro"  # "On … wrote:" before lines that are marked as quoted
    HISTORY = "history"  # from here on everything is old: it is quoted without a mark
    FORWARD = "forward"  # from here on everything is what the client passes on
    SIGNATURE = "signature"


class Lines:
    """The lines of one mail, and what is known of each.

    `stops`: the old mail below an introduction that no marked lines follow goes on to the end. Otherwise such
    lines are taken for new, for lack of a mark.
    """

    def __init__(self, lines: list[str], stops: bool = True) -> None:
        self._lines = [plain(line) for line in lines]
        self._below = _next_filled(self._lines)
        self._stops = stops
        self._old: dict[int, bool] = {}

    def kinds(self) -> list[Kind]:
        """Give each line its kind; after HISTORY or FORWARD everything is HISTORY."""
        kinds: list[Kind] = []
        initials = quoted = False
        while (index := len(kinds)) < len(self._lines):
            kind, length = self._kind(index, kinds, initials, quoted)
            kinds.extend([kind] * length)
            if kind in (Kind.HISTORY, Kind.FORWARD):
                break
            if kind is Kind.INTRO:
                initials = is_quoted_by_initials(self._at_or_below(index + length))
            quoted = quoted or kind in (Kind.INTRO, Kind.QUOTE)
        return kinds + [Kind.HISTORY] * (len(self._lines) - len(kinds))

    def _kind(self, index: int, before: list[Kind], initials: bool, quoted: bool) -> tuple[Kind, int]:
        """Return the kind of the line at `index`, and for how many lines it holds."""
        line = self._lines[index]
        if not line.strip(NOTHING):
            return Kind.BLANK, 1
        if not quoted and announces_forwarded(line):
            return Kind.FORWARD, 1
        if line.startswith(">>> ") and announces_original(line) and not quoted:
            return Kind.HISTORY, 1
        if is_quoted(line) or (initials and is_quoted_by_initials(line)):
            return Kind.QUOTE, 1
        starts_paragraph = not before or before[-1] is not Kind.TEXT
        if self._begins_history(index, starts_paragraph):
            return Kind.HISTORY, 1
        if length := self._introduction(index, starts_paragraph):
            after = self._at_or_below(index + length)
            if not after or is_quoted(after) or is_quoted_by_initials(after):
                return Kind.INTRO, length
            if introductions.is_surely_a_programs(self._lines[index : index + length]):
                return (Kind.HISTORY, 1) if self._stops else (Kind.INTRO, length)
        if length := signatures.length(self._lines, index, self._is_old):
            return Kind.SIGNATURE, length
        return Kind.TEXT, 1

    def _introduction(self, index: int, starts_paragraph: bool) -> int:
        """Return how many lines the introduction of a quotation takes, with a rule that stands on it."""
        if is_rule(self._lines[index]) and "".join(self._lines[index + 1 : index + 2]).strip():
            length = introductions.length(self._lines, index + 1, True, self._below)
            return length and length + 1
        return introductions.length(self._lines, index, starts_paragraph, self._below)

    def _begins_history(self, index: int, starts_paragraph: bool) -> bool:
        lines = self._lines
        if announces_original(lines[index]) or header_blocks.begins(lines, index):
            return True
        if is_rule(lines[index]) and (at := header_blocks.follows_rule(lines, index)):
            return bool(introductions.length(lines, at, True, self._below))
        return starts_paragraph and own_letters.begins(lines, index)

    def _is_old(self, index: int) -> bool:
        """Say whether a quotation begins at `index`, of whatever kind; kept, for signatures ask again."""
        if index not in self._old:
            line = self._lines[index]
            self._old[index] = bool(line.strip(NOTHING)) and bool(
                is_quoted(line)
                or announces_forwarded(line)
                or self._begins_history(index, starts_paragraph=True)
                or self._introduction(index, starts_paragraph=True)
            )
        return self._old[index]

    def _at_or_below(self, index: int) -> str:
        return self._below[index] if index < len(self._below) else ""


def _next_filled(lines: list[str]) -> list[str]:
    """Return for each line itself, or the next one that is not empty."""
    found: list[str] = []
    following = ""
    for line in reversed(lines):
        following = line if line.strip(NOTHING) else following
        found.append(following)
    return found[::-1]
