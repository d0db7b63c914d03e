"""`otklik due` by hand, by the official production calendars; the commands that move and set deadlines."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.deadlines_trial import try_deadlines
from bot.config import load
from bot.rules import rules, verbs_desk
from replies.recounting import recount_changed
from storage.database import Database, opened
from storage.models import Client, Delivery
from storage.tickets import NewTicket, open_ticket
from tests.bot.commands import Ran, run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A desk that `otklik init` has set up."""
    assert run("init", str(tmp_path / "desk")).status == 0
    return tmp_path / "desk" / "config.toml"


def on(config: Path, *words: str) -> Ran:
    return run(*words, "--config", str(config))


# Of days off and transfers tests/bot/test_calendars.py names the resolutions. A working day is 05:00–14:00.
@pytest.mark.parametrize(
    ("level", "at", "due"),
    [
        # 2024. Fri 1 h, Sat 27 April (works) 9 = 10; off 28 to 1 May; Thu 19, Fri 28, Mon 6 May 37, Tue 3 h
        # more.
        ("general", "2024-04-26 13:00", "2024-05-07T08:00"),
        # Wed 2 h; 9 May a holiday, 10 off for 6 January, the weekend; Mon 6 h.
        ("standard", "2024-05-08 12:00", "2024-05-13T11:00"),
        # Fri 1 h, Sat 2 November works (for 30 April) 5 h.
        ("urgent", "2024-11-01 13:00", "2024-11-02T10:00"),
        # Sat 4 h; Mon 4 is a holiday; Tue 13, Wed 22, Thu 31, Fri 40: at the very close.
        ("general", "2024-11-02 10:00", "2024-11-08T14:00"),
        # Sat 28 December works (for 30) 4 h; 31 off for 7 January, 1 to 8 January holidays; Thu 4 h.
        ("standard", "2024-12-28 10:00", "2025-01-09T09:00"),
        # Days after Fri 20: 23–27 (5), Sat 28 (6), 9, 10 (8), 13–17 (13), 20–24 (18), 27–31 (23), 3 February
        # (24).
        ("development", "2024-12-20 08:00", "2025-02-03T08:00"),
        # 2025. Wed 4 h; 1 May a holiday, 2 off for 4 January; Mon 4 h.
        ("standard", "2025-04-30 10:00", "2025-05-05T09:00"),
        # Wed 9; 8 May off for 23 February, 9 a holiday; Mon 18, Tue 27, Wed 36, Thu 4 h.
        ("general", "2025-05-07 05:00", "2025-05-15T09:00"),
        # Wed 0.5 h; 12 June a holiday, 13 off for 8 March; Mon 7.5 h.
        ("standard", "2025-06-11 13:30", "2025-06-16T12:30"),
        # Fri 2 h; Sat 1 November works (for 3) 4 h.
        ("urgent", "2025-10-31 12:00", "2025-11-01T09:00"),
        # Sat 1 h; 2 Sunday, 3 off, 4 a holiday; Wed 7 h.
        ("standard", "2025-11-01 13:00", "2025-11-05T12:00"),
        # Mon 9, Tue 18; 31 off for 5 January, 1–8 holidays, 9 off for 3 January; Mon 12 27, Tue 36, Wed 4 h.
        ("general", "2025-12-29 05:00", "2026-01-14T09:00"),
        # 2026. Fri 4 h; Mon 23 February a holiday; Tue 4 h.
        ("standard", "2026-02-20 10:00", "2026-02-24T09:00"),
        # Fri 2 h; Mon 9 March off for Sunday the 8th; Tue 6 h.
        ("standard", "2026-03-06 12:00", "2026-03-10T11:00"),
        # Thu 1 h; Fri 1 May a holiday; Mon 5 h.
        ("urgent", "2026-04-30 13:00", "2026-05-04T10:00"),
        # Fri 1 h; Mon 11 May off for Saturday the 9th; Tue 7 h.
        ("standard", "2026-05-08 13:00", "2026-05-12T12:00"),
        # Thu 4 h; Fri 12 June a holiday; Mon 4 h.
        ("standard", "2026-06-11 10:00", "2026-06-15T09:00"),
        # Tue 2 h; Wed 4 November a holiday; Thu 6 h.
        ("standard", "2026-11-03 12:00", "2026-11-05T11:00"),
        # Mon 9, Tue 18, Wed 27; 31 off for 4 January, 1–10 January; Mon 11 36, Tue 4 h.
        ("general", "2026-12-28 05:00", "2027-01-12T09:00"),
    ],
)
def test_due_agrees_with_the_russian_production_calendar(
    config: Path,
    level: str,
    at: str,
    due: str,
) -> None:
    assert on(config, "due", level, "--at", at, "--json").json()["due_at"] == f"{due}:00+03:00"


@pytest.mark.parametrize(
    ("level", "at", "pauses", "due"),
    [
        # Fri 10–12 2 h; then it stands still over the working Saturday until Tue 07:00: 6 h more.
        ("standard", "2024-11-01 10:00", ["2024-11-01 12:00..2024-11-05 07:00"], "2024-11-05T13:00"),
        # 3 February 08:00 (above), and what stood still: Fri 27 4 h, Sat 28 9, 9 January 9, 10 January 3 = 25
        # h. 3 February 6 h, 4 and 5 18 h, 6 February 1 h.
        ("development", "2024-12-20 08:00", ["2024-12-27 10:00..2025-01-10 08:00"], "2025-02-06T06:00"),
        # Two that overlap: Thu 10–11 1 h, Mon 15 June from 07:00 7 h.
        ("standard", "2026-06-11 10:00",
         ["2026-06-11 11:00..2026-06-15 06:00", "2026-06-15 05:30..2026-06-15 07:00"], "2026-06-15T14:00"),
        # Over the weekend alone: nothing stood still.
        ("standard", "2026-11-27 13:00", ["2026-11-27 14:00..2026-11-30 05:00"], "2026-11-30T12:00"),
    ],
)  # fmt: skip
def test_due_with_pauses_by_hand(
    config: Path,
    level: str,
    at: str,
    pauses: list[str],
    due: str,
) -> None:
    words = [word for one in pauses for word in ("--pause", one)]
    told = on(config, "due", level, "--at", at, *words, "--json").json()
    assert told["due_at"] == f"{due}:00+03:00"
    counted = [[datetime.fromisoformat(one) for one in span] for span in told["intervals"]]
    assert sum((b - a for a, b in counted), timedelta()).total_seconds() == told["working_seconds"]
    for since, until in ([datetime.fromisoformat(one) for one in pause] for pause in told["pauses"]):
        assert all(b <= since or a >= until for a, b in counted)
    text = on(config, "due", level, "--at", at, *words).output_bytes.decode()
    assert "not counted: " in text


@pytest.mark.parametrize(
    ("pause", "said"),
    [
        ("2026-11-23", "has no two dots"),
        ("2026-11-24..2026-11-23", "ends before it begins"),
        ("now..later", "'now' is no moment"),
    ],
)
def test_a_pause_that_is_none_is_refused(config: Path, pause: str, said: str) -> None:
    ran = on(config, "due", "standard", "--pause", pause)
    assert ran.status == 2 and said in ran.errors and "FROM..TO" in ran.errors


# --- on tickets


def tuesday_off(config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    assert "extra_days_off = []" in text
    config.write_text(
        text.replace("extra_days_off = []", 'extra_days_off = ["2026-11-24"]'), encoding="utf-8"
    )


def with_tickets(config: Path, kind: str | None = None) -> None:
    """Two open tickets of the level standard, received on Monday and due on Tuesday."""
    settings = load(config)
    timing = rules(settings).timing
    received = datetime(2026, 11, 23, 10, tzinfo=UTC)

    async def unit() -> None:
        client = (await Client.create(name="Ольга", created_at=received)).id
        for _ in range(2):
            await open_ticket(
                NewTicket(client, "open", "Печать", "mail", "ru", "standard", "8 working hours", received,
                          datetime(2026, 11, 24, 9, tzinfo=UTC), kind=kind)
            )  # fmt: skip

    async def work(database: Database) -> None:
        await database.writer.run(unit)
        await recount_changed(database, timing, received)

    asyncio.run(_opened(config, work))


async def _opened(config: Path, work: Any) -> Any:
    async with opened(load(config).database.url.get_secret_value()) as database:
        return await work(database)


def test_check_and_a_dry_run_say_how_many_would_move_and_move_none(config: Path) -> None:
    with_tickets(config)
    assert try_deadlines(load(config)).text == "counted by this configuration"
    tuesday_off(config)
    assert try_deadlines(load(config)).text == "2 would move at the next start, because of: calendar main"
    for _ in range(2):
        told = on(config, "deadlines", "recompute", "--dry-run", "--json").json()
        assert told == {"changed": ["calendar main"], "would_move": 2}
    assert on(config, "deadlines", "recompute", "--json").json() == {"changed": ["calendar main"], "moved": 2}
    assert try_deadlines(load(config)).text == "counted by this configuration"
    row = json.loads(on(config, "tickets", "list", "--json").output_bytes.splitlines()[0])
    assert row["reaction_due_at"] == "2026-11-25T09:00:00+00:00"
    assert on(config, "deadlines", "recompute").output_bytes.decode().strip() == "0 deadlines have moved"


def test_check_of_a_desk_without_a_database_has_no_deadlines(config: Path) -> None:
    assert try_deadlines(load(config)).text == "none yet"


def test_an_improvement_is_planned_and_goes_through_stages(config: Path) -> None:
    with_tickets(config, "improvement")
    last = (datetime.now(UTC) + timedelta(days=40)).date()
    told = on(config, "tickets", "plan", "1", str(last), "--json").json()
    assert told["resolution_due_at"].startswith(str(last))
    for stage in ("requirements", "build"):
        assert on(config, "tickets", "stage", "1", stage, "--json").status == 0
    back = on(config, "tickets", "stage", "1", "specification")
    assert back.status == 1 and "back from build to specification needs a reason" in back.errors
    assert on(config, "tickets", "stage", "1", "specification", "--why", "забыли отчёт").status == 0
    shown = on(config, "tickets", "show", "1", "--json").json()
    assert (shown["stage"], shown["resolution"]) == ("specification", "planned")
    assert [(one["stage"], one["left_at"] is None) for one in shown["stages"]] == [
        ("requirements", False), ("build", False), ("specification", True),
    ]  # fmt: skip

    async def planned(_: Database) -> int:
        return await Delivery.filter(kind="planned", ticket_id=1).count()

    assert asyncio.run(_opened(config, planned)) == 1
    for words, said in ((("plan", "2", "tomorrow"), "is no date"), (("stage", "2", "testing"), "testing")):
        ran = on(config, "tickets", *words)
        assert ran.status == 2 and said in ran.errors
    assert on(config, "tickets", "plan", "2", "2020-01-01").status == 1


def test_the_configuration_says_by_what_is_counted(config: Path) -> None:
    desk = verbs_desk(load(config))
    assert [(str(one), one.kind) for one in desk.targets] == [
        ("12 working hours", "consultation"), ("8 working hours, same day before 16:00", "bug"),
    ]  # fmt: skip
    assert desk.paused_in == {"waiting", "postponed"}
