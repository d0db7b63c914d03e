"""A ticket's life, its states and what leads from one to the next, and the number it goes by."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto

from desk.local_time import utc

_LITERAL = re.compile(r"[A-Za-z0-9._/-]*")
_SPEC = re.compile(r"(0([1-9]|1[0-8]))?d?")
_EXAMPLE = 'such as "AS-{number:06d}"'

# Eighteen digits still fit a database's 64-bit integer.
_DIGITS = r"([0-9]{1,18})"
_MOST = 10**18 - 1

# What mail clients and phones make of an ASCII hyphen: hyphens and dashes, minus, small and fullwidth.
_HYPHENS = dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE63, 0xFF0D), "-")
# Invisible: soft hyphen, zero-width space, joiners, word joiner, byte order mark.
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_AS_TYPED = _HYPHENS | _INVISIBLE

_BRACKETED = re.compile(r"\[\s*#([^\[\]]{1,120})\]")


class State(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    POSTPONED = "postponed"
    CLOSED = "closed"


class Kind(StrEnum):
    """What a request is about."""

    CONSULTATION = "consultation"
    BUG = "bug"
    IMPROVEMENT = "improvement"


class Line(StrEnum):
    """A support tier with its staff chat; the vendor's is the second tier behind a partner's first line."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    DEVELOPMENT = "development"
    VENDOR = "vendor"


PRIORITIES = (1, 2, 3)


class Verb(StrEnum):
    """What happens to a ticket: an agent's verbs, and the client's message."""

    TAKE = "take"
    ANSWER = "answer"
    WAIT = "wait"
    POSTPONE = "postpone"
    CLOSE = "close"
    REOPEN = "reopen"
    CLIENT_MESSAGE = "client message"


_NEW, _OPEN, _WAITING, _POSTPONED, _CLOSED = State
_UNFINISHED = (_NEW, _OPEN, _WAITING, _POSTPONED)

# What is not in this table is not allowed. A `None` leaves the state as it is.
TRANSITIONS: tuple[tuple[Verb, tuple[State, ...], State | None], ...] = (
    # An agent took the ticket: it is new no longer. Another one may take it over without moving it.
    (Verb.TAKE, (_NEW,), _OPEN),
    (Verb.TAKE, (_OPEN, _WAITING, _POSTPONED), None),
    # An answer takes the ticket, and resumes one that waited. A closed one is reopened first: an answer
    # that nobody expects to be read would otherwise slip past the invitation that is already out.
    (Verb.ANSWER, _UNFINISHED, _OPEN),
    # The desk needs something of the client, and its clock pauses. Somebody must have taken the ticket to
    # know that, so a new one can't wait.
    (Verb.WAIT, (_OPEN, _POSTPONED), _WAITING),
    # Put off for one of the desk's reasons, with a text to the client; whoever does so has taken the ticket.
    (Verb.POSTPONE, (_NEW, _OPEN, _WAITING), _POSTPONED),
    # Spam, duplicates and what settled itself are closed without an answer, so any state may close; a
    # closed ticket can't be closed again, for each closure may invite to rate.
    (Verb.CLOSE, _UNFINISHED, _CLOSED),
    (Verb.REOPEN, (_CLOSED,), _OPEN),
    # A client who adds something before anybody looked does not make the ticket taken.
    (Verb.CLIENT_MESSAGE, (_NEW, _OPEN), None),
    # What the desk waited for, or put the ticket off for, has come: "reply, and we carry on at once".
    (Verb.CLIENT_MESSAGE, (_WAITING, _POSTPONED), _OPEN),
    # Within `reopen_days`; after that `on_client_message` says FOLLOW_UP and this ticket stays closed.
    (Verb.CLIENT_MESSAGE, (_CLOSED,), _OPEN),
)


class NotAllowed(Exception):
    """A verb that the ticket's state does not allow; says which ones it does."""

    def __init__(self, state: State, verb: Verb) -> None:
        self.state, self.verb, self.allowed = state, verb, allowed_verbs(state)
        super().__init__(
            f"{verb} is not allowed on a ticket that is {state}; allowed: {', '.join(self.allowed)}"
        )


def allowed_verbs(state: State) -> tuple[Verb, ...]:
    """What an agent may do with a ticket in this state."""
    verbs = (verb for verb, states, _ in TRANSITIONS if state in states and verb != Verb.CLIENT_MESSAGE)
    return tuple(dict.fromkeys(verbs))


def after(state: State, verb: Verb) -> State:
    """The state that a verb leads to; NotAllowed when the table has no such way."""
    for known, states, target in TRANSITIONS:
        if known == verb and state in states:
            return target or state
    raise NotAllowed(state, verb)


def on_answer(state: State) -> State:
    """The state after an agent's answer; NotAllowed on a closed ticket, which is reopened first."""
    return after(state, Verb.ANSWER)


class ClientMessage(Enum):
    """What a client's message on a ticket does to it."""

    JOIN = auto()
    REOPEN = auto()
    FOLLOW_UP = auto()


def on_client_message(
    state: State, closed_at: datetime | None, at: datetime, reopen_days: int
) -> ClientMessage:
    """What a message received at `at` does to a ticket; moments are aware.

    A closed ticket is reopened until `reopen_days` times 24 hours after `closed_at`, that moment included;
    also by a message that was received before the closing and taken in after it, as the agent had not seen
    it. Later the message opens a follow-up, and the ticket stays closed. The state after JOIN and REOPEN is
    `after(state, Verb.CLIENT_MESSAGE)`. Raises ValueError for a closed ticket without `closed_at`.
    """
    if state != State.CLOSED:
        return ClientMessage.JOIN
    if closed_at is None:
        raise ValueError("a closed ticket needs the moment of its closing")
    in_time = utc(at) - utc(closed_at) <= timedelta(days=reopen_days)
    return ClientMessage.REOPEN if in_time else ClientMessage.FOLLOW_UP


@dataclass(frozen=True, slots=True)
class Numbering:
    """The configured form of ticket numbers, such as `AS-{number:06d}`.

    Raises ValueError when a number written in that form could not be told from other text in a subject.
    """

    pattern: str
    _bare: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        before, after = _literals(self.pattern)
        # Not inside a longer word, number or compound: AS-000042 is neither in XAS-000042 nor in
        # AS-000042-1. `a` keeps "ignore case" to ASCII, where K is not also the Kelvin sign.
        bare = rf"(?<![\w-])((?ai:{re.escape(before)}{_DIGITS}{re.escape(after)}))(?!\w|[.-][0-9])"
        object.__setattr__(self, "_bare", re.compile(bare))

    def format(self, number: int) -> str:
        """The number as people see it; ValueError unless it is from 1 to eighteen digits long."""
        if not 1 <= number <= _MOST:
            raise ValueError(f"a ticket's number is from 1 to {_MOST}, not {number}")
        return self.pattern.format(number=number)

    def find(self, text: str) -> tuple[int, ...]:
        """Every number that a text names, each once: first those in our own `[#…]`, then bare ones.

        Takes any case, and what mail clients do to a hyphen. Within the brackets white space is ignored,
        because folded and re-encoded subjects break there. A number counts only as we would write it, so
        AS-0000421 and AS-42 are none of `AS-{number:06d}`.
        """
        text = text.translate(_AS_TYPED)
        candidates = ["".join(found[1].split()) for found in _BRACKETED.finditer(text)]
        found = [match for match in map(self._bare.fullmatch, candidates) if match]
        found += self._bare.finditer(text)
        numbers = (int(match[2]) for match in found if self._is_ours(match))
        return tuple(dict.fromkeys(numbers))

    def _is_ours(self, match: re.Match[str]) -> bool:
        number = int(match[2])
        return number > 0 and self.format(number).casefold() == match[1].casefold()


def _literals(pattern: str) -> tuple[str, str]:
    """What stands before and after the number; ValueError, saying what is allowed, if it can't be used."""

    def refused(why: str) -> ValueError:
        return ValueError(
            f'"{pattern}" {why}; allowed: one {{number}} or {{number:06d}} within text, {_EXAMPLE}'
        )

    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError as error:
        raise refused(f"is no pattern ({error})") from error
    named = [(name, spec, conversion) for _, name, spec, conversion in parts if name is not None]
    if len(named) != 1 or named[0][0] != "number" or named[0][2] or not _SPEC.fullmatch(named[0][1] or ""):
        raise refused("must have exactly one {number} field, written as a whole number")
    before, after = parts[0][0], "".join(literal for literal, *_ in parts[1:])
    if not _LITERAL.fullmatch(before + after) or len(before + after) > 40:
        raise refused("may hold up to 40 ASCII letters, digits and - _ . / beside the number")
    if before[-1:].isdigit() or after[:1].isdigit():
        raise refused("has a digit right beside the number, which could not be told apart")
    if not re.search("[A-Za-z]", before + after):
        raise refused("needs a letter, or any number in a subject would look like a ticket's")
    return before, after
