"""The columns of the table of how mail programs announce what they quote."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's words around quoted mail.

    `opens`: how a line "On … wrote:" begins, besides a date or a weekday; `weekdays`: their short forms,
    which also match as the beginning of the long ones; `wrote`: its verb; `sender`, `sent`, `to`, `copy`,
    `subject`: names in a block of headers (Outlook, Mail.ru); `original`, `forwarded`: what stands between
    dashes; `begins_forwarded`: Apple Mail's line; `device`: the whole line that a phone adds, where {D}
    stands for words that name a device or a program; `answers_below`: the writer says that his answers
    stand in the quoted text; `above`: the line of a help desk above which one shall answer.
    """

    language: str
    opens: str
    weekdays: str
    wrote: str
    sender: str
    sent: str
    to: str
    copy: str
    subject: str
    original: str
    forwarded: str
    begins_forwarded: str = r"(?!)"
    device: str = r"(?!)"
    answers_below: str = r"(?!)"
    above: str = r"(?!)"
