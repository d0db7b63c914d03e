"""`otklik clients import` is killed while it writes: nothing of it counts, the next run does it whole."""

import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.bot.commands import run
from tests.service.conftest import make_desk  # noqa: F401 - a fixture
from tests.service.desk import OTKLIK, ROOT, Desk

PEOPLE = 60_000
PATIENCE = 120.0  # seconds


def counts(desk: Desk) -> tuple[int, int]:
    """How many clients there are, and how many of them are registered."""
    with sqlite3.connect(f"file:{desk.folder / 'data/otklik.db'}?mode=ro", uri=True) as connection:
        found = connection.execute("SELECT COUNT(*), COALESCE(SUM(registered), 0) FROM clients").fetchone()
    connection.close()
    return int(found[0]), int(found[1])


def people(path: Path) -> Path:
    rows = "".join(f"person{n}@x.example,Person {n}\n" for n in range(PEOPLE))
    path.write_text(f"address,name\n{rows}", encoding="utf-8")
    return path


def test_an_import_that_is_killed_imports_nothing_and_the_next_one_everything(make_desk: Any) -> None:  # noqa: F811
    desk: Desk = make_desk()
    file = people(desk.folder / "clients.csv")
    assert run("migrate", "--config", str(desk.config)).status == 0
    command = [*OTKLIK, "clients", "import", str(file), "--config", str(desk.config)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + PATIENCE
    while counts(desk)[0] == 0:
        assert running.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    there, registered = counts(desk)
    assert 0 < there < PEOPLE, "it was killed between two transactions"
    assert registered == 0
    assert run("clients", "list", "--config", str(desk.config)).output_bytes == b""
    again = run("clients", "import", str(file), "--json", "--config", str(desk.config)).json()
    assert (again["added"], again["changed"]) == (PEOPLE, 0)
    assert counts(desk) == (PEOPLE, PEOPLE)
