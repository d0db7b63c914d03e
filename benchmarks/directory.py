"""How long a large directory takes: import of companies and clients by the real commands, then look-ups.

Prints seconds and peak resident memory of each command, how long a service would have waited for SQLite's
write lock at the most, and the time in which a sender is looked up. On PostgreSQL with --url.
"""

import argparse
import asyncio
import csv
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.config import load
from storage.database import opened, sqlite_path
from storage.directory import client_by_address

ROOT = Path(__file__).resolve().parent.parent
LOOK_UPS = 2000


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds, MB resident at its peak, and the longest wait for the write lock."""

    seconds: float
    peak_mb: float
    locked: float
    said: str


def companies(count: int) -> Iterator[Sequence[str]]:
    """A companies' file: each has a contract, a domain, two products and a line."""
    yield "registration", "name", "level", "plan", "valid_from", "valid_to", "domains", "products", "lines"
    for n in range(count):
        yield (
            f"R-{n:07d}", f"ООО «Предприятие {n}»", "standard", "paid", "2026-01-01", "2026-12-31",
            f"company{n}.example", f"accounting:3.2.{n % 50}:{n} payroll:3.1", "first",
        )  # fmt: skip


def clients(count: int, of: int) -> Iterator[Sequence[str]]:
    """A clients' file, in no order of addresses; one in ten has an account in Telegram besides."""
    yield "address", "name", "vocative", "language", "company"
    for n in random.Random(1).sample(range(count), count):
        address = f"person{n}@company{n % of}.example"
        yield (
            f"{address} tg:{n + 1}" if n % 10 == 0 else address, f"Ольга Николаевна {n}", "Ольго Миколаївно",
            ("ru", "uk", "en", "fi")[n % 4], f"R-{n % of:07d}",
        )  # fmt: skip


def write(path: Path, rows: Iterator[Sequence[str]]) -> None:
    """Write a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def cost(config: Path, *words: str) -> Cost:
    """Run `otklik` and watch it."""
    url = load(config).database.url.get_secret_value()
    watch = LockWatch(sqlite_path(url)) if url.startswith("sqlite") else None
    began = time.monotonic()
    command = [sys.executable, "-m", "bot", *words, "--config", str(config)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, peak_mb(process.pid))
        time.sleep(0.05)
    seconds = time.monotonic() - began
    locked = watch.stop() if watch else 0.0
    assert process.stdout is not None
    said = process.stdout.read().strip()
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return Cost(seconds, peak, locked, said)


def peak_mb(pid: int) -> float:
    """The most that a process has had resident so far, as the kernel counts it."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except FileNotFoundError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


class LockWatch:
    """Takes SQLite's write lock again and again, as a service would, and notes the longest wait."""

    def __init__(self, path: Path) -> None:
        self._path, self._over, self._longest = path, threading.Event(), 0.0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> float:
        """End it; the longest wait in seconds."""
        self._over.set()
        self._thread.join()
        return self._longest

    def _run(self) -> None:
        connection = sqlite3.connect(self._path, timeout=120, isolation_level=None)
        while not self._over.wait(0.02):
            began = time.monotonic()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            self._longest = max(self._longest, time.monotonic() - began)
        connection.close()


async def look_ups(config: Path, count: int, of: int) -> list[float]:
    """How long each of many look-ups of a sender takes, in milliseconds, in order of size."""
    chosen = random.Random(3)
    found = []
    async with opened(load(config).database.url.get_secret_value()):
        for n in (chosen.randrange(count) for _ in range(LOOK_UPS)):
            began = time.perf_counter()
            client = await client_by_address(f"person{n}@company{n % of}.example")
            found.append((time.perf_counter() - began) * 1000)
            assert client is not None and client.registered
    return sorted(found)


def main() -> None:
    """Measure, and print a line for each thing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000_000)
    parser.add_argument("--companies", type=int, default=50_000)
    parser.add_argument("--url", help="of an empty database; otherwise an SQLite file in a temporary folder")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="otklik-directory-") as folder:
        measure(Path(folder), wanted.clients, wanted.companies, wanted.url)


def measure(folder: Path, people: int, firms: int, url: str | None) -> None:
    """Everything in one folder."""
    desk = folder / "desk"
    otklik = [sys.executable, "-m", "bot"]
    subprocess.run([*otklik, "init", str(desk)], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    config = desk / "config.toml"
    if url:
        text = config.read_text(encoding="utf-8")
        config.write_text(re.sub(r'(?m)^url = "sqlite:.*"$', f'url = "{url}"', text), encoding="utf-8")
    subprocess.run([*otklik, "migrate", "--config", str(config)], check=True, cwd=ROOT)
    write(folder / "companies.csv", companies(firms))
    write(folder / "clients.csv", clients(people, firms))
    runs = {
        "companies": ("companies", "import", str(folder / "companies.csv")),
        "clients": ("clients", "import", str(folder / "clients.csv")),
        "companies again": ("companies", "import", str(folder / "companies.csv")),
        "clients again": ("clients", "import", str(folder / "clients.csv")),
        "clients export": ("clients", "export", "--out", str(folder / "exported.csv")),
    }
    total = 0.0
    for name, words in runs.items():
        took = cost(config, *words)
        total += took.seconds if name in ("companies", "clients") else 0.0
        print(f"{name}: {took.seconds:.1f} s, {took.peak_mb:.0f} MB, lock {took.locked:.2f} s; {took.said}")
    print(f"both files: {total:.1f} s")
    found = asyncio.run(look_ups(config, people, firms))
    median, high = found[len(found) // 2], found[int(len(found) * 0.99)]
    print(
        f"a sender is looked up in {median:.3f} ms (median), {high:.3f} ms (99 %), {found[-1]:.2f} ms (worst)"
    )


if __name__ == "__main__":
    main()
