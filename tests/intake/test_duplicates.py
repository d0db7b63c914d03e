"""One mail is taken in once, whichever way it comes; and nobody can make another's vanish (promises, P2)."""

import asyncio
import base64
import quopri
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.arrivals import conversation
from intake.incoming import IncomingMessage
from intake.taking_in.duplicates import content_of, normalised
from storage.database import opened
from storage.files import FileStore
from storage.inbox import Arrival, Inbox, _claim, arrival_key
from storage.models import Entry, EntryState
from tests.desk_on_disk import NOW, DeskOnDisk, mail
from tests.intake.identities import FAIL, PASS, taken_in
from tests.intake.understood import understood

SUBJECT = "=?utf-8?B?0J7RiNC40LHQutCw?="
HEADER = (
    f"From: Ольга <olga@client.example>\r\nTo: support@example.org\r\nSubject: {SUBJECT}\r\n"
    "Date: Mon, 23 Nov 2026 05:30:00 +0300\r\nMessage-ID: <1@client.example>\r\nMIME-Version: 1.0\r\n"
)
TEXT = "Здравствуйте!\r\n\r\nНе печатает накладную = никак.\r\n"


def sent(header: str = HEADER, encoding: str = "8bit", text: str = TEXT) -> bytes:
    """The mail, its text in a transfer encoding."""
    content = text.encode()
    if encoding == "quoted-printable":
        content = quopri.encodestring(content.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    elif encoding == "base64":
        content = base64.encodebytes(content).replace(b"\n", b"\r\n")
    body = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return (header + body).encode() + content


TRACE = b"Received: from a by b; Mon, 23 Nov 2026 05:31:00 +0300\r\nReturn-Path: <olga@client.example>\r\n"


@pytest.mark.parametrize(
    "again",
    [
        TRACE + sent(),
        b"Delivered-To: support@example.org\r\nX-Spam-Score: 0.1\r\n" + TRACE + sent(),
        sent().replace(b"\r\n", b"\n"),
        sent() + b"\r\n",
        sent(encoding="quoted-printable"),
        sent(encoding="base64"),
        sent(text=TEXT.replace("!\r\n", "!  \r\n")),
        sent(HEADER.replace(SUBJECT, "\r\n =?UTF-8?Q?=D0=9E=D1=88=D0=B8=D0=B1=D0=BA=D0=B0?=")),
        sent(HEADER.replace(SUBJECT, "Ошибка")),
        sent(HEADER.replace("<1@client.example>", "\r\n  <1@CLIENT.example> ")),
        sent(HEADER.replace("<1@client.example>", "1@client.example")),
        sent(HEADER.replace("Ольга <olga@client.example>", "Olga <OLGA@Client.Example>")),
    ],
    ids=["trace", "more trace", "line ends", "end", "quoted-printable", "base64", "white space",
         "subject refolded", "subject raw", "id folded", "id bare", "name"],
)  # fmt: skip
async def test_threat_9_one_mail_is_one_however_it_was_carried(desk: DeskOnDisk, again: bytes) -> None:
    first = await taken_in(desk, understood(sent()))
    for channel in ("smtp", "imap"):
        second = await taken_in(desk, understood(again), channel=channel)
        assert (second.what, second.ticket_id) == ("duplicate", first.ticket_id)
    ticket = await desk.ticket(first.ticket_id)
    assert (len(ticket["messages"]), len(ticket["deliveries"])) == (1, 1)


MIXED = (
    HEADER + 'Content-Type: multipart/mixed; boundary="{b}"\r\n\r\n--{b}\r\n'
    "Content-Type: text/plain; charset=utf-8\r\n{text}\r\n--{b}\r\n"
    "Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n{png}\r\n--{b}--\r\n"
)
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n no picture\r\n").decode()


async def test_threat_9_a_relay_that_writes_the_parts_anew_does_not_make_another_mail(
    desk: DeskOnDisk,
) -> None:
    plain = MIXED.format(b="one", text="Content-Transfer-Encoding: 8bit\r\n\r\nОшибка", png=PNG)
    quoted = quopri.encodestring("Ошибка".encode()).decode()
    downgraded = MIXED.format(
        b="other",
        text=f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{quoted}",
        png=PNG[:8] + "\r\n" + PNG[8:],
    )
    first = await taken_in(desk, understood(plain.encode()))
    assert (await taken_in(desk, understood(downgraded.encode()), channel="imap")).what == "duplicate"
    other = MIXED.format(
        b="one", text="Content-Transfer-Encoding: 8bit\r\n\r\nОшибка", png=PNG[:-8] + "AAAAAAA="
    )
    second = await taken_in(desk, understood(other.encode()))
    assert second.what == "opened" and second.ticket_id != first.ticket_id


@pytest.mark.parametrize(
    "other",
    [
        sent(text="Переведите деньги.\r\n"),
        sent(text=TEXT + "P. S. Срочно.\r\n"),
        sent(HEADER.replace("0J7RiNC40LHQutCw", "0KHRgNC+0YfQvdC+")),
        sent(HEADER.replace("05:30:00", "05:30:01")),
        sent(HEADER.replace("olga@client", "mallory@client")),
        sent(HEADER.replace("<1@client", "<2@client")),
    ],
    ids=["text", "more text", "subject", "date", "sender", "message-id"],
)
async def test_threat_8_a_known_message_id_with_another_content_or_sender_is_a_new_mail(
    desk: DeskOnDisk, other: bytes
) -> None:
    first = await taken_in(desk, understood(other))  # the poisoner comes first
    second = await taken_in(desk, understood(sent()))
    assert (second.what, second.ticket_id) == ("opened", 2)
    assert first.ticket_id == 1
    assert (await taken_in(desk, understood(sent()), channel="imap")).ticket_id == 2


async def test_threat_8_a_forgers_copy_does_not_take_the_genuine_mails_place(desk: DeskOnDisk) -> None:
    once = mail()
    forged = await taken_in(desk, replace(once, authenticity=FAIL))
    again = await taken_in(desk, replace(once, authenticity=FAIL), channel="imap")
    genuine = await taken_in(desk, replace(once, authenticity=PASS))
    assert (again.what, again.ticket_id) == ("duplicate", forged.ticket_id)
    assert genuine.what == "opened" and genuine.ticket_id != forged.ticket_id
    late = await taken_in(desk, replace(once, authenticity=FAIL), at=NOW + timedelta(hours=1))
    assert late.what == "duplicate"


@pytest.mark.parametrize("garbage", ["", "<>", "<@>", "<no-at-sign>", "<a@b@c>", "<@client.example>", "<a@>"])
async def test_without_a_usable_message_id_equal_mails_are_one_for_seven_days(
    desk: DeskOnDisk, garbage: str
) -> None:
    bare = mail(message_id=garbage)
    first = await taken_in(desk, bare)
    within = await taken_in(desk, bare, channel="imap", at=NOW + timedelta(days=6, hours=23))
    after = await taken_in(desk, bare, at=NOW + timedelta(days=7, minutes=1))
    assert (within.what, within.ticket_id) == ("duplicate", first.ticket_id)
    assert after.what == "opened"


async def test_with_a_message_id_they_are_one_for_ever(desk: DeskOnDisk) -> None:
    once = mail()
    first = await taken_in(desk, once)
    assert (await taken_in(desk, once, at=NOW + timedelta(days=700))).ticket_id == first.ticket_id


async def test_a_duplicate_is_recorded_with_its_ticket(desk: DeskOnDisk) -> None:
    once = mail()
    first = await taken_in(desk, once)
    await taken_in(desk, once, channel="imap")
    (entry,) = await desk.inbox.entries([EntryState.DUPLICATE], 10)
    assert (entry["channel"], entry["ticket_id"]) == ("imap", first.ticket_id)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("<Ab.1@Client.EXAMPLE>", "Ab.1@client.example"),
        (" <Ab.1@ client.example> ", "Ab.1@client.example"),
        ("Ab.1@client.example", "Ab.1@client.example"),
        ('<"a b"@client.example>', '"ab"@client.example'),
        ("<a@[192.0.2.1]>", "a@[192.0.2.1]"),
        ("<" + "a" * 400 + "@x>", ""),
    ],
)
def test_message_ids_are_compared_without_what_programs_change(written: str, compared: str) -> None:
    assert normalised(written) == compared


@given(st.text(max_size=60))
def test_a_normalised_message_id_stays_as_it_is(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@given(st.tuples(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5)), st.booleans())
def test_no_two_mails_share_a_key_by_the_way_it_is_put_together(parts: tuple[str, ...], fail: bool) -> None:
    def key(sender: str, digest: str, local: str) -> str:
        message = IncomingMessage(from_addr=sender, body_digest=digest, message_id=f"<{local}@x>")
        return content_of(replace(message, authenticity=FAIL) if fail else message, NOW).key

    sender, digest, local = (part.replace("\0", "") for part in parts)
    assert key(sender, digest, local) != key(sender + "x", digest, local)
    assert key(sender, digest, local) != key(sender, digest + "x", local)


def test_copies_of_one_mail_are_of_one_conversation_whichever_way_they_come() -> None:
    traced = b"Received: from a\r\nReturn-Path: <bounces@client.example>\r\n" + sent()
    assert conversation(sent(), "olga@client.example") == conversation(traced, "bounces@client.example")


@pytest.fixture
async def two_copies(postgres_url: str, tmp_path: Path) -> AsyncIterator[Inbox]:
    """An inbox in which two copies of a mail wait."""
    async with opened(postgres_url) as database:
        inbox = Inbox(database, FileStore(tmp_path))
        for number in range(2):
            body = b"Received: by %d\r\n" % number + sent()
            key, at = arrival_key(["support@example.org"], body), NOW - timedelta(minutes=1)
            await inbox.record(Arrival(key, "smtp", conversation(body, ""), {}, body, at))
        yield inbox


@pytest.fixture
async def other(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The connection of another process."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


async def test_copies_in_the_hands_of_two_processes_are_processed_one_after_the_other(
    two_copies: Inbox, other: asyncpg.Connection
) -> None:
    """Two connections claim at the same time: the second copy is given out when the first one is done."""
    mine, theirs = await asyncio.gather(two_copies.claim(10, NOW), _claimed_by(other))
    assert len(mine) + theirs == 1
    assert await two_copies.claim(10, NOW) == [] and await _claimed_by(other) == 0
    await Entry.filter(state=EntryState.PROCESSING).update(state=EntryState.DONE)
    assert await _claimed_by(other) == 1


async def test_a_claim_that_is_not_committed_yet_holds_the_other_copy_back_too(
    two_copies: Inbox, other: asyncpg.Connection
) -> None:
    async with other.transaction():
        assert await _claimed_by(other) == 1
        assert await two_copies.claim(10, NOW) == []
    assert await two_copies.claim(10, NOW) == []


async def _claimed_by(connection: asyncpg.Connection) -> int:
    """How many entries another process gets that claims on a connection of its own."""
    numbers = iter(range(1, 10))
    sql = "".join(f"${next(numbers)}" if letter == "?" else letter for letter in _claim(False))
    return len(await connection.fetch(sql, NOW, 10, datetime.now(UTC) + timedelta(seconds=180)))
