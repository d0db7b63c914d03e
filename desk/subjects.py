"""Subjects of mails: whether an answer's says anything that was not said before."""

from __future__ import annotations

import re

# "Re:", "Vs:", "Отв:" and their like, with a count, as programs put them before a subject.
_ANSWERS = re.compile(
    r"\s*(?:(?:re|aw|sv|vs|antw|отв|ответ|відп|на)(?:\[\d+\]|\(\d+\)|\^\d+)?\s*:\s*)++", re.IGNORECASE
)


def adds_nothing(subject: str, known: str, number: str) -> bool:
    """Return whether a mail's subject says no more than the ticket's, `known`, or a letter of ours does.

    Ours have the ticket's `number` in brackets in front: [#AS-000042].
    """
    bare = _bare(subject)
    return not bare or bare == _bare(known) or bare.startswith(f"[#{number}]".casefold())


def _bare(subject: str) -> str:
    return " ".join(_ANSWERS.sub("", subject, count=1).split()).casefold()
