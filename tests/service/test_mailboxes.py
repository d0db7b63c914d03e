"""Mailboxes of a running service, on a real Dovecot: to the ticket, through kills and outages."""

import time
import urllib.request
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from tests.dovecot import PASSWORD, Dovecot
from tests.service.conftest import MakeDesk
from tests.service.desk import Desk, until
from tests.service.letters import letter, picture, send
from tests.tcp_proxy import Proxy

OLGA, PETR = "olga@client.example", "petr@client.example"
_users = count(1)


@pytest.fixture
def user() -> str:
    return f"desk{next(_users)}@example.org"


def box(user: str, port: int, more: str = 'after = "move:Done"', password: str = PASSWORD) -> str:
    return (
        f'\n[[mail.mailboxes]]\nname = "support"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        f'username = "{user}"\npassword = "{password}"\npoll_seconds = 5\n{more}\n'
    )


def confirmations(desk: Desk) -> int:
    return len(list(desk.outgoing.glob("*.eml")))


def part(desk: Desk) -> dict[str, object]:
    """The mailbox in /health."""
    return dict(desk.health().get("mailbox support", {}))


def test_a_mail_in_the_mailbox_becomes_a_ticket_with_its_screenshot_and_is_confirmed_and_moved(
    make_desk: MakeDesk, dovecot: Dovecot, user: str
) -> None:
    desk = make_desk(more=box(user, dovecot.port))
    desk.start()
    until("it is connected", lambda: part(desk).get("connected"))
    dovecot.put(letter(f"Ольга <{OLGA}>", "Не проводится документ.", picture()), user=user)
    (ticket,) = until("there is a ticket", desk.tickets)
    assert (ticket["client"], ticket["channel"]) == (OLGA, "mail")
    assert [shot["name"] for shot in ticket["messages"][0]["screenshots"]] == ["kassa.png"]
    desk.settled()
    assert confirmations(desk) == 1
    until("it is moved", lambda: dovecot.uids(user=user) == [] and dovecot.uids(folder="Done", user=user))
    told = part(desk)
    assert (told["status"], told["waiting"], told["taken_in"], told["too_large"]) == ("ok", 0, 1, 0)
    with urllib.request.urlopen(f"{desk.url}/metrics", timeout=10) as answer:
        figures = answer.read().decode()
    assert 'otklik_mailbox_taken_in_total{mailbox="support"} 1.0' in figures
    assert 'otklik_mailbox_connected{mailbox="support"} 1.0' in figures
    assert PASSWORD not in desk.log_text()


def test_fault_11_killed_after_the_commit_and_before_the_move_it_makes_one_ticket(
    make_desk: MakeDesk, dovecot: Dovecot, wire: Proxy, user: str
) -> None:
    wire.swallow = b" MOVE "
    dovecot.put(letter(OLGA), user=user)
    desk = make_desk(more=box(user, wire.port))
    process = desk.start()
    until("there is a ticket", desk.tickets)
    assert dovecot.uids(user=user) == [1]
    process.kill()
    wire.swallow = None
    desk.start()
    until("it is moved", lambda: dovecot.uids(user=user) == [])
    desk.settled()
    assert len(desk.tickets()) == 1 and confirmations(desk) == 1


def test_fault_12_another_uidvalidity_makes_no_ticket_of_what_was_taken_in(
    make_desk: MakeDesk, dovecot: Dovecot, user: str
) -> None:
    now = datetime.now(UTC)
    for number in range(3):
        dovecot.put(letter(f"client{number}@client.example"), at=now - timedelta(hours=1), user=user)
    desk = make_desk(more=box(user, dovecot.port, 'after = "flag"'))
    desk.start()
    until("all are taken in", lambda: part(desk).get("taken_in") == 3)
    desk.settled()
    dovecot.change_uidvalidity(user)
    dovecot.put(letter(PETR), user=user)
    until("all are read again", lambda: part(desk).get("taken_in") == 7)
    desk.settled()
    assert sorted(ticket["client"] for ticket in desk.tickets()) == [
        *(f"client{number}@client.example" for number in range(3)),
        PETR,
    ]
    assert confirmations(desk) == 4


def test_fault_13_a_mailbox_that_refuses_us_is_told_and_the_listener_goes_on(
    make_desk: MakeDesk, dovecot: Dovecot, user: str
) -> None:
    desk = make_desk(more=box(user, dovecot.port, password="guess-what-42"))
    desk.run()
    until("it is told", lambda: part(desk).get("status") == "failing")
    assert "AUTHENTICATIONFAILED" in str(part(desk)["reason"]) and part(desk)["connected"] is False
    assert send(desk.smtp_port, letter(OLGA)) == 250
    until("there is a ticket", desk.tickets)
    checked = desk.otklik("check")
    assert checked.returncode == 3
    (line,) = [line for line in checked.stdout.splitlines() if "mailbox support" in line]
    assert line.startswith("NOT OK") and "check username and password" in line
    assert "guess-what-42" not in checked.stdout + desk.log_text()


def test_fault_14_a_mail_of_thirty_megabytes_holds_up_nobody(
    make_desk: MakeDesk, dovecot: Dovecot, user: str
) -> None:
    huge = ("x" * 75 + "\n") * (30 * 1024 * 1024 // 77)
    dovecot.put(letter(OLGA, huge), user=user)
    dovecot.put(letter(PETR), user=user)
    desk = make_desk(more=box(user, dovecot.port))
    desk.start()
    until("Petr has a ticket", lambda: any(ticket["client"] == PETR for ticket in desk.tickets()))
    until("both are moved", lambda: dovecot.uids(user=user) == [])
    desk.settled()
    found = [ticket["client"] for ticket in desk.rows("tickets", "list")]
    quarantined = desk.rows("inbox", "list")
    assert len(found) + len(quarantined) == 2 and PETR in found


def test_the_same_mail_by_the_listener_and_in_the_mailbox_is_one_ticket(
    make_desk: MakeDesk, dovecot: Dovecot, user: str
) -> None:
    desk = make_desk(more=box(user, dovecot.port))
    desk.start()
    mail = letter(OLGA)
    assert send(desk.smtp_port, mail) == 250
    until("there is a ticket", desk.tickets)
    dovecot.put(b"Return-Path: <olga@client.example>\r\n" + mail, user=user)
    until("it is moved", lambda: dovecot.uids(user=user) == [])
    desk.settled()
    assert len(desk.tickets()) == 1 and confirmations(desk) == 1


def test_mailboxes_can_run_in_a_process_of_their_own_and_stop_within_ten_seconds(
    make_desk: MakeDesk, dovecot: Dovecot, user: str
) -> None:
    desk = make_desk(more=box(user, dovecot.port))
    process = desk.run("mailboxes")
    dovecot.put(letter(OLGA), user=user)
    until("it is moved", lambda: dovecot.uids(folder="Done", user=user))
    (row,) = desk.rows("inbox", "list")
    assert (row["channel"], row["state"]) == ("imap", "recorded")
    began = time.monotonic()
    process.terminate()
    assert process.wait() == 0 and time.monotonic() - began < 10
    checked = desk.otklik("check")
    (line,) = [line for line in checked.stdout.splitlines() if "mailbox support" in line]
    assert line.startswith("ok") and "INBOX has 0 mails; tells of new mail (IDLE)" in line
