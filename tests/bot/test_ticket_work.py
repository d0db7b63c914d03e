"""What agents do with tickets, from scripts: `otklik tickets take`, `wait`, `postpone` and their like."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.database import opened
from storage.files import FileStore
from tests import sounds
from tests.bot.commands import Ran, run
from tests.desk_on_disk import DeskOnDisk, mail


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A desk with two agents, and two tickets of Olga's, the first of two messages."""
    assert run("init", str(tmp_path / "desk")).status == 0
    path = tmp_path / "desk" / "config.toml"
    agents = '\n[[agents]]\nname = "Анна"\n\n[[agents]]\nname = "Борис"\nline = "vendor"\n'
    path.write_text(path.read_text(encoding="utf-8") + agents, encoding="utf-8")

    async def work() -> None:
        async with opened(f"sqlite://{tmp_path}/desk/data/otklik.db") as database:
            disk = DeskOnDisk(database, FileStore(tmp_path / "desk" / "data" / "files"))
            now = datetime.now(UTC)
            first = mail("Не печатает.", message_id="<1@client.example>")
            await disk.receives(first, now)
            await disk.receives(mail("И склад не открывается.", in_reply_to="<1@client.example>"), now)
            await disk.receives(mail("Ещё одно."), now)

    assert on(path, "tickets", "list").status == 0  # makes the folder
    asyncio.run(work())
    return path


def on(config: Path, *words: str) -> Ran:
    return run(*words, "--config", str(config))


def does(config: Path, *words: str) -> dict[str, Any]:
    """What a verb prints as JSON."""
    told: dict[str, Any] = on(config, "tickets", *words, "--json").json()
    return told


def shown(config: Path, number: str = "1") -> dict[str, Any]:
    told: dict[str, Any] = on(config, "tickets", "show", number, "--json").json()
    return told


def test_a_ticket_goes_through_its_life_by_commands(config: Path) -> None:
    taken = does(config, "take", "1", "--agent", "Борис")
    assert (taken["number"], taken["state"], taken["assignee"]) == ("AS-000001", "open", "Борис")
    assert does(config, "wait", "1")["state"] == "waiting"
    assert does(config, "kind", "1", "bug")["kind"] == "bug"
    assert does(config, "priority", "1", "2")["priority"] == 2
    assert does(config, "postpone", "1", "diagnosis", "--until", "2100-01-04")["state"] == "postponed"
    told = [(one["what"], one["who"]) for one in shown(config)["history"][-5:]]
    assert told == [
        ("state", "Анна"), ("kind", "Анна"), ("resolution deadline", "Анна"), ("priority", "Анна"),
        ("postponed", "Анна"),
    ]  # fmt: skip
    assert [one["kind"] for one in shown(config)["deliveries"]][-1] == "postponed"


def test_a_partner_hands_over_to_the_vendor_and_the_client_is_told_nothing(config: Path) -> None:
    before = len(shown(config)["deliveries"])
    does(config, "take", "1")
    told = does(config, "line", "1", "vendor", "--why", "нужен разработчик платформы")
    assert (told["line"], told["assignee"]) == ("vendor", None)
    line = next(one for one in shown(config)["history"] if one["what"] == "line")
    assert (line["who"], line["before"], line["after"], line["why"]) == (
        "Анна", "first", "vendor", "нужен разработчик платформы",
    )  # fmt: skip
    assert len(shown(config)["deliveries"]) == before


def test_splitting_prints_the_new_ticket_and_merging_the_one_that_goes_on(config: Path) -> None:
    new = does(config, "split", "1", "2")
    assert (new["number"], new["subject"]) == ("AS-000003", "И склад не открывается.")
    assert does(config, "merge", "3", "AS-000001")["number"] == "AS-000001"
    assert shown(config, "3")["state"] == "closed"


def test_time_is_logged_with_a_recording_that_show_tells_of(config: Path, tmp_path: Path) -> None:
    sound = tmp_path / "созвон.wav"
    sound.write_bytes(sounds.wav())
    words = ("time", "1", "0:30", "call", "--note", "с Ольгой", "--recording", str(sound))
    does(config, *words)
    (spent,) = shown(config)["time"]
    (kept,) = spent["recordings"]
    assert (spent["activity"], spent["seconds"], spent["note"]) == ("call", 1800, "с Ольгой")
    assert (kept["name"], kept["media_type"], kept["size"]) == ("созвон.wav", "audio/wav", len(sounds.wav()))
    assert FileStore(config.parent / "data" / "files").read(kept["sha256"]) == sounds.wav()
    text = on(config, "tickets", "show", "1").output_bytes.decode()
    assert "Анна: 0:30 call (с Ольгой)" in text and "[audio/wav созвон.wav:" in text


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        (("take", "99"), 1, "there is no ticket AS-000099"),
        (("wait", "1"), 1, "is not allowed on a ticket that is new; allowed:"),
        (("postpone", "1", "lazy"), 2, "lazy"),
        (("postpone", "1", "outside", "--until", "soon"), 2, "--until: 'soon' is no moment"),
        (("postpone", "1", "outside", "--until", "2020-01-01"), 1, "has passed"),
        (("merge", "1", "1"), 1, "a ticket can't be merged into itself"),
        (("split", "1", "3"), 1, "AS-000001 has 2 messages, no 3"),
        (("split", "2", "1"), 1, "it is the only message"),
        (("split", "99", "1"), 1, "there is no ticket AS-000099"),
        (("kind", "1", "wish"), 2, "wish"),
        (("priority", "1", "4"), 2, "4"),
        (("line", "1", "first"), 1, "is on the line first already"),
        (("time", "1", "long", "call"), 2, "is no length of time; allowed:"),
        (("time", "1", "0:30", "call", "--recording", "/nowhere.ogg"), 1, "/nowhere.ogg: No such file"),
        (("time", "1", "0:30", "support", "--recording", "/nowhere.ogg"), 1, "not of support"),
        (
            ("time", "1", "0:30", "call", "--recording", __file__),
            1,
            "is no recording; allowed: Ogg Opus, MP3",
        ),
        (("time", "99", "0:30", "call"), 1, "there is no ticket AS-000099"),
    ],
    ids=str,
)
def test_what_can_not_be_done_is_refused_in_one_line(
    config: Path, words: tuple[str, ...], status: int, why: str
) -> None:
    before = json.dumps(shown(config))
    ran = on(config, "tickets", *words)
    assert ran.status == status and why in " ".join(ran.errors.split())
    assert json.dumps(shown(config)) == before
