"""What is new in a mail: its text without the quoted history, the signature and a phone's last line.

When in doubt a line is kept: the agents can skip a quotation, but not guess a lost word.
"""

from __future__ import annotations

from intake.quoting.lines import Kind, Lines
from intake.quoting.marks import announces_answers_below, is_outlooks_rule
from intake.quoting.signatures import is_of_device

# What comes after so many lines is not looked at, and kept: no person quotes ten thousand lines.
_MOST_LINES = 10_000
_FEW_QUOTED = 3
_CONTENT = (Kind.TEXT, Kind.QUOTE)


def new_text(text: str, *, forwarded: bool = False, replying: bool = True) -> str:
    """Return what the writer added in `text`; the whole text if nothing else would be left.

    `forwarded`: the subject says that the mail passes another one on; then all of it is what the client
    wants to say. `replying`: the mail says that it answers another one; a couple of lines with ">" in a mail
    that does not may well be the client's own. Answers between quoted lines are returned with these.
    """
    if forwarded:
        return text.strip("\n")
    lines = text.split("\n")
    kinds = Lines(lines[:_MOST_LINES]).kinds()
    is_history_known = Kind.HISTORY in kinds or len(lines) <= _MOST_LINES
    if Kind.FORWARD in kinds or not is_history_known:
        return text.strip("\n")
    if Kind.HISTORY in kinds and not any(kind in _CONTENT for kind in kinds[: kinds.index(Kind.HISTORY)]):
        kinds = _kinds_below(lines, kinds)
    end = kinds.index(Kind.HISTORY) if Kind.HISTORY in kinds else len(lines)
    if end < len(lines) and announces_answers_below("\n".join(lines[:end])):
        return text.strip("\n")
    kept = _without_quotes(lines[:end], kinds[:end], replying)
    return "\n".join(_without_tail(kept)).strip("\n") or text.strip("\n")


def _kinds_below(lines: list[str], kinds: list[Kind]) -> list[Kind]:
    """Give the kinds again for a mail that begins with an introduction, and marks quotations further down.

    Then he writes below or in between; which of the lines without a mark are old nobody can tell.
    """
    again = Lines(lines[:_MOST_LINES], stops=False).kinds()
    quoted = [index for index, kind in enumerate(again) if kind is Kind.QUOTE]
    is_answered = bool(quoted) and Kind.TEXT in again[quoted[0] :]
    return again if is_answered and Kind.HISTORY not in again else kinds


def _without_quotes(lines: list[str], kinds: list[Kind], replying: bool) -> list[str]:
    """Drop signatures and introductions, and quoted lines unless there are answers between them."""
    wanted, dropped = _wanted(lines, kinds, replying)
    return [lines[index] for index in wanted if kinds[index] not in dropped]


def _wanted(lines: list[str], kinds: list[Kind], replying: bool) -> tuple[range, tuple[Kind, ...]]:
    """Say which lines are new, given the kinds of all up to where the history begins, but for some kinds."""
    quoted = [index for index, kind in enumerate(kinds) if kind in (Kind.QUOTE, Kind.INTRO)]
    new = [index for index, kind in enumerate(kinds) if kind is Kind.TEXT]
    if not quoted or not new:
        return range(0 if quoted else len(kinds)), (Kind.SIGNATURE,)
    if not (replying or len(quoted) >= _FEW_QUOTED or _is_introduced(lines, kinds)):
        return range(len(kinds)), (Kind.SIGNATURE,)  # the client's own, such as the output of a program
    while len(new) > 1 and new[-1] > quoted[-1] and _is_of_program(lines[new[-1]]):
        del new[-1]
    if new[-1] < quoted[0]:  # answered above the quotation
        return range(quoted[0]), (Kind.SIGNATURE,)
    if new[0] > quoted[-1]:  # answered below it
        return range(quoted[-1] + 1, len(kinds)), (Kind.SIGNATURE,)
    # Answered in between: without the questions the answers say nothing. Who asked them is known.
    return range(new[-1] + 1), (Kind.SIGNATURE, Kind.INTRO)


def _is_introduced(lines: list[str], kinds: list[Kind]) -> bool:
    """Say whether a program introduced the quotation: "My boss writes:" is the client's own."""
    intros = [line for line, kind in zip(lines, kinds, strict=True) if kind is Kind.INTRO]
    return any("@" in line or any(map(str.isdigit, line)) for line in intros)


def _is_of_program(line: str) -> bool:
    return is_outlooks_rule(line) or is_of_device(line)


def _without_tail(lines: list[str]) -> list[str]:
    """Drop what programs put under a text: "Sent from my iPhone", rules, empty lines."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_of_program(lines[end - 1])):
        end -= 1
    return lines[:end]
