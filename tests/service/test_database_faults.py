"""The database is locked, or restarts: mail is put off meanwhile, nothing is lost, nothing happens twice."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres import Postgres
from tests.service.conftest import MakeDesk
from tests.service.desk import Desk, until
from tests.service.letters import Sender, letter, message_id, picture, send, send_until_taken
from tests.service.relay import Relay

LOCKED = 22.0  # seconds
ANSWERED = 12.0  # seconds that a client may wait for its 451


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else has the database for himself."""
    other = sqlite3.connect(path, timeout=30, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_locked_database_puts_mail_off_and_then_goes_on_by_itself(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port)
    process = desk.start()
    relay.pause = 1.0  # so that the lock meets a mail whose delivery is under way
    early = letter("early@client.example")
    assert send(desk.smtp_port, early) == 250
    until("its confirmation is on the way", lambda: relay.to("early@client.example"))
    workers = len(process.workers())
    mails = [letter(f"client{number}@client.example") for number in range(8)]
    with locked(desk.folder / "data" / "otklik.db"):
        relay.pause = 0
        began = time.monotonic()
        while time.monotonic() - began < LOCKED:
            asked = time.monotonic()
            assert send(desk.smtp_port, mails[0]) == 451
            assert time.monotonic() - asked < ANSWERED
        assert process.runs()
        assert desk.health()["status"] == "failing"
    for raw in mails:
        send_until_taken(desk.smtp_port, raw)
    desk.settled()
    until("all is well", desk.well)
    assert len(process.workers()) == workers, "restarts of the intake have left workers behind"
    taken = sorted(ticket["messages"][0]["message_id"] for ticket in desk.tickets())
    assert taken == sorted(map(message_id, [early, *mails]))
    assert set(relay.copies().values()) == {1} and len(relay.got) == len(taken)


class Stream:
    """Clients that keep sending mails of their own, each until it is taken."""

    def __init__(self, port: int, connections: int = 4) -> None:
        self.codes: Counter[int] = Counter()
        self.accepted: list[str] = []
        self._port, self._over = port, threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(connections)]
        for thread in self._threads:
            thread.start()

    def flows(self, mails: int) -> None:
        """Wait until so many more have been taken."""
        wanted = len(self.accepted) + mails
        until(f"{mails} more mails have come in", lambda: len(self.accepted) >= wanted)

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _send(self, client: int) -> None:
        sender, number = Sender(self._port), 0
        while not self._over.is_set():
            number += 1
            raw = letter(f"client{client}-{number}@client.example", f"Вопрос {number}.", picture())
            while (code := sender.send(raw)) != 250:
                self.codes[code] += 1
                time.sleep(0.05)  # the pause of a mail server, which has minutes for it
            self.accepted.append(message_id(raw))
            time.sleep(0.02)  # some hundred a second in all: no more than is processed in the same time
        sender.hang_up()


@pytest.mark.parametrize("crash", [False, True], ids=["restarted", "crashed"])
def test_a_postgres_that_goes_and_comes_in_mid_load_costs_no_mail_and_doubles_none(
    make_desk: MakeDesk, relay: Relay, postgres_server: Postgres, postgres_url: str, crash: bool
) -> None:
    desk = make_desk(relay_port=relay.port, database=postgres_url)
    process = desk.start()
    stream = Stream(desk.smtp_port)
    until("mail is processed", lambda: relay.got)
    workers = len(process.workers())
    for _ in range(3):
        stream.flows(30)
        postgres_server.restart(crash=crash)
    stream.flows(30)
    stream.end()
    assert set(stream.codes) <= {451}
    desk.settled()
    until("all is well", desk.well)
    assert len(process.workers()) == workers, "restarts of the intake have left workers behind"
    on_one_ticket_and_confirmed_once(desk, relay, stream.accepted)


def on_one_ticket_and_confirmed_once(desk: Desk, relay: Relay, accepted: list[str]) -> None:
    tickets = desk.tickets()
    assert sorted(ticket["messages"][0]["message_id"] for ticket in tickets) == sorted(accepted)
    assert len({ticket["number"] for ticket in tickets}) == len(tickets)
    assert sorted(got.recipient for got in relay.got) == sorted(ticket["client"] for ticket in tickets)
    assert {delivery["state"] for ticket in tickets for delivery in ticket["deliveries"]} == {"sent"}


def test_several_processes_share_one_postgres_and_do_everything_once(
    make_desk: MakeDesk, relay: Relay, postgres_url: str
) -> None:
    desk = make_desk(relay_port=relay.port, database=postgres_url)
    parts = ("listener", "intake", "intake", "deliveries", "deliveries", "web")
    until("the schema is there", lambda: desk.says("migrate"))
    processes = [desk.run(part) for part in parts]
    until("the pages answer", desk.well)
    send_until_taken(desk.smtp_port, letter("first@client.example"))
    stream = Stream(desk.smtp_port, 6)
    stream.flows(150)
    stream.end()
    desk.settled()
    assert all(process.runs() for process in processes)
    tickets = desk.tickets()
    assert len(tickets) == len(stream.accepted) + 1
    assert {t["messages"][0]["message_id"] for t in tickets} >= set(stream.accepted)
    assert set(relay.copies().values()) == {1} and len(relay.got) == len(tickets)
    for process in processes:
        process.terminate()
    assert [process.wait(20) for process in processes] == [0] * len(processes)
