"""What is new in a mail: its text without the quoted history, the signature and a phone's last line.

When in doubt a line is kept: the agents can skip a quotation, but not guess a lost word.
"""

from __future__ import annotations

from intake.quoting.lines import Kind, Lines, announces_answers_below, is_of_device, is_rule

# What comes after so many lines is not looked at, and kept: no person quotes ten thousand lines.
_MOST_LINES = 10_000
_FEW_QUOTED = 3


def new_text(text: str, *, forwarded: bool = False, replying: bool = True) -> str:
    """Return what the writer added in `text`; the whole text if nothing else would be left.

    `forwarded`: the subject says that the mail passes another one on; then headers of another mail are
    no history. `replying`: the mail says that it answers another one; a couple of lines with ">" in a mail
    that does not may well be the client's own. Answers between quoted lines are returned with these.
    """
    lines = text.split("\n")
    kinds = Lines(lines[:_MOST_LINES], forwarded).kinds()
    is_history_known = Kind.HISTORY in kinds or len(lines) <= _MOST_LINES
    if Kind.FORWARD in kinds or not is_history_known:
        return text.strip("\n")
    end = kinds.index(Kind.HISTORY) if Kind.HISTORY in kinds else len(lines)
    if end < len(lines) and announces_answers_below("\n".join(lines[:end])):
        return text.strip("\n")
    kept = _without_quotes(lines[:end], kinds[:end], replying)
    return "\n".join(_without_tail(kept)).strip("\n") or text.strip("\n")


def _without_quotes(lines: list[str], kinds: list[Kind], replying: bool) -> list[str]:
    """Drop signatures, and quoted lines unless there are answers between them."""
    wanted = _wanted(kinds, replying)
    return [lines[index] for index in wanted if kinds[index] is not Kind.SIGNATURE]


def _wanted(kinds: list[Kind], replying: bool) -> range:
    """Say which lines are new, given the kinds of all up to where the history begins."""
    quoted = [index for index, kind in enumerate(kinds) if kind in (Kind.QUOTE, Kind.INTRO)]
    new = [index for index, kind in enumerate(kinds) if kind is Kind.TEXT]
    if not quoted or not new:
        return range(0 if quoted else len(kinds))
    if not replying and Kind.INTRO not in kinds and len(quoted) < _FEW_QUOTED:
        return range(len(kinds))  # the client's own, such as the output of a program
    if new[-1] < quoted[0]:  # answered above the quotation
        return range(quoted[0])
    if new[0] > quoted[-1]:  # answered below it
        return range(quoted[-1] + 1, len(kinds))
    return range(new[-1] + 1)  # answered in between: without the questions the answers say nothing


def _without_tail(lines: list[str]) -> list[str]:
    """Drop what programs put under a text: "Sent from my iPhone", rules, empty lines."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or is_rule(lines[end - 1]) or is_of_device(lines[end - 1])):
        end -= 1
    return lines[:end]
