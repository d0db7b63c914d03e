"""Mails of a megabyte, each full of what a careless parser reads over and over, and what each costs.

`python -m tests.fuzz.growth` prints a line of JSON for each: name, seconds, megabytes. Every mail is
understood in a process of its own, forked when everything is loaded: the peak of its memory is its own.
"""

import json
import os
import random
import struct
from collections.abc import Callable
from pathlib import Path

from tests.fuzz.bounds import LONGEST, cost
from tests.intake.understood import understood

Growing = Callable[[], bytes]  # a mail that is only written when it is wanted

MAILS = Path(__file__).parents[1] / "mails"
HEAD = b"From: a@client.example\r\nSubject: x\r\n"
FORWARD = b"From: a@client.example\r\nSubject: Fwd: x\r\n"
TEXT = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n"
CALENDAR = HEAD + b"Content-Type: text/calendar\r\n\r\n"
TNEF = HEAD + b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\x01\x00"


def full(head: bytes, unit: bytes) -> Growing:
    """A mail of a megabyte that repeats `unit`."""
    return lambda: head + unit * ((LONGEST - len(head)) // len(unit))


def parts(header: bytes, content: bytes = b"x", head: bytes = MIXED) -> Growing:
    """A mail of as many equal parts as a megabyte holds."""
    return full(head, b"--B\r\nContent-Type: " + header + b"\r\n\r\n" + content + b"\r\n")


def gibberish(length: int) -> bytes:
    """Letters in no charset, the same every time."""
    chosen = random.Random(3)
    return bytes(chosen.choices(b"abcdefgh \xe4\xf6\x81\x9d\xd0\xcf\xff", k=length))


def attribute(number: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", 1, number, 6, len(value)) + value + b"\0\0"


GROWING: dict[str, Growing] = {
    "parts with endless encoded words": parts(b"text/plain; name=" + b"=?a?q?" * 2_600),
    "parts with semicolons": parts(b"text/plain" + b";" * 16_000),
    "parts with unclosed quotes": parts(b"text/plain" + b';a="' * 4_000),
    "parts with words for parameters": parts(b"text/plain " + b"a=b " * 4_000),
    "parts with raw names": parts(b"application/x; name=" + bytes(range(128, 256)) * 6),
    "parts in no charset": parts(b"text/plain", gibberish(950)),
    "parts in unlabelled Cyrillic": parts(b"text/plain", bytes(range(128, 256)) * 7),
    "parts of HTML": parts(b"text/html", b"<p>" + b"<b>x</b>" * 110),
    "parts with uuencoded files": parts(b"text/plain", b"begin 644 a\n#0V%T\n`\nend\n" * 38),
    "parts with a mail in each": parts(
        b"message/rfc822", b"From: a@b.c\r\nContent-Type: text/html\r\n\r\n" + b"<p>x" * 200, FORWARD + MIXED
    ),
    "boundaries that are none": full(MIXED, b"--Bx\r\n"),
    "boundaries to be guessed": full(HEAD + b"Content-Type: multipart/mixed\r\n\r\n", b"--a\n"),
    "fields and lines that are none": full(b"", b"x y\r\nfrom:a\r\n"),
    "carriage returns in a field": full(HEAD + b"X: ", b"\r"),
    "raw words in From": lambda: b"".join(
        b"From: " + b"=?x?q?=D0=81?= " * 900 + b"<a%d@b.c>\r\n" % n for n in range(70)
    ),
    "uuencode that never ends": full(TEXT, b"begin 644 a\n#0V%T\n"),
    "base64 in pieces": full(HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n", b"QQ=="),
    "quoted-printable spaces": full(HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n", b"=  "),
    "Japanese escapes": full(
        HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n", b"\x1b$B-!\x1b(B"
    ),
    "a text in no charset": lambda: HEAD + b"\r\n" + gibberish(LONGEST - 100),
    "flowed quotations": full(HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n", b"> " * 200 + b"\n"),
    "lists in HTML": full(HTML, b"<ol><li>a</ol>"),
    "cells in HTML": full(HTML + b"<table><tr>", b"<td><p>a</p></td>"),
    "paragraphs in HTML": full(HTML, b"<p>a"),
    "links in HTML": full(HTML, b'<a href="http://a.b/c">y</a>'),
    "nested elements in HTML": full(HTML, b"<div>" * 900 + b"a" + b"</div>" * 900),
    "nested signatures in HTML": full(HTML, b"<div class=gmail_signature>" * 900 + b"</div>" * 900),
    "quotations in HTML": full(HTML, b"<blockquote>" * 400 + b"a" + b"</blockquote>" * 400),
    "misnested tables in HTML": full(HTML, b"<table><b>"),
    "events": full(CALENDAR, b"BEGIN:VEVENT\nSUMMARY:x\n"),
    "parameters of an event": full(CALENDAR, b"A" + b';a="' * 4_900 + b"\n"),
    "properties in winmail.dat": lambda: (
        TNEF + attribute(0x9003, struct.pack("<I", 2**31) + b"\x02\x01\x01\x30\0\0\0\0" * 125) * 990
    ),
    "a bomb in winmail.dat": lambda: (
        TNEF
        + attribute(
            0x9003,
            struct.pack("<IHHIIIIII", 1, 0x0102, 0x1009, 1, 900_000, 1, 2**31, 0x75465A4C, 0)
            + (b"\xff" + b"\0\x0f" * 8) * 52_000,
        )
    ),
    "headings of forwards": full(FORWARD + b"\r\n", b"From: x\nTo: y\n"),
    "forwards on one line": full(FORWARD + b"\r\n", b"--- Forwarded message --- From: " + b"x" * 900 + b"\n"),
    "introductions": full(FORWARD + b"\r\n", b'On 1 wrote "<"<' + b'"<' * 480 + b"\n"),
    "dashes and spaces": full(FORWARD + b"\r\n", b"- " * 495 + b"\n"),
    "half introductions": full(TEXT, b"On 1.1.2026 a@b.c wrote:\n"),
    "signatures": full(TEXT, b"-- \n"),
    "links to shares": full(TEXT, b"https://disk.yandex.ru/d/x "),
    "brackets": full(TEXT, b"<"),
}


def main() -> None:
    """Measure each mail in a child of its own."""
    for path in sorted(MAILS.glob("*.eml")):
        understood(path.read_bytes())  # what is loaded late is loaded before anything is measured
    for name, raw in GROWING.items():
        child = os.fork()
        if child == 0:
            seconds, megabytes = cost(raw()[:LONGEST])
            print(json.dumps([name, seconds, megabytes]), flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps([name, -1, os.waitstatus_to_exitcode(status)]), flush=True)


if __name__ == "__main__":
    main()
