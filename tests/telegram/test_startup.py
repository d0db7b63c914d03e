"""The service with two bots as a process of its own: how soon it listens, and what it never shows."""

import asyncio
import gc
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

from tests.service.desk import ROOT
from tests.telegram.conftest import MakeChatDesk
from tests.telegram.people import AGENTS_TOKEN, CLIENTS_TOKEN, ChatDesk

FIRST_POLL = 6.0  # seconds
TOKENS = re.compile(r"\d{5,20}:[\w-]{30,}")
FAULTS = (("error", 500), ("error", 429), ("html", 502), ("dropped", 0), ("lost", 0), ("error", 401))


async def test_both_bots_are_heard_within_six_seconds_of_the_start(make_chat_desk: MakeChatDesk) -> None:
    desk = await make_chat_desk()
    began = time.monotonic()
    desk.desk.run()
    await desk.listens()
    polls = desk.server.called("getUpdates")  # those that found something; the others still wait
    assert time.monotonic() - began < FIRST_POLL, polls


def test_a_command_that_needs_no_telegram_loads_neither_library() -> None:
    """tests/test_floors.py says so of the sources; here it is seen."""
    command = (
        "import sys\n"
        "from bot.__main__ import main\n"
        "import bot.service\n"
        "sys.argv = ['otklik', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('aiogram', 'telegram', 'httpx') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


async def test_threat_38_no_token_is_ever_shown_whatever_telegram_does(make_chat_desk: MakeChatDesk) -> None:
    desk = await make_chat_desk(changes={'level = "info"': 'level = "debug"'})
    await desk.spawn()
    for number, (kind, code) in enumerate(FAULTS):
        how = {"code": code, "parameters": {"retry_after": 1}}
        planned = [desk.server.fault(method, kind, **how) for method in ("*", "getUpdates")]
        person = desk.server.person(f"Клиент {number}")  # of one whose delivery waits, the next waits, too
        await person.starts(desk.bot)
        await person.writes(f"Не печатает касса, {kind} {code}")
        await desk.staff.vera.writes("Кто видит обращение?", where=desk.staff.group)
        await desk.server.world.until(
            f"{kind} {code} happens", lambda planned=planned: all(fault.hits for fault in planned) or None, 30
        )
    desk.bot.revoked = True
    await desk.until_health("telegram clients", "failing")
    shown = await asyncio.to_thread(_everything, desk)
    assert "no updates" in shown and "telegram clients" in shown
    assert TOKENS.findall(shown) == []
    for token in (CLIENTS_TOKEN, AGENTS_TOKEN):
        assert token not in shown and token.partition(":")[2] not in shown


def _everything(desk: ChatDesk) -> str:
    """What anybody can read of the service: its log, health, figures, pages, and what commands tell."""
    pages = [_page(f"{desk.desk.url}/{path}") for path in ("health", "metrics", "telegram/clients", "")]
    commands = (("inbox", "list", "--json"), ("outbox", "list", "--json"), ("check",), ("tickets", "export"))
    told = [desk.desk.otklik(*words) for words in commands]
    assert [one.returncode for one in told] == [0, 0, 3, 0], told  # of a check: one bot's token is not valid
    kept = (desk.desk.folder / "data" / "otklik.db").read_bytes() + _log_of_database(desk)
    words = [one.stdout + one.stderr for one in told]
    return "\n".join([desk.desk.log_text(), *pages, *words, kept.decode("utf-8", "replace")])


def _log_of_database(desk: ChatDesk) -> bytes:
    return (desk.desk.folder / "data" / "otklik.db-wal").read_bytes()


def _page(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as answer:
        return answer.read().decode()


async def test_the_clients_bot_works_without_the_other_and_leaves_nothing_open(
    make_chat_desk: MakeChatDesk,
) -> None:
    desk = await make_chat_desk()
    text = desk.desk.config.read_text()
    alone = re.sub(r"\n\[telegram\.agents\].*?(?=\n\[)", "", text, flags=re.DOTALL)
    assert AGENTS_TOKEN in text and AGENTS_TOKEN not in alone
    desk.desk.config.write_text(alone)
    olga = desk.server.person("Ольга")
    await desk.run(well=False)
    await olga.starts(desk.bot)
    await olga.writes("Не печатает касса")
    await olga.reads("приняли")
    await desk.stop()
    gc.collect()  # what was left open says so when it goes
    assert "Unclosed" not in desk.desk.log_text() and desk.server.called("getMe", desk.agents_bot) == []
