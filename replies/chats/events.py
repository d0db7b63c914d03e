"""Each event of a ticket's history that people in the staff chat have to see, and how it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.postponing import Reason
from desk.products import Product, product_of
from desk.service_level import ServiceLevel
from desk.stages import Stage
from desk.ticket import Kind, Line
from replies.names import plain_line
from replies.verbs.by_client import HOLDER
from replies.wording import Wording
from storage.clocks import WHY
from storage.tickets import TicketNow
from storage.topics import Moved

_RATED = re.compile(
    "(?P<stars>[1-5]) stars?, satisfied (?P<satisfied>yes|no|-), recommend (?P<recommend>yes|no|-)"
)
# As storage.clocks writes it.
_STOOD = re.compile(r"the clock stood still for (\d+:\d\d) (while .+)")
_WHILE = {why: state.value for state, why in WHY.items()}
_STAGES = tuple(map(str, Stage))
_LINES = tuple(map(str, Line))
_KINDS = tuple(map(str, Kind))
_REASONS = tuple(map(str, Reason))
_UNHAPPY = 2  # stars, of which the heads are told
# What a client is sent on a ticket and agents know by a name; anything else is a message.
_SENT = (
    "confirmation", "answer", "edit", "invitation", "rating-reminder", "level-change", "reopened", "closed",
    "postponed", "merged", "blocked",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Telling:
    """What it takes to tell events. `people`: agents' Telegram ids by name; `heads`: whom a breach calls.

    `lines`: the names of each line's agents. `products`: as configured.
    """

    words: Wording
    timezone: ZoneInfo
    levels: Sequence[ServiceLevel]
    people: Mapping[str, int] = field(default_factory=dict)
    heads: Sequence[str] = ()
    lines: Mapping[str, Sequence[str]] = field(default_factory=dict)
    products: Sequence[Product] = ()

    def who(self, ticket: TicketNow, who: str) -> str:
        """Who did it: an agent by his name, the client as such."""
        if who in (ticket.client_address, HOLDER) or who.startswith("tg:") or "@" in who:
            return self.words.text("staff.the-client")
        return plain_line(who)

    def level(self, key: str) -> str:
        """A level's title."""
        level = next((one for one in self.levels if one.key == key), None)
        return level.title(self.words.language, self.words.language) if level else plain_line(key)

    def line(self, key: str) -> str:
        """A line's name."""
        return line_name(key, self.words)

    def moment(self, iso: str) -> str:
        """A moment of the history as the desk writes it."""
        try:
            return self.words.deadline(datetime.fromisoformat(iso), self.timezone)
        except ValueError:
            return plain_line(iso) or "–"


def line_name(key: str, words: Wording) -> str:
    """A support line's name."""
    return words.text(f"staff.line.{key}") if key in _LINES else plain_line(key)


def _sent(told: Telling, kind: str) -> str:
    return told.words.text(f"staff.sent.{kind if kind in _SENT else 'other'}")


Worded = Callable[[Telling, TicketNow, Moved], str]


def _nobody(_all: Telling, _ticket: TicketNow, _event: Moved) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Told:
    """How an event is told; `on_card`: the card shows it as well. `calls`: whose attention it wants."""

    worded: Worded
    on_card: bool = False
    calls: Callable[[Telling, TicketNow, Moved], Sequence[str]] = _nobody


def _plain(key: str) -> Worded:
    def worded(told: Telling, ticket: TicketNow, event: Moved) -> str:
        line = told.words.text(
            f"staff.notice.{key}", who=told.who(ticket, event.who), before=plain_line(event.before) or "–",
            after=plain_line(event.after) or "–",
        )  # fmt: skip
        return _with_reason(told, line, event)

    return worded


def _with_reason(told: Telling, line: str, event: Moved) -> str:
    why = plain_line(event.why, 300)
    return told.words.text("staff.notice.why", notice=line, why=why) if why else line


def _reopened(told: Telling, ticket: TicketNow, event: Moved) -> str:
    return told.words.text("staff.notice.reopened", who=told.who(ticket, event.who))


def _closed(told: Telling, ticket: TicketNow, event: Moved) -> str:
    return told.words.text("staff.notice.closed", who=told.who(ticket, event.who))


def _level(told: Telling, ticket: TicketNow, event: Moved) -> str:
    line = told.words.text(
        "staff.notice.level", who=told.who(ticket, event.who), before=told.level(event.before),
        after=told.level(event.after),
    )  # fmt: skip
    return _with_reason(told, line, event)


def _deadline(told: Telling, _ticket: TicketNow, event: Moved) -> str:
    before, after = told.moment(event.before), told.moment(event.after)
    return _stood(told, told.words.text("staff.notice.deadline", before=before, after=after), event)


def _resolution(told: Telling, _ticket: TicketNow, event: Moved) -> str:
    before, after = told.moment(event.before), told.moment(event.after)
    if not event.after:
        return told.words.text("staff.notice.resolution.none", before=before)
    if not event.before:
        return told.words.text("staff.notice.resolution.set", after=after)
    return _stood(told, told.words.text("staff.notice.resolution", before=before, after=after), event)


def _stood(told: Telling, line: str, event: Moved) -> str:
    """With how long the clock has stood still, where that is why a deadline has moved."""
    found = _STOOD.fullmatch(event.why)
    if found is None:
        return line
    return told.words.text(f"staff.notice.stood.{_WHILE[found[2]]}", notice=line, length=found[1])


def _planned(told: Telling, ticket: TicketNow, event: Moved) -> str:
    after = told.moment(event.after)
    return told.words.text("staff.notice.planned", after=after, who=told.who(ticket, event.who))


def _stage(told: Telling, ticket: TicketNow, event: Moved) -> str:
    before, after = (
        told.words.text(f"staff.stage.{one}") if one in _STAGES else "–"
        for one in (event.before, event.after)
    )
    who = told.who(ticket, event.who)
    line = told.words.text("staff.notice.stage", before=before, after=after, who=who)
    return _with_reason(told, line, event)


def _line(told: Telling, ticket: TicketNow, event: Moved) -> str:
    line = told.words.text(
        "staff.notice.line", who=told.who(ticket, event.who), before=told.line(event.before),
        after=told.line(event.after),
    )  # fmt: skip
    return _with_reason(told, line, event)


def _assigned(told: Telling, ticket: TicketNow, event: Moved) -> str:
    if not event.after:
        return told.words.text("staff.notice.unassigned", who=told.who(ticket, event.who))
    if event.who == event.after:
        return told.words.text("staff.notice.taken", who=plain_line(event.who))
    by, after = told.who(ticket, event.who), plain_line(event.after)
    return told.words.text("staff.notice.assigned", who=by, after=after)


def _kind(told: Telling, ticket: TicketNow, event: Moved) -> str:
    kind = told.words.text(f"staff.kind.{event.after}") if event.after in _KINDS else plain_line(event.after)
    return told.words.text("staff.notice.kind", who=told.who(ticket, event.who), after=kind or "–")


def _postponed(told: Telling, ticket: TicketNow, event: Moved) -> str:
    words, who = told.words, told.who(ticket, event.who)
    why = words.text(f"staff.reason.{event.after}") if event.after in _REASONS else plain_line(event.after)
    line = words.text(
        "staff.notice.why", notice=words.text("staff.notice.postponed", who=who), why=why or "–"
    )
    if not event.why:
        return line
    return f"{line}\n{words.text('staff.notice.until', until=told.moment(event.why))}"


def _state(told: Telling, ticket: TicketNow, event: Moved) -> str:
    if event.after != "waiting":
        return ""
    return _with_reason(told, told.words.text("staff.notice.waiting", who=told.who(ticket, event.who)), event)


def _rated(told: Telling, _ticket: TicketNow, event: Moved) -> str:
    found = _RATED.match(event.after)
    if found is None:
        return ""
    stars = int(found["stars"])
    lines = [told.words.text("staff.notice.rated", stars="★" * stars + "☆" * (5 - stars))]
    for question in ("satisfied", "recommend"):
        if found[question] != "-":
            lines.append(told.words.text(f"staff.notice.{question}.{found[question]}"))
    return "\n".join(lines)


def _alerted(key: str) -> Worded:
    def worded(told: Telling, _ticket: TicketNow, event: Moved) -> str:
        return told.words.text(f"staff.notice.{key}", deadline=told.moment(event.after))

    return worded


def _curator(told: Telling, _ticket: TicketNow, event: Moved) -> str:
    curator, name = plain_line(event.before), plain_line(event.after)
    if not name:
        return told.words.text("staff.notice.curator.nobody", before=curator)
    if name == curator:
        return told.words.text("staff.notice.curator", after=name)
    return told.words.text("staff.notice.curator.instead", before=curator, after=name)


def _outdated(told: Telling, _ticket: TicketNow, event: Moved) -> str:
    product = product_of(told.products, event.before)
    title = plain_line(product.title if product else event.before)
    return told.words.text("staff.notice.outdated", product=title, version=plain_line(event.after))


def _urgency(told: Telling, _ticket: TicketNow, event: Moved) -> str:
    return told.words.text("staff.notice.urgency", claim=told.words.quotable(event.after))


def _undeliverable(told: Telling, _ticket: TicketNow, event: Moved) -> str:
    why = plain_line(event.why, 300)
    return told.words.text("staff.notice.undeliverable", kind=_sent(told, event.after), why=why or "–")


def _linked(told: Telling, ticket: TicketNow, event: Moved) -> str:
    return told.words.text(
        "staff.notice.company-linked",
        who=told.who(ticket, event.who),
        company=_company(event.why, event.after),
    )


def _suggested(told: Telling, _ticket: TicketNow, event: Moved) -> str:
    return told.words.text(
        "staff.notice.company-suggested", domain=plain_line(event.before),
        company=_company(event.why, event.after),
    )  # fmt: skip


def _company(name: str, registration: str) -> str:
    """A company by its name, if the history tells that, and its registration."""
    return " · ".join(filter(None, (plain_line(name), plain_line(registration))))


def _the_assignee(told: Telling, ticket: TicketNow, _event: Moved) -> Sequence[str]:
    return (plain_line(ticket.assignee),) if ticket.assignee else ()


def _the_heads(told: Telling, _ticket: TicketNow, _event: Moved) -> Sequence[str]:
    return told.heads


def _the_curator(told: Telling, _ticket: TicketNow, event: Moved) -> Sequence[str]:
    return (plain_line(event.after),) if event.after else told.heads


def _whoever_answers(told: Telling, ticket: TicketNow, _event: Moved) -> Sequence[str]:
    """Who is responsible, else everybody of the line, else the heads."""
    if ticket.assignee:
        return (plain_line(ticket.assignee),)
    return tuple(told.lines.get(ticket.line, ())) or told.heads


def _heads_when_unhappy(told: Telling, _ticket: TicketNow, event: Moved) -> Sequence[str]:
    found = _RATED.match(event.after)
    return told.heads if found and int(found["stars"]) <= _UNHAPPY else ()


# What is not here is seen elsewhere in the topic, or by nobody.
EVENTS: Mapping[str, Told] = {
    "reopened": Told(_reopened),
    "closed": Told(_closed, on_card=True),
    "level": Told(_level, on_card=True),
    "reaction deadline": Told(_deadline, on_card=True),
    "resolution deadline": Told(_resolution, on_card=True),
    "planned": Told(_planned, on_card=True),
    "stage": Told(_stage, on_card=True),
    "line": Told(_line),
    "assigned": Told(_assigned, on_card=True),
    "state": Told(_state, on_card=True),
    "taken": Told(_assigned, on_card=True),
    "postponed": Told(_postponed, on_card=True),
    "resumed": Told(_plain("resumed"), on_card=True),
    "kind": Told(_kind),
    "priority": Told(_plain("priority")),
    "merged": Told(_plain("merged")),
    "split": Told(_plain("split")),
    "blocked": Told(_plain("blocked")),
    "followed up": Told(_plain("followed-up")),
    "follow-up of": Told(_plain("follow-up-of")),
    "thanked": Told(_plain("thanked")),
    "faq helped": Told(_plain("faq-helped")),
    "person added": Told(_plain("person-added")),
    "person removed": Told(_plain("person-removed")),
    "escalated": Told(_plain("escalated"), calls=_the_heads),
    "warned": Told(_alerted("warned"), calls=_the_assignee),
    "breached": Told(_alerted("breached"), calls=_the_heads),
    "resolution warned": Told(_alerted("resolution-warned"), calls=_the_assignee),
    "resolution breached": Told(_alerted("resolution-breached"), calls=_the_heads),
    "curator": Told(_curator, calls=_the_curator),
    "outdated version": Told(_outdated),
    "urgency claimed": Told(_urgency, calls=_whoever_answers),
    "undeliverable": Told(_undeliverable),
    "company linked": Told(_linked),
    "company unlinked": Told(_plain("company-unlinked")),
    "company suggested": Told(_suggested),
    "sender not verified": Told(_plain("unverified")),
    "rated": Told(_rated, calls=_heads_when_unhappy),
}
