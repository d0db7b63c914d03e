"""A relay that fails in every way: requests go on, confirmations arrive in the end, dead letters are seen."""

import base64
import sqlite3
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.service.conftest import MakeDesk
from tests.service.desk import Desk, Process, until
from tests.service.letters import letter, send
from tests.service.relay import DROP, Relay

OLGA, PETR = "olga@client.example", "petr@client.example"
WHILE = 4.0  # seconds that nothing may happen in
PASSWORD = "correct horse 42"


def start(make_desk: MakeDesk, relay: Relay, more: str = "") -> tuple[Desk, Process]:
    desk = make_desk(relay_port=relay.port, more=more)
    return desk, desk.start()


def outbox(desk: Desk, recipient: str) -> dict[str, Any]:
    """The one delivery of a recipient that `otklik outbox list` shows."""
    (row,) = [row for row in desk.rows("outbox", "list") if row["recipient"] == recipient]
    return row


def waits(row: dict[str, Any]) -> float:
    """In how many seconds a delivery is tried again."""
    return (datetime.fromisoformat(row["next_attempt_at"]) - datetime.now(UTC)).total_seconds()


def its_time_has_come(desk: Desk) -> None:
    """As if the pauses of all deliveries were over."""
    with sqlite3.connect(desk.folder / "data" / "otklik.db", timeout=30) as database:
        database.execute("UPDATE deliveries SET next_attempt_at = created_at WHERE state = 'owed'")
    database.close()


def notes(desk: Desk, client: str) -> list[str]:
    """The internal notes in the tickets of a client."""
    return [
        message["text"]
        for ticket in desk.tickets()
        for message in ticket["messages"]
        if message["direction"] == "note" and ticket["client"] == client
    ]


def test_requests_go_on_while_the_relay_is_down_and_all_is_sent_once_when_it_is_back(
    make_desk: MakeDesk, relay: Relay
) -> None:
    relay.down()
    desk, _ = start(make_desk, relay)
    clients = [f"client{number}@client.example" for number in range(20)]
    for client in clients:
        assert send(desk.smtp_port, letter(client)) == 250
    until("all have a ticket", lambda: desk.health()["inbox"]["waiting"] == 0)
    until("it is said that the relay is away", lambda: desk.health()["outbox"]["status"] == "failing")
    told = desk.health()["outbox"]
    assert told["owed"] == len(clients) and str(relay.port) in told["reason"]
    relay.up()
    desk.settled()
    assert sorted(got.recipient for got in relay.got) == sorted(clients)
    until("all is well", desk.well)
    assert {delivery["attempts"] for ticket in desk.tickets() for delivery in ticket["deliveries"]} == {1}


def test_a_relay_that_sends_us_away_is_left_alone_for_a_minute(make_desk: MakeDesk, relay: Relay) -> None:
    relay.fails("BANNER", "421 too busy")
    desk, _ = start(make_desk, relay)
    for client in (OLGA, PETR):
        assert send(desk.smtp_port, letter(client)) == 250
    until("the relay was asked", lambda: relay.connections)
    until("that is known", lambda: desk.health()["outbox"]["status"] == "failing")
    time.sleep(WHILE / 2)
    asked = relay.connections  # both may have been under way
    time.sleep(WHILE / 2)
    assert relay.connections == asked <= 2
    for client in (OLGA, PETR):
        row = outbox(desk, client)
        assert (row["state"], row["attempts"]) == ("owed", 0)  # the channel's failure is not theirs


def test_greylisting_is_waited_for_and_holds_up_nobody_else(make_desk: MakeDesk, relay: Relay) -> None:
    relay.fails("RCPT", "451 4.7.1 come later", times=1, to=OLGA)
    desk, _ = start(make_desk, relay)
    assert send(desk.smtp_port, letter(OLGA)) == 250
    until("it was put off", lambda: "event=deferred" in desk.log_text())
    assert send(desk.smtp_port, letter(PETR)) == 250
    until("Petr has his confirmation", lambda: relay.to(PETR))
    row = outbox(desk, OLGA)
    assert (row["state"], row["attempts"]) == ("owed", 1) and "451" in row["error"]
    assert 50 < waits(row) < 90
    its_time_has_come(desk)
    until("Olga has hers", lambda: relay.to(OLGA))
    desk.settled()
    assert [got.message_id for got in relay.to(OLGA)] == [row["message_id"]]


@pytest.mark.parametrize(
    ("moment", "reply"), [("RCPT", "550 5.1.1 no such user"), ("DATA", "554 no"), ("END", "554 5.6.0 no")]
)
def test_a_refusal_for_ever_is_a_dead_letter_at_once_and_the_others_go_on(
    make_desk: MakeDesk, relay: Relay, moment: str, reply: str
) -> None:
    relay.fails(moment, reply, to=OLGA)
    desk, _ = start(make_desk, relay)
    for client in (OLGA, PETR):
        assert send(desk.smtp_port, letter(client)) == 250
    until("Petr has his confirmation", lambda: relay.to(PETR))
    desk.settled()
    row = outbox(desk, OLGA)
    assert (row["state"], row["attempts"]) == ("dead", 1) and reply[:3] in row["error"]
    listed = " ".join(desk.says("outbox", "list").split())
    assert f"dead confirmation of {row['ticket']} to {OLGA}" in listed
    (note,) = notes(desk, OLGA)
    assert OLGA in note and reply[:3] in note
    assert notes(desk, PETR) == []
    assert desk.health()["outbox"]["dead"] == 1
    relay.recovers()
    relay.got.clear()
    desk.says("outbox", "retry", str(row["id"]))
    until("it was sent after all", lambda: [got.message_id for got in relay.to(OLGA)] == [row["message_id"]])


def test_a_mail_whose_answer_was_lost_is_sent_again_with_the_same_bytes(
    make_desk: MakeDesk, relay: Relay
) -> None:
    relay.fails("END", DROP, times=1)
    desk, _ = start(make_desk, relay)
    assert send(desk.smtp_port, letter(OLGA)) == 250
    until("it was put off", lambda: "event=deferred" in desk.log_text())
    row = outbox(desk, OLGA)
    assert row["state"] == "owed" and 50 < waits(row) < 90
    its_time_has_come(desk)
    desk.settled()
    first, second = relay.to(OLGA)
    assert first == second and first.message_id == row["message_id"]


def test_without_the_tls_that_is_required_nothing_is_sent(make_desk: MakeDesk, relay: Relay) -> None:
    secrets = f'security = "starttls"\nusername = "desk"\npassword = "{PASSWORD}"\n'
    desk, _ = start(make_desk, relay, secrets)
    assert send(desk.smtp_port, letter(OLGA)) == 250
    until("that is known", lambda: desk.health()["outbox"]["status"] == "failing")
    assert "STARTTLS" in desk.health()["outbox"]["reason"]
    assert {command.split()[0] for command in relay.commands} <= {"EHLO", "QUIT"}
    assert outbox(desk, OLGA)["state"] == "owed"


def test_refused_credentials_let_the_channel_rest_and_are_written_nowhere(
    make_desk: MakeDesk,
) -> None:
    relay = Relay(offers=("AUTH PLAIN LOGIN",))
    relay.fails("AUTH", "535 5.7.8 wrong")
    desk, _ = start(make_desk, relay, f'username = "desk"\npassword = "{PASSWORD}"\n')
    for client in (OLGA, PETR):
        assert send(desk.smtp_port, letter(client)) == 250
    until("that is known", lambda: desk.health()["outbox"]["status"] == "failing")
    asked = sum(command.startswith("AUTH") for command in relay.commands)
    time.sleep(WHILE)
    assert sum(command.startswith("AUTH") for command in relay.commands) == asked
    assert outbox(desk, OLGA)["state"] == "owed" and "535" in desk.health()["outbox"]["reason"]
    written = desk.log_text() + desk.says("outbox", "list") + str(desk.health())
    encoded = base64.b64encode(f"\0desk\0{PASSWORD}".encode()).decode()
    for secret in (PASSWORD, encoded, base64.b64encode(PASSWORD.encode()).decode()):
        assert secret not in written
    relay.down()


def test_a_relay_that_wants_a_sign_in_first_makes_no_dead_letters(make_desk: MakeDesk, relay: Relay) -> None:
    relay.fails("MAIL", "530 5.7.0 Authentication required")
    desk, _ = start(make_desk, relay)
    assert send(desk.smtp_port, letter(OLGA)) == 250
    until("that is known", lambda: desk.health()["outbox"]["status"] == "failing")
    assert outbox(desk, OLGA)["state"] == "owed"


def test_a_slow_relay_slows_down_neither_the_intake_nor_the_stop(make_desk: MakeDesk, relay: Relay) -> None:
    relay.pause = 30
    desk, process = start(make_desk, relay)
    clients = [f"client{number}@client.example" for number in range(30)]
    began = time.monotonic()
    for client in clients:
        assert send(desk.smtp_port, letter(client)) == 250
    until("all have a ticket", lambda: desk.health()["inbox"]["waiting"] == 0, 15)
    assert time.monotonic() - began < 20
    assert 1 <= relay.connections <= 4
    asked = time.monotonic()
    process.terminate()
    assert process.wait() == 0
    assert time.monotonic() - asked < 10
    relay.pause = 0
    desk.start()
    desk.settled()
    assert {got.recipient for got in relay.got} == set(clients)
    # Only what was being handed over at the stop may have come twice, with the same bytes.
    assert len(relay.got) <= len(clients) + 4
    assert len({(got.recipient, got.content) for got in relay.got}) == len(clients)


def test_no_line_end_in_an_address_or_a_name_becomes_a_command_or_a_header(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk, _ = start(make_desk, relay)
    inject = "=0D=0ARCPT_TO=3A=3Cvictim=40other.example=3E=0D=0ABcc=3A_victim=40other.example"
    odd_froms = (
        f"=?utf-8?q?x{inject}?= <named@client.example>",
        '"a\\\r\n RCPT TO:<victim@other.example>"@client.example',
        f"=?utf-8?q?=22x{inject}=22?=@client.example",
        "<olga@client.example\r\n>RCPT TO:<victim@other.example>",
        "olga@client.example\rRCPT TO:<victim@other.example>",
    )
    for odd in odd_froms:
        raw = letter(OLGA, subject="Placeholder").replace(b"From: " + OLGA.encode(), b"From: " + odd.encode())
        raw = raw.replace(b"Subject: Placeholder", f"Subject: =?utf-8?q?Hi{inject}?=".encode())
        assert send(desk.smtp_port, raw) == 250
    assert send(desk.smtp_port, letter(PETR)) == 250
    until("Petr has his confirmation", lambda: relay.to(PETR))
    desk.settled()
    until("the named one has hers", lambda: relay.to("named@client.example"))
    verbs = {command.split(" ")[0] for command in relay.commands}
    assert verbs <= {"EHLO", "MAIL", "RCPT", "DATA", "QUIT", "RSET"}
    assert not [command for command in relay.commands if "victim" in command]
    for got in relay.got:
        assert got.mail["Bcc"] is None and "victim" not in str(got.mail["To"])
