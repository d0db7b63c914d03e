"""Reads old mailboxes from files, mbox (RFC 4155) or maildir, a mail at a time whatever their size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from intake.arrivals import conversation
from intake.limits import Limits
from intake.mime import headers as header_blocks
from intake.mime.cleaning import storable
from intake.taking_in.history import CHANNEL, envelope
from storage.inbox import Arrival

LARGEST = 256 * 1024 * 1024  # bytes of one mail; a larger one is named and left out
_LINE_MOST = 1024 * 1024  # bytes read at once: a line may be as long as the file
_SEPARATOR_MOST = 1000  # bytes
_EARLIEST = datetime(1982, 8, 1, tzinfo=UTC)  # RFC 822; no mail of this kind is older
# Who, then the date as asctime() writes it, in the variants seen: with a zone before or after the year,
# without seconds. A "From " line without a date is somebody's prose that a writer forgot to escape.
_MONTHS = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_SEPARATOR = re.compile(
    rb"From .{0,500}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?:"
    + _MONTHS
    + rb" +\d|\d{1,2} +"
    + _MONTHS
    + rb")"
    rb".{0,60}?\b\d{4}\b.{0,60}\s*$"
)
_ESCAPED = re.compile(rb">+From ")


class NotAMailbox(Exception):
    """The file or folder is no mailbox of the kind asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """A mail in a mailbox: `place` says where, `passed` how many bytes of the mailbox end with it.

    `raw` is None when it is larger than LARGEST. `file_time` is the file's own moment, UTC.
    """

    place: str
    raw: bytes | None
    passed: int
    file_time: datetime


def mbox(path: Path) -> Iterator[Found]:
    """The mails of an mbox file in their order.

    A mail begins behind a line `From … DATE`. Lines of its text that begin with `>From ` lose one `>`, also
    those with several (mboxrd; of mboxo's files only a quoted `>>From ` comes out with a `>` too few).
    Content-Length is not looked at: mail that was touched by anything has a wrong one, and two mails would
    become one. Raises NotAMailbox when it does not begin with such a line, OSError.
    """
    with path.open("rb") as file:
        file_time = _file_time(path)
        first = file.readline(_LINE_MOST)
        if first and not _is_separator(first):
            raise NotAMailbox(f"{path} is no mbox: it does not begin with a line `From SENDER DATE`")
        begin = 0
        while first:
            mail = _Mail()
            first = mail.read(file)
            yield Found(f"{path.name}:{begin}", mail.content(), file.tell() - len(first), file_time)
            begin = file.tell() - len(first)


def maildir(path: Path, *, subfolders: bool) -> Iterator[Found]:
    """The mails of a maildir, new and read ones, by the time in their files' names.

    `subfolders`: those of its folders (.Sent, .Trash and so on) as well. Raises NotAMailbox, OSError.
    """
    passed = 0
    for file in maildir_files(path, subfolders=subfolders):
        try:
            size = file.stat().st_size
            raw = file.read_bytes() if size <= LARGEST else None
        except FileNotFoundError:
            continue  # a mail program has just moved it: it comes with the next run
        passed += size
        yield Found(str(file.relative_to(path)), raw, passed, _file_time(file))


def maildir_files(path: Path, *, subfolders: bool) -> list[Path]:
    """The files of a maildir's mails, the oldest first. Raises NotAMailbox, OSError."""
    if not (path / "cur").is_dir() or not (path / "new").is_dir():
        raise NotAMailbox(f"{path} is no maildir: it has no folders cur and new")
    folders = [path]
    if subfolders:
        folders += sorted(one.parent for one in path.rglob("cur") if one.is_dir() and one.parent != path)
    files = [
        file
        for folder in folders
        for half in ("new", "cur")
        if (folder / half).is_dir()
        for file in (folder / half).iterdir()
        if file.is_file() and not file.name.startswith(".")
    ]
    return sorted(files, key=_delivered)


def arrival(found: Found, raw: bytes, imported_from: str, open_since: datetime, now: datetime) -> Arrival:
    """The entry to record for a mail; its key is that of its bytes: importing it again changes nothing."""
    return Arrival(
        key=sha256(b"import\0" + raw).hexdigest(),
        channel=CHANNEL,
        conversation=conversation(raw, ""),
        envelope=envelope(storable(f"{imported_from} {found.place}")[:500], open_since),
        body=raw,
        received_at=received_at(raw, found.file_time, now),
    )


def received_at(raw: bytes, file_time: datetime, now: datetime) -> datetime:
    """When a mail was received (UTC): its Date, else its topmost Received, else the file's own moment.

    A moment before 1982 or after `now` is not believed.
    """
    headers, _ = header_blocks.split(raw, 0, len(raw), Limits())
    # RFC 5321 §4.4: the moment stands behind the last semicolon.
    trace = headers.raw("received").rpartition(b";")[2]
    for written in (headers.raw("date"), trace):
        moment = _moment(written)
        if moment is not None and _EARLIEST <= moment <= now:
            return moment
    return min(file_time, now)


class _Mail:
    """One mail of an mbox while it is being read; beyond LARGEST its bytes are let go."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._size = 0

    def read(self, file: BinaryIO) -> bytes:
        """Read up to the next mail's separator and return that; empty at the file's end."""
        begins = True  # a long line comes in several pieces, and only its first can be a separator
        while line := file.readline(_LINE_MOST):
            if begins and _is_separator(line):
                return line
            self._size += len(line)
            if self._size > LARGEST:
                self._lines.clear()
            else:
                self._lines.append(line[1:] if begins and _ESCAPED.match(line) else line)
            begins = line.endswith(b"\n")
        return b""

    def content(self) -> bytes | None:
        """The mail's bytes; the empty line before the next separator is the mailbox's, not the mail's."""
        if self._size > LARGEST:
            return None
        if len(self._lines) > 1 and self._lines[-1] in (b"\n", b"\r\n"):
            self._lines.pop()
        return b"".join(self._lines)


def _is_separator(line: bytes) -> bool:
    # The length first: the pattern's cost grows with it.
    return line.startswith(b"From ") and len(line) <= _SEPARATOR_MOST and _SEPARATOR.match(line) is not None


def _delivered(file: Path) -> tuple[int, str]:
    """Maildir names begin with the second of delivery (https://cr.yp.to/proto/maildir.html)."""
    seconds = file.name.partition(".")[0]
    return (int(seconds) if seconds.isascii() and seconds.isdigit() else 0), file.name


def _file_time(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _moment(written: bytes) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written[:200].decode("ascii", errors="replace").strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
