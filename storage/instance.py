"""One service at a time on an embedded database: a lock that dies with its holder."""

import fcntl
import os
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another service holds this database."""


class InstanceLock:
    """Holds `path` for the life of the process; the kernel lets go of it even after SIGKILL.

    `work` is what its holder does: others are told.
    """

    def __init__(self, path: Path, work: str = "otklik") -> None:
        self._path, self._work = path, work
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take the lock at once, or raise AlreadyRunning with the holder's process id."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "otklik"
            file.close()
            raise AlreadyRunning(
                f"another {holder} is running on this database; wait for it or stop it first, or give this"
                " one a data_dir and a database of its own"
            ) from None
        file.truncate(0)
        file.write(f"{self._work} (process {os.getpid()})")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go; harmless when it was never taken."""
        if self._file is not None:
            self._file.close()
            self._file = None
