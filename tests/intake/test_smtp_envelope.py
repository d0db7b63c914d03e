"""What an envelope may say, and what not: rules without a socket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.listener.envelope import OurAddresses, Path, Refused, check_sender_parameters, read_path
from intake.listener.transaction import Transaction

OURS = OurAddresses({"support@example.org", "list+x@example.org", "help@xn--e1afmkfd.xn--p1ai"})


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        ("FROM:<ivan@client.example>", Path("ivan@client.example")),
        ("from: <ivan@client.example> size=12 BODY=8BITMIME", None),
        ("FROM:<>", Path("")),
        ("FROM:<root>", Path("root")),
        ("FROM:ivan@client.example", Path("ivan@client.example")),
        ("FROM:<odd..dots.@client.example>", Path("odd..dots.@client.example")),
        ('FROM:<"a b>c"@client.example>', Path('"a b>c"@client.example')),
        ("FROM:<ольга@пример.рф> SMTPUTF8", Path("ольга@пример.рф", {"SMTPUTF8": None})),
    ],
)
def test_senders_are_read_as_they_are_really_written(argument: str, path: Path | None) -> None:
    expected = path or Path("ivan@client.example", {"SIZE": "12", "BODY": "8BITMIME"})
    assert read_path("FROM:", argument) == expected


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        ("", "501"),
        ("<ivan@client.example>", "501"),
        ("FROM:", "501"),
        ("FROM:<ivan@client.example", "501"),
        ("FROM:<a@b> <c@d>", "501"),
        ("FROM:<a b@client.example>", "501"),
        ("FROM:<a@b>SIZE=1", "501"),
        ("FROM:<a@b> SIZE=1 SIZE=2", "501"),
        ("FROM:<@relay.example:ivan@client.example>", "553"),
        ("FROM:<a\u202eb@client.example>", "553"),
        (f"FROM:<{'a' * 400}@client.example>", "553"),
    ],
)
def test_what_is_no_sender_is_refused(argument: str, code: str) -> None:
    with pytest.raises(Refused, match=f"^{code} "):
        read_path("FROM:", argument)


@given(st.text(max_size=60))
def test_no_argument_does_more_than_be_refused(text: str) -> None:
    try:
        path = read_path("TO:", "TO:" + text)
        OURS.check(path.address)
    except Refused as refusal:
        assert refusal.reply[0] == "5" and "\r" not in refusal.reply and "\n" not in refusal.reply


@pytest.mark.parametrize(
    "recipient",
    [
        "support@example.org",
        "Support@EXAMPLE.org",
        "support+AS-000042@example.org",
        "support+a+b@example.org",
        "list+x@example.org",
        "help@пример.рф",
        "help@ПРИМЕР.РФ",
        "help@xn--e1afmkfd.xn--p1ai",
    ],
)
def test_our_addresses_are_ours_however_they_are_written(recipient: str) -> None:
    OURS.check(recipient)


@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        ("sales@example.org", "550 5.1.1"),
        ("support@example.com", "550 5.1.1"),
        ("support", "550 5.1.1"),
        ("", "550 5.1.1"),
        ("list@example.org", "550 5.1.1"),
        ("support@example.org.evil.example", "550 5.1.1"),
        ("support@" + "ё" * 300, "550 5.1.1"),
        ("victim%other.example@example.org", "550 5.7.1"),
        ("victim@other.example@example.org", "550 5.7.1"),
        ("other.example!victim@example.org", "550 5.7.1"),
        ("support+victim%other.example@example.org", "550 5.7.1"),
    ],
)
def test_other_addresses_and_requests_to_relay_are_refused(recipient: str, code: str) -> None:
    with pytest.raises(Refused, match=f"^{code} "):
        OURS.check(recipient)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"SIZE": "1001"}, "552 5.3.4"),
        ({"SIZE": "many"}, "501"),
        ({"SIZE": None}, "501"),
        ({"SIZE": "1" * 5000}, "501"),
        ({"BODY": "BINARYMIME"}, "501"),
        ({"SMTPUTF8": "yes"}, "501"),
        ({"AUTH": "<>"}, "555"),
    ],
)
def test_parameters_we_did_not_offer_are_refused(parameters: dict[str, str | None], code: str) -> None:
    with pytest.raises(Refused, match=f"^{code} "):
        check_sender_parameters(parameters, 1000)


def test_parameters_we_offered_pass() -> None:
    check_sender_parameters({"SIZE": "1000", "BODY": "8bitmime", "SMTPUTF8": None}, 1000)


def test_commands_out_of_order_are_refused() -> None:
    transaction = Transaction(OURS, 1000)
    with pytest.raises(Refused, match=r"^503 "):
        transaction.mail("FROM:<a@b.example>")
    transaction.greet("client.example")
    with pytest.raises(Refused, match=r"^503 "):
        transaction.rcpt("TO:<support@example.org>")
    with pytest.raises(Refused, match=r"^503 "):
        transaction.check_data("")
    transaction.mail("FROM:<>")
    with pytest.raises(Refused, match=r"^503 "):
        transaction.mail("FROM:<a@b.example>")
    transaction.rcpt("TO:<support@example.org>")
    transaction.check_data("")


def test_the_hundred_and_first_recipient_has_to_wait() -> None:
    transaction = Transaction(OURS, 1000)
    transaction.greet("client.example")
    transaction.mail("FROM:<a@b.example>")
    for number in range(100):
        transaction.rcpt(f"TO:<support+{number}@example.org>")
    with pytest.raises(Refused, match=r"^452 4\.5\.3 "):
        transaction.rcpt("TO:<support@example.org>")
