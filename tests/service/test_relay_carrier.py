"""The carrier on a real socket: each failure as the one error that says what to do about it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from replies.delivery_error import DeliveryError
from replies.smtp import CONNECTIONS, RelayCarrier, RelaySettings
from tests.bot.configuration import make_certificate
from tests.service.relay import DROP, Relay

OLGA = "olga@client.example"
MAIL = b"Message-ID: <1@example.org>\r\nSubject: x\r\n\r\n.dot\r\n..\r\nbye\r\n"


@asynccontextmanager
async def carrier_to(relay: Relay, **settings: str) -> AsyncIterator[RelayCarrier]:
    security = settings.pop("security", "none")
    carrier = RelayCarrier(RelaySettings("127.0.0.1", relay.port, security, **settings))  # type: ignore[arg-type]
    try:
        yield carrier
    finally:
        await carrier.close()


async def failure(carrier: RelayCarrier, recipient: str = OLGA, sender: str = "") -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        await carrier.deliver(sender, recipient, "<1@example.org>", MAIL)
    return raised.value


async def test_a_mail_arrives_byte_for_byte_and_the_connection_serves_again(relay: Relay) -> None:
    async with carrier_to(relay) as carrier:
        for recipient in (OLGA, "petr@client.example"):
            assert await carrier.deliver("", recipient, "<1@example.org>", MAIL) == "250 taken"
    assert [(got.sender, got.recipient) for got in relay.got] == [("", OLGA), ("", "petr@client.example")]
    assert {got.content for got in relay.got} == {MAIL}
    assert relay.connections == 1


@pytest.mark.parametrize(
    "address",
    [
        "olga@client.example>\r\nRCPT TO:<victim@other.example",
        "olga@client.example\nDATA",
        "olga@client.example\rRSET",
        "olga@client.example> SIZE=1 <",
        "olga @client.example",
        "olga\x00@client.example",
        "olga@client.example\x7f",
    ],
)
async def test_an_address_that_would_be_more_than_one_goes_nowhere(relay: Relay, address: str) -> None:
    async with carrier_to(relay) as carrier:
        assert (await failure(carrier, address)).permanent
        assert (await failure(carrier, OLGA, sender=address)).permanent
    assert relay.commands == []


async def test_an_answer_lost_after_the_final_dot_is_temporary(relay: Relay) -> None:
    relay.fails("END", DROP, times=1)
    async with carrier_to(relay) as carrier:
        lost = await failure(carrier)
        assert (lost.permanent, lost.channel) == (False, False) and lost.retry_after >= 60
        assert "it may have arrived" in str(lost)
        assert await carrier.deliver("", OLGA, "<1@example.org>", MAIL) == "250 taken"
    first, second = relay.got
    assert first == second


@pytest.mark.parametrize(
    ("moment", "reply", "permanent", "channel", "least"),
    [
        ("BANNER", "421 busy", False, True, 60),
        ("BANNER", "554 no service", False, True, 60),
        ("EHLO", "421 busy", False, True, 60),
        ("MAIL", "451 later", False, False, 60),
        ("MAIL", "530 5.7.0 sign in first", False, True, 300),
        ("RCPT", "451 greylisted", False, False, 60),
        ("RCPT", "421 busy", False, True, 60),
        ("RCPT", "550 no such user", True, False, 0),
        ("DATA", "554 no", True, False, 0),
        ("END", "452 full", False, False, 60),
        ("END", "554 spam", True, False, 0),
        ("BANNER", DROP, False, True, 0),
        ("MAIL", DROP, False, True, 0),
        ("RCPT", DROP, False, False, 60),
        ("DATA", DROP, False, False, 60),
    ],
)
async def test_each_answer_says_for_how_long_and_for_whom(
    relay: Relay, moment: str, reply: str, permanent: bool, channel: bool, least: float
) -> None:
    relay.fails(moment, reply)
    async with carrier_to(relay) as carrier:
        told = await failure(carrier)
        assert (told.permanent, told.channel) == (permanent, channel)
        assert told.retry_after >= least
        relay.recovers()
        assert await carrier.deliver("", OLGA, "<1@example.org>", MAIL) == "250 taken"


async def test_a_relay_that_is_not_there_is_the_channels_failure(relay: Relay) -> None:
    relay.down()
    async with carrier_to(relay) as carrier:
        told = await failure(carrier)
        assert told.channel and not told.permanent and str(relay.port) in str(told)


async def test_a_connection_that_the_relay_has_ended_meanwhile_costs_no_failure(relay: Relay) -> None:
    async with carrier_to(relay) as carrier:
        await carrier.deliver("", OLGA, "<1@example.org>", MAIL)
        relay.down()
        relay.up()
        assert await carrier.deliver("", OLGA, "<2@example.org>", MAIL) == "250 taken"
    assert relay.connections == 2


async def test_no_more_connections_are_opened_than_a_few(relay: Relay) -> None:
    relay.pause = 0.05
    async with carrier_to(relay) as carrier:
        await asyncio.gather(*(carrier.deliver("", f"c{n}@x.example", f"<{n}@e>", MAIL) for n in range(20)))
    assert len(relay.got) == 20 and relay.connections == CONNECTIONS


async def test_an_address_outside_ascii_needs_a_relay_that_takes_it() -> None:
    plain, able = Relay(offers=("8BITMIME",)), Relay()
    async with carrier_to(plain) as carrier:
        assert (await failure(carrier, "ольга@client.example")).permanent
        assert await carrier.deliver("", OLGA, "<1@example.org>", MAIL) == "250 taken"
    async with carrier_to(able) as carrier:
        assert await carrier.deliver("", "ольга@client.example", "<1@example.org>", MAIL) == "250 taken"
    assert [got.recipient for got in able.got] == ["ольга@client.example"]
    assert "MAIL FROM:<> SMTPUTF8" in able.commands
    plain.down()
    able.down()


async def test_a_relay_that_knows_no_more_than_helo_is_good_enough(relay: Relay) -> None:
    relay.fails("EHLO", "502 what")
    async with carrier_to(relay) as carrier:
        assert await carrier.deliver("", OLGA, "<1@example.org>", MAIL) == "250 taken"
        assert (await failure(carrier, "ольга@client.example")).permanent


async def test_starttls_that_is_not_offered_is_not_done_without(relay: Relay) -> None:
    async with carrier_to(relay, security="starttls", username="desk", password="secret") as carrier:
        told = await failure(carrier)
    assert told.channel and not told.permanent
    assert {command.split()[0] for command in relay.commands} <= {"EHLO", "QUIT"}


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Relay]:
    """A relay whose certificate nobody vouches for."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    make_certificate(certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    relay = Relay(tls=context)
    yield relay
    relay.down()


async def test_a_certificate_that_nobody_vouches_for_gets_neither_password_nor_mail(impostor: Relay) -> None:
    async with carrier_to(impostor, security="tls", username="desk", password="secret") as carrier:
        told = await failure(carrier)
    assert told.channel and not told.permanent and "certificate" in str(told).lower()
    assert impostor.commands == []


async def test_refused_credentials_are_not_tried_again_for_minutes_and_not_told() -> None:
    relay = Relay(offers=("AUTH PLAIN",))
    relay.fails("AUTH", "535 5.7.8 wrong")
    async with carrier_to(relay, username="desk", password="very secret") as carrier:
        told = await failure(carrier)
    assert told.channel and told.retry_after >= 300 and "535" in str(told)
    assert "secret" not in repr(told) and "secret" not in repr(carrier)
    relay.down()


async def test_an_international_domain_needs_no_more_than_any_relay() -> None:
    plain = Relay(offers=())
    async with carrier_to(plain) as carrier:
        assert await carrier.deliver("", "olga@пример.рф", "<1@example.org>", MAIL) == "250 taken"
    assert [got.recipient for got in plain.got] == ["olga@xn--e1afmkfd.xn--p1ai"]
    plain.down()


async def test_a_refusal_that_repeats_the_password_still_tells_whose_fault_it_is() -> None:
    relay = Relay(offers=("AUTH PLAIN",))
    relay.fails("END", "554 5.7.1 no mail of desk, very secret")
    async with carrier_to(relay, username="desk", password="very secret") as carrier:
        told = await failure(carrier)
    assert told.permanent and told.policy and "very secret" not in str(told)
    relay.down()
