"""Whatever stands in a mail, understanding it ends in time, in bounded memory, and without an exception."""

import base64
import json
import quopri
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.bounds import MEGABYTES, SECONDS, check, cost
from tests.fuzz.growth import GROWING

ROOT = Path(__file__).parents[2]
MAILS = sorted((ROOT / "tests" / "mails").glob("*.eml"))
SECONDS_OF_FUZZING = 10

CHARSETS = st.sampled_from(
    (
        *("utf-8", "koi8-r", "windows-1251", "x-mac-cyrillic", "iso-2022-jp", "gb18030", "big5", "cp949"),
        *(
            "shift_jis",
            "utf-7",
            "utf-16",
            "hz",
            "utf8mb4",
            "_iso-2022-jp$esc",
            "unknown-8bit",
            "x-",
            "",
            "zlib",
        ),
    )
)
TEXT = st.one_of(
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")),
    st.text("абвгдеиокнрст АБВ.", max_size=60).map(lambda text: text.encode("koi8-r")),
    st.binary(max_size=60),
    st.sampled_from(
        (
            b"---------- Forwarded message ---------\r\nFrom: A <a@b.example>\r\nSubject: x\r\n\r\nwords",
            b"begin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n",
            b"BEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART:20261123T100000Z\r\nEND:VEVENT",
            b"<table><tr><td>a<td><p>b</table><ol><li>c</ol><a href=http://a.example>d</a><img alt=e>",
            b"\x78\x9f\x3e\x22\x01\x00\x02\x02\x90\x06\x00\x00\x00\x00\x00\x00\x00",
            b"{\\rtf1\\ansicpg1251 \\'cf\\u1088?\\par}",
            b"\x1b$B-!\x1b(I13\x1b(B",
        )
    ),
)
ENCODED = st.one_of(
    TEXT.map(lambda text: (b"8bit", text)),
    TEXT.map(lambda text: (b"base64", base64.encodebytes(text))),
    TEXT.map(lambda text: (b"quoted-printable", quopri.encodestring(text))),
    TEXT.map(lambda text: (b"x-uuencode", text)),
)
TYPES = st.sampled_from(
    (
        *("text/plain", "text/html", "text/calendar", "text/enriched", "text/plain; format=flowed"),
        *("application/ms-tnef", "application/pdf; name=a.pdf", "image/png", "message/rfc822"),
        *("message/delivery-status", "application/pkcs7-mime", "garbage"),
    )
)
LEAVES = st.tuples(TYPES, CHARSETS, ENCODED).map(
    lambda leaf: (
        b"Content-Type: %s; charset=%s\r\nContent-Transfer-Encoding: %s\r\n\r\n%s"
        % (leaf[0].encode(), leaf[1].encode(), *leaf[2])
    )
)
KINDS = st.sampled_from((b"mixed", b"alternative", b"related", b"digest", b"report", b"signed", b"x"))


def joined(kind: bytes, boundary: bytes, sections: list[bytes], closed: bool) -> bytes:
    """A multipart, perhaps one that never ends."""
    head = b"Content-Type: multipart/%s; boundary=%s\r\n\r\n" % (kind, boundary)
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary, section) for section in sections)
    return head + body + (b"--%s--\r\n" % boundary if closed else b"")


TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        joined, KINDS, st.sampled_from((b"B", b"BB", b"=_x")), st.lists(inner, max_size=4), st.booleans()
    ),
    max_leaves=8,
)
SUBJECTS = st.one_of(
    TEXT.map(lambda text: text.replace(b"\r\n", b" ")),
    st.tuples(CHARSETS, TEXT).map(
        lambda word: b"=?%s?b?%s?=" % (word[0].encode(), base64.b64encode(word[1]))
    ),
    TEXT.map(lambda text: b"Fwd: " + text),
)
SENDERS = st.one_of(
    TEXT, st.sampled_from((b"a@b.example", b"A <a@b.example>, c@d.example", b'"<" <>', b"x: ;"))
)


@given(SENDERS, SUBJECTS, TREES)
@settings(max_examples=150, deadline=None)
def test_any_mail_that_is_built_by_the_rules_is_understood(
    sender: bytes, subject: bytes, tree: bytes
) -> None:
    raw = b"From: " + sender + b"\r\nSubject: " + subject + b"\r\n" + tree
    assert cost(raw)[0] <= SECONDS
    check(raw.replace(b"\r\n", b"\n"))


@given(st.sampled_from(MAILS), st.integers(0, 4_000), st.integers(0, 40), st.binary(max_size=8))
@settings(max_examples=300, deadline=None)
def test_any_odd_mail_that_is_damaged_is_understood(
    mail: Path, start: int, length: int, other: bytes
) -> None:
    raw = mail.read_bytes()
    start %= len(raw)
    check(raw[:start] + other + raw[start + length :])


@pytest.fixture(scope="module")
def costs() -> dict[str, tuple[float, float]]:
    """Seconds and megabytes of each mail in tests/fuzz/growth.py, each measured in its own process."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.growth"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert found.returncode == 0, found.stderr
    rows = map(json.loads, found.stdout.splitlines())
    return {name: (seconds, megabytes) for name, seconds, megabytes in rows}


@pytest.mark.parametrize("name", GROWING)
def test_a_megabyte_of_it_costs_little(name: str, costs: dict[str, tuple[float, float]]) -> None:
    seconds, megabytes = costs[name]
    assert 0 <= seconds <= SECONDS
    assert megabytes <= MEGABYTES


def test_the_fuzzer_finds_nothing_in_some_seconds(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz.mail", "--seconds", str(SECONDS_OF_FUZZING)]
    fuzzed = subprocess.run(
        [*command, "--found", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert fuzzed.returncode == 0, fuzzed.stderr[-4_000:]
    assert "Done " in fuzzed.stderr
