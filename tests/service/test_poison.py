"""Mails that break whoever reads them are set aside where people see them; the others go on meanwhile."""

import os
import re
import signal
import subprocess
import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.service.conftest import MakeDesk
from tests.service.desk import OTKLIK, ROOT, Desk, Process, until
from tests.service.letters import letter, message_id, picture, png, send
from tests.service.relay import Relay

SERVED = 10.0  # seconds within which an ordinary mail is confirmed, whatever stands before it
QUICK = {"parse_seconds = 20": "parse_seconds = 2"}


@pytest.fixture(scope="module")
def bombs() -> list[bytes]:
    """Three mails of 20 pictures with 39 million pixels each, which take some 8 seconds to look at."""
    content = png(6000, 6500)
    shots = [picture(f"{number}.png", content) for number in range(20)]
    return [letter(f"mallory{number}@client.example", "Посмотрите.", *shots) for number in range(3)]


def confirmed_in_time(desk: Desk, relay: Relay) -> None:
    began = time.monotonic()
    assert send(desk.smtp_port, letter("olga@client.example")) == 250
    until("Olga has her confirmation", lambda: relay.to("olga@client.example"), SERVED)
    assert time.monotonic() - began < SERVED


def in_quarantine(desk: Desk, count: int) -> None:
    until("they are set aside", lambda: desk.health()["inbox"]["quarantined"] == count)


def has_unpacked(pid: int) -> bool:
    """Whether a worker has a picture of 39 million pixels in its memory."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    resident = re.search(r"VmRSS:\s+(\d+) kB", status)
    return resident is not None and int(resident[1]) > 100_000


def kill_who_is_at_it(process: Process) -> None:
    at_it = until("a worker is at it", lambda: [pid for pid in process.workers() if has_unpacked(pid)])
    os.kill(at_it[0], signal.SIGKILL)
    until("it is gone", lambda: not has_unpacked(at_it[0]))


def test_a_mail_that_outlasts_its_worker_twice_is_set_aside_and_the_next_is_confirmed(
    make_desk: MakeDesk, relay: Relay, bombs: list[bytes]
) -> None:
    desk = make_desk(relay_port=relay.port, changes=QUICK)
    process = desk.start()
    assert send(desk.smtp_port, letter("petr@client.example")) == 250
    until("the workers work", lambda: relay.to("petr@client.example"))
    workers = len(process.workers())
    for bomb in bombs:
        assert send(desk.smtp_port, bomb) == 250
    confirmed_in_time(desk, relay)
    in_quarantine(desk, len(bombs))
    assert process.runs()
    assert [ticket["client"] for ticket in desk.tickets()] == ["petr@client.example", "olga@client.example"]
    until("all workers are there again", lambda: len(process.workers()) == workers)


def test_what_was_set_aside_is_shown_tried_again_and_discarded_by_command(
    make_desk: MakeDesk, relay: Relay, bombs: list[bytes]
) -> None:
    desk = make_desk(relay_port=relay.port, changes=QUICK)
    desk.start()
    assert send(desk.smtp_port, bombs[0], "mallory@client.example") == 250
    in_quarantine(desk, 1)
    (row,) = desk.rows("inbox", "list")
    assert (row["state"], row["kills"], row["failures"]) == ("quarantined", 2, 0)
    assert (row["size"], row["ticket_id"]) == (len(bombs[0]), None)
    assert datetime.fromisoformat(row["received_at"]).utcoffset() is not None
    number = str(row["id"])
    line = desk.says("inbox", "list")
    assert line.startswith(f"{number}  quarantined") and "mallory@client.example" in line and "time" in line
    assert "the worker process was lost: time" in desk.says("inbox", "show", number)
    raw = [*OTKLIK, "inbox", "show", number, "--raw", "--config", str(desk.config)]
    assert subprocess.run(raw, cwd=ROOT, capture_output=True, check=True).stdout == bombs[0]

    desk.says("inbox", "retry", number)
    until("it is being tried", lambda: desk.health()["inbox"]["waiting"] == 1)
    in_quarantine(desk, 1)
    desk.says("inbox", "discard", number)
    assert desk.rows("inbox", "list") == []
    again = desk.otklik("inbox", "discard", number)
    assert (again.returncode, len(again.stderr.splitlines())) == (1, 1)
    assert desk.tickets() == [] and relay.got == []


def test_a_mail_whose_worker_is_killed_again_and_again_is_set_aside(
    make_desk: MakeDesk, relay: Relay, bombs: list[bytes]
) -> None:
    desk = make_desk(relay_port=relay.port)
    process = desk.start()
    assert send(desk.smtp_port, bombs[0]) == 250

    for _ in range(2):
        kill_who_is_at_it(process)
    in_quarantine(desk, 1)
    confirmed_in_time(desk, relay)
    assert process.runs()
    (row,) = desk.rows("inbox", "list")
    assert row["kills"] == 2 and "SIGKILL" in row["trouble"]


def test_an_innocent_mail_that_was_set_aside_becomes_a_ticket_when_it_is_tried_again(
    make_desk: MakeDesk, relay: Relay, bombs: list[bytes]
) -> None:
    desk = make_desk(relay_port=relay.port, changes=QUICK)
    process = desk.start()
    assert send(desk.smtp_port, bombs[0]) == 250
    in_quarantine(desk, 1)
    process.terminate()
    assert process.wait() == 0
    # A faster machine, so to speak.
    desk.config.write_text(desk.config.read_text().replace("parse_seconds = 2\n", "parse_seconds = 60\n"))
    desk.start()
    (row,) = desk.rows("inbox", "list")
    desk.says("inbox", "retry", str(row["id"]))
    until("it is confirmed", lambda: relay.to("mallory0@client.example"))
    (ticket,) = desk.tickets()
    assert ticket["messages"][0]["message_id"] == message_id(bombs[0])
    assert len(ticket["messages"][0]["screenshots"]) == 20
