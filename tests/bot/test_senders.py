"""Whose word about a sender counts, by the way a mail came."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import senders
from intake.authenticity import Authenticity
from storage.inbox import Claimed
from tests.bot.configuration import GOOD, mistakes, read
from tests.desk_on_disk import mail

MAILBOXES = """
[mail.listener]
trusted_authserv_id = "mx.example.org"
[[mail.mailboxes]]
name = "google"
host = "imap.example.org"
username = "x"
password = "x"
trusted_authserv_id = "mx.google.example"
[[mail.mailboxes]]
name = "plain"
host = "imap.example.org"
username = "y"
password = "x"
"""


@pytest.mark.parametrize(
    ("channel", "envelope", "trusted"),
    [
        ("smtp", {}, "mx.example.org"),
        ("lmtp", {}, "mx.example.org"),
        ("imap", {"mailbox": "google"}, "mx.google.example"),
        ("imap", {"mailbox": "plain"}, ""),
        ("imap", {"mailbox": "removed since"}, ""),
        ("import", {"mailbox": "google"}, ""),
    ],
)
def test_each_way_has_its_own_trusted_server(
    tmp_path: Path, channel: str, envelope: dict[str, object], trusted: str
) -> None:
    trusts = senders.trusted_servers(read(tmp_path, GOOD + MAILBOXES))
    assert trusts(Claimed(1, channel, "c", envelope, b"", datetime.now(UTC), 0, 0)) == trusted


def test_nobody_is_trusted_and_nothing_checked_by_default(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD)
    assert senders.trusted_servers(settings)(Claimed(1, "smtp", "c", {}, b"", datetime.now(UTC), 0, 0)) == ""
    assert senders.checking(settings) is None
    assert senders.verifier(settings, None) is None


REQUIRED = GOOD.replace("[mail]\n", "[mail]\nrequire_verified = true\n")


@pytest.mark.parametrize(("required", "verdict"), [(False, "none"), (True, "fail")])
async def test_of_whom_nobody_knows_he_is_verified_enough_unless_each_sender_must_be(
    tmp_path: Path, required: bool, verdict: str
) -> None:
    text = (REQUIRED if required else GOOD) + '[mail.listener]\ntrusted_authserv_id = "mx.example.org"\n'
    verify = senders.verifier(read(tmp_path, text), None)
    unknown = mail(authenticity=Authenticity())
    entry = Claimed(1, "smtp", "c", {}, b"", datetime.now(UTC), 0, 0)
    found = await verify(entry, unknown) if verify else unknown.authenticity
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("more", "silent"),
    [
        ("", "the listener (or verify, or enabled = false)"),
        (MAILBOXES, "mailbox plain"),
        (
            MAILBOXES.replace('"mx.example.org"', '""'),
            "the listener (or verify, or enabled = false), mailbox plain",
        ),
    ],
)
def test_to_require_what_nobody_can_tell_is_refused(tmp_path: Path, more: str, silent: str) -> None:
    (mistake,) = mistakes(tmp_path, REQUIRED + more)
    needed = f"mail.require_verified: found true; needed with it: a trusted_authserv_id for {silent}"
    assert mistake.endswith(needed), mistake


@pytest.mark.parametrize(
    "line", ["verify = true", "enabled = false", 'trusted_authserv_id = "mx.example.org"']
)
def test_to_require_what_every_way_in_can_tell_is_allowed(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, f"{REQUIRED}[mail.listener]\n{line}\n").mail.require_verified


def test_agents_are_known_by_their_addresses_in_lower_case(tmp_path: Path) -> None:
    agents = '[[agents]]\nname = "Anna"\nemail = "Anna@Example.org"\n[[agents]]\nname = "Boris"\n'
    assert senders.agents(read(tmp_path, GOOD + agents)) == {"anna@example.org": "Anna"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('verify = true\nprotocol = "lmtp"', "mail.listener.verify: found true; needed: false, or protocol"),
        ('verify = true\ntrusted_authserv_id = "mx"', "mail.listener.trusted_authserv_id: found"),
        ('trusted_authserv_id = "two words"', "allowed: a name without spaces"),
        ('name_server = "dns.example"', 'allowed: "ADDRESS" or "ADDRESS:PORT" of a DNS server'),
        ('name_server = "192.0.2.1:0"', "the port is not understood"),
        ('name_server = "192.0.2.1:x"', 'allowed: "ADDRESS" or "ADDRESS:PORT" of a DNS server'),
    ],
)
def test_what_would_let_strangers_vouch_for_themselves_is_refused(
    tmp_path: Path, line: str, said: str
) -> None:
    (mistake,) = mistakes(tmp_path, f"{GOOD}\n[mail.listener]\n{line}\n")
    assert said in mistake
