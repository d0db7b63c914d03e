"""What agents and heads are told of deadlines, escalations, the day, the week and gaps, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from desk.figures import RatingFigures
from replies.figure_lines import mean_line
from replies.names import plain_line
from replies.wording import Wording

Paragraph = tuple[str, ...]
"""Its lines."""
Told = tuple[str, tuple[Paragraph, ...]]
"""The name of a subject, and the paragraphs."""

_LONGEST = 500  # characters of what somebody wrote that are told
_SHARES = ("response_rate", "csat", "satisfied", "recommend")


@dataclass(frozen=True, slots=True)
class _Case:
    """One notice in the making; `number` is "" for what is about no ticket."""

    words: Wording
    facts: Mapping[str, Any]
    number: str
    zone: ZoneInfo

    def text(self, key: str, **values: object) -> str:
        return self.words.text(f"notice.{key}", **values)

    def moment(self, key: str) -> datetime:
        return datetime.fromisoformat(self.facts[key])

    def deadline(self, at: str) -> str:
        return self.words.deadline(datetime.fromisoformat(at), self.zone)


def told(kind: str, words: Wording, facts: Mapping[str, Any], number: str, zone: ZoneInfo) -> Told:
    """A notice of that kind; the first paragraphs say all, what may be skipped comes last.

    warned: due_at; assignee may be missing.
    breached: tickets [{number, due_at, assignee, link}], more (how many others there are).
    resolution-warned, resolution-breached: the same. recounted: count (of the deadlines that moved).
    escalated: why and assignee may be missing.
    urgent: claim; assignee may be missing.
    daily: day, groups [{assignee, tickets [{number, due_at, overdue, link}]}], count, more.
    weekly: since, until (days), figures and former as `figures_as_facts` gives them.
    resumed: assignee may be missing. unreached: nothing; what it stands for is not for the staff chat.
    gap: bot (clients | agents), since, until. quarantined: nothing.
    Moments are ISO 8601 with an offset. Raises KeyError for a missing fact or an unknown kind.
    """
    subject, paragraphs = _KINDS[kind](_Case(words, facts, number, zone))
    return subject, tuple(paragraphs)


def figures_as_facts(figures: RatingFigures) -> dict[str, Any]:
    """A week's figures as a delivery carries them; shares as fractions, exactly."""
    facts: dict[str, Any] = {
        name: getattr(figures, name) for name in ("closures", "invitations", "ratings", "comments")
    }
    facts["distribution"] = list(figures.distribution)
    for name in (*_SHARES, "mean"):
        share = getattr(figures, name)
        facts[name] = None if share is None else str(share)
    return facts


def _figures(facts: Mapping[str, Any]) -> RatingFigures:
    shares = {name: None if facts[name] is None else Fraction(facts[name]) for name in (*_SHARES, "mean")}
    one, two, three, four, five = (int(count) for count in facts["distribution"])
    return RatingFigures(
        closures=facts["closures"],
        invitations=facts["invitations"],
        ratings=facts["ratings"],
        distribution=(one, two, three, four, five),
        comments=facts["comments"],
        **shares,
    )


def _warned(case: _Case, of: str = "") -> Told:
    sentence = case.text(f"{of}warned", number=case.number, deadline=case.deadline(case.facts["due_at"]))
    return f"notice.{of}warned.subject", ((sentence, *_assignee(case, case.facts)),)


def _breached(case: _Case, of: str = "") -> Told:
    tickets, more = case.facts["tickets"], int(case.facts["more"])
    key = f"{of}breached"
    if len(tickets) == 1 and not more:
        (ticket,) = tickets
        sentence = case.text(key, number=ticket["number"], deadline=case.deadline(ticket["due_at"]))
        return f"notice.{key}.subject", ((sentence, *_assignee(case, ticket)),)
    lines = [
        case.text(
            "breached.line",
            number=one["number"],
            deadline=case.deadline(one["due_at"]),
            name=_name(case, one["assignee"]),
        )
        + _link(case, one)
        for one in tickets
    ]
    return f"notice.{key}.subject.many", ((case.text(f"{key}.many"),), (*lines, *_more(case, more)))


def _recounted(case: _Case) -> Told:
    count = case.words.number(int(case.facts["count"]))
    return "notice.recounted.subject", ((case.text("recounted", n=count),),)


def _escalated(case: _Case) -> Told:
    lines = [case.text("escalated", number=case.number), *_assignee(case, case.facts)]
    if why := plain_line(str(case.facts.get("why") or ""), _LONGEST):
        lines.append(case.text("escalated.why", text=why))
    return "notice.escalated.subject", (tuple(lines),)


def _urgent(case: _Case) -> Told:
    claim = case.words.quotable(plain_line(str(case.facts["claim"]), _LONGEST))
    lines = (case.text("urgent", number=case.number, claim=claim), *_assignee(case, case.facts))
    return "notice.urgent.subject", (lines,)


def _daily(case: _Case) -> Told:
    day = case.words.day(date.fromisoformat(case.facts["day"]))
    head = case.text("daily", day=day, n=case.words.number(case.facts["count"]))
    groups = [
        (case.text("daily.of", name=_name(case, group["assignee"])), *(_due_line(case, one) for one in
         group["tickets"]))
        for group in case.facts["groups"]
    ]  # fmt: skip
    more = _more(case, int(case.facts["more"]))
    return "notice.daily.subject", ((head,), *groups, *([more] if more else ()))


def _due_line(case: _Case, ticket: Mapping[str, Any]) -> str:
    if ticket["overdue"]:
        line = case.text("daily.overdue", number=ticket["number"], deadline=case.deadline(ticket["due_at"]))
    else:
        local = datetime.fromisoformat(ticket["due_at"]).astimezone(case.zone)
        line = case.text("daily.due", number=ticket["number"], clock=case.words.clock(local))
    return line + _link(case, ticket)


def _weekly(case: _Case) -> Told:
    words, facts = case.words, case.facts
    figures, former = _figures(facts["figures"]), _figures(facts["former"])
    since, until = (words.short_day(date.fromisoformat(facts[name])) for name in ("since", "until"))
    lines = [
        _figure(case, "closures", words.number(figures.closures), words.number(former.closures)),
        _figure(
            case, "response_rate", words.percent(figures.response_rate), words.percent(former.response_rate)
        ),
        _figure(case, "csat", words.percent(figures.csat), words.percent(former.csat)),
        _figure(case, "satisfied", words.percent(figures.satisfied), words.percent(former.satisfied)),
        _figure(case, "recommend", words.percent(figures.recommend), words.percent(former.recommend)),
    ]
    stars = [f"{'★' * n}: {words.number(figures.distribution[n - 1])}" for n in (5, 4, 3, 2, 1)]
    head = (case.text("weekly", since=since, until=until), mean_line(words, figures))
    before = case.text("weekly.before", figures=mean_line(words, former))
    return "notice.weekly.subject", (head, tuple(lines), (before,), tuple(stars) if figures.ratings else ())


def _figure(case: _Case, name: str, value: str, former: str) -> str:
    caption = case.words.text(f"report.figure.{name}")
    return case.text("weekly.figure", caption=caption, value=value, former=former)


def _gap(case: _Case) -> Told:
    zone = case.zone
    moments = {name: case.words.deadline(case.moment(name), zone) for name in ("since", "until")}
    return "notice.gap.subject", (
        (case.text(f"gap.{case.facts['bot']}", **moments),),
        (case.text("gap.next"),),
    )


def _quarantined(case: _Case) -> Told:
    return "notice.quarantined.subject", ((case.text("quarantined"),), (case.text("quarantined.next"),))


def _resumed(case: _Case) -> Told:
    sentence = case.text("resumed", number=case.number)
    return "notice.resumed.subject", ((sentence, *_assignee(case, case.facts)),)


def _unreached(case: _Case) -> Told:
    return "notice.unreached.subject", ((case.text("unreached"),),)


def _assignee(case: _Case, facts: Mapping[str, Any]) -> Paragraph:
    return (case.text("assignee", name=_name(case, facts.get("assignee"))),)


def _name(case: _Case, name: object) -> str:
    return plain_line(str(name or "")) or case.text("nobody")


def _link(case: _Case, ticket: Mapping[str, Any]) -> str:
    # A mail leads to nothing but our own pages; in a chat it is where the agent goes on.
    return f" {ticket['link']}" if case.words.chat and ticket.get("link") else ""


def _more(case: _Case, more: int) -> Paragraph:
    return (case.text("more", n=case.words.number(more)),) if more else ()


_KINDS: Mapping[str, Callable[[_Case], Told]] = {
    "warned": _warned,
    "breached": _breached,
    "resolution-warned": lambda case: _warned(case, "resolution-"),
    "resolution-breached": lambda case: _breached(case, "resolution-"),
    "recounted": _recounted,
    "escalated": _escalated,
    "urgent": _urgent,
    "daily": _daily,
    "weekly": _weekly,
    "gap": _gap,
    "quarantined": _quarantined,
    "resumed": _resumed,
    "unreached": _unreached,
}
KINDS = tuple(_KINDS)
