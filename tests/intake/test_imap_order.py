"""In what order a look at a mailbox goes: fresh mail first, then what is recorded and was left unmoved."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from intake.imap import Session
from intake.mailbox import reading, watch
from intake.mailbox.desk import Asked
from intake.mailbox.folder import Facts, Folder
from intake.mailbox.memory import Memory
from intake.mailbox.reading import SUSPECT, Reading
from intake.mailbox.rules import entry_key
from intake.mailbox.settings import After, Mailbox, Trouble
from intake.mailbox.standing import Standing
from storage.inbox import Arrival
from storage.mailboxes import Cursor
from tests.desk_on_disk import DeskOnDisk
from tests.dovecot import Dovecot
from tests.intake.mailbox_talk import Watched, raw, until

NOW = datetime.now(UTC)


@dataclass
class Talk(Session):
    """A folder without a server, and what the desk knows of it; `done`: what became of mails, in order."""

    uids: list[int]
    recorded: set[int] = field(default_factory=set)
    after: After = "move"
    cursor: Cursor | None = None
    done: list[tuple[str, Sequence[int]]] = field(default_factory=list)
    breaks_at: int = 0
    moves: bool = True

    def reading(self, memory: Memory) -> Reading:
        """Over a new connection to that folder."""
        mailbox = Mailbox("a", "h", 1, "none", "u", "INBOX", self.after, 1000, move_to="Done")
        folder = Folder(7, 1000, len(self.uids))
        return Reading(mailbox, self, folder, Answers(self), Standing("a", 60), memory, lambda: False)

    def all(self, messages: int) -> list[int]:
        return list(self.uids)

    def above(self, last_uid: int) -> list[int]:
        return [uid for uid in self.uids if uid > last_uid]

    def since(self, day: object) -> list[int]:
        return []

    def facts(self, uids: Sequence[int]) -> dict[int, Facts]:
        return {uid: Facts(10, NOW) for uid in uids}

    def body(self, uid: int) -> bytes:
        if uid == self.breaks_at:
            raise Trouble("the connection broke", broken=True)
        return b"From: olga@client.example\r\n\r\n%d" % uid

    def settle(self, uids: Sequence[int]) -> None:
        self.done.append(("moved", list(uids)))
        if self.moves and self.after == "move":
            self.uids = [uid for uid in self.uids if uid not in uids]


class Answers(Asked):
    """The desk that a Talk is with."""

    def __init__(self, talk: Talk) -> None:
        self.talk: Talk
        object.__setattr__(self, "talk", talk)

    def cursor(self, mailbox: str) -> Cursor | None:
        return self.talk.cursor

    def advance(self, mailbox: str, cursor: Cursor, taken_in: int) -> int:
        self.talk.cursor = cursor
        return 0

    def recorded(self, keys: Sequence[str]) -> set[str]:
        known = {entry_key("a", 7, uid) for uid in self.talk.recorded}
        return known & set(keys)

    def admitted(self) -> None:
        """There is always room."""

    def record(self, arrival: Arrival) -> None:
        uid = int(str(arrival.envelope["uid"]))
        self.talk.recorded.add(uid)
        self.talk.done.append(("recorded", [uid]))


def ups(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))


def test_fresh_mail_is_recorded_and_moved_before_what_an_earlier_look_has_left() -> None:
    talk = Talk(uids=ups(1, 5), recorded={1, 2, 3})
    assert talk.reading(Memory()).look() is False
    assert talk.done == [
        ("recorded", [4]), ("recorded", [5]), ("moved", [4, 5]), ("moved", [1, 2, 3]),
    ]  # fmt: skip


def test_what_was_left_is_moved_a_piece_a_look_and_fresh_mail_comes_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "SETTLED", 2)
    talk = Talk(uids=ups(1, 5), recorded=set(ups(1, 5)))
    looking = talk.reading(Memory())
    assert looking.look() is True
    talk.uids.append(9)
    assert looking.look() is True
    assert looking.look() is False
    assert talk.done == [
        ("moved", [1, 2]), ("recorded", [9]), ("moved", [9]), ("moved", [3, 4]), ("moved", [5]),
    ]  # fmt: skip


def test_a_server_that_says_yes_and_moves_nothing_is_not_asked_again_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "SETTLED", 2)
    talk = Talk(uids=ups(1, 5), recorded=set(ups(1, 5)), moves=False)
    looking = talk.reading(Memory())
    assert [looking.look() for _ in range(4)] == [True, False, False, False]


def test_a_mail_that_breaks_connections_does_not_keep_what_was_left_from_being_moved() -> None:
    talk = Talk(uids=ups(1, 3), recorded={2, 3}, breaks_at=1)
    memory = Memory()
    for _ in range(SUSPECT):
        with pytest.raises(Trouble):
            talk.reading(memory).look()
    assert talk.done == []
    with pytest.raises(Trouble):
        talk.reading(memory).look()
    assert talk.done == [("moved", [2, 3])]


@pytest.mark.parametrize("end", ["before the old one is marked", "before the fresh one is"])
def test_whenever_we_die_what_was_recorded_is_marked_by_the_next_start(
    monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    talk = Talk(uids=[4, 5], recorded={4}, after="flag", cursor=Cursor(7, 3, NOW))
    marked: list[int] = []
    deaths = [4 if end == "before the old one is marked" else 5]

    def settle(self: Talk, uids: Collection[int]) -> None:
        if deaths and deaths[0] in uids:
            deaths.clear()
            raise Trouble("killed", broken=True)
        marked.extend(uids)

    monkeypatch.setattr(Talk, "settle", settle)
    with pytest.raises(Trouble):
        talk.reading(Memory()).look()
    talk.reading(Memory()).look()
    assert set(marked) == {4, 5} and talk.done == [("recorded", [5])]
    assert talk.cursor is not None and talk.cursor.last_uid == 5


async def test_on_a_real_server_a_mail_that_came_meanwhile_is_recorded_while_old_ones_still_wait(
    sqlite: DeskOnDisk, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "IDLE", 1.0)
    box = Watched(sqlite, dovecot, after="move", move_to="Done")
    mails = [box.put(raw()) for _ in range(3)]
    with monkeypatch.context() as broken:
        broken.setattr(reading.Reading, "_settle", lambda *_: None)
        async with box.watching():
            await box.has(3)
    assert len(box.uids()) == 3
    there: list[list[int]] = []
    box.before_record = lambda _: there.append(box.uids())
    mails.append(box.put(raw()))
    async with box.watching():
        await until("all are moved", lambda: box.uids() == [])
        assert await box.has(4) == mails
        assert box.standing.taken_in == 4
    assert there == [[1, 2, 3, 4]] and len(box.uids(folder="Done")) == 4
