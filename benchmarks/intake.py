"""Intake: accepted messages and complete tickets a second, against a bare aiosmtpd in the same run.

Mixed load (40 % text, 40 % PNG of 150-200 KB, 10 % JPEG and GIF, 10 % replies) at 1, 8 and 32 connections.
Accepted: until the last 250. Complete: until the last confirmation is at the sink, pictures checked and
thumbnails made. The bare server writes each message to a file with fsync. Then a steady rate, with the time
from each 250 to its confirmation; then everything at 8 connections again with many tickets in the database.

    python benchmarks/intake.py            # some 10 minutes
    python benchmarks/intake.py --quick    # a smaller run to look at
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.seed import seed
from benchmarks.service import ROOT, Measured, Service

DRAIN = 120.0  # seconds without a new confirmation after which the rest is taken for lost


@dataclass(frozen=True, slots=True)
class Run:
    """One load on one server; rates are messages a second."""

    accepted: float
    complete: float
    delays: tuple[float, ...]
    resident_mb: float
    cpu_ms: float


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer mails and rounds")
    parser.add_argument("--count", type=int, default=1000, help="mails a load (default 1000)")
    parser.add_argument(
        "--rounds", type=int, default=5, help="rounds of which the median is told (default 5)"
    )
    parser.add_argument("--tickets", type=int, default=100_000, help="tickets of the filled database")
    parser.add_argument("--connections", type=int, nargs="*", default=[1, 8, 32])
    options = parser.parse_args()
    if options.quick:
        options.count, options.rounds, options.tickets = 200, 1, 5_000
    with tempfile.TemporaryDirectory(prefix="otklik-bench-") as folder:
        Benchmark(Path(folder), options).run()


class Benchmark:
    """All loads of one run, each on a fresh service."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.folder, self.options = folder, options
        self._serial = 0
        self._peak = 0.0

    def run(self) -> None:
        """Everything, in the order in which it is told."""
        # Filled before everything else: what a gigabyte just written still costs the disk is not ours.
        filled_desk = self._new_folder()
        seed(Service(filled_desk, _free_port(), _free_port(), 0).config, self.options.tickets)
        os.sync()
        empty = {connections: self._against_bare(connections) for connections in self.options.connections}
        self._steady()
        filled = self._rounds(8, filled_desk)
        print(f"\nwith {self.options.tickets:,} tickets in the database, 8 connections:")
        bare, ours = filled
        reference = empty.get(8)
        for name in ("accepted", "complete"):
            figure = statistics.median(getattr(run, name) for run in ours)
            ratio = statistics.median(getattr(o, name) / b.accepted for o, b in zip(ours, bare, strict=True))
            line = f"  {name:<9} {figure:7.1f}/s   {ratio:5.2f} of bare"
            if reference is not None:
                line += f"   {ratio / reference[name]:5.2f} of the figure when empty"
            print(line)
        print(f"\nresident memory of all processes together, at most: {self._peak:.0f} MB")

    def _against_bare(self, connections: int) -> dict[str, float]:
        bare, ours = self._rounds(connections)
        print(f"\n{connections} connections, {self.options.count} mails, median of {self.options.rounds}:")
        print(f"  bare      {statistics.median(run.accepted for run in bare):7.1f}/s")
        ratios = {}
        for name in ("accepted", "complete"):
            values = [getattr(run, name) for run in ours]
            each = [value / b.accepted for value, b in zip(values, bare, strict=True)]
            ratios[name] = statistics.median(each)
            spread = f"{min(each):.2f}–{max(each):.2f}"
            print(f"  {name:<9} {statistics.median(values):7.1f}/s   {ratios[name]:5.2f} of bare ({spread})")
        print(f"  CPU       {statistics.median(run.cpu_ms for run in ours):7.1f} ms a message", flush=True)
        return ratios

    def _rounds(self, connections: int, desk: Path | None = None) -> tuple[list[Run], list[Run]]:
        bare, ours = [], []
        for _ in range(self.options.rounds):
            bare.append(self._bare(connections))
            ours.append(self._ours(connections, desk or self._new_folder()))
        return bare, ours

    def _bare(self, connections: int) -> Run:
        server = Measured("bare.py", "--folder", str(self._new_folder()))
        try:
            lines = self._load(server.port, "--connections", str(connections))
        finally:
            server.stop()
        return Run(_accepted(lines), 0.0, (), 0.0, 0.0)

    def _ours(self, connections: int, desk: Path) -> Run:
        with _Sink(self._new_folder() / "sink") as sink:
            service = Service(desk, _free_port(), _free_port(), sink.port)
            service.start()
            try:
                self._warm_up(service, sink)
                before = service.cpu_seconds()
                lines = self._load(service.smtp_port, "--connections", str(connections), "--tickets",
                                   str(sink.before), watch=service)  # fmt: skip
                run = self._complete(lines, sink)
                cpu_ms = (service.cpu_seconds() - before) * 1000 / len(lines)
            finally:
                service.stop()
        return Run(run.accepted, run.complete, run.delays, self._peak, cpu_ms)

    def _warm_up(self, service: Service, sink: "_Sink") -> None:
        """Some tickets to reply to, and every connection opened and module loaded once."""
        lines = self._load(service.smtp_port, "--mix", "text=40,png=40,jpeg=10,gif=10", count=40)
        sink.wait_for({line["message_id"] for line in lines})
        sink.remember()

    def _complete(self, lines: list[dict[str, object]], sink: "_Sink") -> Run:
        asked = {str(line["message_id"]): line for line in lines if line["kind"] != "reply"}
        seen = sink.wait_for(set(asked))
        began = min(float(line["sent_at"]) for line in lines)  # type: ignore[arg-type]
        took = max(seen[message_id] for message_id in asked) - began
        delays = tuple(seen[m] - float(line["replied_at"]) for m, line in asked.items())  # type: ignore[arg-type]
        return Run(_accepted(lines), len(lines) / took, delays, 0.0, 0.0)

    def _steady(self) -> None:
        seconds = 10 if self.options.quick else 60
        with _Sink(self._new_folder() / "sink") as sink:
            service = Service(self._new_folder(), _free_port(), _free_port(), sink.port)
            service.start()
            try:
                self._warm_up(service, sink)
                lines = self._load(service.smtp_port, "--rate", "20", "--connections", "4", "--tickets",
                                   str(sink.before), count=20 * seconds, watch=service)  # fmt: skip
                delays = sorted(self._complete(lines, sink).delays)
            finally:
                service.stop()
        at_95 = delays[int(len(delays) * 0.95)]
        print(f"\nsteady 20 messages a second for {seconds} s, from the 250 to the confirmation at the sink:")
        print(
            f"  median {statistics.median(delays):.3f} s   95 % within {at_95:.3f} s   all {delays[-1]:.3f} s"
        )

    def _load(
        self, port: int, *options: str, count: int | None = None, watch: Service | None = None
    ) -> list[dict[str, object]]:
        self._serial += 1
        out = self.folder / f"load-{self._serial}"
        command = [sys.executable, str(ROOT / "benchmarks" / "load.py"), "--port", str(port), *options,
                   "--count", str(count or self.options.count), "--run", f"r{self._serial}",
                   "--no-pipelining", "--out", str(out)]  # fmt: skip
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(watch, over))
        if watch is not None:
            watcher.start()
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        finally:
            over.set()
        lines = [json.loads(line) for line in out.read_text().splitlines()]
        refused = [line for line in lines if line["code"] != 250]
        if refused:
            raise RuntimeError(f"{len(refused)} of {len(lines)} mails were not accepted: {refused[0]}")
        return lines

    def _watch(self, service: Service, over: threading.Event) -> None:
        while not over.wait(0.25):
            self._peak = max(self._peak, service.resident_mb())

    def _new_folder(self) -> Path:
        self._serial += 1
        folder = self.folder / f"run-{self._serial}"
        folder.mkdir()
        return folder


class _Sink:
    """The relay that swallows everything, and what it has seen: Message-ID of the client's mail → moment."""

    def __init__(self, file: Path) -> None:
        self.file, self.before = file, file.with_suffix(".before")

    def __enter__(self) -> "_Sink":
        self._process = Measured("sink.py", "--file", str(self.file))
        self.port = self._process.port
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()

    def remember(self) -> None:
        """Keep what it has seen so far as the tickets to reply to."""
        self.before.write_text(self.file.read_text())

    def wait_for(self, wanted: set[str]) -> dict[str, float]:
        """The moment of each confirmation; RuntimeError when some don't come."""
        newest, since = 0, time.monotonic()
        while True:
            lines = [line.split("\t") for line in self.file.read_text().splitlines()]
            seen = {line[3]: float(line[0]) for line in lines}
            missing = wanted - seen.keys()
            if not missing:
                return seen
            if len(lines) > newest:
                newest, since = len(lines), time.monotonic()
            if time.monotonic() - since > DRAIN:
                raise RuntimeError(f"{len(missing)} of {len(wanted)} confirmations did not come")
            time.sleep(0.1)


def _accepted(lines: list[dict[str, object]]) -> float:
    began = min(float(line["sent_at"]) for line in lines)  # type: ignore[arg-type]
    return len(lines) / (max(float(line["replied_at"]) for line in lines) - began)  # type: ignore[arg-type]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
