"""A real Postfix in front of us (LMTP) and behind us (relay): nothing is lost, and nothing doubled."""

import hashlib
import os
import smtplib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from PIL import Image

from tests.intake.pictures import encoded
from tests.postfix import DropAfterDot, Greylist, Postfix, postfix
from tests.service.conftest import MakeDesk
from tests.service.desk import ADDRESS, Desk, free_port, until
from tests.service.letters import letter, message_id, picture, send
from tests.service.relay import Relay
from tests.service.test_relay_faults import its_time_has_come, notes, outbox

OLGA, PETR = "olga@client.example", "petr@client.example"
LMTP = {'protocol = "smtp"': 'protocol = "lmtp"'}
StartPostfix = Callable[..., Postfix]


@pytest.fixture
def start_postfix() -> Iterator[StartPostfix]:
    """Starts Postfixes; the arguments are those of `tests.postfix.postfix`."""
    with ExitStack() as running:

        def start(*arguments: object, **settings: object) -> Postfix:
            try:
                return running.enter_context(postfix(*arguments, **settings))  # type: ignore[arg-type]
            except (FileNotFoundError, PermissionError) as missing:
                pytest.skip(str(missing))

        yield start


@pytest.fixture
def front(make_desk: MakeDesk, relay: Relay, start_postfix: StartPostfix) -> tuple[Desk, Postfix]:
    """A desk that is not started yet, and the Postfix before and behind it; clients' mail ends in `relay`."""
    port = free_port()
    desk = make_desk(relay_port=port, changes=LMTP)
    routes = {"example.org": f"lmtp:inet:127.0.0.1:{desk.smtp_port}", "client.example": to(relay)}
    return desk, start_postfix(port, routes)


def to(relay: Relay) -> str:
    return f"smtp:[127.0.0.1]:{relay.port}"


def behind(
    make_desk: MakeDesk, relay: Relay, start_postfix: StartPostfix, **settings: object
) -> tuple[Desk, Postfix]:
    """A running desk with Postfix as its relay alone."""
    port = free_port()
    desk = make_desk(relay_port=port)
    mta = start_postfix(port, {"client.example": to(relay)}, **settings)
    desk.start()
    return desk, mta


def mailed(desk: Desk) -> list[str]:
    """The Message-IDs of the requests, one a ticket."""
    return [ticket["messages"][0]["message_id"] for ticket in desk.tickets()]


def test_a_request_and_its_confirmation_pass_through_postfix(
    front: tuple[Desk, Postfix], relay: Relay
) -> None:
    desk, mta = front
    desk.start()
    raw = letter(OLGA, "Не проводится документ.", picture())
    assert send(mta.port, raw, OLGA) == 250
    (confirmation,) = until("Olga has her confirmation", lambda: relay.to(OLGA))
    (ticket,) = desk.tickets()
    assert ticket["number"] in confirmation.mail["Subject"]
    assert confirmation.sender == "" and confirmation.mail["Auto-Submitted"] == "auto-replied"
    assert ticket["messages"][0]["message_id"] == message_id(raw) == confirmation.mail["In-Reply-To"]
    assert [shot["name"] for shot in ticket["messages"][0]["screenshots"]] == ["kassa.png"]
    until("Postfix is rid of it", lambda: not mta.queue())


def test_a_queue_file_survives_our_being_down_and_becomes_one_ticket(
    front: tuple[Desk, Postfix], relay: Relay
) -> None:
    desk, mta = front
    raw = letter(OLGA)
    assert send(mta.port, raw, OLGA) == 250
    (file,) = until("Postfix has put it off", mta.deferred)
    assert [one["address"] for one in file["recipients"]] == [ADDRESS]
    assert "refused" in file["recipients"][0]["delay_reason"]
    desk.start()
    assert desk.tickets() == []
    mta.flush()
    until("Postfix is rid of it", lambda: not mta.queue())
    mta.flush()
    until("Olga has her confirmation", lambda: relay.to(OLGA))
    desk.settled()
    assert mailed(desk) == [message_id(raw)]
    assert len(relay.got) == 1


def test_of_two_recipients_the_one_that_is_not_ours_alone_gets_550(
    front: tuple[Desk, Postfix], relay: Relay
) -> None:
    desk, mta = front
    desk.start()
    raw = letter(OLGA)
    with smtplib.SMTP("127.0.0.1", mta.port) as client:
        assert client.sendmail(OLGA, [ADDRESS, "nobody@example.org"], raw) == {}
    until("two mails came for Olga", lambda: len(relay.to(OLGA)) == 2)
    (ticket,) = desk.tickets()
    assert ticket["messages"][0]["message_id"] == message_id(raw)
    (bounce,) = (got for got in relay.got if got.mail.get_content_type() == "multipart/report")
    told = bounce.content.decode("utf-8", "replace")
    assert "Final-Recipient: rfc822; nobody@example.org" in told and "Diagnostic-Code: smtp; 550" in told
    assert f"Final-Recipient: rfc822; {ADDRESS}" not in told
    until("Postfix is rid of it", lambda: not mta.queue())


def test_one_recipient_that_postfix_refuses_is_a_dead_letter_and_the_others_go_on(
    make_desk: MakeDesk, relay: Relay, start_postfix: StartPostfix
) -> None:
    desk, _ = behind(make_desk, relay, start_postfix, refused=OLGA)
    for client in (OLGA, PETR):
        assert send(desk.smtp_port, letter(client)) == 250
    until("Petr has his confirmation", lambda: relay.to(PETR))
    until("the other is a dead letter", lambda: desk.health()["outbox"]["dead"] == 1)
    row = outbox(desk, OLGA)
    assert (row["state"], row["attempts"]) == ("dead", 1) and "no such user here" in row["error"]
    (note,) = notes(desk, OLGA)
    assert OLGA in note and "550" in note
    assert notes(desk, PETR) == [] and relay.to(OLGA) == []


def test_postfix_that_greylists_gets_the_same_mail_later(
    make_desk: MakeDesk, relay: Relay, start_postfix: StartPostfix
) -> None:
    greylist = Greylist()
    desk, _ = behind(make_desk, relay, start_postfix, policy=greylist.port)
    assert send(desk.smtp_port, letter(OLGA)) == 250
    until("it was put off", lambda: "event=deferred" in desk.log_text())
    row = outbox(desk, OLGA)
    assert (row["state"], row["attempts"]) == ("owed", 1) and "451 4.7.1" in row["error"]
    assert relay.got == []
    its_time_has_come(desk)
    (confirmation,) = until("Olga has her confirmation", lambda: relay.to(OLGA))
    assert confirmation.message_id == row["message_id"]
    assert [asked["recipient"] for asked in greylist.asked] == [OLGA, OLGA]
    greylist.close()


def test_a_connection_that_breaks_after_the_final_dot_makes_two_copies_at_most_with_one_message_id(
    make_desk: MakeDesk, relay: Relay, start_postfix: StartPostfix
) -> None:
    port = free_port()
    cutter = DropAfterDot(port)
    desk = make_desk(relay_port=cutter.port)
    start_postfix(port, {"client.example": to(relay)})
    desk.start()
    assert send(desk.smtp_port, letter(OLGA)) == 250
    until("it was put off", lambda: "event=deferred" in desk.log_text())
    until("Postfix has it, though we do not know", lambda: relay.to(OLGA))
    row = outbox(desk, OLGA)
    assert row["state"] == "owed" and cutter.times == 0
    its_time_has_come(desk)
    desk.settled()
    until("the second copy is there", lambda: len(relay.to(OLGA)) == 2)
    assert relay.copies() == {row["message_id"]: 2}
    first, second = (got.mail for got in relay.to(OLGA))
    # Postfix writes a Received line of its own on top of each.
    del first["Received"], second["Received"]
    assert first.as_bytes() == second.as_bytes()
    cutter.close()


def noise(side: int) -> bytes:
    """A PNG that nothing can compress: `side` × `side` pixels, three bytes each."""
    return encoded(Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)), "PNG")


def test_a_mail_of_thirty_megabytes_comes_through_lmtp_with_its_screenshots(
    front: tuple[Desk, Postfix], relay: Relay
) -> None:
    desk, mta = front
    desk.start()
    shots = [picture(f"{number}.png", noise(1570)) for number in range(3)]
    raw = letter(OLGA, "Три больших снимка.", *shots)
    assert 30_000_000 < len(raw) < 33_000_000
    assert send(mta.port, raw, OLGA) == 250
    until("Olga has her confirmation", lambda: relay.to(OLGA))
    (ticket,) = desk.tickets()
    kept = [shot["sha256"] for shot in ticket["messages"][0]["screenshots"]]
    assert kept == [hashlib.sha256(content).hexdigest() for _, content, _ in shots]
    assert not mta.queue()


def test_eight_bits_and_addresses_outside_ascii_pass_as_they_are(
    front: tuple[Desk, Postfix], relay: Relay
) -> None:
    desk, mta = front
    desk.start()
    client = "ольга@client.example"
    raw = (
        f"From: Ольга <{client}>\r\nTo: {ADDRESS}\r\nSubject: Касса не печатает\r\n"
        "Message-ID: <8bit@client.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        "Чек не выходит: ёлки-палки, 100 €.\r\n"
    ).encode()
    with smtplib.SMTP("127.0.0.1", mta.port) as smtp:
        smtp.sendmail(client, [ADDRESS], raw, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    (confirmation,) = until("she has her confirmation", lambda: relay.to(client))
    (ticket,) = desk.tickets()
    assert (ticket["client"], ticket["subject"]) == (client, "Касса не печатает")
    assert ticket["messages"][0]["text"].strip() == "Чек не выходит: ёлки-палки, 100 €."
    assert [line for line in relay.commands if line.startswith("MAIL") and "SMTPUTF8" in line]
    assert f"\r\nTo: <{client}>\r\n" in confirmation.content.decode()


def test_a_stop_while_postfix_delivers_loses_nothing_and_doubles_nothing(
    front: tuple[Desk, Postfix], relay: Relay
) -> None:
    desk, mta = front
    process = desk.start()
    mails = [letter(f"client{number}@client.example", "x" * 50_000, picture()) for number in range(80)]
    for raw in mails[:40]:
        assert send(mta.port, raw, OLGA) == 250
    process.terminate()
    for raw in mails[40:]:
        assert send(mta.port, raw, OLGA) == 250
    asked = time.monotonic()
    assert process.wait() == 0
    assert time.monotonic() - asked < 10
    until("Postfix has put some off", mta.deferred)
    desk.start()
    mta.flush()
    until("Postfix is rid of all", lambda: not mta.queue())
    desk.settled()
    taken = mailed(desk)
    assert sorted(taken) == sorted(message_id(raw) for raw in mails)
    assert set(relay.copies().values()) == {1} and len(relay.got) == len(mails)
