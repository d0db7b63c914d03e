"""Commands as scripts use them: what they print as JSON, and how they refuse."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import app
from tests.bot.commands import Ran, run

CSV_BEGIN = b"period,closures,invitations,ratings,response_rate,mean"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A desk that `otklik init` has set up, with two agents."""
    assert run("init", str(tmp_path / "desk")).status == 0
    path = tmp_path / "desk" / "config.toml"
    agents = '\n[[agents]]\nname = "Анна"\n\n[[agents]]\nname = "Борис"\n'
    path.write_text(path.read_text(encoding="utf-8") + agents, encoding="utf-8")
    return path


def on(config: Path, *words: str) -> Ran:
    return run(*words, "--config", str(config))


@pytest.mark.parametrize(
    ("level", "at", "due", "seconds"),
    [
        # Monday 23 November 2026, 05:30 in Moscow: the dates of the house's style sheet.
        ("standard", "2026-11-23 05:30", "2026-11-23T13:30:00+03:00", 8 * 3600),
        ("urgent", "2026-11-23 05:30", "2026-11-23T11:30:00+03:00", 6 * 3600),
        ("general", "2026-11-23 05:30", "2026-11-27T09:30:00+03:00", 40 * 3600),
        ("development", "2026-11-23 05:30", "2026-12-25T05:30:00+03:00", 24 * 9 * 3600),
        # A moment with an offset of its own, on a Sunday.
        ("standard", "2026-11-22T10:00:00+00:00", "2026-11-23T13:00:00+03:00", 8 * 3600),
    ],
)
def test_due_tells_deadline_and_working_seconds(
    config: Path, level: str, at: str, due: str, seconds: int
) -> None:
    told = on(config, "due", level, "--at", at, "--json").json()
    assert (told["level"], told["due_at"], told["working_seconds"]) == (level, due, seconds)
    assert told["received_at"].endswith("+03:00")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("due", "platinum"), 1, "no level 'platinum'; allowed: general, standard, urgent, development"),
        (("due", "standard", "--calendar", "moon"), 1, "there is no calendar 'moon'; allowed: main"),
        (("due", "standard", "--at", "yesterday"), 2, "--at: 'yesterday' is no moment; allowed:"),
        (("due", "standard", "--at", "9999-12-30 13:00"), 2, "allowed: the years 1970 to 2199"),
        (("due",), 2, "LEVEL is missing; needed: The service level's key; see otklik due --help"),
        (("report", "ratings", "--to", "9999-12-31"), 2, "allowed: the years 1970 to 2199"),
        (("inbox", "show", "99999999999999999999999"), 2, "ID: '99999999999999999999999'; allowed:"),
        (("tickets", "answer", "1", "bad \udcff"), 2, "the answer is not UTF-8"),
        (("clients", "add", "support@example.org"), 1, "is the desk's own address"),
        (("tickets", "show", "AS-000404"), 1, "there is no ticket AS-000404"),
        (("tickets", "show", "banana"), 1, "'banana' is no ticket number; allowed: one such as AS-000042"),
        (("tickets", "answer", "1", "text"), 1, "there is no ticket AS-000001"),
        (("tickets", "answer", "1", "text", "--agent", "Вера"), 1, "no agent 'Вера'; configured: Анна"),
        (("tickets", "list", "--state", "lost"), 2, "lost"),
        (("tickets", "list", "--channel", "pigeon"), 2, "--channel: 'pigeon'; allowed: mail, telegram"),
        (("tickets", "list", "--since", "soon"), 2, "--since: 'soon' is no moment"),
        (("inbox", "show", "7"), 1, "there is no entry 7"),
        (("inbox", "retry", "7"), 1, "there is no entry 7 that is in quarantine"),
        (("outbox", "cancel", "7"), 1, "there is no delivery 7 that is owed, dead or undeliverable"),
        (("clients", "add", "not an address"), 1, "'not an address' is no e-mail address"),
        (("report", "volume"), 1, "there is no report 'volume' in this version; it has: ratings"),
        (("report", "ratings", "--group", "moon"), 2, "allowed: agent, line, level"),
        (("report", "ratings", "--from", "2026-02-01", "--to", "2026-01-01"), 2, "lies after"),
        (("run", "--only", "kitchen"), 2, "there is no part 'kitchen'; allowed: listener, mailboxes"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why_in_a_line(
    config: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    ran = on(config, *words)
    assert ran.status == status
    assert said in ran.errors
    assert ran.errors.count("\n") == 1


def test_a_database_that_is_not_there_ends_with_status_three(config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("sqlite://data/otklik.db", "postgres://nobody@127.0.0.1:1/nothing"), encoding="utf-8"
    )
    ran = on(config, "tickets", "list")
    assert ran.status == 3
    assert "the database can't be reached" in ran.errors


def test_a_registered_client_is_listed_and_not_added_twice(config: Path) -> None:
    added = on(
        config, "clients", "add", "Olga@Client.example", "--name", "Ольга", "--language", "ru", "--json"
    )
    assert added.json()["address"] == "olga@client.example"
    again = on(config, "clients", "add", "olga@client.example")
    assert (again.status, "belongs to client 1" in again.errors) == (1, True)
    assert on(config, "clients", "list", "--json").json()["name"] == "Ольга"


def test_a_report_is_compared_with_the_days_before(config: Path) -> None:
    span = ("report", "ratings", "--from", "2026-11-01", "--to", "2026-11-30", "--compare")
    told = on(config, *span, "--json").json()["preceding"]
    assert (told["since"], told["until"], told["total"]["closures"]) == ("2026-10-01", "2026-10-31", 0)
    lines = on(config, *span, "--format", "csv").output_bytes.splitlines()
    assert lines[0].startswith(b"span,period,") and lines[-1].startswith(b"2026-10-01/2026-10-31,total,0")


def test_an_empty_desk_reports_no_figures_rather_than_zeros(config: Path) -> None:
    told = on(config, "report", "ratings", "--json").json()
    assert (told["total"]["closures"], told["total"]["mean"], told["total"]["csat"]) == (0, None, None)
    assert on(config, "report", "ratings", "--format", "csv").output_bytes.startswith(CSV_BEGIN)
    assert on(config, "report", "ratings", "--format", "png").output_bytes.startswith(b"\x89PNG")


def test_migrating_twice_says_that_nothing_is_left_to_do(config: Path) -> None:
    applied = on(config, "migrate", "--json").json()["applied"]
    assert applied == [
        "0001_initial", "0002_indexes", "0003_mail_in_full", "0004_telegram", "0005_service_levels",
    ]  # fmt: skip
    assert on(config, "migrate", "--json").json() == {"applied": []}


def test_the_command_line_brings_neither_charts_nor_servers_along() -> None:
    code = "import sys, bot.cli; print([m for m in ('matplotlib', 'PIL', 'aiohttp.web') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []
    assert app.info.name == "otklik"
