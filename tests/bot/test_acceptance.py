"""`otklik inbox accept`: which refused mail may become a ticket after all, and which must not."""

from pathlib import Path
from typing import Any

import pytest

from bot.cli.acceptance import unanswerable
from tests.service.conftest import make_desk  # noqa: F401 - a fixture
from tests.service.desk import Desk

OWN = frozenset({"support@example.org"})
COME_BACK = "the desk's own mail, which came back: its client would be the desk itself"
BOUNCE = "a bounce: it comes from a mail system, where nobody would read an answer"


def entry(refusal: str, mail_from: str | None = "a@client.example", **columns: Any) -> dict[str, Any]:
    envelope = {} if mail_from is None else {"mail_from": mail_from}
    outcome = f"refused: {refusal} (why it was)"
    return {"state": "refused", "purged_at": None, "outcome": outcome, "envelope": envelope, **columns}


def judged(
    raw: bytes, refusal: str, mail_from: str | None = "a@client.example", **columns: Any
) -> str | None:
    return unanswerable(entry(refusal, mail_from, **columns), raw + b"\r\n\r\nwords\r\n", OWN)


@pytest.mark.parametrize("address", [b"support@example.org", b"Support+t42.abc@Example.org"])
def test_our_own_mail_is_not_taken_in(address: bytes) -> None:
    assert judged(b"From: Desk <%b>" % address, "own-mail") == COME_BACK


def test_mail_from_an_address_that_has_become_our_own_is_not_taken_in_whatever_refused_it() -> None:
    assert judged(b"From: support@example.org", "list") == COME_BACK


def test_our_own_mail_is_known_when_a_forwarder_has_rewritten_its_sender() -> None:
    raw = b"From: list@lists.example\r\nMessage-ID: <otklik.0123@example.org>"
    assert judged(raw, "loop") == COME_BACK


def test_a_clients_mail_that_took_too_many_hops_can_be_taken_in() -> None:
    assert judged(b"From: olga@client.example\r\nMessage-ID: <1@client.example>", "loop") is None


@pytest.mark.parametrize(
    ("raw", "mail_from"),
    [
        (b"From: MAILER-DAEMON@relay.example", "a@relay.example"),
        (b"From: Postmaster <postmaster@relay.example>", "a@relay.example"),
        (b"From: no-reply@relay.example", "a@relay.example"),
        # However like a person's its address is: the null sender wants no answer.
        (b"From: olga@client.example", ""),
        (b"Return-Path: <>\r\nFrom: olga@client.example", None),
        (b"Subject: no From at all", "a@relay.example"),
    ],
)
def test_a_bounce_of_a_mail_system_is_not_taken_in(raw: bytes, mail_from: str | None) -> None:
    assert judged(raw, "bounce", mail_from) == BOUNCE


def test_a_bounce_that_a_person_passes_on_can_be_taken_in() -> None:
    assert judged(b"From: olga@client.example\r\nSubject: Why?", "bounce") is None


@pytest.mark.parametrize("refusal", ["list", "bulk", "spam", "auto-reply", "no-reply", "blocked"])
def test_whatever_else_was_refused_can_be_taken_in(refusal: str) -> None:
    assert judged(b"From: olga@client.example", refusal) is None


def test_what_is_not_refused_any_more_is_not_judged() -> None:
    assert judged(b"From: support@example.org", "own-mail", state="done") is None


def test_the_command_says_why_it_refuses_and_where_the_mail_can_be_read(
    make_desk: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    desk: Desk = make_desk()
    mails = (
        b"From: support@example.org\nSubject: [#AS-000001] We have received your request\n",
        b"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nSubject: Undelivered Mail Returned to Sender\n"
        b"X-Failed-Recipients: olga@client.example\n",
        b"From: olga@client.example\nList-Id: <users.lists.example>\nSubject: Question\n",
    )
    box = tmp_path / "old.mbox"
    box.write_bytes(b"".join(b"From x Mon Jan  2 10:00:00 2023\n" + one + b"\nwords\n\n" for one in mails))
    (imported,) = desk.rows("import", "mbox", str(box))
    assert imported["refused"] == {"own-mail": 1, "bounce": 1, "list": 1}
    for number, why in ((1, COME_BACK), (2, BOUNCE)):
        done = desk.otklik("inbox", "accept", str(number))
        assert (done.returncode, done.stdout, done.stderr) == (
            1, "", f"entry {number} is {why}; to read it: otklik inbox show {number}\n"
        )  # fmt: skip
        assert "words" in desk.says("inbox", "show", str(number))
    assert desk.says("inbox", "accept", "3") == "entry 3 will be taken in\n"
