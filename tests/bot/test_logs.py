"""Logs: one line an event whatever is in it, nothing secret, libraries included."""

import io
import json
import logging
import re
import sys
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import logs
from bot.log_lines import as_json, as_logfmt
from bot.redaction import Redaction

PASSWORD = "p@ss wörd\\\"'1"
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw5"
WEB_SECRET = "Jx0-web-secret-Jx0-web-secret-Jx0"
SECRETS = (PASSWORD, WEB_SECRET, "postgres://otklik:ge%40heim@db/otklik", "sqlite:///srv/data/otklik.db")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def written() -> io.StringIO:
    stream = io.StringIO()
    logs.set_up("info", "logfmt", SECRETS, stream)
    return stream


def only_line(stream: io.StringIO) -> str:
    text = stream.getvalue()
    assert text.endswith("\n") and text.count("\n") == 1, text
    return text.rstrip("\n")


PAIR = re.compile(r'([\w.-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?: |$)')
ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|.)")
SHORT = {"n": "\n", "r": "\r", "t": "\t"}


def fields(line: str) -> dict[str, str]:
    """A logfmt line read back; AssertionError when any of it is no pair."""
    pairs = list(PAIR.finditer(line))
    assert "".join(pair[0] for pair in pairs) == line
    return {pair[1]: unescaped(pair[2]) if pair[2] is not None else pair[3] for pair in pairs}


def unescaped(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        code = found[1]
        return chr(int(code[1:], 16)) if len(code) > 1 else SHORT.get(code, code)

    return ESCAPE.sub(character, text)


def test_an_event_is_one_line_with_time_level_and_name(written: io.StringIO) -> None:
    structlog.get_logger("intake.processing").info(
        "ticket opened", number="AS-000042", size=1024, again=False
    )
    line = only_line(written)
    told = fields(line)
    assert line.startswith("time=")
    assert datetime.fromisoformat(told.pop("time")).utcoffset().total_seconds() == 0  # type: ignore[union-attr]
    assert told == {
        "level": "info", "event": "ticket opened", "logger": "intake.processing",
        "number": "AS-000042", "size": "1024", "again": "false",
    }  # fmt: skip


def test_json_is_one_object_a_line() -> None:
    stream = io.StringIO()
    logs.set_up("info", "json", (), stream)
    structlog.get_logger("x").warning("заявка", names=["а\nб", 1], none=None, level_of=1.5)
    told = json.loads(only_line(stream))
    assert (told["event"], told["level"], told["names"]) == ("заявка", "warning", ["а\nб", 1])
    assert (told["none"], told["level_of"]) == (None, 1.5)


NASTY = (
    "a\r\nlevel=error event=forged",
    "\x1b[2J\x1b[31mred",
    "\x9b31m",
    "\u202egnp.exe",
    "\u2028\u2029\x85\x0b\x0c",
    "\ud800 lone",
    "\x00\x7f",
    "zero\u200bwidth\ufeff",
    'quote " and backslash \\',
    "ends in backslash\\",
)


@pytest.mark.parametrize("form", ["logfmt", "json"])
@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_a_value_cannot_end_the_line_or_move_the_terminal(form: Any, nasty: str) -> None:
    stream = io.StringIO()
    logs.set_up("info", form, (), stream)
    structlog.get_logger("x").info(nasty, subject=nasty, names={nasty: [nasty]}, **{nasty: 1})
    logging.getLogger("mail.log").error("%r << %s", "peer", nasty, extra={"why": nasty})
    lines = stream.getvalue().removesuffix("\n").split("\n")
    assert len(lines) == 2
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for line in lines for c in line)
    for line in lines:
        line.encode()
        level = json.loads(line)["level"] if form == "json" else fields(line)["level"]
        assert level in ("info", "error")  # and none that a value has forged


@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.lists(st.text()), max_size=4))
def test_any_event_is_one_safe_line_and_json_is_read_back(event: dict[str, Any]) -> None:
    line = as_logfmt(None, "info", dict(event))
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", line)
    assert len(line.split("\n")) == 1
    read = json.loads(as_json(None, "info", {"event": event}))
    assert read["event"] == json.loads(json.dumps(event))


@given(st.text())
def test_a_logfmt_value_is_read_back_as_it_was(text: str) -> None:
    assert fields(as_logfmt(None, "info", {"a": text, "b": "end"})) == {"a": text, "b": "end"}


def test_a_very_long_value_keeps_its_beginning_and_its_end(written: io.StringIO) -> None:
    structlog.get_logger("x").info("long", subject="begin" + "x" * 1_200_000 + "end")
    told = fields(only_line(written))
    assert len(told["subject"]) < 9000
    assert told["subject"].startswith("beginxxx") and told["subject"].endswith("xxxend")
    assert "…(1192008 characters left out)…" in told["subject"]


@given(st.integers(0, 30), st.integers(0, 60))
def test_a_secret_is_hidden_wherever_a_long_value_is_cut(shift: int, more: int) -> None:
    for place in (4000 - shift, 6000 - shift):
        text = "x" * place + f" {WEB_SECRET} " + "x" * (20_000 + more - place)
        for long in (text, text[::-1].replace(WEB_SECRET[::-1], WEB_SECRET), f"{WEB_SECRET} " * 900):
            assert "web-secret" not in Redaction(SECRETS).brief(long)


# Secrets


def encodings(secret: str) -> dict[str, str]:
    import base64
    from urllib.parse import quote, quote_plus

    return {
        "plain": secret,
        "in a URL": quote(secret, safe=""),
        "in a form": quote_plus(secret),
        "repr": repr(secret),
        "bytes": repr(secret.encode()),
        "json": json.dumps(secret),
        "base64": base64.b64encode(secret.encode()).decode(),
    }


@pytest.mark.parametrize("secret", [PASSWORD, WEB_SECRET, "ge@heim"])
@pytest.mark.parametrize("encoding", list(encodings("")))
def test_a_known_secret_is_hidden_however_it_is_written(
    written: io.StringIO, secret: str, encoding: str
) -> None:
    shown = encodings(secret)[encoding]
    structlog.get_logger("x").info(f"sent {shown}", reply=f"got {shown}!", parts=[{"x": (shown,)}])
    line = only_line(written)
    # What is left of it after escaping is looked for without quotes and backslashes.
    bare = re.sub(r"[\\\"']", "", shown)
    assert bare not in re.sub(r"[\\\"']", "", line)
    assert "***" in line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            f"GET https://api.telegram.org/bot{TOKEN}/getUpdates",
            "GET https://api.telegram.org/bot***/getUpdates",
        ),
        (f"token {TOKEN}x_-", "token ***"),
        ("password=hunter22, user=x", "password=***, user=x"),
        ('{"password": "hunter 22", "a": 1}', '{"password": ***, "a": 1}'),
        ("Authorization: Bearer abcdefghijkl", "Authorization: *** ***"),
        ("b'AUTH PLAIN AGFubmEAZ2VoZWlt'", "b'AUTH PLAIN ***'"),
        ("could not connect to postgres://a:ge:h@db/x", "could not connect to postgres://a:***@db/x"),
        ("GET /rate/eyJ0IjoxfQ.c2ln_-~=?s=5 200", "GET /rate/***?s=5 200"),
        ("client_secret='x y'", "client_secret=***"),
        ("see sqlite:///srv/data/otklik.db, 12:30:45, ratio 1:2", None),
        ("the password is wrong; secrets of the trade", None),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_nothing_else(text: str, shown: str | None) -> None:
    assert Redaction(SECRETS).text(text) == (shown or text)


def test_a_field_that_is_named_like_a_secret_is_hidden(written: io.StringIO) -> None:
    structlog.get_logger("x").info(
        "signed in", password="1", web_secret=b"x", nested={"api_key": [1]}, keys=2
    )
    told = fields(only_line(written))
    assert (told["password"], told["web_secret"], told["keys"]) == ("***", "***", "2")
    assert "***" in told["nested"]


@given(st.text(), st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=4))
def test_no_text_around_it_brings_a_secret_to_light(around: str, secret: str) -> None:
    secret = f"k{secret}"  # not a database URL, of which the password alone is a secret
    hidden = Redaction([secret]).text(f"{around}{secret}{around}")
    assert secret not in hidden or secret in f"{around}***{around}"


def fail_with_secrets() -> None:
    url = "postgres://otklik:ge%40heim@db/otklik"
    try:
        raise ConnectionError(f"cannot reach {url}\nwith {PASSWORD}")
    except ConnectionError as exc:
        raise RuntimeError(f"https://api.telegram.org/bot{TOKEN}/getMe") from exc


@pytest.mark.parametrize("logger", ["ours", "library"])
def test_a_traceback_is_on_one_line_and_without_secrets(written: io.StringIO, logger: str) -> None:
    try:
        fail_with_secrets()
    except RuntimeError:
        if logger == "ours":
            structlog.get_logger("x").exception("failed")
        else:
            logging.getLogger("asyncio").exception("Task exception was never retrieved")
    line = only_line(written)
    assert "Traceback (most recent call last)" in line and "fail_with_secrets" in line
    assert "RuntimeError: https://api.telegram.org/bot***/getMe" in line
    assert "heim" not in line and TOKEN not in line and "rd\\" not in line


# Levels and libraries


def test_what_is_below_the_level_is_left_out(written: io.StringIO) -> None:
    structlog.get_logger("x").debug("detail")
    logging.getLogger("x").debug("detail")
    assert written.getvalue() == ""


def test_libraries_that_tell_every_connection_are_heard_from_warnings_on(written: io.StringIO) -> None:
    logging.getLogger("mail.log").info("%r handling connection", "peer")
    logging.getLogger("aiohttp.access").info("GET /rate/abcdefghi")
    assert written.getvalue() == ""
    logging.getLogger("mail.log").warning("%r << %s", "peer", "password=hunter22")
    told = fields(only_line(written))
    assert (told["event"], told["logger"]) == ("'peer' << password=***", "mail.log")


def test_everything_is_heard_when_everything_is_asked_for() -> None:
    stream = io.StringIO()
    logs.set_up("debug", "logfmt", (), stream)
    logging.getLogger("mail.log").debug("said %s", "hello")
    assert fields(only_line(stream))["event"] == "said hello"


def test_a_second_set_up_replaces_the_first_even_for_loggers_in_use(written: io.StringIO) -> None:
    log = structlog.get_logger("x")
    log.info("before")
    later = io.StringIO()
    logs.set_up("info", "json", (), later)
    log.info("after")
    assert "after" not in written.getvalue()
    assert json.loads(only_line(later))["event"] == "after"


class Unprintable:
    def __str__(self) -> str:
        raise ValueError("geheim")


def test_a_line_that_cannot_be_made_costs_the_caller_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    written = io.StringIO()
    logs.set_up(stream=written)  # here, so that it takes the place of pytest's own handlers too
    logging.getLogger("x").warning("%s", Unprintable())
    structlog.get_logger("x").warning("odd", value=Unprintable())
    lines = written.getvalue().splitlines()
    assert lines == ['level=error event="a log line was lost" logger=x error=ValueError'] * 2
    assert capsys.readouterr().err == ""


def test_a_stream_that_has_gone_costs_the_caller_nothing(written: io.StringIO) -> None:
    written.close()
    structlog.get_logger("x").info("after all")
    assert written.closed


def test_without_a_stream_it_writes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(stream=sys.stderr)
    structlog.get_logger("x").info("hello")
    assert "event=hello" in capsys.readouterr().err
