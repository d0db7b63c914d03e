"""Everything hostile that a mail can hold, sent to one running desk; then what came out is looked at."""

import hashlib
import json
import re
import smtplib
import sqlite3
import unicodedata
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.header import Header
from pathlib import Path
from typing import Any

import pytest

from tests.canary import Canary
from tests.service.desk import Desk
from tests.service.letters import letter, picture, png, send
from tests.service.relay import Relay

PWNED = Path(f"/tmp/otklik-pwned-{uuid.uuid4().hex}")
SHELL = (
    f"$(touch {PWNED})",
    f"`touch {PWNED}`",
    f"; touch {PWNED} ;",
    f"| touch {PWNED}",
    f"'&& touch {PWNED} #",
)
LITERAL = (
    "{{7*191}} ${7*191} #{7*191} <%= 7*191 %> {% debug %}",
    "%s%s%n%x %(secret)s {0.__class__.__init__.__globals__} {secret}",
    "'); DROP TABLE tickets; -- \" OR ''='",
)
NAMES = {
    "climbs out": "../../../../../../tmp/" + PWNED.name,
    "absolute": f"/tmp/{PWNED.name}",
    "Windows": "..\\..\\C:\\Windows\\evil.png",
    "NUL": "shot.png\0.exe",
    "reserved": "CON.png",
    "zero width": "\u200b.htaccess\u200b",
    "hidden": ".htaccess",
    "right to left": "kuva\u202egnp.exe",
    "isolate": "a\u2066b\u2069.png",
    "long": "x" * 1_000 + ".png",
    "line ends": "a\r\nBcc: victim@other.example\r\n.png",
    "escape": "a\x1b]0;owned\x07.png",
    "dots": "..",
}
NOT_PICTURES = {
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "exe": b"MZ\x90\x00\x03\x00\x00\x00" + b"\0" * 100,
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100),
    "pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
}
BIDI_AND_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c]")


@dataclass
class Attacked:
    """The desk after all of it, what its relay got, and what was sent."""

    desk: Desk
    relay: Relay
    canary: Canary
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)

    def message(self, who: str) -> dict[str, Any]:
        """The request of a sender, as `tickets export` tells it."""
        return dict(self.tickets[f"{who}@client.example"]["messages"][0])


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    relay, canary = Relay(), Canary()
    desk = Desk(tmp_path_factory.mktemp("attacked") / "desk", relay_port=relay.port)
    desk.start()
    for raw in (*shells(), *literals(), *names(), *disguised(), *calling_home(canary.port), *controls()):
        assert send(desk.smtp_port, raw) == 250
    with smtplib.SMTP("127.0.0.1", desk.smtp_port) as smtp:
        smtp.ehlo("evil\x1b[31mname$(touch x)")
        smtp.docmd("MAIL FROM:<\x1b[2Jx@y.example>")
        smtp.docmd("RCPT TO:<a\x1b[2J@y.example>")
    ask_as_another_host(desk)
    assert send(desk.smtp_port, letter("last@client.example")) == 250
    desk.settled()
    found = Attacked(desk, relay, canary, {ticket["client"]: ticket for ticket in desk.tickets()})
    yield found
    desk.erase()
    relay.down()
    canary.close()


def ask_as_another_host(desk: Desk) -> None:
    """Ask for pages under another's name, as who wants it to appear in somebody's mail does."""
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
    for path in ("/health", "/rate/x", "/ticket/x"):
        with suppress(urllib.error.HTTPError):
            urllib.request.urlopen(urllib.request.Request(desk.url + path, headers=headers), timeout=10)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def shells() -> Iterator[bytes]:
    for number, payload in enumerate(SHELL):
        yield letter(
            f"{quoted(payload)} <shell{number}@client.example>",
            payload,
            picture(payload),
            (payload, b"x", "application/x-sh"),
            subject=payload,
            X_Mailer=payload,
        )


def literals() -> Iterator[bytes]:
    for number, payload in enumerate(LITERAL):
        yield letter(
            f"{quoted(payload)} <literal{number}@client.example>",
            payload,
            picture(f"{payload}.png"),
            (f"{payload}.txt", b"x", "text/x-log"),
            subject=payload,
        )


def names() -> Iterator[bytes]:
    """A mail for each name, written by hand: the library would refuse to."""
    for number, name in enumerate(NAMES.values()):
        encoded = Header(name, "utf-8", maxlinelen=100_000).encode(maxlinelen=0)
        raw = letter(
            f"name{number}@client.example", "Снимок.", picture("PLACE.png"), ("OTHER.bin", b"x", "a/b")
        )
        raw = raw.replace(b'"PLACE.png"', f'"{encoded}"'.encode())
        yield raw.replace(b'"OTHER.bin"', f'"{encoded}"'.encode())


def disguised() -> Iterator[bytes]:
    for kind, content in NOT_PICTURES.items():
        yield letter(f"{kind}@client.example", "Снимок.", (f"{kind}.png", content, "image/png"))


def calling_home(port: int) -> Iterator[bytes]:
    home = f"http://127.0.0.1:{port}"
    html = (
        f'<html><head><link rel=stylesheet href="{home}/a.css"><style>@import "{home}/b.css";'
        f'body{{background:url({home}/c.png)}}</style><base href="{home}/"></head>'
        f'<body background="{home}/d.png">'
        f'Касса стоит.<img src="{home}/e.png"><iframe src="{home}/f"></iframe>'
        f'<object data="{home}/g"></object>'
        f'<video src="{home}/h"></video><a href="{home}/i" ping="{home}/j">link</a>'
        f'<script src="{home}/k"></script><form action="{home}/l"></form></body></html>'
    )
    svg = f'<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{home}/m"/></svg>'.encode()
    raw = letter(
        "home@client.example",
        "PLACE",
        ("a.svg", svg, "image/svg+xml"),
        ("b.html", html.encode(), "text/html"),
    )
    yield raw
    only = letter("html@client.example", "PLACE").partition(b"\r\n\r\n")[0]
    only = only.replace(b'text/plain; charset="utf-8"', b'text/html; charset="utf-8"').replace(
        b"7bit", b"8bit"
    )
    yield only.replace(b"html@", b"page@") + b"\r\n\r\n" + html.encode()
    outside = (
        f'message/external-body; access-type=URL; URL="{home}/n"\r\n\r\nContent-Type: image/png\r\n\r\n'
    ).encode()
    yield only.replace(b"html@", b"outside@").replace(b'text/html; charset="utf-8"', outside.strip())


def controls() -> Iterator[bytes]:
    """CR LF, ESC, NUL and lone surrogates, raw and in encoded words, in every field that may be logged."""
    bad = "x\r\nlevel=error event=forged \x1b[31mred\x1b[0m \0 \u2028end"
    word = Header(bad, "utf-8", maxlinelen=10_000).encode(maxlinelen=0)
    surrogates = "=?utf-8?q?=ED=A0=80=ED=BF=BF_alone?="
    raw = letter("control@client.example", bad.replace("\0", ""), picture("PLACE.png"), subject="SUBJECT")
    raw = raw.replace(b"PLACE.png", word.encode()).replace(b"SUBJECT", f"{word} {surrogates}".encode())
    raw = raw.replace(b"From: control@", f"From: {word} {surrogates} <control@".encode())
    raw = raw.replace(b"@client.example\r\nTo", b"@client.example>\r\nTo")
    yield raw
    yield letter("raw@client.example", subject="SUBJECT").replace(
        b"SUBJECT", b"a \x1b[31m b \0 c \xed\xa0\x80 d"
    )


def test_threat_24_no_shell_ever_sees_what_a_mail_says(attacked: Attacked) -> None:
    assert not PWNED.exists()
    for number, payload in enumerate(SHELL):
        message = attacked.message(f"shell{number}")
        assert message["author"] == payload and message["text"].strip() == payload
        assert attacked.tickets[f"shell{number}@client.example"]["subject"] == payload


def test_threat_44_templates_formats_and_sql_stay_text(attacked: Attacked) -> None:
    for number, payload in enumerate(LITERAL):
        ticket = attacked.tickets[f"literal{number}@client.example"]
        assert ticket["subject"] == payload and ticket["messages"][0]["text"].strip() == payload
        (confirmation,) = attacked.relay.to(f"literal{number}@client.example")
        assert "1337" not in confirmation.text and "globals" not in confirmation.text.replace(
            "__globals__", ""
        )
    with sqlite3.connect(attacked.desk.folder / "data" / "otklik.db") as database:
        assert database.execute("SELECT count(*) FROM tickets").fetchone()[0] == len(attacked.tickets)
    database.close()


def test_threats_23_and_28_no_name_of_a_file_leads_anywhere_or_hides_anything(attacked: Attacked) -> None:
    assert not PWNED.exists()
    for number, what in enumerate(NAMES):
        message = attacked.message(f"name{number}")
        (shot,), (declined,) = message["screenshots"], message["declined"]
        assert shot["sha256"] == hashlib.sha256(png()).hexdigest(), what
        for name in (shot["name"], declined["name"]):
            assert name.strip(" .") and len(name) <= 255, what
            assert not set("/\\") & set(name), what
            assert not BIDI_AND_INVISIBLE.search(name), what
            assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in name), what
    kept = [path for path in (attacked.desk.folder / "data" / "files").rglob("*") if path.is_file()]
    assert kept and all(re.fullmatch(r"[0-9a-f]{64}", path.name) for path in kept)


def test_threat_28_a_letter_repeats_no_control_and_no_direction_override(attacked: Attacked) -> None:
    for got in attacked.relay.got:
        assert not BIDI_AND_INVISIBLE.search(got.text), got.recipient
        assert not any(unicodedata.category(char) == "Cc" and char not in "\r\n" for char in got.text)


def test_threat_4_no_name_of_a_file_adds_a_header_or_a_recipient(attacked: Attacked) -> None:
    line_ends = list(NAMES).index("line ends")
    (confirmation,) = attacked.relay.to(f"name{line_ends}@client.example")
    assert confirmation.mail["Bcc"] is None and attacked.relay.to("victim@other.example") == []


@pytest.mark.parametrize("kind", NOT_PICTURES)
def test_threat_22_what_is_no_picture_is_not_kept_as_one_whatever_it_is_called(
    attacked: Attacked, kind: str
) -> None:
    message = attacked.message(kind)
    assert message["screenshots"] == []
    assert message["declined"] == [{"name": f"{kind}.png", "reason": "format"}]
    digest = hashlib.sha256(NOT_PICTURES[kind]).hexdigest()
    assert not list((attacked.desk.folder / "data" / "files").rglob(digest))


def test_a_confirmation_says_what_to_send_instead_of_what_was_declined(attacked: Attacked) -> None:
    (to_heic,), (to_pdf,), (to_exe,) = (
        attacked.relay.to(f"{who}@client.example") for who in ("heic", "pdf", "exe")
    )
    assert "«Настройки» → «Камера» → «Форматы» → «Наиболее совместимый»" in to_heic.text.replace("\n", " ")
    assert "снимок экрана с нужной страницей" in to_pdf.text.replace("\n", " ")
    assert "Настройки" not in to_pdf.text + to_exe.text


def test_threat_27_nothing_that_a_mail_names_is_ever_fetched(attacked: Attacked) -> None:
    assert "Касса стоит." in attacked.message("page")["text"]
    assert attacked.canary.visits == 0


def test_threat_29_every_event_is_one_line_of_the_log_without_an_escape(attacked: Attacked) -> None:
    lines = attacked.desk.log.read_bytes().split(b"\n")
    assert len(lines) > 20
    assert [line for line in lines if line and not line.startswith(b"time=")] == []
    assert not [line for line in lines if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line)]
    # A forged event would begin a line; inside a value it is just words.
    assert not [
        line for line in lines if re.search(rb"(?:^| )level=error event=forged", line) and b'"' not in line
    ]


def test_threat_45_nul_and_lone_surrogates_are_out_of_everything_that_is_kept(attacked: Attacked) -> None:
    for who in ("control", "raw"):
        told = json.dumps(attacked.tickets[f"{who}@client.example"], ensure_ascii=False)
        told.encode("utf-8")
        assert "\\u0000" not in told and "\0" not in told and "\\ud800" not in told
    assert attacked.tickets["control@client.example"]["subject"]
    assert attacked.relay.to("control@client.example") and attacked.relay.to("raw@client.example")


def test_threat_40_links_begin_with_the_configured_address_whatever_a_host_header_says(
    attacked: Attacked,
) -> None:
    (last,) = attacked.relay.to("last@client.example")
    links = re.findall(r"https?://[^\s\"<>]+", last.text)
    assert links and all(link.startswith(f"{attacked.desk.url}/") for link in links)
    assert not [got for got in attacked.relay.got if b"evil.example" in got.content]


def test_every_one_of_them_got_a_ticket_and_its_confirmation(attacked: Attacked) -> None:
    sent = len(SHELL) + len(LITERAL) + len(NAMES) + len(NOT_PICTURES) + 3 + 2 + 1
    assert len(attacked.tickets) == sent == len({got.recipient for got in attacked.relay.got})
    assert attacked.desk.rows("inbox", "list") == []
