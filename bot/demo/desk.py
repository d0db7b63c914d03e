"""The demo's desk: a fresh configuration on free ports, the service as a process of its own."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any, TypeVar

from bot.demo.letters import read

PATIENCE = 30.0  # seconds for anything that should take one
T = TypeVar("T")


class DemoFailed(Exception):
    """The service did not do what the demo shows; says what was waited for."""


class DemoDesk:
    """A service in a folder, driven from outside as its users do: SMTP, the command line, the pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.smtp_port, self.web_port = _free_port(8025), _free_port(8080)
        self.config = folder / "config.toml"
        self.outgoing = folder / "data" / "outgoing"
        self.log = folder / "otklik.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._is_up = False
        self._seen: set[Path] = set()

    def prepare(self, changes: Mapping[str, str], agent_id: int) -> None:
        """Write the configuration, as `otklik init` does, with the free ports and what else is to be changed.

        `agent_id`: Anna's number in Telegram.
        """
        self.command("init", str(self.folder), config=False)
        text = self.config.read_text()
        text = re.sub(r"(?m)^port = 8025$", f"port = {self.smtp_port}", text)
        text = re.sub(r"(?m)^port = 8080$", f"port = {self.web_port}", text)
        text = text.replace("http://127.0.0.1:8080", f"http://127.0.0.1:{self.web_port}")
        for found, wanted in changes.items():
            if found not in text:
                raise DemoFailed(f"config.example.toml has no {found!r} any more")
            text = text.replace(found, wanted)
        agent = f'\n[[agents]]\nname = "Анна"\nrole = "agent"\ntelegram_id = {agent_id}\n'
        self.config.write_text(text + agent)

    def start(self) -> None:
        """Start the service and wait until it is well."""
        command = [sys.executable, "-m", "bot", "run", "--config", str(self.config)]
        with self.log.open("ab") as log, _uninterrupted():
            # A session of its own: Ctrl-C reaches the demo, which then stops the service in order.
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
        self.until("the service is well", self._well)
        self._is_up = True

    def stop(self) -> int:
        """Stop the service in order; returns its exit status."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(20)
        # One that is just starting knows no other way to end than at once.
        return 0 if status == -signal.SIGTERM and not self._is_up else status

    def wait(self) -> None:
        """Return when the service has ended by itself."""
        if self._process is not None:
            self._process.wait()

    def command(self, *words: str, config: bool = True) -> str:
        """Run an `otklik` command and return what it prints."""
        where = ["--config", str(self.config)] if config else []
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "bot", *words, *where], capture_output=True, check=False
        )
        if done.returncode:
            raise DemoFailed(f"otklik {' '.join(words)}: {done.stderr.decode().strip()}")
        return done.stdout.decode()

    def picture(self, path: Path, *words: str) -> None:
        """Run a command whose output is a picture, into a file."""
        command = [sys.executable, "-m", "bot", *words, "--config", str(self.config)]
        with path.open("wb") as file:
            subprocess.run(command, stdout=file, check=True)  # noqa: S603

    def new_mail(self, to: str) -> Message:
        """Wait for the next mail to an address, and return it."""

        def found() -> Message | None:
            for path in sorted(self.outgoing.glob("*.eml")):
                if path in self._seen:
                    continue
                mail = read(path)
                if to in str(mail["To"]):
                    self._seen.add(path)
                    return mail
            return None

        return self.until(f"a mail to {to}", found)

    def ticket_of(self, client: str) -> dict[str, Any]:
        """What `tickets list --json` tells of a client's ticket."""
        (line,) = self.command("tickets", "list", "--json", "--client", client).splitlines()
        found: dict[str, Any] = json.loads(line)
        return found

    def until(self, what: str, found: Callable[[], T | None]) -> T:
        """Wait for a condition; DemoFailed when it does not come true in time."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                raise DemoFailed(f"the service ended; its log: {self.log.read_text()[-2000:]}")
            outcome = found()
            if outcome is not None:
                return outcome
            time.sleep(0.1)
        raise DemoFailed(f"waited {PATIENCE:.0f} s in vain: {what}; see {self.log}")

    def _well(self) -> bool | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/health", timeout=5) as answer:
                return True if answer.status == 200 else None
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put an interruption off to the end of the block: a service not yet noted would outlive us."""
    told: list[int] = []
    before = {
        one: signal.signal(one, lambda number, _: told.append(number))
        for one in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    if told:
        signal.raise_signal(told[0])


def _free_port(wished: int) -> int:
    """The wished port, or any free one when somebody has it."""
    for port in (wished, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoFailed("no free port on 127.0.0.1")
