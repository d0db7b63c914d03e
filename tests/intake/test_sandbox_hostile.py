"""Mail made to choke a parser (promises, threat 6), through real workers: none of it costs a worker."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from intake.incoming import IncomingMessage
from intake.sandbox.pool import Sandbox
from tests.intake.pictures import png_header

HEAD = b"From: a@client.example\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
TEXT = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n"


def nested(depth: int) -> bytes:
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth)
    )


HOSTILE = {
    "60 KB of semicolons in Content-Type": HEAD
    + b"Content-Type: text/plain; "
    + b";" * 60_000
    + b"\r\n\r\nx",
    "unclosed quotes in Content-Type": HEAD + b"Content-Type: text/plain" + b'; a="' * 12_000 + b"\r\n\r\nx",
    "1.2 MB of encoded words": HEAD + b"Subject: " + b"=?utf-8?B?0J/RgA==?= " * 57_000 + b"\r\n\r\nx",
    "encoded words that never end": HEAD + b"Subject: " + b"=?a?q?" * 200_000 + b"\r\n\r\nx",
    "2 MB of References": HEAD
    + b"References: "
    + b"<aaaaaaaaaaaaaaa@bbbbbbbbbbbbbb>\r\n " * 58_000
    + b"<c@d>\r\n\r\nx",
    "100 KB of brackets": b"Reply-To: "
    + b"(" * 100_000
    + b"\r\nCc: "
    + b"(" * 100_000
    + b"\r\n"
    + HEAD
    + b"\r\nx",
    "a From of brackets": b"From: " + b'("<' * 5_000 + b"\r\n\r\nx",
    "100,000 fields": b"X-A: b\r\n" * 100_000 + HEAD + b"\r\nx",
    "100,000 lines that are no fields": b"junk\r\n" * 100_000 + HEAD + b"\r\nx",
    "100,000 parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nx\r\n" * 100_000,
    "multipart 5,000 deep": HEAD + nested(5_000) + b"\r\n\r\nx",
    "message 2,000 deep": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 2_000 + b"x",
    "100,000 nested div": HTML + b"<div>" * 100_000,
    "100,000 attributes": HTML + b"<p " + b" ".join(b"a%d=1" % number for number in range(100_000)) + b">",
    "100,000 unclosed links": HTML + b'x <a href="http://a.b/c">y</a> ' * 40_000,
    "300,000 lines of dashes": TEXT + b"--\n" * 300_000,
    "200,000 quoted and new lines": TEXT + b"> a\nb\n" * 200_000,
    "150,000 half introductions": TEXT + b"On 1.1.2026 a\n" * 70_000,
    "80,000 half header blocks": TEXT + b"From: x\nTo: y\n" * 80_000,
    "a million angle brackets": TEXT + b"<" * 1_000_000,
    "a million soft line breaks": HEAD
    + b"Content-Type: text/plain; format=flowed\r\n\r\n"
    + b"a \r\n" * 600_000,
    "punycode as a charset": HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a-" * 500_000,
    "bytes in no charset": HEAD + b"\r\n" + bytes(range(128, 256)) * 8_000,
    "a picture of 50,000 by 50,000": HEAD
    + b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(png_header(50_000, 50_000)),
    "30 MB on one line": TEXT + b"words " * 5_000_000,
}


@pytest_asyncio.fixture(name="sandbox", scope="module", loop_scope="module")
async def two_workers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    files: Path = tmp_path_factory.mktemp("files")
    running = Sandbox(workers=2, seconds=20, files_root=files, own_addresses=frozenset())
    await running.start()
    yield running
    await running.stop()


async def understood_beside_another(sandbox: Sandbox, raw: bytes) -> IncomingMessage:
    """What a mail is understood as while the other worker reads an ordinary one; neither worker is lost."""
    before = sandbox.process_ids
    hostile = asyncio.create_task(sandbox.understand(raw, "a@client.example"))
    assert (await sandbox.understand(TEXT + b"ordinary words", "a@client.example")).text == "ordinary words"
    message = await hostile
    assert sandbox.process_ids == before, "a worker was lost"
    return message


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", HOSTILE)
async def test_it_is_understood_in_time_and_other_mail_meanwhile(sandbox: Sandbox, what: str) -> None:
    message = await understood_beside_another(sandbox, HOSTILE[what])
    assert message.from_addr == ("" if what == "a From of brackets" else "a@client.example")
