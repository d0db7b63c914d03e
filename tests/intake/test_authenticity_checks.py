"""Our own checks of a sender by SPF, DKIM and DMARC, with a DNS server on a real socket."""

import time
from typing import Any

import pytest

from intake.authentic import dns_lookups
from intake.authentic.checks import check
from intake.authenticity import Authenticity
from tests.name_server import name_server
from tests.signed import key_record, signed

MAIL = (
    b"From: Olga <olga@client.example>\r\nTo: support@desk.example\r\nSubject: Program error\r\n"
    b"Date: Mon, 23 Nov 2026 05:30:00 +0300\r\nMessage-ID: <1@client.example>\r\n\r\nIt does not print.  \r\n"
)
HOST = "192.0.2.1"
SPF = {"client.example": "v=spf1 ip4:192.0.2.1 -all"}
REJECT = {"_dmarc.client.example": "v=DMARC1; p=reject; rua=mailto:x@client.example"}
KEY = {"test._domainkey.client.example": key_record()}


def checked(
    raw: bytes = MAIL,
    zone: dict[str, str] | None = None,
    *,
    failing: tuple[str, ...] = (),
    silent: tuple[str, ...] = (),
    seconds: float = 3.0,
    **envelope: Any,
) -> Authenticity:
    """The verdict, with these records in the DNS; the mail came from 192.0.2.1 unless told otherwise."""
    known = {
        "from_addr": "olga@client.example",
        "mail_from": "olga@client.example",
        "helo": "mail.client.example",
    }
    with name_server(zone or {}, failing, silent) as server:
        return check(
            raw,
            **(known | {"peer": HOST} | envelope),
            seconds=seconds,
            name_server=server.address,
            limits=None,
        )


@pytest.mark.parametrize(
    ("raw", "zone", "envelope", "verdict"),
    [
        (MAIL, SPF, {}, "pass"),
        (MAIL, SPF | REJECT, {}, "pass"),
        (MAIL, SPF, {"peer": "198.51.100.9"}, "fail"),
        (MAIL, {"client.example": "v=spf1 ~all"}, {}, "fail"),
        (MAIL, {"client.example": "v=spf1 ?all"}, {}, "none"),
        (MAIL, {"client.example": "v=spf1 nonsense -all"}, {}, "none"),
        (MAIL, {}, {}, "none"),
        # Nothing aligned passes, and the domain has a policy.
        (MAIL, REJECT, {}, "fail"),
        (MAIL, {"_dmarc.client.example": "v=DMARC1; p=none"}, {}, "fail"),
        (MAIL, SPF | REJECT | {"mallory.example": "v=spf1 +all"}, {"mail_from": "x@mallory.example"}, "fail"),
        (MAIL, {"mallory.example": "v=spf1 +all"}, {"mail_from": "x@mallory.example"}, "none"),
        (MAIL, {"_dmarc.client.example": "no policy"}, {}, "none"),
        (MAIL, {"_dmarc.client.example": "v=DMARC1; sp=reject"}, {}, "none"),
        # The null sender: the HELO name stands in.
        (MAIL, REJECT | {"mail.client.example": "v=spf1 ip4:192.0.2.1 -all"}, {"mail_from": ""}, "pass"),
        # Signatures.
        (signed(MAIL, "client.example"), KEY | REJECT, {}, "pass"),
        (signed(MAIL, "client.example"), KEY | SPF | REJECT, {"peer": "198.51.100.9"}, "pass"),
        (signed(MAIL, "client.example") + b"And send money.\r\n", KEY | REJECT, {}, "fail"),
        (signed(MAIL, "client.example"), REJECT, {}, "fail"),
        (signed(MAIL, "client.example"), {}, {}, "none"),
        (
            signed(MAIL, "mallory.example"),
            REJECT | {"test._domainkey.mallory.example": key_record()},
            {},
            "fail",
        ),
        (signed(MAIL, "client.example", length=True) + b"And send money.\r\n", KEY | REJECT, {}, "fail"),
        (signed(MAIL, "client.example").replace(b"d=client", b"d=\xff.client"), KEY | REJECT, {}, "fail"),
        (
            b"DKIM-Signature: v=1; d=client.example; b=" + b" " * 60_000 + b"!\r\n" + MAIL,
            KEY | REJECT,
            {},
            "fail",
        ),
        (b"X: " + b"x" * 300_000 + b"\r\n" + MAIL, SPF, {}, "pass"),
    ],
)
def test_what_each_mail_proves(
    raw: bytes, zone: dict[str, str], envelope: dict[str, str], verdict: str
) -> None:
    assert checked(raw, zone, **envelope).verdict == verdict


def test_a_broken_signature_before_a_good_one_does_no_harm() -> None:
    good = signed(MAIL, "client.example")
    assert (
        checked(good[: good.index(b"From: ")].replace(b"bh=", b"bh=AAAA") + good, KEY | REJECT).verdict
        == "pass"
    )


@pytest.mark.parametrize(
    ("policy", "verdict"), [("adkim=r", "pass"), ("adkim=s", "fail"), ("ADKIM = S", "fail")]
)
def test_a_policy_may_ask_for_strict_alignment(policy: str, verdict: str) -> None:
    zone = {
        "_dmarc.client.example": f"v=DMARC1; p=reject; {policy}",
        "test._domainkey.mail.client.example": key_record(),
    }
    assert checked(signed(MAIL, "mail.client.example"), zone).verdict == verdict


def test_a_domain_with_a_hyphen_and_without_a_record_goes_by_its_organisations_policy() -> None:
    zone = {"_dmarc.my-client.example": "v=DMARC1; p=reject"}
    assert checked(zone=zone, from_addr="olga@post.my-client.example").verdict == "fail"


def test_a_policy_in_several_strings_is_one_text() -> None:
    long = f"v=DMARC1; rua={','.join(f'mailto:{n}@client.example' for n in range(20))}; p=reject; adkim=s"
    zone = {"_dmarc.client.example": long, "test._domainkey.mail.client.example": key_record()}
    assert checked(signed(MAIL, "mail.client.example"), zone).verdict == "fail"


@pytest.mark.parametrize("how", ["failing", "silent"])
@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("client.example", MAIL),
        ("test._domainkey.client.example", signed(MAIL, "client.example")),
        ("_dmarc.client.example", MAIL),
    ],
)
def test_a_failure_of_the_dns_is_no_forgery(how: str, name: str, raw: bytes) -> None:
    zone = {} if name.startswith("_dmarc") else REJECT
    assert checked(raw, zone, seconds=1.5, **{how: (name,)}).verdict == "none"


def test_a_forger_gains_nothing_by_a_domain_of_his_own_that_does_not_answer() -> None:
    began = time.monotonic()
    found = checked(zone=REJECT, silent=("mallory.example",), seconds=1.5, mail_from="x@mallory.example")
    assert found.verdict == "fail"
    assert time.monotonic() - began < 1.5 + 1


def test_all_questions_together_keep_to_their_time() -> None:
    began = time.monotonic()
    everything = ("client.example", "_dmarc.client.example", "test._domainkey.client.example")
    assert checked(signed(MAIL, "client.example"), silent=everything, seconds=1.5).verdict == "none"
    assert time.monotonic() - began < 1.5 + 1


def test_threat_6_a_body_that_takes_other_checkers_seconds_takes_us_none() -> None:
    spaces = signed(MAIL + b"x" + b" " * 1_000_000 + b"y\r\n", "client.example")
    began = time.monotonic()
    assert checked(spaces, KEY | REJECT).verdict == "pass"
    assert time.monotonic() - began < 2


def test_a_key_of_a_size_that_costs_seconds_is_none() -> None:
    zone = REJECT | {"test._domainkey.client.example": key_record() + "A" * 3000}
    assert checked(signed(MAIL, "client.example"), zone).verdict == "fail"


@pytest.mark.parametrize(
    ("written", "address", "port"),
    [
        ("192.0.2.1", "192.0.2.1", 53),
        ("192.0.2.1:5353", "192.0.2.1", 5353),
        ("2001:db8::1", "2001:db8::1", 53),
        ("[2001:db8::1]", "2001:db8::1", 53),
        ("[2001:db8::1]:5353", "2001:db8::1", 5353),
    ],
)
def test_a_name_server_may_have_a_port(written: str, address: str, port: int) -> None:
    assert dns_lookups.split_server(written) == (address, port)
