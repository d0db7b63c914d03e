"""The rating summary as agents ask for it in chat: the figures of a span, by time, agent, line or level."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk.figures import By, RatingFacts, by_group, by_period, figures
from desk.local_time import moment_of
from desk.periods import Frequency
from desk.rating import STARS
from replies.export import RatingsReport
from replies.figure_lines import mean_line
from replies.names import plain_line
from replies.wording import Wording
from storage.facts import RatedClosure

SPANS = ("week", "month", "quarter")
GROUPS = ("time", "agent", "line", "level")
_DAYS = {"week": 7, "month": 30, "quarter": 91}
_STEPS = {"week": Frequency.DAY, "month": Frequency.WEEK, "quarter": Frequency.WEEK}
_SHARES = ("csat", "satisfied", "recommend")
_ROWS = 12  # told one by one; a caption holds 1024 characters


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which summary: its span, up to today, and by what its rows are grouped.

    `agent`: whose tickets alone, everybody's when empty.
    """

    span: str = "week"
    group: str = "time"
    agent: str = ""

    @classmethod
    def parse(cls, words: Iterable[str]) -> "Wanted":
        """What `/summary week agent` asks for; ValueError for a word that is neither."""
        wanted = cls()
        for word in words:
            if word in SPANS:
                wanted = replace(wanted, span=word)
            elif word in GROUPS:
                wanted = replace(wanted, group=word)
            else:
                raise ValueError(f"{word!r}; allowed: {', '.join((*SPANS, *GROUPS))}")
        return wanted

    def of(self, agent: str) -> "Wanted":
        """The same of an agent's tickets alone."""
        return replace(self, agent=agent)

    def days(self, now: datetime, zone: ZoneInfo) -> tuple[date, date]:
        """Its first and last day, both included; `now` is aware."""
        today = now.astimezone(zone).date()
        return today - timedelta(days=_DAYS[self.span] - 1), today

    def moments(self, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From when (included) until when (excluded) closures count, in UTC."""
        first, last = self.days(now, zone)
        return moment_of(first, time(), zone), moment_of(last + timedelta(days=1), time(), zone)


def report_of(
    closures: Iterable[RatedClosure],
    wanted: Wanted,
    now: datetime,
    zone: ZoneInfo,
    desk: str,
    names: Mapping[str, Mapping[str, str]],
) -> RatingsReport:
    """The report over these closures.

    `desk`: whose or what it is. `names`: of a group's values by their keys, such as a level's title.
    """
    facts = [_facts(one, names) for one in closures]
    if wanted.agent:
        facts = [one for one in facts if one.keys.get("agent") == wanted.agent]
    start, end = wanted.moments(now, zone)
    rows = (
        by_period(facts, _STEPS[wanted.span], zone, since=start, until=end)
        if wanted.group == "time"
        else tuple(by_group(facts, wanted.group).items())
    )
    first, last = wanted.days(now, zone)
    return RatingsReport(desk, By.CLOSED, first, last, rows, figures(facts))


def summary_text(report: RatingsReport, wanted: Wanted, words: Wording) -> str:
    """The summary in words, short enough for the caption of its chart; a mean never without its count."""
    total = report.total
    span = words.text("report.period", start=words.short_day(report.since), end=words.short_day(report.until))
    lines = [words.text("report.ratings.title"), span]
    if wanted.agent:
        lines.append(words.text("summary.own"))
    if not total.closures:
        return "\n".join([*lines, "", words.text("report.empty")])
    lines += ["", mean_line(words, total)]
    told = [("closures", words.number(total.closures)), ("response_rate", words.percent(total.response_rate))]
    if total.ratings:
        told += [(name, words.percent(getattr(total, name))) for name in _SHARES]
        told.append(("comments", words.number(total.comments)))
    lines += [f"{words.text(f'report.figure.{name}')}: {shown}" for name, shown in told]
    if total.ratings:
        counts = (f"{n} ★ {words.number(total.distribution[n - 1])}" for n in reversed(STARS))
        lines.append(" · ".join(counts))
    if wanted.group != "time":
        lines += ["", *_rows(report, words)]
    return "\n".join(lines)


def _rows(report: RatingsReport, words: Wording) -> list[str]:
    lines = [
        f"{plain_line(report.label(words, label), 30)}: {mean_line(words, of_row)}"
        for label, of_row in report.rows[:_ROWS]
    ]
    more = len(report.rows) - len(lines)
    return [*lines, words.text("summary.row.more", n=words.number(more))] if more else lines


def _facts(closure: RatedClosure, names: Mapping[str, Mapping[str, str]]) -> RatingFacts:
    keys = {key: getattr(closure, key) for key in ("agent", "line", "level")}
    return RatingFacts(
        closed_at=closure.closed_at,
        invited=closure.invited,
        stars=closure.stars,
        satisfied=closure.satisfied,
        recommend=closure.recommend,
        comment=closure.comment or None,
        created_at=closure.created_at,
        first_answer_at=closure.reacted_at,
        rated_at=closure.rated_at,
        keys={key: names.get(key, {}).get(value, value) for key, value in keys.items() if value},
    )
