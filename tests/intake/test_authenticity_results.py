"""Authentication-Results: what a trusted server says of a sender, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.authentic.alignment import aligned, organisational
from intake.authentic.results import Finding, findings
from intake.authenticity import Authenticity, judged, required
from intake.incoming import IncomingMessage
from tests.intake.understood import understood

US = "mx.desk.example"


def told(*fields: str, sender: str = "olga@client.example", trusted: str = US) -> Authenticity:
    """The verdict on a mail with these Authentication-Results fields, the topmost first."""
    lines = "".join(f"Authentication-Results: {one}\n" for one in fields)
    mail = (
        f"Received: from x by {US}; Mon, 23 Nov 2026 05:30:00 +0300\n{lines}From: {sender}\nSubject: x\n\nx"
    )
    return understood(mail, trusted_authserv_id=trusted).authenticity


@pytest.mark.parametrize(
    ("says", "verdict"),
    [
        ("dmarc=pass header.from=client.example", "pass"),
        ("dmarc=pass (p=reject dis=none) header.from=client.example", "pass"),
        ("dmarc=pass", "pass"),
        ("dmarc=fail (p=none) header.from=client.example", "fail"),
        ("dmarc=fail; dkim=pass header.d=client.example", "fail"),
        ("dkim=pass header.d=client.example", "pass"),
        ("dkim=pass header.i=@mail.client.example", "pass"),
        ("dkim=pass header.i=anna@client.example header.s=s1", "pass"),
        ("spf=pass smtp.mailfrom=olga@client.example", "pass"),
        ("spf=pass smtp.mailfrom=bounces.client.example", "pass"),
        ("spf=fail smtp.mailfrom=client.example; dkim=pass header.d=client.example", "pass"),
        ("spf=fail smtp.mailfrom=client.example", "fail"),
        ("spf=softfail smtp.mailfrom=client.example; dmarc=none", "fail"),
        ("spf=hardfail smtp.mailfrom=client.example", "fail"),
        ("spf=fail smtp.mailfrom=client.example; dkim=pass header.d=elsewhere.example", "fail"),
        ("dkim=fail header.d=client.example; dmarc=permerror header.from=client.example", "fail"),
        ("dkim=fail header.d=client.example; spf=pass smtp.mailfrom=client.example; dmarc=permerror", "pass"),
        # Nothing is known: no policy, other domains, a DNS that failed.
        ("dkim=fail header.d=client.example; dmarc=none", "none"),
        ("dkim=pass header.d=elsewhere.example; spf=pass smtp.mailfrom=elsewhere.example", "none"),
        ("dmarc=pass header.from=elsewhere.example", "fail"),
        ("dmarc=temperror", "none"),
        ("spf=temperror smtp.mailfrom=client.example", "none"),
        ("spf=fail smtp.mailfrom=client.example; dkim=temperror header.d=client.example", "none"),
        ("spf=fail smtp.mailfrom=client.example; dkim=temperror header.d=elsewhere.example", "fail"),
        ("spf=permerror smtp.mailfrom=client.example", "none"),
        ("spf=neutral smtp.mailfrom=client.example; dkim=none", "none"),
        ("spf=fail smtp.helo=mail.client.example", "none"),
        ("none", "none"),
        ("dmarc=pass header.from=client.example; dmarc=fail header.from=client.example", "none"),
        ("iprev=pass policy.iprev=192.0.2.1; auth=pass smtp.auth=olga", "none"),
    ],
)
def test_the_table_of_verdicts(says: str, verdict: str) -> None:
    assert told(f"{US}; {says}").verdict == verdict


@pytest.mark.parametrize(
    "field",
    [
        f"{US}; dmarc=pass header.from=client.example",
        f"{US.upper()} ; DMARC=Pass Header.From=CLIENT.example.",
        f'"{US}" 1 ; dmarc/1 = pass reason = "good; dmarc=fail" header . from = client.example',
        f"(a (nested; dmarc=fail) comment) {US} (and \\) another); (spf=fail) dmarc (x) = (y) pass (z)"
        " header.from=client.example",
        f"{US};\n\tdkim=pass (2048 bit)\n\t header.d=client.example header.i=@client.example;\n\tspf=pass "
        "(mx: domain of olga@client.example designates 192.0.2.1) smtp.mailfrom=olga@client.example",
        f'{US}; spf=pass smtp.mailfrom="o; dmarc=fail"@client.example',
    ],
)
def test_it_is_read_in_all_its_forms(field: str) -> None:
    assert told(field).verdict == "pass"


@pytest.mark.parametrize(
    "field",
    [
        f'{US}; spf=none reason="x" smtp.mailfrom="a; dmarc=pass header.from=client.example"@mallory.example',
        f"{US}; spf=none (dmarc=pass; dkim=pass header.d=client.example) smtp.mailfrom=mallory.example",
        f"{US}; spf=none (unclosed; dmarc=pass header.from=client.example",
        f"{US}; spf=none unopened); dmarc=pass header.from=client.example",
        f'{US}; spf=none smtp.mailfrom="unclosed; dmarc=pass header.from=client.example',
        f"{US}.mallory.example; dmarc=pass header.from=client.example",
        f"mallory.example ({US}); dmarc=pass header.from=client.example",
        f"{US} mallory.example; dmarc=pass header.from=client.example",
        "; dmarc=pass header.from=client.example",
        f"{US}; x-dmarc=pass header.from=client.example; dmarc=passed.not",
        "dmarc=pass header.from=client.example",
        "",
    ],
)
def test_what_is_malformed_or_stands_in_comments_and_quotes_vouches_for_nothing(field: str) -> None:
    assert told(field).verdict == "none"


GENUINE = f"{US}; dmarc=fail header.from=client.example"
FORGED = f"{US}; dmarc=pass header.from=client.example"


@pytest.mark.parametrize(
    ("fields", "trusted", "verdict"),
    [
        ((GENUINE, FORGED), US, "fail"),
        ((GENUINE, "mallory.example; dmarc=pass"), US, "fail"),
        (("other.example; dmarc=none", FORGED), US, "none"),
        (("mallory.example; dmarc=pass header.from=client.example",), US, "none"),
        ((FORGED,), "", "none"),
        ((), US, "none"),
    ],
)
def test_threat_15_only_the_topmost_results_of_our_own_server_are_believed(
    fields: tuple[str, ...], trusted: str, verdict: str
) -> None:
    assert told(*fields, trusted=trusted).verdict == verdict


@pytest.mark.parametrize(
    "name",
    [
        "X-Authentication-Results",
        "ARC-Authentication-Results",
        "Authentication-Results-Original",
        "Received-SPF",
    ],
)
def test_threat_15_older_and_private_headers_are_not_looked_at(name: str) -> None:
    mail = f"{name}: {FORGED}\nX-Otklik-Verified: pass\nFrom: olga@client.example\n\nx"
    assert understood(mail, trusted_authserv_id=US).authenticity == Authenticity()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ((f"{US}; dmarc=pass header.from=client.example",), "DMARC: dmarc=pass of client.example"),
        ((f"{US}; dmarc=fail",), "DMARC: dmarc=fail"),
        ((), "nobody vouches for the sender"),
        ((f"{US}; dmarc=none",), "nobody vouches for the sender"),
        (
            (f"{US}; dkim=pass header.d=elsewhere.example; spf=pass smtp.mailfrom=elsewhere.example",),
            "nobody vouches for the sender: another domain than the sender's: dkim=pass of elsewhere.example",
        ),
        (
            (f"{US}; dkim=temperror header.d=client.example",),
            "nobody vouches for the sender: the DNS failed: dkim=temperror of client.example",
        ),
    ],
)
def test_where_each_sender_must_be_vouched_for_the_unknown_one_fails_and_that_says_why(
    fields: tuple[str, ...], why: str
) -> None:
    found = required(told(*fields))
    assert (found.verdict, found.why) == ("pass" if "dmarc=pass" in why else "fail", why)


def test_the_reason_is_kept_and_travels_as_json() -> None:
    mail = understood(
        f"Authentication-Results: {GENUINE}\nFrom: olga@client.example\n\nx", trusted_authserv_id=US
    )
    assert mail.authenticity.noted == "fail: DMARC: dmarc=fail of client.example"
    assert IncomingMessage.from_json(mail.to_json()).authenticity == mail.authenticity


def test_an_international_domain_is_compared_in_its_ascii_form() -> None:
    says = f"{US}; dkim=pass header.d=xn--e1aybc.example"
    assert told(says, sender="olga@тест.example").verdict == "pass"


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("client.example", "client.example", True),
        ("mail.client.example", "client.example", True),
        ("a.client.co.uk", "b.client.co.uk", True),
        ("client.co.uk", "mallory.co.uk", False),
        ("victim.github.io", "mallory.github.io", False),
        ("github.io", "mallory.github.io", False),
        # The public suffix list does not know these ends; each organisation is one all the same.
        ("client.example", "mallory.example", False),
        ("client.local", "mallory.local", False),
        ("", "", False),
    ],
)
def test_domains_are_aligned_when_one_organisation_has_both(one: str, other: str, together: bool) -> None:
    assert aligned(one, other) is aligned(other, one) is together
    assert aligned(one, other, strict=True) is (one == other != "")


def test_an_organisation_registers_below_a_public_suffix() -> None:
    assert organisational("a.b.example.co.uk") == "example.co.uk"
    assert organisational("localhost") == "localhost"


@given(st.text(alphabet=' ;="()\\.@/mx-desk.example dmarc=pass header.from=', max_size=400))
def test_no_field_breaks_the_parser(field: str) -> None:
    for found in findings(field, US):
        assert found.method in ("dkim", "spf", "dmarc")


@given(st.lists(st.sampled_from(["pass", "fail", "none", "temperror", "permerror", "neutral"]), max_size=3))
def test_without_a_pass_of_the_senders_domain_nothing_passes(results: list[str]) -> None:
    found = [Finding(method, result, "mallory.example") for method in ("spf", "dkim") for result in results]
    assert judged(found, "client.example").verdict != "pass"
