"""SIGKILL at any moment: what got 250 has one ticket and a confirmation, whichever moment it was."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest

from storage.database import is_sqlite
from tests.postgres import Postgres
from tests.service.conftest import MakeDesk
from tests.service.desk import Desk, until
from tests.service.letters import Sender, letter, message_id, picture, png
from tests.service.relay import Relay

MAILS = 200
KILLS = 10
CONNECTIONS = 6
WARM = 1.2  # seconds; the workers that read mail start for about one
BURST = 1.0  # seconds that a tenth of the mails takes from the first byte to the last confirmation


@dataclass
class Mailing:
    """Threads that send mails as mail servers do: the same bytes again until they got their 250."""

    port: int
    waiting: list[list[bytes]]
    """One list a client; his mails go one after the other."""
    accepted: list[str] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)
    may_go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """How many clients may begin."""

    def start(self) -> None:
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(CONNECTIONS)]
        for thread in self._threads:
            thread.start()

    def over(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        sender = Sender(self.port)
        while self.may_go.acquire() and self.waiting:
            for raw in self.waiting.pop():
                while self._attempt(sender, raw) != 250:
                    time.sleep(0.05)  # the pause of a mail server, which has minutes for it
                self.accepted.append(message_id(raw))
        sender.hang_up()

    def _attempt(self, sender: Sender, raw: bytes) -> int:
        code = sender.send(raw)
        self.codes[code] += 1
        return code


def clients() -> list[list[bytes]]:
    """200 mails of 160 clients: 40 write again on their ticket, 60 mails bring a screenshot."""
    mails = []
    for number in range(MAILS * 4 // 5):
        address = f"client{number}@client.example"
        files = [picture(f"{number}.png", png(60, 40, number))] if number % 3 == 0 else []
        first = letter(address, f"Не проводится документ {number}.", *files)
        mails.append([first])
        if number % 4 == 0:
            mails[-1].append(letter(address, f"И ещё: {number}.", *files[:1], answers=message_id(first)))
    assert sum(map(len, mails)) == MAILS
    return mails


def test_whatever_got_250_has_one_ticket_and_is_confirmed_though_the_service_is_killed_ten_times(
    make_desk: MakeDesk, relay: Relay, database_url: str, request: pytest.FixtureRequest
) -> None:
    desk = make_desk(relay_port=relay.port, database=database_url)
    relay.pause = 0.02  # so that kills meet deliveries on their way too
    mails = clients()
    mailing = Mailing(desk.smtp_port, list(mails))
    killed_at_random(desk, mailing)
    if not is_sqlite(database_url):
        leases_run_out(request.getfixturevalue("postgres_server"), database_url)
    desk.start()
    desk.settled()

    assert set(mailing.codes) <= {0, 250, 421, 451}, "a failure of ours was told to be for ever"
    assert sorted(mailing.accepted) == sorted(message_id(raw) for mail in mails for raw in mail)
    every_mail_is_on_one_ticket(desk, mails)
    every_ticket_is_confirmed_with_the_same_bytes(desk, relay)


def killed_at_random(desk: Desk, mailing: Mailing) -> None:
    """Run the service while all is sent, and kill it ten times, each a random while into a burst of mail."""
    seed = random.randrange(10**9)
    print("seed of the moments:", seed)
    chance = random.Random(seed)
    burst = len(mailing.waiting) // KILLS
    mailing.start()
    for _ in range(KILLS):
        process = desk.start()
        time.sleep(chance.uniform(0, WARM))
        mailing.may_go.release(burst)
        time.sleep(chance.uniform(0, BURST))
        process.kill()
    process = desk.start()
    mailing.may_go.release(MAILS)
    until("everything has got 250", mailing.over)
    process.kill()


def leases_run_out(server: Postgres, url: str) -> None:
    """Three minutes pass: until then another process might have in hand what the killed ones had."""
    for table in ("entries", "deliveries"):
        server.execute(
            f"UPDATE {table} SET claimed_until = now() WHERE claimed_until IS NOT NULL",
            url.rpartition("/")[2],
        )


def every_mail_is_on_one_ticket(desk: Desk, mails: list[list[bytes]]) -> None:
    tickets = desk.tickets()
    numbers = [ticket["number"] for ticket in tickets]
    assert len(numbers) == len(set(numbers))
    on_tickets = sorted([m["message_id"] for m in t["messages"]] for t in tickets)
    assert on_tickets == sorted([message_id(raw) for raw in mail] for mail in mails)
    for ticket in tickets:
        first = ticket["messages"][0]
        pictures = [shot["name"] for message in ticket["messages"] for shot in message["screenshots"]]
        number = int(first["text"].split()[-1].rstrip("."))
        assert pictures == ([f"{number}.png"] * len(ticket["messages"]) if number % 3 == 0 else [])


def every_ticket_is_confirmed_with_the_same_bytes(desk: Desk, relay: Relay) -> None:
    tickets = desk.tickets()
    for ticket in tickets:
        copies = relay.to(ticket["client"])
        assert copies, f"{ticket['number']} was never confirmed"
        assert len({copy.content for copy in copies}) == 1
        assert {copy.message_id for copy in copies} == {d["message_id"] for d in ticket["deliveries"]}
        assert [d["state"] for d in ticket["deliveries"]] == ["sent"]
        assert len(copies) <= 1 + KILLS
    assert {got.recipient for got in relay.got} == {ticket["client"] for ticket in tickets}
