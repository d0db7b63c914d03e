"""A desk under test: the real service in processes of its own, used from outside as people do."""

import atexit
import functools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

ADDRESS = "support@example.org"
PATIENCE = 60.0  # seconds for what takes one or two on an idle machine
OTKLIK = (sys.executable, "-m", "bot")
ROOT = Path(__file__).parents[2]
AGENT = '\n[[agents]]\nname = "Анна"\n'


def until(what: str, reached: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """Wait until `reached` gives something true, and return it; fails after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not (outcome := reached()):
        assert time.monotonic() < deadline, f"waited {patience:.0f} s in vain until {what}"
        time.sleep(0.05)
    return outcome


def free_port() -> int:
    """A port that nobody listens on, below those that the kernel gives to outgoing connections.

    It stays ours while the service is down: no client's end can come to lie on it.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


class Process:
    """One `otklik run`."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        with log.open("ab") as output:
            # A session of its own: nothing that it starts outlives the test.
            self._popen = subprocess.Popen(
                command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def runs(self) -> bool:
        return self._popen.poll() is None

    def workers(self) -> list[int]:
        """The process ids of those that it has started: the sandbox's."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def terminate(self) -> None:
        self._popen.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Its exit status; fails when it has not ended in time."""
        return self._popen.wait(seconds)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._popen.kill()
        self._popen.wait()

    def erase(self) -> None:
        """Whatever is left of it and of what it started is ended."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()


class Desk:
    """A configured desk; `start` runs it, the other methods do what its users do."""

    def __init__(
        self,
        folder: Path,
        *,
        database: str = "",
        relay_port: int = 0,
        changes: dict[str, str] | None = None,
        more: str = "",
    ) -> None:
        """`changes`: lines of the example configuration with what stands there instead; `more` comes last."""
        self.folder, self.config, self.log = folder, folder / "config.toml", folder / "log"
        self.smtp_port, self.web_port = free_port(), free_port()
        self.outgoing = folder / "data" / "outgoing"
        self.processes: list[Process] = []
        shutil.copytree(_initial(), folder, dirs_exist_ok=True)
        text = self.config.read_text()
        changed = {
            "port = 8025": f"port = {self.smtp_port}",
            "port = 8080": f"port = {self.web_port}",
            '"http://127.0.0.1:8080"': f'"{self.url}"',
        }
        if database:
            changed['url = "sqlite://data/otklik.db"'] = f'url = "{database}"'
        for line, instead in (changed | (changes or {})).items():
            assert text.count(f"{line}\n") == 1, line
            text = text.replace(f"{line}\n", f"{instead}\n")
        if relay_port:
            more = f'\n[mail.relay]\nhost = "127.0.0.1"\nport = {relay_port}\n{more}'
        self.config.write_text(text + AGENT + more)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    def run(self, *only: str) -> Process:
        """Start a process with these parts, by default all, and do not wait for it."""
        parts = [word for part in only for word in ("--only", part)]
        process = Process([*OTKLIK, "run", "--config", str(self.config), *parts], self.log)
        self.processes.append(process)
        return process

    def start(self) -> Process:
        """Start the whole service and wait until it is well."""
        process = self.run()
        until("the service is well", lambda: self.well() or not process.runs())
        assert process.runs(), self.log_tail()
        return process

    def erase(self) -> None:
        """End every process of this desk."""
        for process in self.processes:
            process.erase()

    def health(self) -> dict[str, Any]:
        """What /health says: the parts, with "status" of the whole among them; empty when nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=10) as answer:
                told = json.load(answer)
        except urllib.error.HTTPError as answer:
            told = json.load(answer)
        except OSError:
            return {}
        return {"status": told["status"], **told["parts"]}

    def well(self) -> bool:
        return self.health().get("status") == "ok"

    def settled(self, patience: float = PATIENCE) -> None:
        """Wait until nothing waits to be processed or delivered."""

        def nothing_waits() -> bool:
            now = self.health()
            if not now or now["database"]["status"] != "ok":
                return False  # the figures may be old
            return bool((now["inbox"]["waiting"], now["outbox"]["owed"]) == (0, 0))

        until("nothing waits any more", nothing_waits, patience)

    def otklik(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command, whatever becomes of it."""
        command = [*OTKLIK, *words, "--config", str(self.config)]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE
        )

    def says(self, *words: str) -> str:
        """What a command prints; it must succeed."""
        done = self.otklik(*words)
        assert done.returncode == 0, f"otklik {' '.join(words)}: {done.returncode}\n{done.stderr}"
        return done.stdout

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """What a command prints with --json."""
        return [json.loads(line) for line in self.says(*words, "--json").splitlines()]

    def tickets(self) -> list[dict[str, Any]]:
        """All tickets with everything in them."""
        return self.rows("tickets", "export")

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def log_tail(self) -> str:
        """The end of the log; tracebacks are cut."""
        return "\n".join(line[:400] for line in self.log_text().splitlines()[-60:])


@functools.cache
def _initial() -> Path:
    """What `otklik init` writes; made once, because every command takes a second to load."""
    folder = Path(tempfile.mkdtemp(prefix="otklik-init-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run([*OTKLIK, "init", str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder
