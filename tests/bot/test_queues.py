"""`otklik inbox list` and `show` for people: when a mail came, by the desk's own time."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.config import load
from bot.rules import file_store
from storage.database import opened
from storage.inbox import Arrival, Inbox
from tests.bot.commands import run


def test_entries_are_listed_with_the_desks_time_and_its_name(tmp_path: Path) -> None:
    assert run("init", str(tmp_path / "desk")).status == 0
    config = tmp_path / "desk" / "config.toml"
    received_at = datetime(2026, 11, 23, 2, 30, 15, tzinfo=UTC)
    envelope = {"mail_from": "olga@client.example"}

    async def record() -> None:
        settings = load(config)
        async with opened(settings.database.url.get_secret_value()) as database:
            arrival = Arrival("1" * 64, "smtp", "olga", envelope, b"Subject: x\r\n\r\ntext", received_at)
            await Inbox(database, file_store(settings)).record(arrival)

    asyncio.run(record())
    line = "1  recorded    2026-11-23 05:30:15 MSK  olga@client.example  18 bytes"
    assert run("inbox", "list", "--config", str(config)).output_bytes.decode().strip() == line
    shown = run("inbox", "show", "1", "--config", str(config)).output_bytes.decode()
    assert shown.startswith(line)
    row = run("inbox", "list", "--json", "--config", str(config)).json()
    assert row["received_at"] == "2026-11-23T02:30:15+00:00"
