"""250 goes out after the disk has the message: a kill can't show that, for the page cache survives it."""

import os
import re
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.inbox import IN_ROW
from tests.service.conftest import MakeDesk
from tests.service.desk import Desk, Process, until
from tests.service.letters import letter, send

CALLS = "fsync,fdatasync,rename,write,writev,pwrite64,sendto,sendmsg"
_BEGUN = re.compile(r"(\d+) +(\w+)\((.*)")
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")


@dataclass(frozen=True)
class Call:
    """A system call: what it was about as strace shows it, and where in the trace it began and ended."""

    name: str
    about: str
    began: int
    ended: int


@pytest.fixture
def strace() -> str:
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed: tests/setup.sh does it")
    return found


def traced_start(desk: Desk, strace: str, trace: Path) -> Process:
    options = ["--follow-forks", "--decode-fds=path", "--string-limit=80", "--seccomp-bpf"]
    command = [strace, *options, f"--trace={CALLS}", f"--output={trace}"]
    command += [sys.executable, "-m", "bot", "run", "--config", str(desk.config)]
    process = Process(command, desk.log)
    desk.processes.append(process)
    until("the service is well", desk.well)
    return process


def calls_of(trace: str) -> list[Call]:
    """All calls that ended well, with those put together that strace shows in two halves."""
    calls: list[Call] = []
    open_calls: dict[str, tuple[str, str, int]] = {}
    for place, line in enumerate(trace.splitlines()):
        if resumed := _RESUMED.match(line):
            name, about, began = open_calls.pop(resumed[1])
            text = about + resumed[3]
        elif begun := _BEGUN.match(line):
            if line.endswith(_UNFINISHED):
                open_calls[begun[1]] = (begun[2], begun[3].removesuffix(_UNFINISHED), place)
                continue
            name, text, began = begun[2], begun[3], place
        else:
            continue
        if not re.search(r"= -1 ", text):
            calls.append(Call(name, text, began, place))
    return calls


def between_354_and_250(calls: Sequence[Call]) -> list[Call]:
    """What was begun after the client was told to go on, and had ended before it was told 250."""
    go_on = next(call for call in calls if '"354 ' in call.about)
    taken = next(call for call in calls if '"250 2.0.0 Taken in' in call.about)
    return [call for call in calls if call.began > go_on.ended and call.ended < taken.began]


def synced(calls: Sequence[Call], path: str) -> Call:
    """The last sync of a file or folder whose path ends so."""
    # A call that another thread's lines interrupt keeps strace's "<unfinished ...>" behind its argument.
    at = re.compile(rf"{path}>(?: *<unfinished \.\.\.>)?\)")
    found = [c for c in calls if c.name in ("fsync", "fdatasync") and at.search(c.about)]
    assert found, f"{path} was not synced between 354 and 250"
    return found[-1]


def trace_of_one_mail(make_desk: MakeDesk, strace: str, folder: Path, raw: bytes) -> list[Call]:
    desk, trace = make_desk(), folder / "trace"
    process = traced_start(desk, strace, trace)
    assert send(desk.smtp_port, raw) == 250
    # Not strace itself is asked to stop, which would not: the service is, and strace ends with it.
    os.kill(process.workers()[0], signal.SIGTERM)
    assert process.wait() == 0
    return calls_of(trace.read_text(errors="replace"))


def test_the_databases_log_is_synced_before_250(make_desk: MakeDesk, strace: str, tmp_path: Path) -> None:
    calls = trace_of_one_mail(make_desk, strace, tmp_path, letter("olga@client.example"))
    before = between_354_and_250(calls)
    written = [c for c in before if c.name == "pwrite64" and "otklik.db-wal>" in c.about]
    assert written, "the message was not written to the log of the database before 250"
    assert synced(before, "otklik.db-wal").began > written[-1].ended


def test_a_large_mail_and_its_folder_are_synced_as_well(
    make_desk: MakeDesk, strace: str, tmp_path: Path
) -> None:
    raw = letter("olga@client.example", "Подробности ниже.\n" + "0123456789abcdef" * 65_536)
    assert len(raw) > 4 * IN_ROW
    before = between_354_and_250(trace_of_one_mail(make_desk, strace, tmp_path, raw))
    renamed = next(c for c in before if c.name == "rename" and "files/tmp/" in c.about)
    digest = re.findall(r"/files/(\w\w)/(\w{64})\"", renamed.about)[0]
    file = synced(before, r"files/tmp/\w+")
    folder = synced(before, f"files/{digest[0]}")
    log = synced(before, "otklik.db-wal")
    assert file.ended < renamed.began and renamed.ended < folder.began and folder.ended < log.began
