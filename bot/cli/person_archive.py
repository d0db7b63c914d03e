"""What the desk keeps of a person, as it is handed to him: JSON, or a zip with pictures and mails."""

import json
import os
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.cli.ticket_views import shown
from desk.sound import SUFFIXES
from storage import facts
from storage.files import DamagedFile, FileStore
from storage.privacy.export import Kept, received_bytes, sent_bytes

_CLIENT = (
    *("name", "vocative", "registered", "language", "company", "created_at"),
    *("blocked_at", "blocked_by", "blocked_why"),
)
_RATING = ("closed_at", "invited_at", "stars", "comment", "satisfied", "recommend", "rated_at", "rated_via")
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}

Written = Callable[[int], str]


async def document(kept: Kept, written: Written, now: datetime) -> dict[str, Any]:
    """Everything but files; `written` turns a ticket's id into its number."""
    tickets = [await facts.ticket(number) for number in kept.person.tickets]
    client = kept.client
    return {
        "exported_at": now,
        "client": None if client is None else {name: client[name] for name in _CLIENT},
        "addresses": list(kept.person.addresses),
        "tickets": [shown(ticket, written) for ticket in tickets if ticket is not None],
        "takes_part_in": [written(number) for number in kept.person.shared],
        "messages_there": [_numbered(row, written) for row in kept.messages],
        "deliveries": [_numbered(row, written) for row in kept.deliveries],
        "ratings": [
            {"ticket": written(row["ticket_id"]), **{name: row[name] for name in _RATING}}
            for row in kept.closures
        ],
        "entries": [_numbered(row, written) for row in kept.entries],
        **kept.in_chats,
    }


async def write_zip(
    out: Path, told: dict[str, Any], kept: Kept, files: FileStore, step: Callable[[int], None]
) -> int:
    """Write the zip, readable by its owner alone; returns how many files in it could not be read.

    Raises FileExistsError when `out` is there already, OSError.
    """
    missing = 0
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "person.json", json.dumps(told, ensure_ascii=False, indent=1, default=datetime.isoformat)
        )
        for shot in kept.screenshots:
            name = f"screenshots/{shot['sha256']}.{_SUFFIXES.get(shot['media_type'], 'bin')}"
            if name not in archive.namelist():
                missing += not _add(archive, name, _stored(files, shot["sha256"]))
            step(1)
        for recording in kept.recordings:
            name = f"recordings/{recording['sha256']}.{SUFFIXES.get(recording['media_type'], 'bin')}"
            if name not in archive.namelist():
                missing += not _add(archive, name, _stored(files, recording["sha256"]))
            step(1)
        for row in kept.entries:
            stored = row["body_sha256"]
            body = _stored(files, stored) if stored else await received_bytes(row["id"])
            if not _add(archive, f"mails/{row['id']}.eml", body):
                missing += row["purged_at"] is None
            step(1)
        for row in kept.deliveries:
            _add(archive, f"sent/{row['id']}.eml", await sent_bytes(row["id"]))
            step(1)
    return missing


def _add(archive: zipfile.ZipFile, name: str, content: bytes | None) -> bool:
    if content is None:
        return False
    archive.writestr(name, content)
    return True


def _stored(files: FileStore, digest: str) -> bytes | None:
    try:
        return files.read(digest)
    except (FileNotFoundError, DamagedFile):
        return None


def _numbered(row: dict[str, Any], written: Written) -> dict[str, Any]:
    """A row with its ticket's number instead of the id."""
    ticket_id = row["ticket_id"]
    number = None if ticket_id is None else written(ticket_id)
    return {"ticket": number, **{name: value for name, value in row.items() if name != "ticket_id"}}
