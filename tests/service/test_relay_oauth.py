"""Signing in to the relay by an access token (XOAUTH2): an expired one is replaced, a refused grant rests."""

import base64
from collections.abc import Callable

import pytest

from replies.delivery_error import DeliveryError
from replies.smtp import RelayCarrier, RelaySettings
from tests.service.relay import Relay

MAIL = b"Message-ID: <1@example.org>\r\nSubject: x\r\n\r\nbye\r\n"
Given = Callable[[str], str]


def carrier_to(relay: Relay, asked: list[str], give: Given) -> RelayCarrier:
    async def token(refused: str) -> str:
        asked.append(refused)
        return give(refused)

    return RelayCarrier(RelaySettings("127.0.0.1", relay.port, "none", "desk@example.org", token=token))


async def deliver(carrier: RelayCarrier) -> str:
    try:
        return await carrier.deliver("", "olga@client.example", "<1@example.org>", MAIL)
    finally:
        await carrier.close()


def signed_in(relay: Relay) -> list[str]:
    """What was said at sign-in, decoded."""
    said = [command.split(" ") for command in relay.commands if command.startswith("AUTH")]
    assert all(words[1] == "XOAUTH2" for words in said)
    return [base64.b64decode(words[2]).decode() for words in said]


@pytest.fixture
def offering() -> Relay:
    return Relay(offers=("AUTH PLAIN LOGIN XOAUTH2",))


async def test_it_signs_in_by_the_access_token(offering: Relay) -> None:
    asked: list[str] = []
    assert await deliver(carrier_to(offering, asked, lambda _: "good")) == "250 taken"
    assert signed_in(offering) == ["user=desk@example.org\1auth=Bearer good\1\1"] and asked == [""]
    offering.down()


async def test_a_token_that_expired_is_replaced_and_the_mail_leaves(offering: Relay) -> None:
    offering.fails("AUTH", "535 5.7.8 expired", times=1)
    asked: list[str] = []
    give: Given = lambda refused: "fresh" if refused else "expired"  # noqa: E731
    assert await deliver(carrier_to(offering, asked, give)) == "250 taken"
    assert asked == ["", "expired"] and "Bearer fresh" in signed_in(offering)[-1]
    offering.down()


async def test_a_fresh_token_that_is_refused_as_well_lets_the_channel_rest(offering: Relay) -> None:
    offering.fails("AUTH", "535 5.7.8 no such user; you said secret-token-2")
    carrier = carrier_to(offering, [], lambda refused: "secret-token-2" if refused else "secret-token-1")
    with pytest.raises(DeliveryError) as raised:
        await deliver(carrier)
    assert (
        raised.value.channel and raised.value.retry_after >= 300 and "secret-token" not in str(raised.value)
    )
    with pytest.raises(DeliveryError):
        await deliver(carrier)
    assert len(signed_in(offering)) == 2  # and it was not asked again
    offering.down()


@pytest.mark.parametrize(
    ("error", "rests"),
    [(PermissionError("invalid_grant"), True), (ConnectionError("the token server is away"), False)],
)
async def test_without_a_token_nothing_is_tried_and_only_a_refusal_rests_for_minutes(
    offering: Relay, error: OSError, rests: bool
) -> None:
    def give(_: str) -> str:
        raise error

    with pytest.raises(DeliveryError, match="no access token") as raised:
        await deliver(carrier_to(offering, [], give))
    assert raised.value.channel and (raised.value.retry_after >= 300) is rests and not raised.value.permanent
    assert offering.connections == 0
    offering.down()
