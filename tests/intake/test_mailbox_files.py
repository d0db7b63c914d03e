"""Old mailboxes in files: where a mail begins and ends, what it loses, and when it was received."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import mailbox_files
from intake.mailbox_files import NotAMailbox, maildir, mbox, received_at

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
FILE_TIME = datetime(2025, 1, 1, tzinfo=UTC)
LINE = b"From olga@client.example Mon Jan  2 10:00:00 2023\n"


def mails(tmp_path: Path, content: bytes) -> list[bytes | None]:
    path = tmp_path / "old.mbox"
    path.write_bytes(content)
    return [found.raw for found in mbox(path)]


def test_each_from_line_with_a_date_begins_a_mail(tmp_path: Path) -> None:
    content = LINE + b"Subject: 1\n\none\n\n" + LINE + b"Subject: 2\n\ntwo\n"
    assert mails(tmp_path, content) == [b"Subject: 1\n\none\n", b"Subject: 2\n\ntwo\n"]


@pytest.mark.parametrize(
    "line",
    [
        b"From - Mon Jan 02 10:00:00 2023\n",  # Thunderbird
        b"From ???@??? Mon Jan  2 10:00:00 2023\n",  # Eudora
        b"From 178@xxx Mon Jan 02 10:00:00 +0000 2023\n",  # Google Takeout
        b"From olga at client.example  Mon Jan  2 10:00:00 2023\n",  # Mailman's archives
        b"From MAILER-DAEMON Mon, 2 Jan 2023 10:00:00 +0000\n",  # written as in a Date field
        b"From olga Mon Jan  2 10:00 CET 2023 remote from host\r\n",  # UUCP
    ],
)
def test_it_knows_the_from_lines_of_many_writers(tmp_path: Path, line: bytes) -> None:
    assert mails(tmp_path, line + b"A: 1\n\none\n\n" + line + b"A: 2\n\ntwo\n") == [
        b"A: 1\n\none\n",
        b"A: 2\n\ntwo\n",
    ]


def test_prose_that_begins_with_from_splits_nothing(tmp_path: Path) -> None:
    text = b"A: 1\n\nIt stopped.\n\nFrom now on nothing prints.\n\nFrom 2019 on it did.\n"
    assert mails(tmp_path, LINE + text) == [text]


def test_escaped_from_lines_lose_one_mark(tmp_path: Path) -> None:
    content = LINE + b"A: 1\n\n>From Monday on\n>>From quoted\n>Frozen\n> From kept\n"
    assert mails(tmp_path, content) == [b"A: 1\n\nFrom Monday on\n>From quoted\n>Frozen\n> From kept\n"]


def test_a_wrong_content_length_swallows_no_mail(tmp_path: Path) -> None:
    content = LINE + b"Content-Length: 9999\n\none\n\n" + LINE + b"A: 2\n\ntwo\n"
    assert len(mails(tmp_path, content)) == 2


def test_a_mail_without_an_empty_line_behind_it_swallows_not_the_next(tmp_path: Path) -> None:
    assert mails(tmp_path, LINE + b"A: 1\n\none\n" + LINE + b"A: 2\n\ntwo") == [
        b"A: 1\n\none\n",
        b"A: 2\n\ntwo",
    ]


def test_an_empty_file_is_an_empty_mailbox(tmp_path: Path) -> None:
    assert mails(tmp_path, b"") == []


def test_what_is_no_mbox_is_refused_rather_than_read_as_one_mail(tmp_path: Path) -> None:
    with pytest.raises(NotAMailbox, match="does not begin with a line"):
        mails(tmp_path, b"Subject: a single mail\n\ntext\n")


def test_a_mail_that_is_too_large_is_named_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_files, "LARGEST", 50)
    assert mails(tmp_path, LINE + b"A: 1\n\n" + b"x" * 80 + b"\n\n" + LINE + b"A: 2\n\ntwo\n") == [
        None,
        b"A: 2\n\ntwo\n",
    ]


def test_a_line_longer_than_a_block_is_no_separator_in_its_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_files, "_LINE_MOST", 64)
    line = b"x" * 64 + LINE
    assert mails(tmp_path, LINE + b"A: 1\n\n" + line) == [b"A: 1\n\n" + line]


@given(
    st.lists(
        st.lists(
            st.sampled_from([b"", b"From x", b">From y", b">>From z", b"text", LINE.strip()]), max_size=6
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_an_mboxrd_writer_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[bytes]]
) -> None:
    written = [b"A: 1\n\n" + b"".join(line + b"\n" for line in text) for text in texts]
    content = b""
    for mail in written:
        lines = mail.splitlines(keepends=True)
        escaped = (b">" + one if one.lstrip(b">").startswith(b"From ") else one for one in lines)
        content += LINE + b"".join(escaped) + b"\n"
    assert mails(tmp_path_factory.mktemp("box"), content) == written


def test_places_and_progress_tell_how_far_it_is(tmp_path: Path) -> None:
    content = LINE + b"A: 1\n\none\n\n" + LINE + b"A: 2\n\ntwo\n"
    path = tmp_path / "old.mbox"
    path.write_bytes(content)
    first, second = mbox(path)
    assert (first.place, second.place) == ("old.mbox:0", f"old.mbox:{first.passed}")
    assert second.passed == len(content)


def make_maildir(root: Path, **files: bytes) -> Path:
    for folder in ("new", "cur", "tmp", ".Sent/cur", ".Sent/new"):
        (root / folder).mkdir(parents=True)
    for name, content in files.items():
        (root / name.replace("__", "/").replace("_dot_", ".")).write_bytes(content)
    return root


def test_a_maildirs_new_and_read_mails_come_in_the_order_of_their_delivery(tmp_path: Path) -> None:
    box = make_maildir(tmp_path / "m")
    (box / "cur" / "1700000002.a.host:2,S").write_bytes(b"second")
    (box / "new" / "1700000003.b.host").write_bytes(b"third")
    (box / "new" / "999999999.c.host").write_bytes(b"first")
    (box / "tmp" / "1700000001.d.host").write_bytes(b"half")
    (box / ".Sent" / "cur" / "1.e.host:2,S").write_bytes(b"ours")
    assert [found.raw for found in maildir(box, subfolders=False)] == [b"first", b"second", b"third"]
    assert [found.raw for found in maildir(box, subfolders=True)] == [b"ours", b"first", b"second", b"third"]


def test_a_folder_without_cur_is_no_maildir(tmp_path: Path) -> None:
    with pytest.raises(NotAMailbox, match="no folders cur and new"):
        list(maildir(tmp_path, subfolders=False))


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        (b"Date: Mon, 2 Jan 2023 10:00:00 +0300\nReceived: x; Tue, 3 Jan 2023 10:00:00 +0000\n",
         datetime(2023, 1, 2, 7, 0, tzinfo=UTC)),
        (b"Received: from a by b; Tue, 3 Jan 2023 10:00:00 +0000 (UTC)\n"
         b"Received: y; Sun, 1 Jan 2023 10:00:00 +0000\n",
         datetime(2023, 1, 3, 10, 0, tzinfo=UTC)),
        # A sender's clock that is ahead of ours, or stands at its beginning.
        (b"Date: Fri, 2 Jan 2099 10:00:00 +0000\nReceived: x; Tue, 3 Jan 2023 10:00:00 +0000\n",
         datetime(2023, 1, 3, 10, 0, tzinfo=UTC)),
        (b"Date: Thu, 1 Jan 1970 00:00:00 +0000\n", FILE_TIME),
        (b"Date: yesterday\nReceived: without a date\n", FILE_TIME),
        (b"Date: " + b"9" * 5000 + b"\n", FILE_TIME),
        (b"", FILE_TIME),
    ],
)  # fmt: skip
def test_a_mail_was_received_at_the_first_moment_that_can_be_believed(fields: bytes, at: datetime) -> None:
    assert received_at(fields + b"Subject: x\n\ntext\n", FILE_TIME, NOW) == at
