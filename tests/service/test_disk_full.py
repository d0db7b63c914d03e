"""A full disk: the desk puts mail off, loses nothing that it has acknowledged, and resumes by itself."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.conftest import MakeDesk
from tests.service.desk import Desk, until
from tests.service.letters import letter, message_id, picture, png, send, send_until_taken
from tests.service.relay import Relay

MB = 1024 * 1024
DISK = 40  # MB: all mails of a test, twice in the database and its log, and the reserve
RESUMES = 150.0  # seconds; parts that failed for long are tried again every 30


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system."""
    folder = tmp_path / "small"
    folder.mkdir()
    as_root = [] if os.getuid() == 0 else ["sudo", "-n"]
    options = ["-t", "tmpfs", "-o", f"size={DISK}m,mode=777", "tmpfs", str(folder)]
    mounted = subprocess.run([*as_root, "mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk can't be mounted here, it takes root: {mounted.stderr.strip()}")
    yield folder
    # Lazily: a service that a failed test has left may still sit on it.
    subprocess.run([*as_root, "umount", "--lazy", str(folder)], check=True)


def desk_on(disk: Path, make_desk: MakeDesk, relay: Relay, reserve_mb: int) -> Desk:
    """A desk that has its database and its files on a small disk."""
    changes = {
        'data_dir = "data"': f'data_dir = "{disk}/data"',
        'url = "sqlite://data/otklik.db"': f'url = "sqlite://{disk}/data/otklik.db"',
        'store = "data/files"': f'store = "{disk}/data/files"',
        "reserve_mb = 256": f"reserve_mb = {reserve_mb}",
    }
    return make_desk(relay_port=relay.port, changes=changes)


def fill(disk: Path, leave: int) -> Path:
    """Put a file on a disk that leaves so many bytes free."""
    room = os.statvfs(disk)
    ballast = disk / "ballast"
    ballast.write_bytes(b"\0" * max(0, room.f_bavail * room.f_frsize - leave))
    return ballast


def sent_until_full(desk: Desk, mails: list[bytes], refusals: int) -> dict[str, int]:
    """Send mails until so many were put off; what each was answered, by Message-ID."""
    codes: dict[str, int] = {}
    for raw in mails:
        codes[message_id(raw)] = send(desk.smtp_port, raw)
        if list(codes.values()).count(250) + refusals == len(codes):
            return codes
    raise AssertionError("the disk never got full")


def all_kinds(count: int) -> list[bytes]:
    """Mails of 3 KB, 200 KB (which lie in the database) and 600 KB (which lie in files), with pictures."""
    sizes = (3_000, 200_000, 600_000)
    return [
        letter(
            f"client{n}@client.example", f"{n}\n" + "x" * sizes[n % 3], picture("a.png", png(80, 60, n % 256))
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("reserve_mb", [4, 0], ids=["a reserve is kept", "to the last byte"])
def test_what_was_acknowledged_survives_a_full_disk_and_the_rest_is_put_off(
    make_desk: MakeDesk, relay: Relay, small_disk: Path, reserve_mb: int
) -> None:
    desk = desk_on(small_disk, make_desk, relay, reserve_mb)
    process = desk.start()
    ballast = fill(small_disk, leave=(reserve_mb + 3) * MB)
    mails = all_kinds(60)
    codes = sent_until_full(desk, mails, refusals=10)
    assert set(codes.values()) <= {250, 451, 452}
    assert 250 in codes.values()
    if reserve_mb:
        assert 451 not in codes.values()  # the reserve is what keeps us from hitting the end
        assert desk.health()["status"] == desk.health()["room"]["status"] == "failing"
    assert process.runs()

    ballast.unlink()
    late = letter("late@client.example")
    send_until_taken(desk.smtp_port, late, RESUMES)
    for raw in mails:  # as a mail server does
        if codes.get(message_id(raw), 250) != 250:
            send_until_taken(desk.smtp_port, raw)
    desk.settled(RESUMES)
    until("the service is well again", desk.well)
    taken = sorted(ticket["messages"][0]["message_id"] for ticket in desk.tickets())
    assert taken == sorted([*codes, message_id(late)])
    assert set(relay.copies().values()) == {1} and len(relay.got) == len(taken)
    assert process.runs()
