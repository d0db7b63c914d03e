"""What the rules of `intake.refusals` look for; each returns what it found, None if it is not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from intake import spam
from intake.automatic import absence_texts as texts
from intake.automatic import absence_wording as absence
from intake.automatic import wording
from intake.mime.cleaning import one_line
from intake.mime.headers import Headers

_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
MOST_HOPS = 50  # Postfix's hopcount_limit; no honest way is as long


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. Addresses are in lower case.

    `envelope_from` is None when nobody knows it (a mail read from a file), empty for the null sender `<>`.
    `report_type` is that of a multipart/report (RFC 6522). `part_types` are those of all parts. `text` need
    hold only a body's beginning. `trusted_authserv_id`: see `intake.spam`.
    """

    headers: Headers
    envelope_from: str | None
    from_addr: str
    subject: str
    content_type: str = "text/plain"
    report_type: str = ""
    part_types: frozenset[str] = frozenset()
    text: str = ""
    own_addresses: frozenset[str] = field(default_factory=frozenset)
    trusted_authserv_id: str = ""


Sign = Callable[[Facts], str | None]


def header(name: str, pattern: str = "") -> Sign:
    """Match a field of that name whose value fits `pattern`; its presence suffices when there is none."""
    wanted = re.compile(pattern, re.IGNORECASE)

    def found(facts: Facts) -> str | None:
        for raw in facts.headers.raw_all(name):
            value = raw.decode("ascii", errors="replace").strip()
            if wanted.match(value):
                return value
        return None

    return found


def headers(*names: str) -> Sign:
    """Match a mail that has a field of one of those names, whatever its value."""

    def found(facts: Facts) -> str | None:
        present = facts.headers.names()
        return next((name for name in names if name in present), None)

    return found


def own_address(facts: Facts) -> str | None:
    """The desk's own address in From, as it is or with a tag of ours behind a "+" (RFC 5233)."""
    local, at, domain = facts.from_addr.partition("@")
    plain = local.partition("+")[0] + at + domain
    return facts.from_addr if {facts.from_addr, plain} & facts.own_addresses else None


def too_many_hops(facts: Facts) -> str | None:
    """As many Received fields as only a mail that goes round and round collects."""
    hops = sum(1 for _ in facts.headers.raw_all("received"))
    return f"{hops} hops" if hops >= MOST_HOPS else None


def null_sender(facts: Facts) -> str | None:
    """The empty envelope sender; Return-Path tells it where the envelope is unknown (RFC 5321 §4.4)."""
    if facts.envelope_from is not None:
        return "" if facts.envelope_from.strip() in ("", "<>") else None
    return "" if facts.headers.raw("return-path").replace(b" ", b"") == b"<>" else None


def report(*types: str) -> Sign:
    """A multipart/report of one of those types."""

    def found(facts: Facts) -> str | None:
        is_one = facts.content_type == "multipart/report" and facts.report_type in types
        return facts.report_type if is_one else None

    return found


def untyped_report(facts: Facts) -> str | None:
    """A report that does not say of what, which RFC 6522 §3 forbids, is a bounce in practice."""
    known = ("disposition-notification", "feedback-report")
    if facts.content_type != "multipart/report" or facts.report_type in known:
        return None
    others = {"message/disposition-notification", "message/feedback-report"}
    return None if facts.part_types & others else ""


def status_part(facts: Facts) -> str | None:
    """A delivery-status part outside a report: some system's odd bounce, or one that a person passed on."""
    if not facts.part_types & {"message/delivery-status", "message/global-delivery-status"}:
        return None
    machines = _daemon(facts) or wording.BOUNCE_SUBJECT_AT_START.match(facts.subject) or _opening(facts)
    return "message/delivery-status" if machines else None


def part(*types: str) -> Sign:
    """A part of one of those types."""

    def found(facts: Facts) -> str | None:
        return next(iter(facts.part_types & set(types)), None)

    return found


def daemon_says(facts: Facts) -> str | None:
    """A mail system's sender: of those that people use too, with words of a notice."""
    local = _local(facts)
    if wording.BOUNCER.fullmatch(local):
        return local
    if not _daemon(facts):
        return None
    subject = wording.BOUNCE_SUBJECT.search(facts.subject)
    return subject[0] if subject else ("" if wording.BOUNCE_TEXT.search(facts.text) else None)


def null_sender_bounce(facts: Facts) -> str | None:
    """The null sender and the words of a notice."""
    if null_sender(facts) is None:
        return None
    subject = wording.BOUNCE_SUBJECT.search(facts.subject)
    return subject[0] if subject else _opening(facts)


def nobodys_bounce(facts: Facts) -> str | None:
    """No address in From and the words of a notice: a person who copies one into his request has one."""
    if facts.from_addr:
        return None
    subject = wording.BOUNCE_SUBJECT_AT_START.match(facts.subject)
    return subject[0] if subject else _opening(facts)


def returned_mail(facts: Facts) -> str | None:
    """Whoever signs it: a notice's subject, a notice's first words, and the mail that it returns."""
    subject, opening = wording.BOUNCE_SUBJECT_AT_START.match(facts.subject), _opening(facts)
    if subject is None or opening is None:
        return None
    returns = facts.part_types & {"message/rfc822", "text/rfc822-headers", "message/global"}
    return subject[0] if returns or wording.RETURNED_HEADER.search(facts.text) else None


def away_subject(facts: Facts) -> str | None:
    """The subject of an absence notice. One that asks is a person's, unless it answers us."""
    match = absence.AWAY_SUBJECT.match(facts.subject)
    if match is None or (absence.ASKS.search(facts.subject) and not _answers(facts)):
        return None
    return match[0]


def away_text(facts: Facts) -> str | None:
    """The words of an absence notice: that somebody is away, and a second sign that no person wrote it."""
    # A paragraph begins a sentence, also below a greeting that nothing ends.
    text = _flat(_BETWEEN_PARAGRAPHS.sub(". ", facts.text), 1_500)
    away = next((m for at in _sentences(text) if (m := texts.AWAY_OPENING.match(text, at))), None)
    if away is None or "?" in text:
        return None
    record = absence.RECORD_SUBJECT.match(facts.subject)
    return one_line(away[0]) if record or texts.AWAY_PROMISE.search(text) else None


def machine_text(facts: Facts) -> str | None:
    """A text whose first sentence says that a program wrote it."""
    match = texts.MACHINE_OPENING.match(facts.text.lstrip()[:400])
    return one_line(match[0]) if match else None


def plain_receipt(facts: Facts) -> str | None:
    """A receipt without a report: its subject and its words."""
    subject = texts.RECEIPT_SUBJECT.match(facts.subject)
    return subject[0] if subject and texts.RECEIPT_OPENING.search(_flat(facts.text, 1_000)) else None


def robot_sender(facts: Facts) -> str | None:
    """A sender whose owner says that an answer would reach nobody."""
    return facts.from_addr if wording.ROBOT.fullmatch(facts.from_addr.partition("@")[0]) else None


def told_spam(facts: Facts) -> str | None:
    """What the desk's own receiving server says of it."""
    return spam.verdict(facts.headers, facts.trusted_authserv_id)


def no_sender(facts: Facts) -> str | None:
    """From is missing, or ambiguous."""
    return None if facts.from_addr else ""


def _local(facts: Facts) -> str:
    """The local part of From, also of one that names no address, as `MAILER-DAEMON (Mail System)`."""
    field_value = facts.headers.token("from")
    written = field_value.partition("@")[0].rpartition("<")[2].partition(" ")[0].strip('"')
    return facts.from_addr.partition("@")[0] or written


def _daemon(facts: Facts) -> bool:
    """Whether a mail system seems to sign it."""
    name = one_line(facts.headers.text("from")).lstrip('"')
    local = _local(facts)
    named = wording.DAEMON_NAME.match(name.partition("<")[0])
    return bool(named or wording.DAEMON.fullmatch(local) or wording.BOUNCER.fullmatch(local))


def _opening(facts: Facts) -> str | None:
    match = wording.BOUNCE_OPENING.match(_flat(facts.text, 600).lstrip("-*=# "))
    return one_line(match[0]) if match else None


def _answers(facts: Facts) -> bool:
    return "[#" in facts.subject or bool(facts.headers.raw("in-reply-to") or facts.headers.raw("references"))


def _flat(text: str, most: int) -> str:
    """The beginning of a text with line ends, and everything that is not seen, as single spaces."""
    return one_line(text[: most * 2], most)


def _sentences(text: str) -> Iterator[int]:
    """Where the first sentences and clauses begin: greetings come before what matters."""
    yield 0
    for match in re.finditer(r"[.!?,:;)>]\s+", text[:200]):
        yield match.end()
