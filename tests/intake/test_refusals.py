"""Which mail is not taken in as a request, and why: rule by rule, and what must not be mistaken for it."""

import pytest

from intake.incoming import IncomingMessage
from intake.refusals import NEVER_ANSWERED, RULES
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
        ("From: Support <support+t-1-abc@desk.example>", "own-mail"),
        # RFC 6522, RFC 3464, RFC 6533
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", "bounce"),
        ("Content-Type: multipart/report; report-type=global-delivery-status; boundary=b", "bounce"),
        ("Content-Type: multipart/report; boundary=b", "bounce"),
        # Exim, Gmail
        ("X-Failed-Recipients: a@b.example", "bounce"),
        # RFC 5321 §4.5.1, §6.1
        ("From: MAILER-DAEMON@relay.example\nSubject: whatever", "bounce"),
        ("From: Mail-Daemon@relay.example\nSubject: whatever", "bounce"),
        ("From: MAILER-DAEMON (Mail Delivery System)\nSubject: failure notice", "bounce"),
        ("From: postmaster@relay.example\nSubject: Undeliverable: answer", "bounce"),
        ("From: postmaster@relay.example\nSubject: =?koi8-r?B?7sUg1cTBzM/T2CDEz9PUwdfJ1Ng=?=", "bounce"),
        ("From: Mail Delivery System <robot@relay.example>\nSubject: Warning: message delayed", "bounce"),
        ("From: maildelivery-7@relay.example\nSubject: Mail could not be delivered", "bounce"),
        # RFC 3834 §5
        ("Auto-Submitted: auto-replied", "auto-reply"),
        ("Auto-Submitted: auto-generated; type=x", "auto-reply"),
        ("Auto-Submitted: (comment) auto-notified", "auto-reply"),
        # [MS-OXCMAIL]
        ("X-Auto-Response-Suppress: All", "auto-reply"),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", "auto-reply"),
        ("X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", "auto-reply"),
        ("X-Autoreply: yes", "auto-reply"),
        ("X-Autorespond:", "auto-reply"),
        ("X-OTRS-Loop: yes", "auto-reply"),
        ("X-Cron-Env: <USER=root>", "auto-reply"),
        ("X-POST-MessageClass: 9; Autoresponder", "auto-reply"),
        ("X-Mailer: vacation 1.2", "auto-reply"),
        ("Delivered-To: Autoresponder", "auto-reply"),
        ("Precedence: auto_reply", "auto-reply"),
        ("Preference: auto_reply", "auto-reply"),
        ("X-Precedence: auto_reply", "auto-reply"),
        # RFC 8098, RFC 5965
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", "auto-reply"),
        ("Content-Type: message/disposition-notification", "auto-reply"),
        ("Content-Type: multipart/report; report-type=feedback-report; boundary=b", "auto-reply"),
        # RFC 2369, RFC 2919
        ("List-Unsubscribe: <mailto:x@vendor.example>", "list"),
        ("List-Id: <news.vendor.example>", "list"),
        ("X-BeenThere: users@vendor.example", "list"),
        ("Mailing-List: contact users-help@vendor.example; run by ezmlm", "list"),
        ("Precedence: list", "list"),
        # RFC 2076 §3.9
        ("Precedence: Bulk", "bulk"),
        ("Precedence: junk", "bulk"),
        ("X-Precedence: bulk", "bulk"),
        ("From: noreply@vendor.example", "no-reply"),
        ("From: Do-Not-Reply <do-not-reply@vendor.example>", "no-reply"),
        ("From: invoices.no_reply+7@vendor.example", "no-reply"),
        ("From: auto-confirm@vendor.example", "no-reply"),
        ("From: a@client.example, b@client.example", "no-sender"),
    ],
)
def test_it_is_refused(fields: str, key: str) -> None:
    message = received(fields)
    assert message.refusal == key
    assert message.refusal_why
    assert (message.bounce, message.auto_reply) == (key == "bounce", key == "auto-reply")
    assert (message.bounced is not None) == message.bounce


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: No",
        "X-Auto-Response-Suppress: DR, RN, NRN",
        "X-MS-Exchange-Generated-Message-Source: Transport",
        "X-Mailer: Autodesk Mail 3",
        "Precedence: first-class",
        "Subject: Undelivered Mail Returned to Sender, why?",
        "Subject: Delivery status of my parcel",
        "From: mail@client.example\nSubject: Не удалось доставить накладную",
        "From: postmaster@client.example\nSubject: The program does not start",
        "From: delivery@client.example\nSubject: Our order",
        "From: reply@client.example",
        "From: norepl@client.example",
        "From: Autoservice Petrov <auto@client.example>",
        "X-Otklik-Ticket: AS-000042",
        "Message-ID: <otklik.1.00000000000000000000000000000000@desk.example>",
    ],
)
def test_it_is_taken_in(fields: str) -> None:
    message = received(fields)
    assert (message.refusal, message.bounce, message.auto_reply) == (None, False, False)


def test_the_null_sender_is_refused() -> None:
    assert received("Subject: x", envelope_from="").refusal == "null-sender"


def test_the_return_path_stands_in_for_an_unknown_envelope_only() -> None:
    fields = "Return-Path: < >\nSubject: x"
    assert received(fields, envelope_from=None).refusal == "null-sender"
    assert received(fields, envelope_from="olga@client.example").refusal is None


@pytest.mark.parametrize(("hops", "key"), [(49, None), (50, "loop"), (120, "loop")])
def test_a_mail_that_has_gone_through_fifty_servers_goes_in_circles(hops: int, key: str | None) -> None:
    line = "Received: from a.example by b.example; Mon, 23 Nov 2026 05:30:00 +0300"  # RFC 5321 §6.3
    assert received("\n".join([line] * hops)).refusal == key


def test_every_reason_is_one_line_whatever_the_header_holds() -> None:
    message = received("Precedence: bulk\x1b[31m\n \x07 and more")
    assert message.refusal == "bulk"
    assert not any(ord(letter) < 32 for letter in message.refusal_why)


def test_the_desks_own_mail_is_looked_for_first() -> None:
    assert RULES[0].key == "own-mail"
    assert received("From: support@desk.example\nAuto-Submitted: auto-replied").refusal == "own-mail"


def test_our_own_automatic_mail_is_refused_under_any_sender() -> None:
    assert received("Auto-Submitted: auto-replied\nX-Otklik-Ticket: AS-000042").refusal == "auto-reply"


def test_whatever_no_person_reads_is_never_answered_even_if_an_agent_takes_it_in() -> None:
    assert {rule.key for rule in RULES} - NEVER_ANSWERED == {"spam", "no-sender"}
