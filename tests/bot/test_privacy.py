"""`otklik clients export|erase` and `otklik purge`, as an administrator uses them."""

import json
import shutil
import stat
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.bot.commands import Ran, run
from tests.service.conftest import make_desk  # noqa: F401 - a fixture
from tests.service.desk import OTKLIK, ROOT, Desk
from tests.service.letters import letter, picture, png

OLGA, IVAN = "olga@client.example", "ivan@client.example"
MARK = "mandragora"  # in everything that is Olga's
LINE = b"From olga@client.example Mon Jan  2 10:00:00 2023\n"
YESTERDAY = format_datetime(datetime.now(UTC) - timedelta(days=1))


def on(desk: Desk, *words: str) -> Ran:
    return run(*words, "--config", str(desk.config))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a desk that took in a mail with a picture of Olga's and one of Ivan's; hers is closed."""
    made = Desk(tmp_path_factory.mktemp("privacy") / "desk")
    mails = (
        letter(
            OLGA, f"{MARK} does not print", picture(f"{MARK}.png"), subject=f"Till {MARK}", Date=YESTERDAY
        ),
        letter(IVAN, "No printing.", picture("other.png", png(colour=7)), Date=YESTERDAY),
        # Larger than what lies in the database.
        letter(OLGA, f"{MARK} " + "very long text\n" * 30_000, Date=YESTERDAY, Auto_Submitted="auto-replied"),
    )
    box = made.folder / "old.mbox"
    box.write_bytes(b"".join(LINE + one.replace(b"\r\n", b"\n") + b"\n" for one in mails))
    command = [*OTKLIK, "import", "mbox", str(box), "--config", str(made.config)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    assert on(made, "tickets", "answer", hers(made), f"Dear {MARK}, update.").status == 0
    assert on(made, "tickets", "close", hers(made)).status == 0
    return made.folder / "data"


@pytest.fixture
def desk(make_desk: Any, filled: Path) -> Desk:  # noqa: F811
    """A desk of one's own with that data."""
    made: Desk = make_desk()
    shutil.copytree(filled, made.folder / "data", dirs_exist_ok=True)
    return made


def hers(desk: Desk) -> str:
    """The number of Olga's ticket; different people's mails are processed side by side."""
    return str(on(desk, "tickets", "list", "--client", OLGA, "--json").json()["number"])


def traces(desk: Desk, word: str) -> list[str]:
    """Where a word is found in the files below data, be it in the database, its log, or the store."""
    files = [path for path in (desk.folder / "data").rglob("*") if path.is_file()]
    return [path.name for path in files if word.encode() in path.read_bytes()]


def test_after_erasing_no_file_holds_a_trace_not_even_in_free_pages(desk: Desk) -> None:
    assert "otklik.db" in traces(desk, MARK)
    stored = len([path for path in (desk.folder / "data/files").rglob("*") if path.is_file()])
    erased = on(desk, "clients", "erase", OLGA, "--yes", "--json").json()
    assert (erased["tickets"], erased["screenshots"], erased["mails"]) == (1, 1, 2)
    assert (traces(desk, MARK), traces(desk, OLGA)) == ([], [])
    left = len([path for path in (desk.folder / "data/files").rglob("*") if path.is_file()])
    assert erased["files"] == stored - left == 3  # the picture, its thumbnail, the long mail
    assert traces(desk, IVAN) == ["otklik.db"]


def test_the_report_says_the_same_before_and_after(desk: Desk) -> None:
    before = on(desk, "report", "ratings", "--json").json()
    assert before["total"]["closures"] == 1
    assert on(desk, "clients", "erase", OLGA, "--yes").status == 0
    assert on(desk, "report", "ratings", "--json").json() == before


def test_erasing_asks_first_and_refuses_where_nobody_can_answer(desk: Desk) -> None:
    ran = on(desk, "clients", "erase", OLGA)
    assert (ran.status, "say --yes" in ran.errors) == (1, True)
    assert "otklik.db" in traces(desk, MARK)


def test_an_address_that_nobody_has_is_refused(desk: Desk) -> None:
    for words in (("erase", "nobody@client.example", "--yes"), ("export", "nobody@client.example")):
        ran = on(desk, "clients", *words)
        assert (ran.status, ran.errors.strip()) == (1, "nobody has the address nobody@client.example")


def test_while_the_service_runs_it_erases_and_says_what_remains(desk: Desk) -> None:
    desk.start()
    ran = on(desk, "clients", "erase", OLGA.upper(), "--yes")
    assert ran.status == 0
    assert "purge --compact" in ran.errors
    assert on(desk, "clients", "export", OLGA).status == 1
    compacting = on(desk, "purge", "--compact")
    assert (compacting.status, "stop the service first" in compacting.errors) == (1, True)


def test_purge_compact_overwrites_what_an_erasure_beside_the_service_left(desk: Desk) -> None:
    service = desk.start()
    assert on(desk, "clients", "erase", OLGA, "--yes").status == 0
    service.terminate()
    service.wait()
    assert on(desk, "purge", "--compact").status == 0
    assert "otklik.db" not in traces(desk, MARK)


def test_the_export_holds_the_ticket_the_picture_and_the_mails(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "olga.zip"
    ran = on(desk, "clients", "export", OLGA, "--out", str(out))
    assert ran.status == 0, ran.errors
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with zipfile.ZipFile(out) as archive:
        told = json.loads(archive.read("person.json"))
        names = archive.namelist()
        assert MARK.encode() in archive.read("mails/1.eml")
        pictures = [archive.read(name) for name in names if name.startswith("screenshots/")]
    assert pictures == [png()]
    assert (told["addresses"], [one["number"] for one in told["tickets"]]) == ([OLGA], [hers(desk)])
    assert [one["kind"] for one in told["deliveries"]] == ["confirmation", "answer", "invitation"]
    assert [one["ticket"] for one in told["ratings"]] == [hers(desk)]
    assert [one["state"] for one in told["entries"]] == ["done", "refused"]
    assert "mails/3.eml" in names and IVAN not in json.dumps(told)


def test_the_export_without_a_file_prints_the_same_as_json(desk: Desk) -> None:
    told = on(desk, "clients", "export", OLGA).json()
    assert told["tickets"][0]["subject"] == f"Till {MARK}"


def test_an_export_overwrites_nothing(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "olga.zip"
    out.write_text("mine")
    ran = on(desk, "clients", "export", OLGA, "--out", str(out))
    assert (ran.status, "is there already" in ran.errors, out.read_text()) == (1, True, "mine")


def test_purge_says_what_it_removed_and_show_says_when(desk: Desk) -> None:
    assert on(desk, "purge", "--json").json() == {
        "mails": 0, "refused": 0, "quarantined": 0, "deliveries": 0, "tickets": 0, "files": 0,
    }  # fmt: skip
    # A year passes.
    age_everything(desk, days=365)
    purged = on(desk, "purge", "--json").json()
    assert (purged["mails"], purged["refused"]) == (2, 1)
    shown = on(desk, "inbox", "show", "1").output_bytes.decode()
    assert f"purged on {datetime.now(UTC):%Y-%m-%d}" in shown
    assert on(desk, "inbox", "show", "1", "--raw").output_bytes == b""
    assert on(desk, "tickets", "show", hers(desk), "--json").json()["messages"][0]["screenshots"]
    accepted = on(desk, "inbox", "accept", "3")
    assert (accepted.status, "refused and not purged" in accepted.errors) == (1, True)


def age_everything(desk: Desk, days: int) -> None:
    import sqlite3

    with sqlite3.connect(desk.folder / "data/otklik.db") as database:
        past = (datetime.now(UTC) - timedelta(days=days)).isoformat(sep=" ")
        database.execute("UPDATE entries SET processed_at = ?", (past,))
    database.close()
