"""What became of an agent's answer, as a reaction on his message and, when it failed, in words."""

from __future__ import annotations

from dataclasses import dataclass

from replies.names import plain_line
from replies.wording import Wording
from storage.posts import Answered

# Of https://core.telegram.org/bots/api#reactiontypeemoji: others are refused.
SENT, FAILED, CANCELLED = "👍", "😢", "🤷"
_FAILED = {"dead", "undeliverable"}
_UNFINISHED = {"owed", "sending"}


@dataclass(frozen=True, slots=True)
class Marking:
    """What to do with the messages of one answer: first `reply`, if any, then `emoji`, noted as `mark`."""

    posts: tuple[Answered, ...]
    mark: str
    emoji: str
    reply: str = ""


def marking(answers: list[Answered], words: Wording) -> Marking | None:
    """The next answer whose mark has to change, or None. A failure that was told (`told`) lacks its emoji."""
    for first in answers:
        mark = _mark(first)
        if mark is None or mark == first.mark:
            continue
        same = tuple(one for one in answers if one.item_id == first.item_id)
        if mark == "sent":
            return Marking(same, "sent", SENT)
        if mark == "cancelled":
            return Marking(same, "cancelled", CANCELLED)
        told = any(one.mark == "told" for one in same)
        return Marking(same, "failed", FAILED, "" if told else _reason(first, words))
    return None


def _mark(answer: Answered) -> str | None:
    """What the message of an answer is to bear; None while that is open."""
    if answer.states & _UNFINISHED:
        return None
    if answer.states & _FAILED:
        return "failed"
    if "sent" in answer.states:
        return "sent"
    return "cancelled"


def _reason(answer: Answered, words: Wording) -> str:
    if "blocked by the user" in answer.error or "user is deactivated" in answer.error:
        return words.text("staff.mark.blocked")
    if "unknown whether" in answer.error:
        return words.text("staff.mark.unknown")
    return words.text("staff.mark.failed", reason=plain_line(answer.error) or "–")
