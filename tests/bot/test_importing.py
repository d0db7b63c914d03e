"""`otklik import`: old mail becomes tickets, nobody is written to, and an interrupted run is taken up."""

import json
import os
import re
import signal
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import make_desk  # noqa: F401 - a fixture
from tests.service.desk import OTKLIK, ROOT, Desk, until

LINE = b"From olga@client.example Mon Jan  2 10:00:00 2023\n"
NOW = datetime.now(UTC)


def mail(number: int, sender: str = "olga@client.example", *, days_ago: float = 400, more: str = "") -> bytes:
    date = format_datetime(NOW - timedelta(days=days_ago))
    head = f"From: {sender}\nTo: support@example.org\nSubject: Question {number}\nDate: {date}\n"
    return f"{head}Message-ID: <{number}@client.example>\n{more}\nQuestion number {number}.\n".encode()


def mbox(path: Path, *mails: bytes) -> Path:
    path.write_bytes(b"".join(LINE + one + b"\n" for one in mails))
    return path


def import_(desk: Desk, path: Path, *words: str, kind: str = "mbox") -> dict[str, Any]:
    command = [*OTKLIK, "import", kind, str(path), "--config", str(desk.config), "--json", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""  # no bar, no log line where there is no terminal
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def objects(desk: Desk, *words: str) -> list[dict[str, Any]]:
    command = [*OTKLIK, *words, "--config", str(desk.config)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def desk(make_desk: Any) -> Desk:  # noqa: F811
    made: Desk = make_desk()
    return made


def test_old_requests_are_filed_as_closed_and_young_ones_as_new_and_nobody_is_written_to(
    desk: Desk, tmp_path: Path
) -> None:
    box = mbox(
        tmp_path / "old.mbox",
        mail(1),
        mail(2, "ivan@client.example", days_ago=3),
        mail(3, days_ago=399, more="In-Reply-To: <1@client.example>\n"),
        mail(4, "list@lists.example", more="List-Id: <users.lists.example>\n"),
        mail(1),
    )
    told = import_(desk, box)
    assert told == {
        "mails": 5, "before": 0, "outcomes": {"opened": 2, "joined": 1}, "refused": {"list": 1},
        "quarantined": 0, "waiting": 0, "too_large": [],
    }  # fmt: skip
    ivan, olga = sorted(objects(desk, "tickets", "export"), key=lambda ticket: str(ticket["client"]))
    assert (olga["state"], ivan["state"]) == ("closed", "new")
    assert [one["text"].strip() for one in olga["messages"]] == ["Question number 1.", "Question number 3."]
    assert datetime.fromisoformat(olga["created_at"]).date() == (NOW - timedelta(days=400)).date()
    assert datetime.fromisoformat(olga["closed_at"]).date() == (NOW - timedelta(days=399)).date()
    assert olga["closures"] == []
    for ticket in (olga, ivan):
        (confirmation,) = ticket["deliveries"]
        assert (confirmation["state"], confirmation["error"]) == (
            "suppressed",
            "imported from an old mailbox",
        )
    assert not list(desk.outgoing.glob("*.eml"))


def test_the_days_after_which_a_request_is_history_can_be_chosen(desk: Desk, tmp_path: Path) -> None:
    import_(desk, mbox(tmp_path / "old.mbox", mail(1, days_ago=400)), "--open-days", "500")
    assert [ticket["state"] for ticket in objects(desk, "tickets", "export")] == ["new"]


def test_a_broken_mail_goes_to_quarantine_like_any_other(desk: Desk, tmp_path: Path) -> None:
    told = import_(desk, mbox(tmp_path / "old.mbox", b"Subject: nobody\n\ntext\n", mail(1)))
    assert (told["quarantined"], told["outcomes"]) == (1, {"opened": 1})


def test_what_came_by_mail_before_is_a_duplicate(desk: Desk, tmp_path: Path) -> None:
    came = tmp_path / "came.mbox"
    import_(desk, mbox(came, mail(1)))
    # The same mail as another server stored it: other trace fields, other line ends.
    copy = (b"Received: from a by b; Mon, 2 Jan 2023 10:00:00 +0000\n" + mail(1)).replace(b"\n", b"\r\n")
    told = import_(desk, mbox(tmp_path / "copy.mbox", copy))
    assert (told["before"], told["outcomes"]) == (0, {"duplicate": 1})
    assert len(objects(desk, "tickets", "export")) == 1


def test_a_maildir_is_left_as_it_is(desk: Desk, tmp_path: Path) -> None:
    box = tmp_path / "box"
    for folder in ("cur", "new", "tmp"):
        (box / folder).mkdir(parents=True)
    (box / "new" / "1700000000.1.host").write_bytes(mail(1))
    (box / "cur" / "1600000000.2.host:2,S").write_bytes(mail(2, "ivan@client.example"))
    before = {path: path.stat() for path in box.rglob("*")}
    told = import_(desk, box, kind="maildir")
    assert (told["mails"], told["outcomes"]) == (2, {"opened": 2})
    assert {path: path.stat().st_mtime for path in box.rglob("*")} == {
        path: stat.st_mtime for path, stat in before.items()
    }
    clients = {one["client"] for one in objects(desk, "tickets", "list", "--json")}
    assert clients == {"ivan@client.example", "olga@client.example"}


def rows(desk: Desk, running: subprocess.Popen[Any], table: str) -> int:
    """How many rows a table has by now, while a command is at work."""
    assert running.poll() is None, "it ended too soon"
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(f"file:{desk.folder}/data/otklik.db?mode=ro", uri=True)) as database,
    ):
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    return 0  # it is not made yet


def test_a_run_that_is_killed_is_taken_up_and_nothing_is_there_twice(desk: Desk, tmp_path: Path) -> None:
    box = mbox(
        tmp_path / "old.mbox", *(mail(number, f"client{number}@client.example") for number in range(400))
    )
    command = [*OTKLIK, "import", "mbox", str(box), "--config", str(desk.config)]
    first = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    until("some mails are recorded", lambda: rows(desk, first, "entries"))
    first.send_signal(signal.SIGKILL)
    first.wait()
    told = import_(desk, box)
    assert told["before"] > 0
    assert (told["mails"], told["outcomes"], told["waiting"]) == (400, {"opened": 400}, 0)
    assert len(objects(desk, "tickets", "list", "--json")) == 400


def test_while_the_service_runs_it_is_the_service_that_processes(desk: Desk, tmp_path: Path) -> None:
    desk.start()
    told = import_(desk, mbox(tmp_path / "old.mbox", mail(1), mail(2, "ivan@client.example", days_ago=1)))
    assert told["outcomes"] == {"opened": 2}
    assert desk.log.read_text().count('event="entry taken in"') == 2


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("mbox", b"Subject: no mailbox\n\ntext\n", "is no mbox: it does not begin with a line"),
        ("mbox", None, "No such file or directory"),
        ("maildir", None, "is no maildir"),
    ],
)
def test_what_is_no_mailbox_is_refused_in_a_line(
    desk: Desk, tmp_path: Path, kind: str, content: bytes | None, said: str
) -> None:
    path = tmp_path / "thing"
    if content is not None:
        path.write_bytes(content)
    command = [*OTKLIK, "import", kind, str(path), "--config", str(desk.config)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr and len(done.stderr.splitlines()) == 1


def running_import(desk: Desk, tmp_path: Path) -> subprocess.Popen[str]:
    """An import of many mails that has taken the first of them in, and is at work on the others."""
    senders = (mail(number, f"client{number}@client.example") for number in range(1500))
    command = [*OTKLIK, "import", "mbox", str(mbox(tmp_path / "old.mbox", *senders))]
    process = subprocess.Popen(
        [*command, "--config", str(desk.config)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip

    until("some mails are taken in", lambda: rows(desk, process, "tickets"))
    return process


def test_ctrl_c_tells_how_far_it_came_and_that_it_can_be_taken_up(desk: Desk, tmp_path: Path) -> None:
    process = running_import(desk, tmp_path)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all processes of the command
    said, errors = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "")
    told = re.fullmatch(
        r"stopped: (\d+) mails are processed, (\d+) more are recorded; run the same command again, and it"
        r" goes on from there\n",
        errors,
    )
    assert told, errors
    taken, waiting = int(told[1]), int(told[2])
    assert taken == len(objects(desk, "tickets", "list", "--json")) > 0
    resumed = import_(desk, tmp_path / "old.mbox")
    assert resumed["before"] == taken + waiting < 1500
    assert (resumed["mails"], resumed["outcomes"], resumed["waiting"]) == (1500, {"opened": 1500}, 0)


def test_a_service_that_an_import_keeps_out_says_what_to_do(desk: Desk, tmp_path: Path) -> None:
    process = running_import(desk, tmp_path)
    os.killpg(process.pid, signal.SIGSTOP)  # at work for as long as the service needs to find that out
    refused = desk.otklik("run")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert (refused.returncode, refused.stdout, refused.stderr) == (
        1,
        "",
        f"otklik import (process {process.pid}) is running on this database; wait until it ends, or stop it"
        " (Ctrl-C): the same import run again goes on from there\n",
    )
