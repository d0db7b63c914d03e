"""Keep bytes for good under the digest of their content: what was kept once is never torn and never lost."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_DIGEST = re.compile(r"[0-9a-f]{64}")
_TEMPORARY = "tmp"


class DamagedFile(OSError):
    """The bytes found under a digest are not those that were kept under it."""


class FileStore:
    """A folder of files, each named by the SHA-256 of its bytes, in 256 subfolders.

    One level of folders, not two: 65,536 of them would be new with nearly every file for a long time, and
    each new one has to be synced as well.

    Every method is synchronous and may be called from any number of threads and processes at once.
    Names given by strangers never come here: the only name that reaches the file system is a digest.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        # Folders whose own entry is known to be on the disk: a sync costs milliseconds, most of `keep`.
        self._durable: set[Path] = set()

    def keep(self, content: bytes) -> str:
        """Store `content`, return its SHA-256 in hex once it would survive a loss of power.

        Keeping the same bytes again changes nothing. Raises OSError (ENOSPC, EACCES, …) when the disk
        does not take them; nothing half-written is left under the digest.
        """
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if target.parent not in self._durable:
            self._make_folder(target.parent)
        if _is_whole_and_touched(target, len(content)):
            # Whoever put it there may not have come as far as this line.
            _sync_folder(target.parent)
        else:
            write_durably(content, target, self._root / _TEMPORARY / secrets.token_hex(16))
        return digest

    def read(self, digest: str) -> bytes:
        """Return the bytes kept under `digest`.

        Raises ValueError for what is no digest, FileNotFoundError, or DamagedFile.
        """
        content = self.path(digest).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise DamagedFile(f"the file {digest} is damaged")
        return content

    def path(self, digest: str) -> Path:
        """Return where `digest` lies or would lie. Raises ValueError for what is no SHA-256 in hex."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"not a digest: {digest[:80]!r}")
        return self._root / digest[:2] / digest

    def delete_idle(self, digest: str, idle_seconds: float) -> bool:
        """Forget `digest` unless somebody kept it within the last `idle_seconds`; returns whether it is gone.

        For a file that nothing refers to: whoever keeps bytes refers to them only a little later.
        """
        target = self.path(digest)
        aside = self._root / _TEMPORARY / secrets.token_hex(16)
        try:
            if time.time() - target.stat().st_mtime < idle_seconds:
                return False
            aside.parent.mkdir(mode=0o700, exist_ok=True)  # a store from a backup may lack it
            # Aside first, then asked again: what is kept from now on is written anew.
            target.rename(aside)
        except FileNotFoundError:
            return True
        if time.time() - aside.stat().st_mtime < idle_seconds:
            aside.rename(target)
            return False
        aside.unlink()
        _sync_folder(target.parent)
        return True

    def digests(self, first: str) -> Iterator[str]:
        """The digests in the store that begin with a hexadecimal digit."""
        for folder in sorted(self._root.glob(f"{first}[0-9a-f]")):
            for file in folder.iterdir():
                if _DIGEST.fullmatch(file.name):
                    yield file.name

    def sweep_temporary(self, older_than_seconds: float) -> int:
        """Remove what interrupted writers left behind, return how many files that were."""
        swept = 0
        oldest_kept = time.time() - older_than_seconds
        with suppress(FileNotFoundError):
            for leftover in (self._root / _TEMPORARY).iterdir():
                with suppress(FileNotFoundError):  # its writer may just have renamed it
                    if leftover.stat().st_mtime <= oldest_kept:
                        leftover.unlink()
                        swept += 1
        return swept

    def _make_folder(self, folder: Path) -> None:
        """Make a folder and what is above it, durably; also when somebody else has just made it."""
        if self._root not in self._durable:
            root = self._root.absolute()
            missing = [above for above in root.parents if not above.exists()]
            (root / _TEMPORARY).mkdir(mode=0o700, parents=True, exist_ok=True)
            for made in (root / _TEMPORARY, root, *missing):
                _sync_folder(made.parent)
            self._durable.add(self._root)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(self._root)
        self._durable.add(folder)


def write_durably(content: bytes, target: Path, temporary: Path, mode: int = 0o600) -> None:
    """Put `content` at `target`; after a crash at any moment the old is there, or the new, and never a half.

    `temporary` is a path in the same file system that nobody else writes to; what a crash has left there is
    written over. `mode`: the new file's, less the umask. Returns once it would survive a loss of power.
    Raises OSError when the disk does not take it; then nothing half-written is left.
    """
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _is_whole_and_touched(path: Path, size: int) -> bool:
    """Whether the file is there; touched, so that `delete_idle` sees that somebody needs it again."""
    try:
        if path.stat().st_size != size:
            return False
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Make a folder's entries durable: without this a rename may be undone by a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
