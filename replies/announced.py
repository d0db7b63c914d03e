"""What a client is told of what agents did with his request: put off, merged, planned."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from desk.postponing import Reason
from replies.names import plain_line
from replies.wording import Wording

_HELP = "postponed.subject.help"
_HOLD = "postponed.subject"
# The subject for each reason, and how the letter ends when no day is set.
_ENDS = {
    Reason.NOT_REPRODUCED: (_HELP, "postponed.until-reply"),
    Reason.TOO_LITTLE: (_HELP, "postponed.until-reply"),
    Reason.DIAGNOSIS: (_HOLD, "postponed.we-write"),
    Reason.REQUIREMENTS: (_HOLD, "postponed.until-reply"),
    Reason.UNLICENSED: (_HOLD, "postponed.until-reply"),
    Reason.OUTSIDE: (_HOLD, "postponed.mistaken"),
    Reason.UNCONSTRUCTIVE: (_HOLD, "postponed.until-reply"),
}


def postponed(
    words: Wording, facts: Mapping[str, Any], number: str, zone: ZoneInfo
) -> tuple[str, tuple[str, ...]]:
    """The name of the subject, and the paragraphs: the reason, the agent's own words, how it goes on."""
    reason = Reason(facts["reason"])
    subject, ends = _ENDS[reason]
    note = plain_line(facts.get("note") or "", 1000)
    if facts.get("until"):
        day = words.day(datetime.fromisoformat(facts["until"]).astimezone(zone))
        end = words.text("postponed.until", number=number, date=day)
    else:
        end = words.text(ends, number=number)
    return subject, tuple(one for one in (words.text(f"postponed.{reason}"), note, end) if one)


def merged(words: Wording, facts: Mapping[str, Any], number: str) -> tuple[str, tuple[str, ...]]:
    """The name of the subject, and the paragraphs."""
    text = words.text("merged.text", number=number, into=facts["into"])
    return "merged.subject", (text, words.text("merged.kept"))


def planned(
    words: Wording, facts: Mapping[str, Any], number: str, zone: ZoneInfo
) -> tuple[str, tuple[str, ...]]:
    """The name of the subject, and the paragraph: by which day an improvement is ready, and which it was."""
    date, old = (_last_day(words, facts.get(key), zone) for key in ("due_at", "old_due_at"))
    key = "planned.moved" if old and old != date else "planned.text"
    return "planned.subject", (words.text(key, number=number, date=date, **({"old": old} if old else {})),)


def _last_day(words: Wording, iso: str | None, zone: ZoneInfo) -> str:
    """The day that is over at a moment: midnight itself ends the day before."""
    if not iso:
        return ""
    return words.day((datetime.fromisoformat(iso) - timedelta.resolution).astimezone(zone).date())
