"""The orderly stop, under load and idle; and a second service on the same database."""

import threading
import time

import pytest

from tests.service.conftest import MakeDesk
from tests.service.desk import AGENT, until
from tests.service.letters import Sender, letter, message_id, picture, send
from tests.service.relay import Relay

STOPS = 10.0  # seconds, the promise


def test_a_stop_under_load_is_orderly_and_loses_nothing(
    make_desk: MakeDesk, relay: Relay, database_url: str
) -> None:
    desk = make_desk(relay_port=relay.port, database=database_url)
    process = desk.start()
    accepted: list[str] = []
    codes: set[int] = set()

    def keep_sending(client: int) -> None:
        sender = Sender(desk.smtp_port)
        for number in range(1000):
            raw = letter(f"client{client}-{number}@client.example", "x" * 20_000, picture())
            codes.add(code := sender.send(raw))
            if code != 250:
                return
            accepted.append(message_id(raw))

    clients = [threading.Thread(target=keep_sending, args=(client,)) for client in range(4)]
    for client in clients:
        client.start()
    until("there is a load", lambda: len(accepted) > 100)
    asked = time.monotonic()
    process.terminate()
    assert process.wait() == 0
    assert time.monotonic() - asked < STOPS
    for client in clients:
        client.join()
    # Who was in the middle of something was told to come again, or found the connection closed.
    assert codes <= {250, 421, 451, 0}

    desk.start()
    desk.settled()
    taken = [ticket["messages"][0]["message_id"] for ticket in desk.tickets()]
    assert len(taken) == len(set(taken)) and set(accepted) <= set(taken)
    # No more than what was sent and answered by nothing: its 250 may have been cut off.
    assert len(taken) <= len(accepted) + len(clients)
    # An orderly stop finishes the mail it is handing over: no copy is sent twice.
    assert set(relay.copies().values()) == {1} and len(relay.got) == len(taken)
    assert "given back" not in desk.log_text()


def test_an_idle_service_stops_at_once_though_clients_are_connected(make_desk: MakeDesk) -> None:
    desk = make_desk()
    process = desk.start()
    idle = Sender(desk.smtp_port)
    assert idle.send(letter("olga@client.example")) == 250
    desk.settled()
    asked = time.monotonic()
    process.terminate()
    assert process.wait() == 0
    assert time.monotonic() - asked < STOPS / 2
    assert idle.send(letter("olga@client.example")) in (0, 421)


def test_a_second_service_on_the_same_database_is_refused_in_one_line_and_harms_nobody(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port)
    first = desk.start()
    refused = desk.otklik("run")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert f"another otklik (process {first.pid}) is running on this database" in refused.stderr
    assert send(desk.smtp_port, letter("olga@client.example")) == 250
    until("Olga has her confirmation", lambda: relay.to("olga@client.example"))


def test_a_second_service_with_a_folder_of_its_own_but_the_same_database_is_refused_too(
    make_desk: MakeDesk, sqlite_url: str
) -> None:
    make_desk(database=sqlite_url).start()
    refused = make_desk(database=sqlite_url).otklik("run")
    assert refused.returncode == 1
    assert "is running on this database" in refused.stderr


@pytest.mark.parametrize(
    ("mistake", "told"),
    [("colour = 1\n", "colour"), ("[mail.relay]\nport = 25\n", "mail.relay")],
    ids=["an unknown key", "a missing one"],
)
def test_a_mistake_in_the_configuration_is_told_and_nothing_is_started(
    make_desk: MakeDesk, mistake: str, told: str
) -> None:
    desk = make_desk()
    desk.config.write_text(desk.config.read_text().replace(AGENT, AGENT + mistake))
    refused = desk.otklik("run")
    assert refused.returncode == 1
    assert told in refused.stderr and "Traceback" not in refused.stderr
    assert not (desk.folder / "data" / "otklik.db").exists()
