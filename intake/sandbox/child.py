"""The worker process that looks at hostile mail: `python -m intake.sandbox.child`.

`intake.sandbox.pool` starts it. It reads requests from stdin, answers on stdout, and ends when stdin does, be
it that the service was killed.
"""

from __future__ import annotations

import fcntl
import importlib
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from intake.incoming import IncomingMessage, StoreFailed
from intake.limits import Limits
from intake.sandbox.frames import LENGTHS, frame, head_of
from storage.files import FileStore

_PIPE_BYTES = 1024 * 1024
_CPU_SPARE_SECONDS = 5


def main() -> None:
    """Serve until stdin ends. The one argument is JSON: see `intake.sandbox.pool.Sandbox`."""
    requests, answers = _own_pipes()
    try:
        settings = head_of(sys.argv[1].encode())
        store = FileStore(Path(settings["files_root"]))
        understand = partial(
            _function(settings["call"]),
            own_addresses=frozenset(settings["own_addresses"]),
            keep=store.keep,
            limits=Limits(**settings["limits"]),
        )
        _restrict(settings["memory_mb"])
    except Exception:  # noqa: BLE001 - stderr is closed to us: whatever prevents the start is told this way
        _send(answers, {"failed": traceback.format_exc()})
        return
    _send(answers, {"ready": True})
    while (request := _receive(requests)) is not None:
        _allow_cpu(settings["seconds"])
        _send(answers, _answer(*request, store, understand))


def _answer(
    head: dict[str, Any], raw: bytes, store: FileStore, understand: Callable[..., IncomingMessage]
) -> dict[str, Any]:
    """Do one job; whatever goes wrong becomes an answer that says whose fault it is."""
    try:
        if head["digest"] is not None:
            raw = _stored(store, head["digest"])
        return {"understood": understand(raw, **head["asked"]).to_json()}
    except StoreFailed as failure:
        return {"store_failed": str(failure)}
    except MemoryError:
        return {"exhausted": "memory"}
    except Exception:  # noqa: BLE001 - the parent decides what to do with a mail that nobody foresaw
        return {"failed": traceback.format_exc(limit=-30)[-20_000:]}


def _stored(store: FileStore, digest: str) -> bytes:
    try:
        return store.read(digest)
    except OSError as error:
        raise StoreFailed(f"the mail {digest} can't be read: {error}") from error


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for the frames alone: a stray print must not get between them."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for taken in (0, 1):
        os.dup2(nothing, taken)
    os.close(nothing)
    with suppress(OSError):  # an unprivileged user may have used up his share; then it takes more turns
        fcntl.fcntl(requests, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return os.fdopen(requests, "rb", buffering=0), os.fdopen(answers, "wb", buffering=0)


def _restrict(memory_mb: int) -> None:
    # Ctrl-C in a terminal goes to the whole process group; it is the parent who stops us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)  # taking mail in comes first
    memory = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # No program is started and no thread from here, whatever a mail talks a decoder into (root is exempt).
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _allow_cpu(seconds: float) -> None:
    """Set the limit of processor time anew for each job, for it counts from the start of the process.

    The parent's clock ends a job earlier; this is for the case that the parent has been killed.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + _CPU_SPARE_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _function(name: str) -> Callable[..., IncomingMessage]:
    """Load the function to call, written `module:function`."""
    module, _, function = name.partition(":")
    loaded = getattr(importlib.import_module(module), function)
    assert callable(loaded)
    return loaded  # type: ignore[no-any-return]


def _receive(requests: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    lengths = _exactly(requests, LENGTHS.size)
    if lengths is None:
        return None
    head_length, raw_length = LENGTHS.unpack(lengths)
    head, raw = _exactly(requests, head_length), _exactly(requests, raw_length)
    return None if head is None or raw is None else (head_of(bytes(head)), bytes(raw))


def _exactly(requests: BinaryIO, length: int) -> bytearray | None:
    """Read `length` bytes, None when stdin ends before."""
    content = bytearray(length)
    view = memoryview(content)
    filled = 0
    while filled < length:
        read = requests.readinto(view[filled:])  # type: ignore[attr-defined]
        if not read:
            return None
        filled += read
    return content


def _send(answers: BinaryIO, head: dict[str, Any]) -> None:
    content = memoryview(b"".join(frame(head)))
    while content:
        content = content[answers.write(content) :]


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:  # the service is gone, and nobody waits for the answer
        sys.exit(1)
