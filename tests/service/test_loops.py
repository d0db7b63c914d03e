"""No machine ever gets an answer from us, and nobody can use us to flood a mailbox."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.service.conftest import MakeDesk
from tests.service.desk import ADDRESS, Desk, until
from tests.service.letters import letter, send
from tests.service.relay import Got, Relay

OLGA = "olga@client.example"
MACHINES = {
    "auto-reply": {"Auto_Submitted": "auto-replied"},
    "auto-generated": {"Auto_Submitted": "auto-generated; type=ticket"},
    "suppressing": {"X_Auto_Response_Suppress": "All"},
    "vacation": {"X_Autoreply": "yes"},
    "bulk": {"Precedence": "bulk"},
    "list-by-precedence": {"Precedence": "list"},
    "list": {"List_Id": "<users.client.example>"},
    "list-by-post": {"List_Post": "<mailto:users@client.example>"},
    "away": {"subject": "Автоматический ответ: Не печатает"},
}


def test_mail_from_machines_gets_no_answer_and_no_ticket_and_is_listed_with_the_reason(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port)
    desk.start()
    for name, headers in MACHINES.items():
        assert send(desk.smtp_port, letter(f"{name}@client.example", **headers)) == 250
    assert send(desk.smtp_port, letter("null@client.example"), "") == 250
    assert send(desk.smtp_port, letter("no-reply@client.example")) == 250
    assert send(desk.smtp_port, letter(ADDRESS)) == 250
    assert send(desk.smtp_port, letter("mailer-daemon@client.example", subject="Undelivered mail")) == 250
    assert send(desk.smtp_port, letter(OLGA)) == 250
    until("Olga has her confirmation", lambda: relay.to(OLGA))
    desk.settled()
    assert [got.recipient for got in relay.got] == [OLGA]
    assert [ticket["client"] for ticket in desk.tickets()] == [OLGA]
    refused = desk.rows("inbox", "list", "--refused")
    assert {row["state"] for row in refused} == {"refused"}
    reasons = Counter(row["outcome"].split()[1] for row in refused)
    assert reasons == {"auto-reply": 5, "bulk": 1, "list": 3, "null-sender": 1, "no-reply": 1, "own-mail": 1, "bounce": 1}  # fmt: skip  # noqa: E501


def test_a_mail_that_names_no_sender_is_set_aside_for_people_to_look_at(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port)
    desk.start()
    for sender in (b"", b"From: Olga\r\n", b"From: olga@client.example, petr@client.example\r\n"):
        raw = letter(OLGA).replace(b"From: olga@client.example\r\n", sender)
        assert send(desk.smtp_port, raw) == 250
    desk.settled()
    rows = desk.rows("inbox", "list")
    assert [(row["state"], row["ticket_id"]) for row in rows] == [("quarantined", None)] * 3
    assert "no usable address in From" in desk.says("inbox", "list")
    assert desk.health()["inbox"]["quarantined"] == 3
    assert desk.tickets() == [] and relay.got == []


def test_our_own_confirmation_that_comes_back_to_us_is_the_end_of_it(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port)
    desk.start()
    assert send(desk.smtp_port, letter(OLGA)) == 250
    (confirmation,) = until("Olga has her confirmation", lambda: relay.to(OLGA))
    assert confirmation.sender == ""
    # As it was, forwarded by a mailbox's rule, and under the client's own address by a broken one.
    assert send(desk.smtp_port, confirmation.content, "") == 250
    assert send(desk.smtp_port, confirmation.content, OLGA) == 250
    forged = confirmation.content.replace(b"\nFrom: ", b"\nFrom: olga@client.example\nX-Was: ", 1)
    assert send(desk.smtp_port, forged, OLGA) == 250
    desk.settled()
    assert relay.got == [confirmation]
    assert len(desk.tickets()) == 1


def away_note(got: Got) -> bytes:
    """What a polite responder sends: RFC 3834."""
    return letter(got.recipient, "Я в отпуске.", subject="Я в отпуске", Auto_Submitted="auto-replied")


def silly_reply(got: Got) -> bytes:
    """What a silly one sends: a reply like a person's."""
    return letter(
        got.recipient,
        "Я в отпуске до 1 декабря.",
        subject=f"Re: {got.mail['Subject']}",
        answers=got.message_id,
    )


def sillier_mail(got: Got) -> bytes:
    """What the silliest sends: a mail of its own, each time another one."""
    return letter(got.recipient, "Я в отпуске до 1 декабря.", subject="Спасибо за письмо")


@pytest.mark.parametrize(
    ("responds", "most"),
    [(away_note, 1), (silly_reply, 1), (sillier_mail, 5)],
    ids=["a polite one", "a silly one", "the silliest"],
)
def test_a_responder_and_the_desk_do_not_write_to_each_other_for_ever(
    make_desk: MakeDesk, relay: Relay, responds: Callable[[Got], bytes], most: int
) -> None:
    desk = make_desk(relay_port=relay.port)
    desk.start()
    assert send(desk.smtp_port, letter(OLGA)) == 250
    until("Olga has her confirmation", lambda: relay.to(OLGA))
    answered = 0
    while answered < len(relay.to(OLGA)):
        assert send(desk.smtp_port, responds(relay.to(OLGA)[answered])) == 250
        answered += 1
        assert answered <= most
        desk.settled()
    assert len(relay.got) == most


def test_fifty_mails_under_one_address_bring_it_five_confirmations_and_fifty_tickets(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port)
    desk.start()
    lure = "https://evil.example/prize"
    for number in range(50):
        others = {"Cc": "copy@other.example", "Reply_To": "reply@other.example"}
        raw = letter(OLGA, f"Забери приз {number}: {lure}", subject=f"Приз {number} {lure}", **others)
        assert send(desk.smtp_port, raw) == 250
    desk.settled()
    assert [got.recipient for got in relay.got] == [OLGA] * 5
    assert not [got for got in relay.got if b"evil" in got.content or "приз" in got.text.lower()]
    tickets = desk.tickets()
    assert len(tickets) == 50
    states = Counter(delivery["state"] for ticket in tickets for delivery in ticket["deliveries"])
    assert states == {"sent": 5, "suppressed": 45}
    assert said_in_history(desk, tickets) == 45


def said_in_history(desk: Desk, tickets: list[dict[str, object]]) -> int:
    """How many tickets say why their client was not written to."""
    assert "5 confirmations to this address within the last hour" in desk.says("tickets", "show", "50")
    said = 0
    for ticket in tickets:
        history = ticket["history"]
        assert isinstance(history, list)
        said += any(event["what"] == "confirmation suppressed" for event in history)
    return said
