"""What a bounce says: which mail, whom it did not reach, why, and whether that is final."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.incoming import Bounced, IncomingMessage
from tests.intake.understood import understood

OURS = "<otklik.42.0123456789abcdef0123456789abcdef@desk.example>"
RETURNED = (
    f"From: Support <support@desk.example>\nTo: <olga@client.example>\nSubject: x\nMessage-ID: {OURS}\n"
    "References: <1@client.example>\n"
)
QMAIL = """Hi. This is the qmail-send program at relay.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<olga@client.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <support@desk.example>
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  olga@client.example
    host mx.client.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<olga@client.example>:
    550 5.1.1 unknown user

------ This is a copy of the message, including all the headers. ------

Return-path: <support@desk.example>
"""
POSTFIX = """This is the mail system at host relay.example.

<olga@client.example>: host mx.client.example[192.0.2.1] said: 550 5.7.1 blocked
    (in reply to RCPT TO command)
"""


def report(status: str, returned: str = "message/rfc822", more: str = "") -> IncomingMessage:
    """A bounce in RFC 3464's form with those lines about the recipient."""
    return understood(
        f"From: MAILER-DAEMON@relay.example\nSubject: Undelivered Mail\n{more}MIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; relay.example\nArrival-Date: Mon, 23 Nov 2026 05:30:00 +0300\n\n{status}\n"
        f"--b\nContent-Type: {returned}\n\n{RETURNED}\nwords\n--b--\n"
    )


def bounced(message: IncomingMessage) -> Bounced:
    assert message.bounced is not None
    return message.bounced


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers", "message/global"])
def test_a_report_tells_everything_and_its_returned_header_which_mail(returned: str) -> None:
    status = (
        "Original-Recipient: rfc822;olga@client.example\nFinal-Recipient: RFC822; o.petrova@inner.example\n"
        "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown\n user"
    )
    assert bounced(report(status, returned)) == Bounced(
        message_ids=(OURS,),
        recipient="olga@client.example",
        status="5.1.1",
        action="failed",
        permanent=True,
        diagnostic="550 5.1.1 unknown user",
    )


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
def test_whatever_has_not_failed_is_not_permanent(action: str) -> None:
    found = bounced(report(f"Final-Recipient: rfc822; olga@client.example\nAction: {action}\nStatus: 4.4.7"))
    assert (found.action, found.permanent) == (action, False)


def test_a_failure_after_days_of_trying_is_permanent_although_its_status_begins_with_4() -> None:
    found = bounced(report("Final-Recipient: rfc822; olga@client.example\nAction: failed\nStatus: 4.4.7"))
    assert (found.status, found.permanent) == ("4.4.7", True)


def test_of_several_recipients_the_one_who_was_not_reached_counts() -> None:
    found = bounced(
        report(
            "Final-Recipient: rfc822; petr@client.example\nAction: delivered\nStatus: 2.0.0\n\n"
            "Final-Recipient: rfc822; Olga@client.example\nAction: FAILED (mailbox full)\nStatus: 5.2.2"
        )
    )
    assert (found.recipient, found.action) == ("olga@client.example", "failed")


def test_an_address_that_is_no_mail_address_names_nobody() -> None:
    found = bounced(report("Final-Recipient: x400; /S=olga/@/C=fi/\nAction: failed\nStatus: 5.1.1"))
    assert found.recipient == ""


def test_an_international_report_is_read_like_the_other() -> None:
    """RFC 6533."""
    message = understood(
        "From: MAILER-DAEMON@relay.example\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=global-delivery-status; boundary=b\n\n--b\n\nx\n"
        "--b\nContent-Type: message/global-delivery-status\n\nReporting-MTA: dns; relay.example\n\n"
        "Final-Recipient: utf-8; ольга@client.example\nAction: failed\nStatus: 5.1.1\n--b--\n"
    )
    assert bounced(message).recipient == "ольга@client.example"


@pytest.mark.parametrize("notice", [QMAIL, EXIM, POSTFIX], ids=["qmail", "exim", "postfix"])
def test_a_notice_without_structure_is_read_by_its_words(notice: str) -> None:
    found = bounced(
        understood(
            f"From: MAILER-DAEMON@relay.example\nSubject: failure notice\n\n{notice}{RETURNED}\nwords\n"
        )
    )
    assert (found.message_ids, found.recipient, found.permanent) == ((OURS,), "olga@client.example", True)
    assert found.status.startswith("5.")
    assert found.status in found.diagnostic


def test_of_the_addresses_in_a_notice_the_one_counts_that_the_mail_was_addressed_to() -> None:
    notice = f"<petr@client.example>: ok\n<olga@client.example>: 550 5.1.1 unknown\n\n{RETURNED}"
    found = bounced(understood(f"From: MAILER-DAEMON@relay.example\nSubject: failed mail\n\n{notice}\n"))
    assert found.recipient == "olga@client.example"


@pytest.mark.parametrize(
    "words",
    [
        "The following recipient(s) could not be reached:\n\n      olga@client.example on 23.11.2026 5:31\n",
        "Your message to olga@client.example couldn't be delivered.\nAsk postmaster@relay.example why.\n",
        "This mail could not be delivered to:\n\nolga@client.example.\n",
    ],
)
def test_whoever_was_not_reached_is_named_in_a_sentence_as_well(words: str) -> None:
    message = understood(f"From: MAILER-DAEMON@relay.example\nSubject: Undeliverable\n\n{words}")
    assert bounced(message).recipient == "olga@client.example"


def test_an_address_in_what_says_nothing_of_failure_names_nobody() -> None:
    words = "Your message couldn't be delivered.\nAsk postmaster@relay.example why.\n"
    message = understood(f"From: MAILER-DAEMON@relay.example\nSubject: Undeliverable\n\n{words}")
    assert bounced(message).recipient == ""


def test_a_warning_that_it_is_still_tried_is_no_failure() -> None:
    notice = "THIS IS A WARNING MESSAGE ONLY.\nYOU DO NOT NEED TO RESEND YOUR MESSAGE.\n"
    found = bounced(
        understood(f"From: MAILER-DAEMON@relay.example\nSubject: Warning: could not send message\n\n{notice}")
    )
    assert (found.action, found.permanent) == ("delayed", False)


def test_a_bounce_that_returns_nothing_is_about_the_mail_that_it_answers() -> None:
    message = understood(
        f"From: postmaster@relay.example\nSubject: Undeliverable: x\nIn-Reply-To: {OURS}\n"
        "X-Failed-Recipients: olga@client.example\n\nNo such user.\n"
    )
    assert bounced(message) == Bounced((OURS,), "olga@client.example", "", "failed", True, "No such user.")


def test_the_thread_of_the_returned_mail_is_not_taken_for_its_message_id() -> None:
    assert "<1@client.example>" not in bounced(report("Action: failed\nStatus: 5.1.1")).message_ids


def test_it_travels_from_a_worker_as_json() -> None:
    message = report("Final-Recipient: rfc822; olga@client.example\nAction: failed\nStatus: 5.1.1")
    assert IncomingMessage.from_json(message.to_json()) == message
    assert understood("From: olga@client.example\n\nwords\n").bounced is None


@given(st.binary(max_size=400), st.sampled_from(["message/delivery-status", "message/rfc822", "text/plain"]))
def test_no_content_breaks_the_reading(content: bytes, content_type: str) -> None:
    head = (
        "From: <>\nSubject: failure notice\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: {content_type}\n\n"
    )
    found = bounced(understood(head.encode() + content + b"\n--b--\n"))
    assert "\n" not in found.diagnostic
    assert len(found.diagnostic) <= 300
