"""Words a letter: which sentences it has, in which order. The sentences are in the catalogues."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk.entitlement import Offering
from desk.rating import STARS
from desk.service_level import Promise, ServiceLevel
from desk.working_time import Calendar
from replies import announced, entitled, notices
from replies.faq.saying import link_blocks
from replies.languages import Languages
from replies.names import plain_line, plain_text
from replies.received_files import files_told
from replies.texts import Block, Link, Star, as_html, as_text
from replies.wording import Wording

Facts = Mapping[str, Any]
"""What a delivery carries about its occasion, as JSON; `compose` says what each kind of letter reads."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in words: subject, text and HTML say the same in one language."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What letters say of the desk.

    `public_url`: where our pages are; no letter links to anything else, but to the FAQ, `renew_url`
    (certificates), `plans_url` and the update pages of `offering`, as configured. `timezone`: of all
    deadlines. `calendars`: by name, for the opening hours under a confirmation. `levels`: by key.
    `largest_screenshot`: in bytes. `footers`: by language, what stands in place of "Служба поддержки …".
    """

    name: str
    address: str
    default_language: str
    public_url: str
    timezone: ZoneInfo
    calendars: Mapping[str, Calendar]
    levels: Mapping[str, ServiceLevel]
    largest_screenshot: int = 10 * 1024 * 1024
    footers: Mapping[str, str] = field(default_factory=dict)
    offering: Offering = field(default_factory=lambda: Offering(ZoneInfo("UTC")))
    renew_url: str = ""
    plans_url: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """One letter in the making."""

    words: Wording
    desk: Desk
    facts: Facts

    @property
    def number(self) -> str:
        return str(self.facts["number"])

    def moment(self, key: str) -> datetime:
        return datetime.fromisoformat(self.facts[key])

    def deadline(self) -> str:
        return self.words.deadline(self.moment("due_at"), self.desk.timezone)

    def duration(self) -> str:
        return self.words.duration(Promise.parse(self.facts["promise"]), genitive=True)

    def level(self) -> str:
        key = str(self.facts["level"])
        level = self.desk.levels.get(key)
        # A level that has left the configuration since must not hold the letter up.
        title = level.title(self.words.language, self.desk.default_language) if level else key
        return self.words.quotable(title)


_Body = tuple[str, tuple[Block, ...]]
"""The name of a subject, and the paragraphs."""


def compose(kind: str, language: str | None, facts: Facts, desk: Desk, languages: Languages) -> Letter:
    """The letter of that kind, in the client's language or else the desk's.

    Facts of every kind: `number`. Moments are ISO 8601 with an offset; a promise is "8 working hours".

    confirmation: level, promise, due_at, calendar, ticket_url; client_name, client_vocative, ask_for_details,
        entitlement {why, day, plan}, outdated {product, version}, curator,
        screenshots [name], declined [{name, reason, hint}], shares [url], faq [{title, url}],
        follow_up_of and split_from (numbers) may be missing.
        Nothing of the client's is echoed but his files' names: neither subject nor text nor links.
    answer: text, ticket_url; agent_name, files [{sha256, name, media_type, as_picture}] may be missing.
    edit: of an answer in a chat; what an answer reads.
    invitation, rating-reminder: rate_urls {stars: url} (in a mail), expires_at.
    level-change: level, promise, due_at, ticket_url; old_due_at, reason, reacted, entitlement may be missing.
    reopened: ticket_url; due_at may be missing.
    closed-without-invitation (or `closed`): nothing more.
    postponed: reason (desk.postponing); note (the agent's own words), until may be missing.
    merged: into (a number), ticket_url.
    planned: due_at, ticket_url; old_due_at may be missing.
    blocked: about no ticket, so `number` is empty; client_name may be missing.
    hello: about no ticket; nothing more.
    link-code: about no ticket; code, minutes.
    low-rating: to a head; stars, comment (which may be empty).
    alarm: about no ticket either; what (stopped | resumed), mailbox, since; reason may be missing.
    What agents are told besides: see `replies.notices.told`.

    Raises KeyError for a missing fact or an unknown kind, ValueError for one that can't be read, such as a
    link that is not to our own pages.
    """
    case = _Case(Wording(languages, language or desk.default_language), desk, facts)
    subject_key, blocks = _body(kind, case)
    mailbox = plain_line(facts.get("mailbox") or "")
    words = case.words.text(subject_key, mailbox=mailbox, stars=facts.get("stars"))
    subject = f"[#{case.number}] {words}" if case.number else words
    html = as_html(blocks, language=case.words.language, title=subject, number=case.number)
    return Letter(plain_line(subject), as_text(blocks), html)


def compose_for_chat(kind: str, language: str | None, facts: Facts, desk: Desk, languages: Languages) -> str:
    """The same letter as one message in a chat: no subject, stars are buttons, and nobody signs a chat."""
    case = _Case(Wording(languages, language or desk.default_language, chat=True), desk, facts)
    _, blocks = _body(kind, case)
    return as_text(tuple(block for block in blocks if block.lines or block.link)).strip("\n")


def _body(kind: str, case: _Case) -> _Body:
    if kind not in notices.KINDS:
        return _KINDS[kind](case)
    told = notices.told(kind, case.words, case.facts, case.number, case.desk.timezone)
    return told[0], (*(Block(lines) for lines in told[1] if lines), _signature(case))


def _confirmation(case: _Case) -> _Body:
    words, facts = case.words, case.facts
    blocks = [*_greeting(case), *_promised(case)]
    if facts.get("follow_up_of"):
        blocks.append(_paragraph(case, "confirmation.follow-up", number=facts["follow_up_of"]))
    if facts.get("split_from"):
        blocks.append(_paragraph(case, "confirmation.split", number=facts["split_from"]))
    # In a chat it is asked for by questions that can be skipped.
    if facts.get("ask_for_details") and not words.chat:
        blocks.append(_paragraph(case, "confirmation.details"))
    blocks += entitled.advice(words, case.desk, facts)
    # In a chat it is a button of the ticket's card.
    head = () if words.chat else (Block(link=_head_link(case), faint=True),)
    return "confirmation.subject", (
        *blocks,
        *_files(case),
        *link_blocks(words, facts),
        _status(case),
        _signature(case, hours=True),
        *head,
    )


def _promised(case: _Case) -> tuple[Block, ...]:
    """That it arrived, and who answers by when; where the level may surprise, with the reason."""
    words = case.words
    received = words.text("confirmation.received", number=case.number)
    values = {"level": case.level(), "duration": case.duration(), "deadline": case.deadline()}
    reasoned = entitled.promise_and_why(words, case.desk, case.facts, values)
    if reasoned is not None:
        return Block((received,)), reasoned
    level = words.text("confirmation.level", level=values.pop("level"))
    return (Block((received, level, words.text("confirmation.promise", **values))),)


def _answer(case: _Case) -> _Body:
    text = plain_text(str(case.facts["text"])).strip("\n")
    footer = Block((case.words.text("answer.footer", number=case.number),), _status_link(case), faint=True)
    agent = plain_line(case.facts.get("agent_name") or "")
    if not text.strip() and case.facts.get("files"):
        text = case.words.text("answer.files")
    return "answer.subject", (
        Block(tuple(text.split("\n")), written=True),
        _signature(case, agent=agent),
        footer,
    )


def _invitation(case: _Case, about: str = "invitation") -> _Body:
    words = case.words
    expires_on = words.day(case.moment("expires_at").astimezone(case.desk.timezone))
    return f"{about}.subject", (
        _paragraph(case, f"{about}.closed", number=case.number),
        Block(stars=() if words.chat else _stars(case)),
        _paragraph(case, "invitation.how", date=expires_on),
        _paragraph(case, "invitation.unsettled"),
        _signature(case),
    )


def _stars(case: _Case) -> tuple[Star, ...]:
    # JSON has no whole numbers for keys.
    by_star = {int(stars): _ours(case, url) for stars, url in case.facts["rate_urls"].items()}
    return tuple(Star(n, case.words.text(f"stars.{n}"), by_star[n]) for n in (5, 4, 3, 2, 1))


def _level_change(case: _Case) -> _Body:
    words, reason = case.words, case.facts.get("reason")
    by_rules = entitled.moved(words, case.desk, case.facts)
    urgent = case.facts["level"] == "urgent" and not reason and not case.facts.get("entitlement")
    moved = "level-change.urgent" if urgent else "level-change.moved"
    sentences = [words.text(moved, number=case.number, level=case.level())]
    # Who was answered already has had his reaction: for him there is no new deadline.
    promised = not case.facts.get("reacted")
    if promised:
        sentences.append(_new_promise(case))
    blocks = [Block((" ".join(sentences),))]
    if by_rules is not None:
        blocks.append(by_rules)
    if reason:
        blocks.append(_paragraph(case, "level-change.reason", reason=_full_sentence(str(reason))))
    subject = "level-change.subject" if promised else "level-change.subject.level"
    return subject, (*blocks, _status(case), _signature(case))


def _new_promise(case: _Case) -> str:
    values = {"duration": case.duration(), "deadline": case.deadline()}
    if not case.facts.get("old_due_at"):
        return case.words.text("level-change.promise", **values)
    old, new = case.moment("old_due_at"), case.moment("due_at")
    if old == new:
        return case.words.text("level-change.promise", **values)
    key = "level-change.promise.earlier" if new < old else "level-change.promise.later"
    return case.words.text(key, **values, old=case.words.former(old, new, case.desk.timezone))


def _reopened(case: _Case) -> _Body:
    sentences = [case.words.text("reopened.text", number=case.number)]
    if case.facts.get("due_at"):
        sentences.append(case.words.text("reopened.promise", deadline=case.deadline()))
    return "reopened.subject", (Block((" ".join(sentences),)), _status(case), _signature(case))


def _closed(case: _Case) -> _Body:
    return "closed.subject", (
        _paragraph(case, "closed.text", number=case.number),
        _paragraph(case, "invitation.unsettled"),
        _signature(case),
    )


def _postponed(case: _Case) -> _Body:
    subject, told = announced.postponed(case.words, case.facts, case.number, case.desk.timezone)
    return subject, (*(Block((one,)) for one in told), _signature(case))


def _merged(case: _Case) -> _Body:
    subject, told = announced.merged(case.words, case.facts, case.number)
    return subject, (*(Block((one,)) for one in told), _status(case), _signature(case))


def _planned(case: _Case) -> _Body:
    subject, told = announced.planned(case.words, case.facts, case.number, case.desk.timezone)
    return subject, (Block(told), _status(case), _signature(case))


def _blocked(case: _Case) -> _Body:
    return "blocked.subject", (
        *_greeting(case),
        _paragraph(case, "blocked.text"),
        _paragraph(case, "blocked.mistaken"),
        _signature(case),
    )


def _alarm(case: _Case) -> _Body:
    what, mailbox = case.facts["what"], plain_line(case.facts["mailbox"])
    since = case.words.deadline(case.moment("since"), case.desk.timezone)
    blocks = [_paragraph(case, f"alarm.{what}.text", mailbox=mailbox, moment=since)]
    if what == "stopped":
        if reason := plain_line(case.facts.get("reason") or "", 300):
            blocks.append(_paragraph(case, "alarm.reason", reason=reason))
        blocks.append(_paragraph(case, "alarm.stopped.next"))
    return f"alarm.{what}.subject", (*blocks, _signature(case))


def _hello(case: _Case) -> _Body:
    greeting = Block((case.words.greeting(None),))  # the one time that a chat has one
    return "letter.greeting", (greeting, _paragraph(case, "hello.text"), _signature(case))


def _greeting(case: _Case) -> tuple[Block, ...]:
    """How a letter begins; nobody greets in every message of a chat."""
    if case.words.chat:
        return ()
    return (Block((case.words.greeting(case.facts.get("client_name"), case.facts.get("client_vocative")),)),)


def _link_code(case: _Case) -> _Body:
    code, minutes = str(case.facts["code"]), case.facts["minutes"]
    return "link-code.subject", (
        _paragraph(case, "link-code.text", code=code, minutes=minutes),
        _paragraph(case, "link-code.unasked"),
        _signature(case),
    )


def _low_rating(case: _Case) -> _Body:
    stars = int(case.facts["stars"])
    drawn = "★" * stars + "☆" * (STARS[-1] - stars)
    blocks = [_paragraph(case, "low-rating.text", number=case.number, stars=stars, drawn=drawn)]
    if comment := plain_text(str(case.facts.get("comment") or "")).strip():
        blocks.append(_paragraph(case, "low-rating.comment", comment=comment))
    return "low-rating.subject", (*blocks, _signature(case))


_KINDS: Mapping[str, Callable[[_Case], _Body]] = {
    "confirmation": _confirmation,
    "answer": _answer,
    "edit": _answer,
    "invitation": _invitation,
    "rating-reminder": lambda case: _invitation(case, "rating-reminder"),
    "level-change": _level_change,
    "reopened": _reopened,
    "closed-without-invitation": _closed,
    "closed": _closed,
    "postponed": _postponed,
    "merged": _merged,
    "planned": _planned,
    "blocked": _blocked,
    "alarm": _alarm,
    "hello": _hello,
    "link-code": _link_code,
    "low-rating": _low_rating,
}
KINDS = tuple(_KINDS)


def _files(case: _Case) -> list[Block]:
    told = files_told(case.words, case.facts, case.desk.largest_screenshot)
    return [Block((paragraph,)) for paragraph in told]


def _paragraph(case: _Case, key: str, **values: object) -> Block:
    return Block((case.words.text(key, **values),))


def _status(case: _Case) -> Block:
    return Block((case.words.text("letter.add"),), _status_link(case))


def _status_link(case: _Case) -> Link:
    url = _ours(case, case.facts["ticket_url"])
    return Link(case.words.text("letter.status", url=url), case.words.text("letter.status.link"), url)


def _head_link(case: _Case) -> Link:
    """To the button on the ticket's page: a link alone asks nobody, for scanners open every one."""
    url = f"{_ours(case, case.facts['ticket_url'])}#head"
    return Link(case.words.text("letter.head", url=url), case.words.text("letter.head.link"), url)


def _signature(case: _Case, *, hours: bool = False, agent: str = "") -> Block:
    name = plain_line(case.desk.name)
    footer = case.desk.footers.get(case.words.language) or case.words.text("letter.signature", desk=name)
    if case.words.chat:
        return Block((agent,) if agent else ())
    lines = [agent, *footer.splitlines()]
    calendar = case.desk.calendars.get(str(case.facts.get("calendar"))) if hours else None
    if calendar is not None:
        lines.append(case.words.opening_hours(calendar, case.moment("due_at")))
    return Block(tuple(line for line in lines if line))


def _ours(case: _Case, url: str) -> str:
    """The address of a page of ours; whatever a Host header said, no letter leads elsewhere (threat 40)."""
    base = case.desk.public_url.rstrip("/")
    address = base + url if url.startswith("/") else url
    if not address.startswith(f"{base}/") or any(char.isspace() for char in address):
        raise ValueError(f"{url!r} is not on our own pages at {base}/")
    return address


def _full_sentence(text: str) -> str:
    line = plain_line(text, 500)
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."
