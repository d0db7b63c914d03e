"""A running desk and what comes back: bounces, absence notices, blocked clients (threats 18 and 19)."""

import smtplib

from tests.service.conftest import MakeDesk
from tests.service.desk import PATIENCE, Desk, until
from tests.service.letters import letter, send
from tests.service.relay import Got, Relay

OLGA = "olga@client.example"
PLUS = {'tag_separator = ""': 'tag_separator = "+"'}


def hand_in(desk: Desk, raw: bytes, recipient: str, mail_from: str = "") -> int:
    """Send a mail to any address of the desk; the code of the reply that decided."""
    with smtplib.SMTP("127.0.0.1", desk.smtp_port, timeout=PATIENCE) as smtp:
        smtp.ehlo("relay.example")
        smtp.mail(mail_from)
        code, _ = smtp.rcpt(recipient)
        return smtp.data(raw)[0] if code == 250 else code


def report(to: str, returned: bytes = b"") -> bytes:
    """A mail server's report that Olga does not exist, with the header of the mail that it returns."""
    return (
        b"From: MAILER-DAEMON@relay.example\r\nTo: <%b>\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nNo.\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        b"Final-Recipient: rfc822; %b\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 unknown user\r\n\r\n--b\r\n"
        b"Content-Type: text/rfc822-headers\r\n\r\n%b\r\n--b--\r\n"
    ) % (to.encode(), OLGA.encode(), returned)


def confirmed(desk: Desk, relay: Relay) -> Got:
    """Olga's confirmation, as the relay got it."""
    assert send(desk.smtp_port, letter(OLGA)) == 250
    return until("Olga has her confirmation", lambda: relay.to(OLGA))[0]


def test_a_bounce_of_a_confirmation_is_filed_on_its_ticket_and_answered_by_none(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port, changes=PLUS)
    desk.start()
    confirmation = confirmed(desk, relay)
    assert confirmation.sender.startswith("support+b-1-")
    assert hand_in(desk, report(confirmation.sender), confirmation.sender) == 250
    desk.settled()
    (ticket,) = desk.tickets()
    assert [(d["state"], d["error"]) for d in ticket["deliveries"]] == [
        ("undeliverable", "5.1.1 550 5.1.1 unknown user")
    ]
    assert [m["direction"] for m in ticket["messages"]] == ["in", "note"]
    assert ticket["state"] == "new"
    assert relay.got == [confirmation]
    (entry,) = desk.rows("inbox", "list", "--refused")
    assert entry["outcome"].endswith(f"filed on {ticket['number']}")
    (delivery,) = desk.rows("outbox", "list")
    assert delivery["state"] == "undeliverable"
    desk.says("outbox", "retry", str(delivery["id"]))
    again = until("it is sent again", lambda: relay.to(OLGA)[1:])[0]
    assert (again.content, again.sender) == (confirmation.content, confirmation.sender)


def test_without_tags_a_bounce_is_found_by_the_message_id_and_a_forged_one_is_not(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port)
    desk.start()
    confirmation = confirmed(desk, relay)
    assert confirmation.sender == ""  # RFC 3834 §3.3
    forged = b"Message-ID: <otklik.1.00000000000000000000000000000000@example.org>\r\n"
    tag = f"support+b-1-{'a' * 24}@example.org"
    assert hand_in(desk, report("support@example.org", forged), "support@example.org") == 250
    assert hand_in(desk, report(tag), tag) == 250
    desk.settled()
    assert [d["state"] for ticket in desk.tickets() for d in ticket["deliveries"]] == ["sent"]
    header = confirmation.content.partition(b"\r\n\r\n")[0]
    assert hand_in(desk, report("support@example.org", header), "support@example.org") == 250
    until(
        "it is marked",
        lambda: [d["state"] for t in desk.tickets() for d in t["deliveries"]] == ["undeliverable"],
    )
    assert relay.got == [confirmation]


def test_an_unknown_recipient_is_refused_at_once_and_never_by_a_bounce(
    make_desk: MakeDesk, relay: Relay
) -> None:
    """Threat 19: no backscatter."""
    desk = make_desk(relay_port=relay.port, changes=PLUS)
    desk.start()
    for stranger in ("sales@example.org", "support@other.example", "sales+b-1-a@example.org"):
        assert hand_in(desk, letter(OLGA), stranger, OLGA) == 550
    desk.settled()
    assert (relay.got, desk.tickets()) == ([], [])


def test_a_blocked_client_is_told_once_and_refused_from_then_on(make_desk: MakeDesk, relay: Relay) -> None:
    desk = make_desk(relay_port=relay.port)
    desk.start()
    confirmed(desk, relay)
    assert "blocked" in desk.says("clients", "block", OLGA, "--why", "угрозы")
    assert desk.otklik("clients", "block", OLGA, "--why", "угрозы").returncode == 1
    told = until("she is told", lambda: relay.to(OLGA)[1:])[0]
    assert "не принимаем обращения" in told.text
    assert "угрозы" not in told.text
    assert told.mail["Auto-Submitted"] == "auto-generated"
    assert send(desk.smtp_port, letter(OLGA, "И ещё!")) == 250
    desk.settled()
    assert (len(relay.got), len(desk.tickets())) == (2, 1)
    (entry,) = desk.rows("inbox", "list", "--refused")
    assert entry["outcome"].startswith("refused: blocked")
    desk.says("inbox", "accept", str(entry["id"]))
    until("it is taken in", lambda: len(desk.tickets()) == 2)
    desk.says("clients", "unblock", OLGA)
    assert desk.rows("clients", "list", "--blocked") == []


def test_responders_that_answer_the_envelope_settle_at_one_mail(make_desk: MakeDesk, relay: Relay) -> None:
    """Threat 18: even one that says nothing of itself; it answers Return-Path, as RFC 3834 §4 asks."""
    desk = make_desk(relay_port=relay.port, changes=PLUS)
    desk.start()
    confirmation = confirmed(desk, relay)
    for number in range(3):
        answer = letter("robot@client.example", f"Спасибо за письмо № {number}", subject="Получено")
        assert hand_in(desk, answer, confirmation.sender, "robot@client.example") == 250
    desk.settled()
    assert relay.got == [confirmation]
    (ticket,) = desk.tickets()
    assert len(ticket["messages"]) == 4
