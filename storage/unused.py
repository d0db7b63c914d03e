"""Removes files to which nothing refers any more; a screenshot that two tickets share stays for the other."""

from collections.abc import Callable, Collection, Iterable

from storage.files import FileStore
from storage.statements import fetch
from storage.threads import in_thread

IDLE = 900.0  # seconds for which whoever keeps bytes may take until his transaction refers to them
FIRST_DIGITS = "0123456789abcdef"
PAGE = 500  # rows looked at in one statement
# Every column that names a file.
USES = (
    ("entries", ("body_sha256",)),
    ("screenshots", ("sha256", "thumbnail")),
    ("attachments", ("sha256",)),
    ("recordings", ("sha256",)),
)


async def remove_unused(files: FileStore, digests: Collection[str], idle_seconds: float = IDLE) -> int:
    """Remove those of these files that nothing refers to; returns how many.

    One that was kept within `idle_seconds` is left to `sweep`: a mail in hand may be about to refer to it.
    """
    if not digests:
        return 0
    used = await _used(lambda digest: digest in digests)
    return await _delete(files, set(digests) - used, idle_seconds)


async def sweep(files: FileStore, first: str, idle_seconds: float = IDLE) -> int:
    """Remove every unused file whose digest begins with a hexadecimal digit; returns how many.

    This finds what a crash between a change of the database and the removal of its files has left.
    """
    found = await in_thread(lambda: list(files.digests(first)))
    # Asked for after the files were listed: what is referred to only later was kept within IDLE.
    used = await _used(lambda digest: digest.startswith(first)) if found else set()
    return await _delete(files, [one for one in found if one not in used], idle_seconds)


async def _delete(files: FileStore, digests: Iterable[str], idle_seconds: float) -> int:
    def work() -> int:
        return sum(files.path(one).exists() and files.delete_idle(one, idle_seconds) for one in digests)

    return await in_thread(work)


async def _used(wanted: Callable[[str], bool]) -> set[str]:
    """The digests that something refers to, of those wanted; in pages, for no column of them has an index."""
    used: set[str] = set()
    for table, columns in USES:
        last = 0
        sql = f"SELECT id, {', '.join(columns)} FROM {table} WHERE id > ? ORDER BY id LIMIT {PAGE}"  # noqa: S608
        while rows := await fetch(sql, last):
            last = rows[-1]["id"]
            used |= {row[name] for row in rows for name in columns if row[name] and wanted(row[name])}
    return used
