"""The whole service under measurement: configured for a run, started, watched, stopped."""

import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds for a start or an end


class Measured:
    """A process that says "ready PORT" once it listens (bare.py, sink.py)."""

    def __init__(self, script: str, *options: str) -> None:
        command = [sys.executable, str(ROOT / "benchmarks" / script), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        first = self.process.stdout.readline().split()
        if first[:1] != ["ready"]:
            raise RuntimeError(f"{script} did not start")
        self.port = int(first[1])

    def stop(self) -> None:
        """End it and wait."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE)


class Service:
    """`otklik run` in a folder of its own, with its relay at `sink_port`."""

    def __init__(self, folder: Path, smtp_port: int, web_port: int, sink_port: int) -> None:
        self.folder, self.smtp_port, self.web_port = folder, smtp_port, web_port
        self.config = folder / "config.toml"
        otklik = [sys.executable, "-m", "bot"]
        original = folder / "config.original"
        if not original.exists():  # a desk may be used again, by a service with other ports
            subprocess.run([*otklik, "init", str(folder)], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
            original.write_text(self.config.read_text())
        text = original.read_text()
        text = re.sub(r"(?m)^port = 8025$", f"port = {smtp_port}", text)
        text = re.sub(r"(?m)^port = 8080$", f"port = {web_port}", text)
        text += f'\n[mail.relay]\nhost = "127.0.0.1"\nport = {sink_port or 25}\n'
        self.config.write_text(text)
        self._command = [*otklik, "run", "--config", str(self.config)]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is well."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self._command, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while not self._well():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"the service did not start; see {self.folder / 'log'}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it in order."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)

    def resident_mb(self) -> float:
        """Resident memory of all its processes together, shared pages counted in each, in MB."""
        assert self.process is not None
        return sum(_resident_kb(pid) for pid in _family(self.process.pid)) / 1024

    def cpu_seconds(self) -> float:
        """CPU time of all its processes so far."""
        assert self.process is not None
        return sum(_cpu_ticks(pid) for pid in _family(self.process.pid)) / 100

    def _well(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _resident_kb(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
