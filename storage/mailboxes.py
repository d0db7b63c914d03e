"""How far each mailbox was read, and which of its mails were recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import F

from storage import imports
from storage.database import Database
from storage.models import Mailbox as Row


@dataclass(frozen=True, slots=True)
class Cursor:
    """UIDs up to `last_uid` of this UIDVALIDITY are dealt with; `since`: when it was first seen (UTC).

    `taken_in`: how many mails were ever recorded from this mailbox.
    """

    uidvalidity: int
    last_uid: int
    since: datetime
    taken_in: int = 0


class Cursors:
    """The cursors of all mailboxes, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, mailbox: str) -> Cursor | None:
        """The cursor of a mailbox; None when it was never read."""
        row = await Row.get_or_none(name=mailbox)
        if row is None or row.changed_at is None:
            return None
        return Cursor(row.uidvalidity, row.last_uid, row.changed_at, row.taken_in)

    async def advance(self, mailbox: str, cursor: Cursor, taken_in: int) -> int:
        """Note the cursor, and that so many more mails were taken in; returns how many ever.

        Raises Unavailable when it could not be noted: then the mails are looked at, and known, once more.
        """

        async def unit() -> int:
            await Row.get_or_create(name=mailbox)
            await Row.filter(name=mailbox).update(
                uidvalidity=cursor.uidvalidity,
                last_uid=cursor.last_uid,
                changed_at=cursor.since,
                taken_in=F("taken_in") + taken_in,
            )
            return int((await Row.get(name=mailbox)).taken_in)

        return await self._database.writer.run(unit)

    async def recorded(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys whose entries are there already."""
        return set(await imports.recorded(keys))
