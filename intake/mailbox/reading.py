"""One look at a mailbox after the other: what is new is fetched, recorded, and only then moved or marked."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from intake.arrivals import conversation
from intake.imap import MOST_LISTED, Session
from intake.mailbox.desk import Asked
from intake.mailbox.folder import Facts, Folder
from intake.mailbox.memory import AUDIT, Memory
from intake.mailbox.rules import entry_key, next_cursor, received_at, search_day, window_begins
from intake.mailbox.settings import Mailbox, Trouble
from intake.mailbox.standing import Standing
from storage.inbox import Arrival
from storage.mailboxes import Cursor

log = structlog.get_logger("intake.imap")

BATCH = 20  # mails that are recorded before they are moved and the cursor is noted
SETTLED = 500  # messages to move or mark by one command: servers refuse one of any length
SUSPECT = 2  # connections that a message may break before the others go first
SLOWEST = 20_000  # bytes a second; a slower fetch is cut
STEP = 90.0  # seconds that anything else may take


class Reading:
    """Reads one selected folder over one connection. Its methods raise Trouble."""

    def __init__(
        self,
        mailbox: Mailbox,
        session: Session,
        folder: Folder,
        asked: Asked,
        standing: Standing,
        memory: Memory,
        over: Callable[[], bool],
    ) -> None:
        self._mailbox, self._session, self._folder = mailbox, session, folder
        self._asked, self._standing, self._memory, self._over = asked, standing, memory, over
        self._removes = mailbox.after != "flag"
        self._trouble: Trouble | None = None
        self._left: list[int] = []  # recorded, and not moved or marked yet
        self._were_left = 0
        found = asked.cursor(mailbox.name)
        standing.taken_in = found.taken_in if found else 0
        self._known = found is not None and found.uidvalidity == folder.uidvalidity
        if found is not None and not self._known:
            log.warning("UIDVALIDITY changed, the folder is read again", mailbox=mailbox.name)
        self._begins = window_begins(
            datetime.now(UTC), found.since if found else memory.began, mailbox.since_days
        )
        since = memory.began if found is None else datetime.now(UTC)
        self._cursor = found if found and self._known else Cursor(folder.uidvalidity, 0, since)
        memory.is_of(folder.uidvalidity)

    def look(self) -> bool:
        """Take in whatever is new, and move or mark what an earlier look has left; whether to look again now.

        For there may be more than one look lists or settles: fresh mail waits for no more than one command
        about mail that is safe already. Raises Trouble, in the end, for what could not be taken in or moved;
        what could be, was.
        """
        self._standing.busy(STEP)
        self._trouble = None
        listed = self._listed()
        recorded = self._recorded(listed)
        fresh = [uid for uid in listed if uid not in recorded and uid not in self._memory.too_large]
        # Recorded and still here: we ended, or the server failed, before it was moved or marked.
        self._left = [uid for uid in listed if uid in recorded and self._is_ours_to_settle(uid)]
        suspects = [uid for uid in fresh if self._memory.breaks[uid] >= SUSPECT]
        waiting = set(fresh)
        if not self._all_taken_in([uid for uid in fresh if uid not in suspects], waiting, listed):
            return False
        are_more_left = self._settle_left()
        # The connection may end with them, and nothing else is kept waiting by that.
        if not self._all_taken_in(suspects, waiting, listed):
            return False
        self._ended(listed, waiting)
        return are_more_left or (len(listed) >= MOST_LISTED and bool(fresh))

    def _listed(self) -> list[int]:
        """The UIDs to look at. With "move" and "delete" all that is there, whatever the cursor says."""
        if self._removes:
            listed = self._session.all(self._folder.messages)
            self._memory.too_large &= set(listed)
            return listed
        listed = self._session.above(self._cursor.last_uid) if self._known else []
        if time.monotonic() - self._memory.audited < AUDIT:
            return listed
        # The server's list against ours: a mail that was passed over comes in now, or shows as waiting.
        within = self._session.since(search_day(self._begins))
        self._memory.too_large &= {*within, *listed}
        return sorted({*within, *listed})

    def _recorded(self, uids: Sequence[int]) -> set[int]:
        keys = {self._key(uid): uid for uid in uids}
        return {keys[key] for key in self._asked.recorded(list(keys))}

    def _is_ours_to_settle(self, uid: int) -> bool:
        # What somebody has marked as unread again, below the cursor, is his affair.
        return self._removes or (self._known and uid > self._cursor.last_uid)

    def _all_taken_in(self, uids: Sequence[int], waiting: set[int], listed: Sequence[int]) -> bool:
        """Take them in, in the order of arrival; False when it is time to stop."""
        for at in range(0, len(uids), BATCH):
            self._standing.waiting = len(waiting)
            self._take_in(uids[at : at + BATCH], waiting, listed)
            if self._over():
                return False
        return True

    def _take_in(self, batch: Sequence[int], waiting: set[int], listed: Sequence[int]) -> None:
        self._standing.busy(STEP)
        facts = self._session.facts(batch)
        taken: list[int] = []
        try:
            for uid in batch:
                if self._over():
                    return
                if uid not in facts or not self._is_wanted(uid, facts[uid]):
                    waiting.discard(uid)
                elif self._fetched(uid, facts[uid]):
                    waiting.discard(uid)
                    taken.append(uid)
        finally:
            self._standing.waiting = len(waiting)
            self._left += taken
            self._count(taken, waiting, listed)
        self._settle(taken)
        del self._left[len(self._left) - len(taken) :]

    def _count(self, taken: Sequence[int], waiting: set[int], listed: Sequence[int]) -> None:
        """Note what was recorded, and how far.

        In a folder that is new to us the cursor stays at nothing until the look is over: one that says
        "known, up to 0" would take the whole of an old mailbox in at the next start.
        """
        self._memory.uncounted += len(taken)
        if self._known:
            self._note(self._dealt_with(listed, waiting))

    def _dealt_with(self, listed: Sequence[int], waiting: set[int]) -> int:
        """How far all is recorded, and moved or marked: what we would leave so at our end is met again."""
        lowest = {min(some) for some in (waiting, self._left) if some}
        return next_cursor(self._cursor.last_uid, listed, lowest)

    def _is_wanted(self, uid: int, facts: Facts) -> bool:
        old = not self._removes and not (self._known and uid > self._cursor.last_uid)
        if old and facts.arrived is not None and facts.arrived < self._begins:
            return False
        if facts.size <= self._mailbox.largest:
            return True
        self._memory.too_large.add(uid)
        self._standing.too_large = len(self._memory.too_large)
        log.error("mail too large, left in its mailbox", mailbox=self._mailbox.name, uid=uid, size=facts.size)
        return False

    def _fetched(self, uid: int, facts: Facts) -> bool:
        """Fetch and record one mail; False when it can't be read, which holds up no other."""
        self._asked.admitted()
        self._standing.busy(STEP + facts.size / SLOWEST)
        try:
            body = self._session.body(uid)
        except Trouble as exc:
            if exc.broken:
                self._memory.breaks[uid] += 1
                raise
            self._later(exc)
            return False
        if body is None:
            # Gone, most likely; if it is not, the next look lists it again.
            return False
        self._standing.busy(STEP)
        self._asked.record(self._arrival(uid, facts, body))
        return True

    def _arrival(self, uid: int, facts: Facts, body: bytes) -> Arrival:
        # No mail_from: the server's Return-Path, which stands in the bytes, tells the envelope's sender.
        uidvalidity = self._folder.uidvalidity
        return Arrival(
            key=self._key(uid),
            channel="imap",
            conversation=conversation(body, ""),
            envelope={"mailbox": self._mailbox.name, "uid": uid, "uidvalidity": uidvalidity},
            body=body,
            received_at=received_at(facts.arrived, datetime.now(UTC)),
        )

    def _key(self, uid: int) -> str:
        return entry_key(self._mailbox.name, self._folder.uidvalidity, uid)

    def _note(self, last_uid: int) -> None:
        taken = self._memory.uncounted
        if taken or last_uid > self._cursor.last_uid or not self._known:
            self._cursor = replace(self._cursor, last_uid=last_uid)
            self._standing.taken_in = self._asked.advance(self._mailbox.name, self._cursor, taken)
            self._memory.uncounted = 0

    def _ended(self, listed: Sequence[int], waiting: set[int]) -> None:
        """The look is over: a folder that was new to us is known now, and what is wrong is told."""
        if not self._known:
            # All below is old, or is in; what could not be read lies in the window of the next audit.
            highest = max(listed, default=0)
            below = self._folder.next_uid - 1 if self._folder.next_uid else self._highest()
            self._note(highest if self._removes else max(0, below))
            self._known = True
        else:
            self._note(self._dealt_with(listed, waiting))
        if not self._removes and time.monotonic() - self._memory.audited >= AUDIT:
            self._memory.audited = time.monotonic()
        self._standing.waiting, self._standing.too_large = len(waiting), len(self._memory.too_large)
        self._standing.busy(STEP)
        if self._trouble is not None:
            raise self._trouble
        self._standing.well()

    def _highest(self) -> int:
        return max(self._session.above(0), default=0)

    def _settle_left(self) -> bool:
        """Settle as much of it as one command may name; whether to go on with the rest at once.

        Not when as much was left at the last look: a server may say yes and do nothing.
        """
        were_left, self._were_left = self._were_left, len(self._left)
        some, self._left = self._left[:SETTLED], self._left[SETTLED:]
        self._settle(some)
        return bool(self._left) and self._were_left != were_left

    def _settle(self, uids: Sequence[int]) -> None:
        if not uids:
            return
        self._standing.busy(STEP)
        try:
            self._session.settle(uids)
        except Trouble as exc:
            if exc.broken:
                raise
            # They are recorded, so mail goes on coming in; but people should know (OVERQUOTA, rights).
            self._later(exc)

    def _later(self, trouble: Trouble) -> None:
        self._trouble = self._trouble or trouble
        log.warning("mailbox in trouble", mailbox=self._mailbox.name, reason=str(trouble))
