"""Faults of the machine under the service: read-only disks, low limits, a clock that jumps, no names."""

import re
import resource
import sqlite3
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.service.conftest import MakeDesk
from tests.service.desk import OTKLIK, Desk, Process, until
from tests.service.letters import Sender, letter, message_id, picture, send, send_until_taken
from tests.service.relay import Relay
from tests.service.test_relay_faults import outbox

OLGA, PETR = "olga@client.example", "petr@client.example"
WHILE = 3.0  # seconds that nothing may happen in
RESUMES = 60.0  # seconds


def test_fault_4_a_relay_that_refuses_every_mail_turns_health_red_until_one_is_taken(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port)
    desk.start()
    relay.fails("RCPT", "550 5.1.1 no such user", times=10)
    for number in range(10):
        assert send(desk.smtp_port, letter(f"unknown{number}@client.example")) == 250
    until("ten are dead letters", lambda: desk.health()["outbox"]["dead"] == 10)
    assert desk.health()["outbox"]["status"] == "ok"  # unknown recipients are nobody's policy
    relay.fails("END", "554 5.7.1 we do not like you", times=6)
    for number in range(6):
        assert send(desk.smtp_port, letter(f"client{number}@client.example")) == 250
    until("health is red", lambda: desk.health()["outbox"]["status"] == "failing")
    told = desk.health()["outbox"]
    assert "last 6 mails were refused" in told["reason"] and "554" in told["reason"] and told["dead"] == 16
    assert send(desk.smtp_port, letter(OLGA)) == 250
    until("Olga has her confirmation", lambda: relay.to(OLGA))
    until("all is well", desk.well)


def certified(folder: Path, made_on: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1, good for 30 days from a day on; its file, and what a server needs."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", *name]
    at = ["faketime", made_on] if made_on else []
    command = [*at, *make, "-out", str(certificate), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


@pytest.mark.parametrize(("made_on", "is_good"), [("", True), ("2020-01-01", False)], ids=["good", "expired"])
def test_fault_7_a_certificate_that_has_expired_gets_no_mail_and_is_told(
    make_desk: MakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made_on: str, is_good: bool
) -> None:
    certificate, context = certified(tmp_path, made_on)
    relay = Relay(tls=context)
    desk = make_desk(relay_port=relay.port, more='security = "tls"\n')
    # Its maker is believed, so that the date alone decides.
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    desk.start()
    assert send(desk.smtp_port, letter(OLGA)) == 250
    if is_good:
        until("Olga has her confirmation", lambda: relay.to(OLGA))
    else:
        until("that is known", lambda: desk.health()["outbox"]["status"] == "failing")
        assert "expired" in desk.health()["outbox"]["reason"]
        assert (relay.commands, outbox(desk, OLGA)["state"]) == ([], "owed")
    relay.down()


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A small file system of its own; called with "rw" or "ro" it is (re)mounted so."""
    folder = tmp_path / "mounted"
    folder.mkdir()

    def mount(mode: str) -> Path:
        again = "remount," if folder.is_mount() else "size=64m,mode=777,"
        command = ["mount", "-t", "tmpfs", "-o", again + mode, "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"a file system can't be mounted here, it takes root: {done.stderr.strip()}")
        return folder

    yield mount
    subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


def test_fault_17_on_a_read_only_disk_it_says_so_once_and_touches_nothing(
    make_desk: MakeDesk, relay: Relay, mounted: Callable[[str], Path]
) -> None:
    disk = mounted("rw")
    changes = {
        'data_dir = "data"': f'data_dir = "{disk}/data"',
        'url = "sqlite://data/otklik.db"': f'url = "sqlite://{disk}/data/otklik.db"',
        'store = "data/files"': f'store = "{disk}/data/files"',
        "reserve_mb = 256": "reserve_mb = 0",
    }
    desk = make_desk(relay_port=relay.port, changes=changes)
    process = desk.start()
    first = letter(OLGA)
    assert send(desk.smtp_port, first) == 250
    desk.settled()
    process.terminate()
    assert process.wait() == 0
    mounted("ro")
    refused = desk.otklik("run")
    assert refused.returncode in (1, 3)
    assert len(refused.stderr.splitlines()) == 1 and "Traceback" not in refused.stderr, refused.stderr
    assert re.search("read-?only|write", refused.stderr, re.IGNORECASE), refused.stderr
    mounted("rw")
    desk.start()
    assert send(desk.smtp_port, letter(PETR)) == 250
    desk.settled()
    assert desk.tickets()[0]["messages"][0]["message_id"] == message_id(first)
    assert len(desk.tickets()) == 2


def test_fault_17_with_a_database_of_another_owner_mail_is_put_off_and_health_is_red(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port)
    desk.start().terminate()
    until("it has stopped", lambda: not desk.processes[0].runs())
    database = desk.folder / "data" / "otklik.db"
    database.chmod(0o444)
    # Root may write everywhere, so it runs without that right; to it the file is a stranger's.
    stranger = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    process = Process([*stranger, *OTKLIK, "run", "--config", str(desk.config)], desk.log)
    desk.processes.append(process)
    until("health is red", lambda: desk.health().get("status") == "failing")
    raw = letter(OLGA)
    for _ in range(3):
        assert send(desk.smtp_port, raw) == 451
    assert "readonly database" in str(desk.health())
    began = seconds_used(process)
    time.sleep(WHILE)
    assert process.runs() and seconds_used(process) - began < WHILE * 0.6, "it tries without a pause"
    process.terminate()
    assert process.wait() == 0
    database.chmod(0o600)
    desk.start()
    assert desk.tickets() == []
    send_until_taken(desk.smtp_port, raw)
    until("Olga has her confirmation", lambda: relay.to(OLGA))


@contextmanager
def limited(process: Process, what: int, most: int) -> Iterator[None]:
    """A limit on a running service (setrlimit(2)), for a while; that of its workers stays."""
    before = resource.prlimit(process.pid, what)
    resource.prlimit(process.pid, what, (most, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process.pid, what, before)


def seconds_used(process: Process) -> float:
    """Processor time of a process."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_fault_19_when_files_may_not_grow_mail_is_put_off_and_then_taken(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port)
    process = desk.start()
    assert send(desk.smtp_port, letter(OLGA)) == 250
    desk.settled()
    small, large = letter(PETR, "x" * 100_000), letter("large@client.example", "x" * 3_000_000, picture())
    with limited(process, resource.RLIMIT_FSIZE, 4_096):
        for raw in (small, large, small):
            assert send(desk.smtp_port, raw) in (451, 452)
        assert process.runs()
    for raw in (small, large):
        send_until_taken(desk.smtp_port, raw, RESUMES)
    desk.settled()
    until("all is well", desk.well)
    assert sorted(got.recipient for got in relay.got) == sorted([OLGA, PETR, "large@client.example"])


def test_fault_19_without_file_descriptors_the_listener_waits_and_does_not_spin(
    make_desk: MakeDesk, relay: Relay
) -> None:
    desk = make_desk(relay_port=relay.port)
    process = desk.start()
    assert send(desk.smtp_port, letter(OLGA)) == 250
    desk.settled()
    # Below the lowest number that is free: those that are open stay so, and no other can be opened.
    with limited(process, resource.RLIMIT_NOFILE, 3):
        began = seconds_used(process)
        codes = {_send_soon(desk, letter(PETR)) for _ in range(3)}
        time.sleep(WHILE)
        assert process.runs()
        assert seconds_used(process) - began < WHILE * 0.6
    assert codes <= {0, 421, 451}
    assert 1 <= desk.log_text().count("no connection can be accepted") <= 2
    assert "out of system resource" not in desk.log_text()
    send_until_taken(desk.smtp_port, letter(PETR), RESUMES)
    until("Petr has his confirmation", lambda: relay.to(PETR))
    until("all is well", desk.well)


def _send_soon(desk: Desk, raw: bytes) -> int:
    sender = Sender(desk.smtp_port, patience=1.0)
    try:
        return sender.send(raw)
    finally:
        sender.hang_up()


def its_time_has_long_come(desk: Desk) -> None:
    """As if the pauses of all deliveries were over, whatever the clock shows."""
    with sqlite3.connect(desk.folder / "data" / "otklik.db", timeout=30) as database:
        database.execute(
            "UPDATE deliveries SET next_attempt_at = '2020-01-01 00:00:00+00:00' WHERE state = 'owed'"
        )
    database.close()


class Clock:
    """The wall clock of every process that is started while `faked`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.jump("+0")

    def jump(self, by: str) -> None:
        """`by`: against the true clock, such as "+1d" or "-1h"."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{by}\n")
        fresh.rename(self._file)

    def faked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
        if not libraries:
            pytest.skip("faketime is not installed: tests/setup.sh does it, or says how")
        monkeypatch.setenv("LD_PRELOAD", str(libraries[0]))
        monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(self._file))
        monkeypatch.setenv("FAKETIME_NO_CACHE", "1")
        monkeypatch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        monkeypatch.setenv("NO_FAKE_STAT", "1")


@pytest.mark.parametrize("jump", ["+1d", "-1h"])
def test_fault_36_a_clock_that_jumps_holds_up_no_mail_and_sends_nothing_twice(
    make_desk: MakeDesk, relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: str
) -> None:
    clock = Clock(tmp_path)
    desk = make_desk(relay_port=relay.port)
    with monkeypatch.context() as faked:
        clock.faked(faked)
        process = desk.start()
    assert send(desk.smtp_port, letter(OLGA)) == 250
    until("Olga has her confirmation", lambda: relay.to(OLGA))
    relay.fails("RCPT", "451 4.7.1 come later", times=1, to=PETR)
    assert send(desk.smtp_port, letter(PETR)) == 250
    until("it was put off", lambda: "event=deferred" in desk.log_text())
    clock.jump(jump)
    began = time.monotonic()
    for number in range(3):
        client = f"after{number}@client.example"
        assert send(desk.smtp_port, letter(client)) == 250
        until("it is confirmed", partial(relay.to, client), 40)
    assert time.monotonic() - began < 60  # and not an hour
    if jump == "-1h":
        # Nothing is due in a year: at most the jump and the pause later.
        put_off = outbox(desk, PETR)["next_attempt_at"]
        assert put_off < time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 200))
        its_time_has_long_come(desk)
    until("Petr has his", lambda: relay.to(PETR))
    desk.settled()
    until("all is well", desk.well)
    assert set(relay.copies().values()) == {1} and len(relay.got) == 5
    process.terminate()
    assert process.wait() == 0


def test_fault_38_a_relay_whose_name_is_unknown_is_asked_for_seldom_and_piles_up_no_threads(
    make_desk: MakeDesk,
) -> None:
    more = '\n[mail.relay]\nhost = "relay.invalid"\nport = 25\n'
    desk = make_desk(more=more)
    process = desk.start()
    for number in range(30):
        assert send(desk.smtp_port, letter(f"client{number}@client.example")) == 250
    until("all have a ticket", lambda: desk.health()["inbox"]["waiting"] == 0)
    until("it is said that the relay is away", lambda: desk.health()["outbox"]["status"] == "failing")
    threads = len(list(Path(f"/proc/{process.pid}/task").iterdir()))
    began, asked = seconds_used(process), desk.log_text().count("event=deferred")
    time.sleep(WHILE)
    assert len(list(Path(f"/proc/{process.pid}/task").iterdir())) <= threads + 2 < 40
    assert seconds_used(process) - began < WHILE * 0.6
    told = desk.health()["outbox"]
    assert told["owed"] == 30 and "relay.invalid" in told["reason"]
    assert desk.log_text().count("event=deferred") - asked <= WHILE * 2
    assert {row["attempts"] for row in desk.rows("outbox", "list")} == {0}
