"""What is told at an opening: each day the answers that are due, on the first day of a week its ratings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from desk.figures import By, RatingFacts, RatingFigures, by_period, figures
from desk.local_time import moment_of
from desk.periods import Frequency
from desk.ticket import Numbering
from desk.warnings import Promised, week_before, working_day
from desk.working_time import Calendar
from replies.export import RatingsReport
from replies.languages import Languages
from replies.notices import figures_as_facts
from replies.wording import Wording
from storage import facts
from storage.database import Database
from storage.deadlines import Awaited
from storage.facts import RatedClosure
from storage.files import FileStore
from storage.notices import LEADERS, STAFF, Notice, owe_notice, topic_link, was_owed
from storage.threads import in_thread

MOST = 40  # tickets named in one list; of more, only the number is told
CHARTED = 8  # weeks that the digest's chart shows


@dataclass(frozen=True, slots=True)
class Desk:
    """What digests have to know. `calendar`: whose openings they come at; days are those of `timezone`.

    `own_chats`: the lines whose staff chat is their own.
    """

    name: str
    language: str
    numbering: Numbering
    calendar: Calendar
    timezone: ZoneInfo
    own_chats: frozenset[str]
    languages: Languages
    files: FileStore


async def tell_the_day(database: Database, desk: Desk, waiting: Sequence[Awaited], now: datetime) -> int:
    """Owe each staff chat the list of what is overdue or due today, once a working day; returns how many.

    A day on which nothing is due is noted as told. `now` is UTC. Raises Unavailable.
    """
    day = working_day(desk.calendar, now)
    if day is None:
        return 0
    midnight = _midnight(day + timedelta(days=1), desk)
    answers = [one for one in waiting if one.deadline.promised is Promised.REACTION]
    due = [one for one in answers if one.deadline.due_at < midnight]
    owed = 0
    for place in (STAFF, *(f"{STAFF}:{line}" for line in sorted(desk.own_chats))):
        key = f"daily:{place}:{day}"
        if not await was_owed(key):
            here = [one for one in due if _place(one, desk) == place]
            owed += await _owe_day(database, desk, Notice(key, "daily", place), here, day, now)
    return owed


def _place(ticket: Awaited, desk: Desk) -> str:
    return f"{STAFF}:{ticket.line}" if ticket.line in desk.own_chats else STAFF


async def _owe_day(
    database: Database, desk: Desk, notice: Notice, due: Sequence[Awaited], day: date, now: datetime
) -> bool:
    async def unit() -> bool:
        told: dict[str, Any] = {
            "day": day.isoformat(),
            "count": len(due),
            "groups": await _groups(due[:MOST], desk, now),
            "more": max(0, len(due) - MOST),
        }
        whole = Notice(notice.key, notice.kind, notice.recipient, told)
        return await owe_notice(whole, now, suppressed="" if due else "nothing is due") and bool(due)

    return await database.writer.run(unit)


async def _groups(due: Sequence[Awaited], desk: Desk, now: datetime) -> list[dict[str, Any]]:
    # Whose it is counts, so nobody's come first; each group keeps the order of deadlines.
    ordered = sorted(due, key=lambda one: one.assignee)
    return [
        {"assignee": name, "tickets": [await in_list(one, desk.numbering, now) for one in group]}
        for name, group in groupby(ordered, key=lambda one: one.assignee)
    ]


async def in_list(ticket: Awaited, numbering: Numbering, now: datetime) -> dict[str, Any]:
    """A ticket as lists of several name it: without a word of its client's, who may want to be erased."""
    return {
        "number": numbering.format(ticket.id),
        "due_at": ticket.deadline.due_at.isoformat(),
        "overdue": ticket.deadline.due_at < now,
        "assignee": ticket.assignee,
        "link": await topic_link(ticket.id),
    }


async def tell_the_week(database: Database, desk: Desk, now: datetime) -> bool:
    """Owe heads and admins the ratings of the week before, with a chart, once a week; whether it is owed now.

    On its first working day; a week without closures, after another one, is noted as told. `now` is UTC.
    Raises Unavailable, OSError.
    """
    day = working_day(desk.calendar, now)
    if day is None:
        return False
    monday, sunday = week_before(day)
    key = f"weekly:{monday}"
    if await was_owed(key):
        return False
    report, former = await _report(desk, monday, sunday)
    week = report.rows[-1][1]
    told: dict[str, Any] = {
        "since": monday.isoformat(),
        "until": sunday.isoformat(),
        "figures": figures_as_facts(week),
        "former": figures_as_facts(former),
    }
    is_empty = not (week.closures or former.closures)
    if report.total.ratings and not is_empty:
        told["files"] = [await _chart(desk, report)]
    notice = Notice(key, "weekly", LEADERS, told)
    suppressed = "nothing was closed" if is_empty else ""
    return await database.writer.run(lambda: owe_notice(notice, now, suppressed=suppressed)) and not is_empty


async def _report(desk: Desk, monday: date, sunday: date) -> tuple[RatingsReport, RatingFigures]:
    """The weeks of the chart, the newest last, and the figures of the week before the newest."""
    first = monday - timedelta(weeks=CHARTED - 1)
    start, end = _midnight(first, desk), _midnight(sunday + timedelta(days=1), desk)
    kept = [rating_facts(one) for one in await facts.closures(start, end, By.CLOSED.value)]
    rows = by_period(kept, Frequency.WEEK, desk.timezone, on=By.CLOSED, since=start, until=end)
    return RatingsReport(desk.name, By.CLOSED, first, sunday, rows, figures(kept)), rows[-2][1]


def _midnight(day: date, desk: Desk) -> datetime:
    return moment_of(day, time.min, desk.timezone)


async def _chart(desk: Desk, report: RatingsReport) -> Mapping[str, Any]:
    # Imported here: drawing costs half a second and 60 MB.
    from replies.charts import ratings_chart

    picture = await in_thread(ratings_chart, report, Wording(desk.languages, desk.language))
    digest = await in_thread(desk.files.keep, picture)
    return {"sha256": digest, "name": "ratings.png", "media_type": "image/png", "as_picture": True}


def rating_facts(closure: RatedClosure) -> RatingFacts:
    """A closure as the figures count it."""
    return RatingFacts(
        closed_at=closure.closed_at,
        invited=closure.invited,
        stars=closure.stars,
        satisfied=closure.satisfied,
        recommend=closure.recommend,
        comment=closure.comment or None,
        rated_at=closure.rated_at,
    )


def now_utc() -> datetime:
    """The clock of digests and deadlines, in UTC."""
    return datetime.now(UTC)
