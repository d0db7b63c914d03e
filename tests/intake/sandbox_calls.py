"""What a worker process may be made to call in tests instead of understanding: each misbehaves in its way.

The mail's bytes choose what happens; anything not known here is echoed in the subject.
"""

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable

from intake.incoming import IncomingMessage


def misbehave(raw: bytes, *, keep: Callable[[bytes], str], **_: object) -> IncomingMessage:
    """Do what the mail says."""
    name, _, argument = raw.decode().partition(" ")
    found = _DEEDS.get(name, lambda _: raw.decode())(argument)
    return IncomingMessage(subject=str(found), text=keep(raw) if name == "keep" else "")


def _loop(_: str) -> None:
    while True:
        pass


def _hog(_: str) -> int:
    hoard = [bytearray(10_000_000) for _ in range(1_000)]
    return len(hoard)


def _die(_: str) -> None:
    os._exit(3)


def _segfault(_: str) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _fail(_: str) -> None:
    raise ZeroDivisionError("as nobody foresaw")


def _chatter(_: str) -> None:
    print("noise", flush=True)
    os.write(1, b"more noise")
    sys.stderr.write("\x1b[31mnoise\n")


def _forge(_: str) -> None:
    for descriptor in range(3, 10):
        try:
            os.write(descriptor, b"\xff" * 100)
        except OSError:
            continue


def _burn(seconds: str) -> int:
    end = time.process_time() + float(seconds)
    while time.process_time() < end:
        pass
    return resource.getrlimit(resource.RLIMIT_CPU)[0]


def _surroundings(_: str) -> str:
    limits = {
        name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0] for name in ("AS", "CORE", "NPROC")
    }
    descriptors = [
        os.readlink(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd") if _is_open(one)
    ]
    return json.dumps(
        {"environment": sorted(os.environ), "nice": os.nice(0), "descriptors": sorted(descriptors), **limits}
    )


def _is_open(descriptor: str) -> bool:
    return os.path.lexists(f"/proc/self/fd/{descriptor}")


_DEEDS: dict[str, Callable[[str], object]] = {
    "loop": _loop,
    "hog": _hog,
    "die": _die,
    "segfault": _segfault,
    "fail": _fail,
    "chatter": _chatter,
    "forge": _forge,
    "burn": _burn,
    "surroundings": _surroundings,
}
