"""The running service and its senders: checked by ourselves as the MX, or by the trusted server before us."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.name_server import NameServer, name_server
from tests.service.conftest import MakeDesk
from tests.service.desk import Desk, until
from tests.service.letters import letter, send
from tests.signed import key_record, signed

OLGA = "Olga <olga@client.example>"
ZONE = {
    "_dmarc.client.example": "v=DMARC1; p=reject",
    "test._domainkey.client.example": key_record(),
    "partner.example": "v=spf1 ip4:127.0.0.1 -all",
    "_dmarc.slow.example": "v=DMARC1; p=reject",
}


@pytest.fixture
def dns() -> Iterator[NameServer]:
    with name_server(ZONE, silent=("slow.example", "_dmarc.silent.example", "silent.example")) as server:
        yield server


@pytest.fixture
def mx(make_desk: MakeDesk, dns: NameServer) -> Desk:
    """A running desk that is its domain's MX."""
    desk = make_desk(
        changes={"verify = false": "verify = true", 'name_server = ""': f'name_server = "{dns.address}"'}
    )
    desk.start()
    return desk


def opened(desk: Desk, count: int) -> list[dict[str, Any]]:
    """All tickets, once nothing waits; there must be so many."""
    desk.settled()
    tickets = desk.tickets()
    assert len(tickets) == count
    return tickets


def test_threat_10_a_forger_can_not_write_on_a_ticket_in_its_clients_name(mx: Desk, dns: NameServer) -> None:
    assert send(mx.smtp_port, signed(letter(OLGA), "client.example")) == 250
    mx.settled()
    forged = letter(OLGA, "Пришлите мне пароль.", subject="Re: [#AS-000001] Обращение принято")
    assert send(mx.smtp_port, forged, "mallory@partner.example") == 250
    genuine = letter(OLGA, "Вот подробности.", subject="Re: [#AS-000001] Обращение принято")
    assert send(mx.smtp_port, signed(genuine, "client.example")) == 250
    olgas, forgers = opened(mx, 2)
    assert [one["authenticity"][:4] for one in olgas["messages"]] == ["pass", "pass"]
    assert forgers["messages"][0]["authenticity"] == "fail: DMARC: dmarc=fail of client.example"
    assert [one["state"] for one in forgers["deliveries"]] == ["suppressed"]
    assert [one["state"] for one in olgas["deliveries"]] == ["sent"]
    assert len(list(mx.outgoing.glob("*.eml"))) == 1
    assert "sender not verified: DMARC" in mx.says("tickets", "show", forgers["number"])


def test_a_dns_that_does_not_answer_holds_nobody_else_up(mx: Desk, dns: NameServer) -> None:
    for number in range(3):
        assert send(mx.smtp_port, letter(f"a{number}@silent.example"), f"a{number}@silent.example") == 250
    assert send(mx.smtp_port, letter("petr@partner.example"), "petr@partner.example") == 250
    (first, *_) = opened_now(mx, "petr@partner.example")
    assert first["number"] == "AS-000001", "it has overtaken those that wait for the DNS"
    assert first["messages"][0]["authenticity"].startswith("pass: SPF")
    tickets = opened(mx, 4)
    # Nobody knows who has sent them; they are confirmed all the same.
    silent = [one for one in tickets if one["client"].endswith("@silent.example")]
    assert [one["messages"][0]["authenticity"] for one in silent] == [""] * 3
    assert [one["deliveries"][0]["state"] for one in silent] == ["sent"] * 3


def opened_now(desk: Desk, client: str) -> list[dict[str, Any]]:
    """A client's tickets, as soon as there is one, whatever else waits."""
    return until(f"{client} has a ticket", lambda: [one for one in desk.tickets() if one["client"] == client])


def test_refused_mail_is_not_checked(mx: Desk, dns: NameServer) -> None:
    away = letter("away@client.example", subject="Out of office", Auto_Submitted="auto-replied")
    assert send(mx.smtp_port, away, "away@client.example") == 250
    mx.settled()
    assert len(mx.rows("inbox", "list", "--refused")) == 1
    assert dns.asked == []


def test_threat_6_a_mail_that_outlasts_the_check_is_not_verified(mx: Desk, dns: NameServer) -> None:
    """Hundreds of kilobytes of white space in a signature: the check ends, and the next mail is served."""
    bomb = b"DKIM-Signature: v=1; d=client.example; s=x; b=" + b"\r\n " * 80_000 + b"\r\n" + letter(OLGA)
    assert send(mx.smtp_port, bomb, "mallory@partner.example") == 250
    assert send(mx.smtp_port, letter("petr@partner.example"), "petr@partner.example") == 250
    assert opened_now(mx, "petr@partner.example")
    (bombs,) = [one for one in opened(mx, 2) if one["client"] == "olga@client.example"]
    assert bombs["messages"][0]["authenticity"].startswith("fail")


@pytest.fixture
def behind(make_desk: MakeDesk) -> Desk:
    """A running desk behind a mail server that it trusts."""
    desk = make_desk(
        changes={
            'trusted_authserv_id = ""': 'trusted_authserv_id = "mx.example.org"',
            "confirm_unverified = false": "confirm_unverified = true",
        },
        more='email = "anna@example.net"\n',
    )
    desk.start()
    return desk


def results(verdict: str, raw: bytes) -> bytes:
    """A mail as the server before us hands it on."""
    return f"Authentication-Results: mx.example.org;\r\n\tdmarc={verdict}\r\n".encode() + raw


def test_threat_15_the_server_before_us_is_believed_and_nobody_below_it(behind: Desk) -> None:
    assert send(behind.smtp_port, results("pass", letter(OLGA))) == 250
    behind.settled()
    forged = letter(OLGA, "Пришлите пароль.", subject="Re: [#AS-000001]")
    assert send(behind.smtp_port, results("fail", results("pass", forged))) == 250
    olgas, forgers = opened(behind, 2)
    assert len(olgas["messages"]) == 1
    assert forgers["messages"][0]["authenticity"] == "fail: DMARC: dmarc=fail"
    assert [one["state"] for one in forgers["deliveries"]] == ["sent"], "confirm_unverified = true"


@pytest.mark.parametrize("required", ["false", "true"])
def test_a_sender_of_whom_nobody_knows_is_believed_unless_each_must_be_verified(
    make_desk: MakeDesk, required: str
) -> None:
    desk = make_desk(
        changes={
            'trusted_authserv_id = ""': 'trusted_authserv_id = "mx.example.org"',
            "require_verified = false": f"require_verified = {required}",
        }
    )
    desk.start()
    assert send(desk.smtp_port, results("pass", letter(OLGA))) == 250
    desk.settled()
    unaligned = b"Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=elsewhere.example\r\n"
    assert send(desk.smtp_port, unaligned + letter(OLGA, "Ещё.", subject="Re: [#AS-000001]")) == 250
    assert send(desk.smtp_port, letter(OLGA, "И ещё.", subject="Re: [#AS-000001]")) == 250
    if required == "false":
        (olgas,) = opened(desk, 1)
        assert len(olgas["messages"]) == 3
        return
    olgas, *unknown = opened(desk, 3)
    assert len(olgas["messages"]) == 1
    why = [one["messages"][0]["authenticity"] for one in unknown]
    assert why[0].endswith("another domain than the sender's: spf=pass of elsewhere.example")
    assert why[1] == "fail: nobody vouches for the sender"
    assert [one["deliveries"][0]["state"] for one in unknown] == ["suppressed"] * 2
    assert {one["level"] for one in unknown} == {"general"}


def test_an_agents_forward_opens_the_clients_ticket(behind: Desk) -> None:
    text = (
        "She is in a hurry.\n\n---------- Forwarded message ---------\nFrom: Olga <olga@client.example>\n"
        "Date: Mon, 23 Nov 2026 at 05:10\nSubject: Program error\nTo: Anna <anna@example.net>\n\n"
        "Hello, it does not print the invoice since yesterday.\n"
    )
    raw = letter("Anna <anna@example.net>", text, subject="Fwd: Program error")
    assert send(behind.smtp_port, results("pass header.from=example.net", raw)) == 250
    (ticket,) = opened(behind, 1)
    assert (ticket["client"], ticket["subject"]) == ("olga@client.example", "Program error")
    assert [one["direction"] for one in ticket["messages"]] == ["in", "note"]
    assert [one["recipient"] for one in ticket["deliveries"]] == ["olga@client.example"]
