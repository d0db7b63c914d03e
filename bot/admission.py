"""Whether anything can be taken in now: the reserve of disk, and how much waits already."""

import shutil
from pathlib import Path

BACKLOG_MOST = 50_000  # entries waiting; more would be promised than could be kept track of


class Admission:
    """Asked before each DATA; a refusal is 452, and the sender comes again."""

    def __init__(self, folders: tuple[Path, ...], reserve_bytes: int) -> None:
        self._folders = folders
        self._reserve = reserve_bytes
        self.backlog = 0  # kept up to date by whoever counts the inbox

    def __call__(self) -> str | None:
        """None, or why nothing can be taken in."""
        if self.backlog >= BACKLOG_MOST:
            return f"{self.backlog} entries wait to be processed"
        # Looked at each time: it takes microseconds, and a burst fills a small reserve quickly.
        return self._short_of_room()

    def _short_of_room(self) -> str | None:
        for folder in self._folders:
            try:
                free = shutil.disk_usage(folder).free
            except OSError as exc:
                return f"{folder}: {exc.strerror}"
            if free < self._reserve:
                return f"{folder}: {free} bytes free, the reserve is {self._reserve}"
        return None
