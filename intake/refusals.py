"""Which mails are not taken in as requests: an ordered table, so that no machine ever gets an answer.

RFC 3834 §2 is the ground: automatic responses go to people alone. The first rule that matches names the
refusal; that a mail is a bounce or an automatic reply is found out whatever the order.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from intake import automatic_wording as wording
from intake.mime.headers import Headers


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. Addresses are in lower case.

    `envelope_from` is None when nobody knows it (a mail read from a file), empty for the null sender `<>`.
    `report_type` is that of a multipart/report (RFC 6522). `text` need hold only a body's beginning.
    """

    headers: Headers
    envelope_from: str | None
    from_addr: str
    subject: str
    content_type: str = "text/plain"
    report_type: str = ""
    text: str = ""
    own_addresses: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a mail is not taken in: `key` of the rule, and the reason with what was found."""

    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table. `found` returns what it found, None if the rule does not match."""

    key: str
    reason: str
    found: Callable[[Facts], str | None]


def refusal_of(facts: Facts) -> Refusal | None:
    """Return the first refusal of the table that applies, None if the mail is to be taken in."""
    for rule in RULES:
        found = rule.found(facts)
        if found is not None:
            return Refusal(rule.key, f"{rule.reason}: {found[:120]}" if found else rule.reason)
    return None


def is_bounce(facts: Facts) -> bool:
    """Say whether the mail reports on the delivery of another one."""
    return any(rule.found(facts) is not None for rule in RULES if rule.key == "bounce")


def is_auto_reply(facts: Facts) -> bool:
    """Say whether a program answered for a person; a bounce is no automatic reply."""
    return not is_bounce(facts) and any(
        rule.found(facts) is not None for rule in RULES if rule.key == "auto-reply"
    )


def _header(name: str, pattern: str = "") -> Callable[[Facts], str | None]:
    """Match a field of that name whose value fits `pattern`; its presence suffices when there is none."""
    wanted = re.compile(pattern, re.IGNORECASE)

    def found(facts: Facts) -> str | None:
        for raw in facts.headers.raw_all(name):
            value = raw.decode("ascii", errors="replace").strip()
            if wanted.match(value):
                return value
        return None

    return found


def _headers(*names: str) -> Callable[[Facts], str | None]:
    def found(facts: Facts) -> str | None:
        present = facts.headers.names()
        return next((name for name in names if name in present), None)

    return found


def _own_address(facts: Facts) -> str | None:
    return facts.from_addr if facts.from_addr in facts.own_addresses else None


def _null_sender(facts: Facts) -> str | None:
    if facts.envelope_from is not None:
        return "" if facts.envelope_from in ("", "<>") else None
    return "" if facts.headers.raw("return-path") == b"<>" else None


def _report(*types: str) -> Callable[[Facts], str | None]:
    def found(facts: Facts) -> str | None:
        return (
            facts.report_type
            if facts.content_type == "multipart/report" and facts.report_type in types
            else None
        )

    return found


def _untyped_report(facts: Facts) -> str | None:
    """A report that does not say of what, which RFC 6522 §3 forbids, is a bounce in practice."""
    known = ("disposition-notification", "feedback-report")
    return "" if facts.content_type == "multipart/report" and facts.report_type not in known else None


def _daemon_says(facts: Facts) -> str | None:
    local = facts.from_addr.partition("@")[0] or _local_of(facts.headers.token("from"))
    if wording.BOUNCER.fullmatch(local):
        return local
    if not wording.DAEMON.fullmatch(local):
        return None
    subject = wording.BOUNCE_SUBJECT.search(facts.subject)
    return subject[0] if subject else ("" if wording.BOUNCE_TEXT.search(facts.text[:4_000]) else None)


def _local_of(field_value: str) -> str:
    """Return the local part of a From that names no address, as `MAILER-DAEMON (Mail System)`."""
    return field_value.partition("@")[0].rpartition("<")[2].partition(" ")[0].strip('"')


def _null_sender_bounce(facts: Facts) -> str | None:
    if _null_sender(facts) is None:
        return None
    subject = wording.BOUNCE_SUBJECT.search(facts.subject)
    return subject[0] if subject else None


def _nobodys_bounce(facts: Facts) -> str | None:
    if facts.from_addr:
        return None  # a person who copies a bounce into his request has an address
    opening = wording.BOUNCE_OPENING.match(facts.text.lstrip()[:600])
    return opening[0] if opening else None


def _subject(pattern: re.Pattern[str]) -> Callable[[Facts], str | None]:
    def found(facts: Facts) -> str | None:
        match = pattern.match(facts.subject)
        return match[0] if match else None

    return found


def _robot_sender(facts: Facts) -> str | None:
    return facts.from_addr if wording.ROBOT.fullmatch(facts.from_addr.partition("@")[0]) else None


def _no_sender(facts: Facts) -> str | None:
    return None if facts.from_addr else ""


_SUPPRESSED = r"(?:.*[\s,;])?(?:all|oof|autoreply)\b"
_RESPONDERS = (
    *("x-autoreply", "x-autorespond", "x-autoresponse", "x-autogenerated", "x-auto-reply"),
    *("x-autoreply-from", "x-mail-autoreply", "x-vacation"),
)
_LISTS = (
    *(
        "list-id",
        "list-post",
        "list-help",
        "list-unsubscribe",
        "list-subscribe",
        "list-owner",
        "list-archive",
    ),
    *("x-mailing-list", "x-mailman-version"),
)

RULES = (
    # Our own mail must never open a ticket: that is the shortest loop. Our own headers (X-Otklik-Ticket)
    # prove nothing, anybody can write them, hence no rule for them (promises 15).
    Rule("own-mail", "it was sent from the desk's own address", _own_address),
    # Reports on delivery, RFC 3464 in the form of RFC 6522.
    Rule("bounce", "a report on the delivery of another mail", _report("delivery-status")),
    Rule("bounce", "a report of unknown type", _untyped_report),
    Rule("bounce", "a notice of failed delivery (Exim)", _header("x-failed-recipients")),
    # Unstructured ones, from before RFC 3464 and from those who never read it: RFC 5321 §6.1 asks for the
    # null sender, §4.5.1 names postmaster. Only together with a machine's sender, for people forward them.
    Rule("bounce", "a notice of failed delivery from a mail system", _daemon_says),
    Rule("bounce", "a notice of failed delivery with the null sender", _null_sender_bounce),
    Rule("bounce", "it has no sender, and begins as notices of failed delivery do", _nobodys_bounce),
    # RFC 3834 §5: any value but "no" marks a machine's mail. Parameters may follow.
    Rule("auto-reply", "Auto-Submitted", _header("auto-submitted", r"(?!no\b)\S")),
    # RFC 8098: a receipt that the mail was displayed. RFC 5965: somebody pressed "this is spam".
    Rule("auto-reply", "a receipt", _report("disposition-notification")),
    Rule("auto-reply", "a complaint by machine", _report("feedback-report")),
    # [MS-OXCMAIL]: the sender wants no automatic replies ("DR", "RN" and the like are about receipts).
    Rule("auto-reply", "X-Auto-Response-Suppress", _header("x-auto-response-suppress", _SUPPRESSED)),
    # Responders that predate RFC 3834 (vacation programs, cPanel, Novell, help desks).
    Rule("auto-reply", "a responder's header", _headers(*_RESPONDERS)),
    Rule("auto-reply", "a responder's header", _header("delivered-to", r"autoresponder$")),
    Rule("auto-reply", "Precedence", _header("precedence", r"auto_reply")),
    Rule("auto-reply", "the subject of an absence notice", _subject(wording.AWAY_SUBJECT)),
    # RFC 5321 §4.5.5: nothing may ever be sent in answer to the null sender.
    Rule("null-sender", "the null sender", _null_sender),
    # RFC 2919 and RFC 2369: a mailing list; an answer would go to strangers.
    Rule("list", "a mailing list", _headers(*_LISTS)),
    Rule("list", "Precedence", _header("precedence", r"list\b")),
    # RFC 2076 §3.9: discouraged, and in use everywhere.
    Rule("bulk", "Precedence", _header("precedence", r"(?:bulk|junk)\b")),
    # Its owner says that an answer would reach nobody.
    Rule("no-reply", "the sender reads no answers", _robot_sender),
    # Nobody can be answered: From is missing, or could be read in two ways (promises 5). Not automatic
    # mail, so whoever processes it shows it to the agents.
    Rule("no-sender", "there is no usable address in From", _no_sender),
)
