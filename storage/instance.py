"""One service at a time on an embedded database: a lock that dies with its holder."""

import fcntl
import os
from pathlib import Path
from typing import IO

_ADVICE = "wait for it or stop it first, or give this one a data_dir and a database of its own"


class AlreadyRunning(Exception):
    """Another process holds this database; the text says which, and what can be done."""


class InstanceLock:
    """Holds `path` for the life of the process; the kernel lets go of it even after SIGKILL.

    `work` is what its holder does, and `advice` what whoever is kept out can do: he is told both.
    """

    def __init__(self, path: Path, work: str = "another otklik", advice: str = _ADVICE) -> None:
        self._path, self._work, self._advice = path, work, advice
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the lock at once, or raise AlreadyRunning with the holder's process id and advice."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder, _, advice = file.read().partition("\n")
            file.close()
            holder, advice = holder or "another otklik", advice or _ADVICE
            raise AlreadyRunning(f"{holder} is running on this database; {advice}") from None
        file.truncate(0)
        file.write(f"{self._work} (process {os.getpid()})\n{self._advice}")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go; harmless when it was never taken."""
        if self._file is not None:
            self._file.close()
            self._file = None
