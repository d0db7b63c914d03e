"""A thousand clients hang up at the worst moments; the desk goes on as if nothing had been."""

import socket
import struct
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from storage.database import is_sqlite
from tests.postgres import Postgres
from tests.service.conftest import MakeDesk
from tests.service.desk import ADDRESS, Desk, until
from tests.service.letters import letter, send
from tests.service.relay import Relay

CLIENTS = 1000
OUR_POOL = 5  # connections that one process may have to PostgreSQL


def hang_up(port: int, number: int, raw: bytes) -> None:
    """Send a mail up to its middle (every other client: to its final dot) and go, politely or by a reset."""
    sent = raw + b"\r\n.\r\n" if number % 2 else raw[: len(raw) * 2 // 3]
    commands = f"EHLO x\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<{ADDRESS}>\r\nDATA\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(commands.encode())
        replies = b""
        while b"\r\n354 " not in replies:
            block = client.recv(4096)
            assert block, replies
            replies += block
        client.sendall(sent)
        if number % 4 > 1:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_thousand_hang_ups_leave_a_desk_that_takes_confirms_and_answers(
    make_desk: MakeDesk, relay: Relay, database_url: str, request: pytest.FixtureRequest
) -> None:
    desk = make_desk(relay_port=relay.port, database=database_url)
    process = desk.start()
    gone = letter("gone@client.example", "x" * 5000)
    # A hundred of those that came to their dot are different, the others repeats: nobody waited for a 250.
    hasty = [letter(f"hasty{number}@client.example", "x" * 5000) for number in range(100)]
    mails = [hasty[number // 2 % 100] if number % 2 else gone for number in range(CLIENTS)]
    with ThreadPoolExecutor(20) as clients:
        list(clients.map(lambda number: hang_up(desk.smtp_port, number, mails[number]), range(CLIENTS)))

    began = time.monotonic()
    assert send(desk.smtp_port, letter("olga@client.example")) == 250
    until("Olga has her confirmation", lambda: relay.to("olga@client.example"), 10)
    assert send(desk.smtp_port, letter("olga@client.example", "Ещё вопрос.")) == 250
    until("Olga has another one", lambda: len(relay.to("olga@client.example")) == 2, 10)
    assert time.monotonic() - began < 10
    desk.settled()
    on_tickets_once(desk, relay)
    if not is_sqlite(database_url):
        nobody_is_left_on(request.getfixturevalue("postgres_server"), database_url)
    process.terminate()
    assert process.wait(10) == 0


def on_tickets_once(desk: Desk, relay: Relay) -> None:
    """Only what came to its final dot is taken in, and once; and all is well."""
    clients = Counter(ticket["client"] for ticket in desk.tickets())
    assert clients.pop("olga@client.example") == 2
    assert set(clients.values()) == {1}
    assert all(client.startswith("hasty") for client in clients)
    assert set(relay.copies().values()) == {1}
    health = desk.health()
    assert (health["status"], health["inbox"]["quarantined"], health["outbox"]["dead"]) == ("ok", 0, 0)


def nobody_is_left_on(server: Postgres, url: str) -> None:
    """No connection of ours stays in a transaction, and there are no more of them than the pool has."""
    name = url.rpartition("/")[2]
    ours = f"FROM pg_stat_activity WHERE datname = '{name}' AND application_name = 'otklik'"
    assert 1 <= int(server.execute(f"SELECT count(*) {ours}")) <= OUR_POOL
    stuck = f"SELECT count(*) {ours} AND state LIKE 'idle in transaction%'"
    until("every transaction has ended", lambda: server.execute(stuck) == "0", 10)
