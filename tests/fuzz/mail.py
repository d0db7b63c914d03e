"""Fuzz the understanding of mail by coverage: `python -m tests.fuzz.mail --seconds 3600 --found DIR`.

Mutants of tests/mails go in. One input in four is blown up to as much as a megabyte by repeating a part of
it: that is how what grows with the square of its input is found. The first one that raises, takes more than
two seconds (eight with the instruments) or more than 200 MB ends the run, and lies in DIR (`crash-…`).
"""

import argparse
import resource
import shutil
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["intake"]):
    from tests.fuzz.bounds import LONGEST, MEGABYTES, SECONDS, cost
    from tests.intake.understood import understood

MAILS = Path(__file__).parents[1] / "mails"
_HIGHEST_MB = 2048  # of address space; the fuzzer's own tables are in it
_SLOWER = 4  # than without instruments: so much more time is allowed


def blown_up(data: bytes) -> bytes:
    """Return a part of `data` repeated, as its first four bytes say, for one input in four; else the rest."""
    control, body = data[:4], data[4:]
    if len(control) < 4 or control[0] % 4 or not body:
        return body
    start = control[1] * len(body) // 256
    length = 1 + control[2] * control[2] // 64
    part = body[start : start + length]
    times = min((LONGEST - len(body)) // max(1, len(part)), 1 << (control[3] % 20))
    return (body[:start] + part * max(0, times) + body[start:])[:LONGEST]


def one(data: bytes) -> None:
    """Check one input against the bounds."""
    raw = blown_up(data)
    seconds, megabytes = cost(raw)
    assert seconds <= SECONDS * _SLOWER, f"{seconds:.1f} s for {len(raw)} bytes"
    assert megabytes <= MEGABYTES, f"{megabytes:.0f} MB for {len(raw)} bytes"


def main() -> None:
    """Fuzz until the time is over or something is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--found", type=Path, default=None, help="where to put what breaks a bound")
    asked = parser.parse_args()
    limit = _HIGHEST_MB * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for path in sorted(MAILS.glob("*.eml")):
        understood(path.read_bytes())  # what is loaded late is loaded now, and no input's fault
    with tempfile.TemporaryDirectory() as seeds:
        for path in MAILS.glob("*.eml"):
            (Path(seeds) / path.name).write_bytes(b"\x01\0\0\0" + path.read_bytes())
        found = asked.found or Path(seeds)
        found.mkdir(parents=True, exist_ok=True)
        options = [f"-max_total_time={asked.seconds}", "-max_len=65536", "-timeout=30", "-rss_limit_mb=0"]
        atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={found}/", seeds], one)
        try:
            atheris.Fuzz()
        finally:
            shutil.rmtree(seeds, ignore_errors=True)


if __name__ == "__main__":
    main()
