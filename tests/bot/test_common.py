"""What every command shares: statuses, JSON that other programs can read, output that harms no terminal."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.cli.common import Status, fail, load_settings, print_json, progress, say


def run(command: Callable[[], None]) -> Result:
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, [])


class State(Enum):
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Shown:
    subject: str
    at: datetime
    day: date
    took: timedelta
    state: State
    path: Path
    tags: frozenset[str]


def test_json_is_one_line_of_utf8_with_iso_times_and_seconds() -> None:
    shown = Shown(
        'Ошибка "42"\n\x1b[31m', datetime(2026, 11, 23, 2, 30, tzinfo=UTC), date(2026, 12, 7),
        timedelta(hours=8), State.OPEN, Path("/srv/x"), frozenset({"b", "a"}),
    )  # fmt: skip
    result = run(lambda: print_json(shown))
    assert result.exit_code == 0, result.exception
    assert result.stdout_bytes.endswith(b"\n") and result.stdout_bytes.count(b"\n") == 1
    assert "Ошибка".encode() in result.stdout_bytes
    assert json.loads(result.stdout_bytes) == {
        "subject": 'Ошибка "42"\n\x1b[31m', "at": "2026-11-23T02:30:00+00:00", "day": "2026-12-07",
        "took": 28800, "state": "open", "path": "/srv/x", "tags": ["a", "b"],
    }  # fmt: skip


def test_a_lone_surrogate_is_printed_as_the_escape_json_has_for_it() -> None:
    result = run(lambda: print_json(["\ud800"]))
    assert result.stdout_bytes == b'["\\ud800"]\n'
    assert json.loads(result.stdout_bytes) == ["\ud800"]


def test_json_is_one_line_for_readers_that_know_more_line_ends_than_one() -> None:
    text = "a\x85b\u2028c\u2029d\x0be\x0cf\x1cg\x9b2Jh\x7f"
    result = run(lambda: print_json({"text": text}))
    (line,) = result.stdout_bytes.decode("utf-8").splitlines()
    assert line.isprintable() and json.loads(line) == {"text": text}


@pytest.mark.parametrize(("value", "error"), [(datetime(2026, 1, 1), ValueError), (object(), TypeError)])
def test_what_has_no_clear_form_in_json_is_refused(value: object, error: type[Exception]) -> None:
    assert isinstance(run(lambda: print_json(value)).exception, error)


def test_a_failure_is_one_line_on_standard_error_and_a_status() -> None:
    result = run(lambda: fail("no ticket\nAS-1\x1b[2J", Status.UNREACHABLE))
    assert result.exit_code == 3
    assert (result.stdout, result.stderr) == ("", "no ticket\\nAS-1\\x1b[2J\n")


def test_what_is_said_keeps_its_lines_and_loses_its_control_characters() -> None:
    assert (
        run(lambda: say("one\ntwo\x1b]0;title\x07\r\u202e")).stdout
        == "one\ntwo\\x1b]0;title\\x07\\r\\u202e\n"
    )


def test_a_configuration_that_cannot_be_read_ends_the_command_with_status_1(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[desk\n")
    result = run(lambda: print_json(load_settings(tmp_path / "config.toml").desk.name))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{tmp_path}/config.toml:1: column 6: not TOML: ")


def test_progress_is_silent_where_nobody_watches() -> None:
    def work() -> None:
        with progress("importing", total=3) as advance:
            for _ in range(3):
                advance(1)

    result = run(work)
    assert (result.exit_code, result.output) == (0, "")
