"""Which mail is not taken in as a request, and why: rule by rule, and what must not be mistaken for it."""

import pytest

from intake.incoming import IncomingMessage
from intake.refusals import RULES
from tests.intake.understood import understood


def received(
    fields: str, *, body: str = "words", envelope_from: str | None = "olga@client.example"
) -> IncomingMessage:
    """A mail of Olga's with those header lines; a From among them replaces hers."""
    sender = "" if "From:" in fields else "From: olga@client.example\n"
    return understood(f"{sender}{fields}\n\n{body}\n", envelope_from=envelope_from)


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ("From: Support <SUPPORT@desk.example>", "own-mail"),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", "bounce"),
        ("Content-Type: multipart/report; boundary=b", "bounce"),
        ("X-Failed-Recipients: a@b.example", "bounce"),
        ("From: MAILER-DAEMON@relay.example\nSubject: whatever", "bounce"),
        ("From: MAILER-DAEMON (Mail Delivery System)\nSubject: failure notice", "bounce"),
        ("From: postmaster@relay.example\nSubject: Undeliverable: answer", "bounce"),
        ("From: postmaster@relay.example\nSubject: =?koi8-r?B?7sUg1cTBzM/T2CDEz9PUwdfJ1Ng=?=", "bounce"),
        ("Auto-Submitted: auto-replied", "auto-reply"),
        ("Auto-Submitted: auto-generated; type=x", "auto-reply"),
        ("Auto-Submitted: (comment) auto-notified", "auto-reply"),
        ("X-Auto-Response-Suppress: All", "auto-reply"),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", "auto-reply"),
        ("X-Autoreply: yes", "auto-reply"),
        ("X-Autorespond:", "auto-reply"),
        ("Precedence: auto_reply", "auto-reply"),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", "auto-reply"),
        ("Content-Type: multipart/report; report-type=feedback-report; boundary=b", "auto-reply"),
        ("Subject: Automatic reply: [#AS-000042] Your request", "auto-reply"),
        ("Subject: Out of office", "auto-reply"),
        ("Subject: Автоматический ответ: ошибка", "auto-reply"),
        ("Subject: Автоответ", "auto-reply"),
        ("Subject: Автоматична відповідь: помилка", "auto-reply"),
        ("Subject: Automaattinen vastaus: virhe", "auto-reply"),
        ("Subject: Poissa toimistosta - Riikka", "auto-reply"),
        ("Subject: Abwesenheitsnotiz: Fehler", "auto-reply"),
        ("List-Unsubscribe: <mailto:x@vendor.example>", "list"),
        ("List-Id: <news.vendor.example>", "list"),
        ("Precedence: list", "list"),
        ("Precedence: Bulk", "bulk"),
        ("Precedence: junk", "bulk"),
        ("From: noreply@vendor.example", "no-reply"),
        ("From: Do-Not-Reply <do-not-reply@vendor.example>", "no-reply"),
        ("From: invoices.no_reply+7@vendor.example", "no-reply"),
        ("From: a@client.example, b@client.example", "no-sender"),
    ],
)
def test_it_is_refused(fields: str, key: str) -> None:
    message = received(fields)
    assert message.refusal == key
    assert message.refusal_why
    assert (message.bounce, message.auto_reply) == (key == "bounce", key == "auto-reply")


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: No",
        "X-Auto-Response-Suppress: DR, RN, NRN",
        "Precedence: first-class",
        "Subject: Automatic reply does not work",
        "Subject: Re: Automatic reply: your request",
        "Subject: Poissaolot eivät tulostu",
        "Subject: Автоответчик не включается",
        "Subject: Undelivered Mail Returned to Sender, why?",
        "From: mail@client.example\nSubject: Не удалось доставить накладную",
        "From: postmaster@client.example\nSubject: The program does not start",
        "From: reply@client.example",
        "X-Otklik-Ticket: AS-000042",
    ],
)
def test_it_is_taken_in(fields: str) -> None:
    message = received(fields)
    assert (message.refusal, message.bounce, message.auto_reply) == (None, False, False)


def test_the_null_sender_is_refused() -> None:
    assert received("Subject: x", envelope_from="").refusal == "null-sender"


def test_a_failure_notice_from_the_null_sender_is_a_bounce_whoever_signs_it() -> None:
    message = received(
        "From: Mail Service <service@relay.example>\nSubject: Returned mail: see transcript", envelope_from=""
    )
    assert (message.refusal, message.bounce) == ("bounce", True)


def test_the_return_path_stands_in_for_an_unknown_envelope_only() -> None:
    fields = "Return-Path: <>\nSubject: x"
    assert received(fields, envelope_from=None).refusal == "null-sender"
    assert received(fields, envelope_from="olga@client.example").refusal is None


def test_a_nameless_notice_is_known_by_its_first_words() -> None:
    notice = "Hi. This is the qmail-send program at relay.example.\nI wasn't able to deliver your message."
    assert received("From: Jetmail System <>", body=notice).bounce
    assert not received("Subject: what is this?", body=notice).bounce


def test_our_own_automatic_mail_is_refused_under_any_sender() -> None:
    assert received("Auto-Submitted: auto-replied\nX-Otklik-Ticket: AS-000042").refusal == "auto-reply"


def test_every_reason_is_one_line_whatever_the_header_holds() -> None:
    message = received("Precedence: bulk\x1b[31m\n \x07 and more")
    assert message.refusal == "bulk"
    assert not any(ord(letter) < 32 for letter in message.refusal_why)


def test_the_desks_own_mail_is_looked_for_first() -> None:
    assert RULES[0].key == "own-mail"
    assert received("From: support@desk.example\nAuto-Submitted: auto-replied").refusal == "own-mail"
