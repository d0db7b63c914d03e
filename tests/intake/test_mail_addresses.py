"""Who wrote a mail: one address, or none. Nothing may ever go to victim@victim.example (promises 5, 14)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.limits import Limits
from intake.mime import addresses, headers
from intake.mime.addresses import Mailbox, is_usable


def sender(field: str) -> Mailbox:
    """Who wrote a mail with that From field."""
    raw = f"From: {field}\n\n".encode()
    return addresses.sender(headers.split(raw, 0, len(raw), Limits())[0])


@pytest.mark.parametrize(
    ("field", "address", "name"),
    [
        ("olga@client.example", "olga@client.example", ""),
        ("Olga <OLGA@Client.Example>", "olga@client.example", "Olga"),
        ('"Ivanova, Olga" <olga@client.example>', "olga@client.example", "Ivanova, Olga"),
        ("Ivanova, Olga <olga@client.example>", "olga@client.example", "Ivanova, Olga"),
        ("Olga Ivanova olga@client.example", "olga@client.example", "Olga Ivanova"),
        ("olga@client.example (Olga)", "olga@client.example", "Olga"),
        ("olga@client.example <olga@client.example>", "olga@client.example", "olga@client.example"),
        ('"olga" <olga@client.example', "olga@client.example", "olga"),
        ("Team [Support] <olga@client.example>", "olga@client.example", "Team [Support]"),
        ("=?koi8-r?Q?=EF=CC=D8=C7=C1?= <olga@client.example>", "olga@client.example", "Ольга"),
        ('"=?koi8-r?Q?=EF=CC=D8=C7=C1?=" <olga@client.example>', "olga@client.example", "Ольга"),
        ("Ольга <ольга@почта.рф>", "ольга@почта.рф", "Ольга"),
        ('"olga"@client.example', "olga@client.example", ""),
        (
            "Pete(A wonderful \\) chap) <olga(his account)@client.example(host)>",
            "olga@client.example",
            "Pete",
        ),
        ("MAILER-DAEMON <>", "", "MAILER-DAEMON"),
    ],
)
def test_one_address_is_found(field: str, address: str, name: str) -> None:
    assert sender(field) == Mailbox(address, name)


@pytest.mark.parametrize(
    "field",
    [
        # The forms of CVE-2023-27043, in which unpatched parsers find the victim.
        "victim@victim.example(<me@evil.example>",
        "victim@victim.example)<me@evil.example>",
        "victim@victim.example<<me@evil.example>",
        "victim@victim.example><me@evil.example>",
        "victim@victim.example@<me@evil.example>",
        "victim@victim.example,<me@evil.example>",
        "victim@victim.example;<me@evil.example>",
        "victim@victim.example:<me@evil.example>",
        "victim@victim.example.<me@evil.example>",
        "victim@victim.example[<me@evil.example>",
        "victim@victim.example]<me@evil.example>",
        'victim@victim.example"<me@evil.example>',
        "victim@victim.example <me@evil.example>",
        "victim@victim.example me@evil.example",
        "me@evil.example, victim@victim.example",
        "Team: victim@victim.example, me@evil.example;",
        "Team: victim@victim.example;",
        "<@victim.example:me@evil.example>",
        "<@a.example,@b.example:victim@victim.example>",
        '"me@evil.example <victim@victim.example>',
        "(me@evil.example <victim@victim.example>",
        "victim@victim.example\\(<me@evil.example>",
        "me@evil.example@victim.example",
        "victim@[192.0.2.1]",
        "Olga",
        "",
        "(only a comment)",
        "@victim.example",
        "victim@",
    ],
)
def test_an_ambiguous_or_unusable_from_is_nobody(field: str) -> None:
    assert sender(field).address == ""


@pytest.mark.parametrize(
    "field",
    [
        '"victim@victim.example" <me@evil.example>',
        '"victim@victim.example" (x) <me@evil.example>',
        "(victim@victim.example) me@evil.example",
        "=?utf-8?Q?victim@victim.example?= <me@evil.example>",
        "=?utf-8?Q?=3Cvictim=40victim.example=3E?= <me@evil.example>",
        "=?utf-8?B?PHZpY3RpbUB2aWN0aW0uZXhhbXBsZT4s?= <me@evil.example>",
        '"\\"victim@victim.example\\"," <me@evil.example>',
    ],
)
def test_an_address_in_a_name_or_comment_is_never_the_sender(field: str) -> None:
    assert sender(field).address == "me@evil.example"


def test_two_from_fields_that_agree_are_one() -> None:
    raw = b"From: Olga <olga@client.example>\nFrom: olga@client.example\n\n"
    found = addresses.sender(headers.split(raw, 0, len(raw), Limits())[0])
    assert found.address == "olga@client.example"


@pytest.mark.parametrize(
    "address",
    ["a@b", "a.b+c@client.example", "o'neil@client.example", "иван@почта.рф", "a@xn--80a1acny.xn--p1ai"],
)
def test_usable_addresses(address: str) -> None:
    assert is_usable(address)


@pytest.mark.parametrize(
    "address",
    [
        *("a b@client.example", ".a@client.example", "a.@client.example", "a..b@client.example"),
        *(
            "a@client..example",
            "a@-client.example",
            "a@client.example>",
            "a\r\nRCPT TO:<b@client.example>@c.example",
        ),
        *("a@b@c", "a" * 65 + "@client.example", "a@" + "b" * 64 + ".example", "a@" + "b." * 130 + "example"),
    ],
)
def test_unusable_addresses(address: str) -> None:
    assert not is_usable(address)


@settings(deadline=None)
@given(st.text(alphabet='ab@<>()",;:\\[] .=?\x00\r\n', max_size=40))
def test_whatever_stands_in_from_the_sender_is_usable_or_nobody(field: str) -> None:
    found = sender(field.replace("\n", " ").replace("\r", " "))
    assert found.address == "" or is_usable(found.address)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["me@evil.example", "<me@evil.example>", ")", '"', "<", ">", ",", ":", ";", " "])
    )
)
def test_beside_another_address_outside_a_comment_the_victim_is_never_chosen(pieces: list[str]) -> None:
    field = "victim@victim.example" + "".join(pieces)
    if "me@evil.example" in field:
        assert sender(field).address in ("", "me@evil.example")


def test_to_and_cc_are_listed_leniently_and_capped() -> None:
    listed = ", ".join(f"P{number} <p{number}@client.example>" for number in range(150))
    raw = f"Cc: Broken <a@client.example, {listed}\n\n".encode()
    found = addresses.listed(headers.split(raw, 0, len(raw), Limits())[0], "cc")
    assert found[:2] == ("a@client.example", "p0@client.example")
    assert len(found) == 100
