"""Ratings: whom we ask for one, until when it counts, and what reply by mail is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from desk.local_time import utc

Stars = NewType("Stars", int)
"""1 to 5, the more the better; made by `check_stars`."""

STARS = range(1, 6)
LOW = range(1, 3)  # the head of support is told of these at once
INVITATION_LASTS = timedelta(days=14)
BETWEEN_INVITATIONS = timedelta(days=7)


def check_stars(value: int) -> Stars:
    """The value as stars; ValueError unless it is a whole number from 1 to 5."""
    if type(value) is not int or value not in STARS:
        raise ValueError(f"{value!r} is no rating; allowed: 1 to 5")
    return Stars(value)


class Outcome(StrEnum):
    """As what a ticket was closed."""

    SETTLED = "settled"
    SPAM = "spam"
    DUPLICATE = "duplicate"
    MERGED = "merged"


class NotInvited(StrEnum):
    """Why nobody is asked for a rating of a closure."""

    SPAM = "spam"
    DUPLICATE = "duplicate"
    MERGED = "merged"
    UNANSWERED = "unanswered"
    INVITED_LATELY = "invited lately"


# The rating of a duplicate or merged ticket belongs to the ticket that goes on.
_NEVER_RATED = {
    Outcome.SPAM: NotInvited.SPAM,
    Outcome.DUPLICATE: NotInvited.DUPLICATE,
    Outcome.MERGED: NotInvited.MERGED,
}


def may_invite(
    *, outcome: Outcome, answered: bool, last_invited_at: datetime | None, at: datetime
) -> NotInvited | None:
    """Why the client must not be invited to rate a closure at `at`; None when he may be.

    `answered`: whether a person ever answered the ticket. `last_invited_at`: when this client was last
    invited, for whichever ticket. Seven days after that to the second he may be asked again, so that no
    seven days hold two invitations. Moments are aware.
    """
    if outcome in _NEVER_RATED:
        return _NEVER_RATED[outcome]
    if not answered:
        return NotInvited.UNANSWERED
    if last_invited_at is not None and utc(at) - utc(last_invited_at) < BETWEEN_INVITATIONS:
        return NotInvited.INVITED_LATELY
    return None


def expires_at(invited_at: datetime) -> datetime:
    """The last moment (UTC) at which an invitation sent at `invited_at` (aware) is good: 14 days later."""
    return utc(invited_at) + INVITATION_LASTS


@dataclass(frozen=True, slots=True)
class Closure:
    """What decides whether a closure can be rated: invited to when, if at all; reopened when, if since."""

    invited_at: datetime | None
    reopened_at: datetime | None


class RatingRefused(StrEnum):
    """Why a rating is not taken."""

    NOT_INVITED = "not invited"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


def accepts_rating(closure: Closure, at: datetime) -> RatingRefused | None:
    """Why a rating given at `at` (aware) is not taken, None when it is.

    A rating counts when it was given, not when we came to process it: one from before the reopening stands.
    The moment of expiry still counts.
    """
    if closure.invited_at is None:
        return RatingRefused.NOT_INVITED
    if closure.reopened_at is not None and utc(at) >= utc(closure.reopened_at):
        return RatingRefused.WITHDRAWN
    return RatingRefused.EXPIRED if utc(at) > expires_at(closure.invited_at) else None


# What is drawn around or between without changing what is said: variation selectors and the keycap of 5️⃣,
# zero-width characters that mail programs leave behind.
_UNSAID = dict.fromkeys((0xFE0E, 0xFE0F, 0x20E3, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_STAR = "[★⭐🌟*]"
_OPENING = r"""[\s"'«„“”(\[]*"""
# No question mark: it asks something. No minus: "4-" says less than 4. "5+" can't mean less than 5.
_CLOSING = r"""[\s"'»“”).,!;+\]]*"""

# The whole reply must be one of these; every other word makes it a message that a person has to read.
_DIGIT = re.compile(
    rf"""{_OPENING}
    (?:(?:оценка|оцінка|rating|arvosana)\s*[:–—-]?\s*)?
    ([1-5])
    (?:\s*/\s*5 | \s+(?:из|із|out\s+of)\s+5 | \s*{_STAR})?
    {_CLOSING}""",
    re.VERBOSE | re.IGNORECASE,
)
_DRAWN = re.compile(rf"{_OPENING}((?:{_STAR}\s*){{1,5}})((?:☆\s*){{0,4}}){_CLOSING}")
_LONGEST = 40


def stars_in_reply(text: str) -> Stars | None:
    """The rating that the new part of a mailed reply consists of; None when it says anything else.

    A digit 1–5, also as "5/5", "5 из 5" or "оценка: 5"; or 1–5 stars (★ ⭐ 🌟 *), filled up to five with ☆ or
    not. One line alone: a problem written below a digit must reach a person, never be swallowed as a rating.
    """
    reply = text.translate(_UNSAID).strip()
    if len(reply) > _LONGEST or len(reply.splitlines()) != 1:
        return None
    if digit := _DIGIT.fullmatch(reply):
        return check_stars(int(digit[1]))
    drawn = _DRAWN.fullmatch(reply)
    if not drawn:
        return None
    filled, empty = len("".join(drawn[1].split())), len("".join(drawn[2].split()))
    return check_stars(filled) if not empty or filled + empty == STARS[-1] else None
