"""Mail that is made to eat memory or to unpack for ever, and bytes that no database takes."""

import base64
import functools
import gzip
import io
import re
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from intake.incoming import IncomingMessage
from intake.sandbox.pool import Sandbox
from tests.desk_on_disk import DeskOnDisk
from tests.intake.test_sandbox_hostile import (
    HEAD,
    HOSTILE,
    two_workers,  # noqa: F401 - the fixture "sandbox"
    understood_beside_another,
)
from tests.intake.understood import understood

MEMORY = 200_000  # kB that a hostile mail may cost on top (promises, threat 6)
PATIENCE = 20.0  # seconds


def attached(name: str, content: bytes, media_type: str = "application/zip") -> bytes:
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return (
        HEAD
        + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n\r\nsee there\r\n--b\r\n"
        + f'Content-Type: {media_type}\r\nContent-Disposition: attachment; filename="{name}"\r\n'.encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + encoded
        + b"--b--\r\n"
    )


@functools.cache
def zeros(count: int) -> bytes:
    """A DEFLATE stream of so many zero bytes, made without having them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = bytes(1_000_000)
    return b"".join(packer.compress(block) for _ in range(count // len(block))) + packer.flush()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def nested(depth: int) -> bytes:
    """A ZIP in a ZIP in a ZIP …, ten of the one below in each."""
    content = zipped({"0": bytes(10_000_000)})
    for _ in range(depth):
        content = zipped({str(number): content for number in range(10)})
    return content


def tnef(claimed: int, content: bytes) -> bytes:
    """A winmail.dat (MS-OXTNEF) with one attachment that claims so many bytes and has these."""
    title, data = b"../../shot.png\0", content
    attributes = b"".join(
        b"\x02" + struct.pack("<II", code, size) + body + struct.pack("<H", sum(body) & 0xFFFF)
        for code, size, body in (
            (0x00069002, 14, bytes(14)),
            (0x00018010, len(title), title),
            (0x0006800F, claimed, data),
        )
    )
    return struct.pack("<IH", 0x223E9F78, 1) + attributes


def flat_zip_bomb() -> bytes:
    """A billion zero bytes in a ZIP of a megabyte."""
    packed = zeros(1_000_000_000)
    size = 1_000_000_000
    local = (
        struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, 0, len(packed), size, 1, 0) + b"0" + packed
    )
    central = struct.pack(
        "<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0, 0, len(packed), size, 1, 0, 0, 0, 0, 0, 0
    )
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central) + 1, len(local), 0)
    return local + central + b"0" + end


BOMBS = {
    "a ZIP of a billion zeros": lambda: attached("a.zip", flat_zip_bomb()),
    "a ZIP that says it is a picture": lambda: attached("a.png", flat_zip_bomb(), "image/png"),
    "ZIPs six deep": lambda: attached("a.zip", nested(6)),
    "a spreadsheet of a billion zeros": lambda: attached(
        "a.xlsx", flat_zip_bomb().replace(b"PK\3\4", b"PK\3\4", 1), "application/vnd.ms-excel"
    ),
    "gzip of a billion zeros": lambda: attached(
        "a.gz", b"\x1f\x8b\x08" + bytes(6) + b"\x03" + zeros(1_000_000_000), "application/gzip"
    ),
    "gzip in gzip": lambda: attached("a.gz", gzip.compress(gzip.compress(bytes(100_000_000)))),
    "a TNEF that claims four gigabytes": lambda: attached(
        "winmail.dat", tnef(0xFFFFFFFF, bytes(1_000)), "application/ms-tnef"
    ),
    "a TNEF with a ZIP of a billion zeros": lambda: attached(
        "winmail.dat", tnef(len(bomb := flat_zip_bomb()), bomb), "application/ms-tnef"
    ),
    "a TNEF in a TNEF": lambda: attached(
        "winmail.dat", tnef(len(inner := tnef(3, b"abc") * 2_000), inner), "application/ms-tnef"
    ),
    "a TNEF cut short": lambda: attached("winmail.dat", tnef(50_000, b"x")[:40], "application/ms-tnef"),
}


def peak(pid: int) -> int:
    """The most memory that a process has had, in kB, since this was last reset."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1])


def reset(pid: int) -> int:
    """Forget the peak of a process (proc(5), clear_refs); what it has now, in kB."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return peak(pid)


async def cost(sandbox: Sandbox, raw: bytes) -> tuple[IncomingMessage, int, float]:
    """Understand a mail beside an ordinary one: what it was, kB of memory and seconds on top."""
    before = {pid: reset(pid) for pid in sandbox.process_ids}
    began = time.monotonic()
    message = await understood_beside_another(sandbox, raw)
    took = time.monotonic() - began
    return message, max(peak(pid) - was for pid, was in before.items()), took


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", HOSTILE)
async def test_threat_6_no_mail_costs_a_worker_more_than_200_mb_or_20_s(sandbox: Sandbox, what: str) -> None:
    _, memory, took = await cost(sandbox, HOSTILE[what])
    assert memory < MEMORY and took < PATIENCE


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", BOMBS)
async def test_threat_43_nothing_is_unpacked_beyond_the_limits(sandbox: Sandbox, what: str) -> None:
    message, memory, took = await cost(sandbox, BOMBS[what]())
    assert memory < MEMORY and took < PATIENCE
    assert message.text == "see there" and message.screenshots == ()


async def test_threat_45_what_no_database_takes_is_cleaned_before_it_gets_there(desk: DeskOnDisk) -> None:
    bad = b"a\0b \xed\xa0\x80 \xed\xbf\xbf =?utf-8?q?=00=ED=A0=80?= \xf4\x90\x80\x80 c"
    raw = (
        b"From: BAD <olga@client.example>\r\nSubject: BAD\r\nMessage-ID: <BAD@x>\r\nReferences: <a\0b@x>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBAD https://disk.yandex.ru/d/a\0b\r\n"
        b'--b\r\nContent-Type: image/png; name="BAD"\r\nContent-Disposition: attachment\r\n\r\nno picture\r\n'
        b"--b--\r\n"
    ).replace(b"BAD", bad)
    incoming = IncomingMessage.from_json(understood(raw).to_json())
    outcome = await desk.receives(incoming)
    assert outcome.what == "opened"
    ticket = await desk.ticket(outcome.ticket_id)
    stored = repr(ticket)
    assert "\\x00" not in stored and "\\ud8" not in stored and "\\udf" not in stored
    assert ticket["subject"].startswith("a") and ticket["subject"].endswith("c")
    stored.encode("utf-8")
