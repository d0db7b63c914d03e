"""Signed links: ours alone, for one purpose, for a time; everything else is refused in one voice."""

import base64
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replies.links import BadLink, read, sign

SECRET = b"0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=14)
PAYLOAD = {"c": 7, "s": 5, "r": "3fa1b2"}
TOKEN = sign("rate", PAYLOAD, LATER, SECRET)


def refusal(token: str, secret: bytes = SECRET, now: datetime = NOW) -> str:
    with pytest.raises(BadLink) as caught:
        read("rate", token, secret, now)
    return str(caught.value)


def test_a_token_says_what_was_signed() -> None:
    assert read("rate", TOKEN, SECRET, NOW) == PAYLOAD


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=10), max_size=4))
def test_any_small_payload_comes_back(payload: dict[str, int | str]) -> None:
    assert read("rate", sign("rate", payload, LATER, SECRET), SECRET, NOW) == payload


def test_the_same_link_is_signed_the_same_way_and_fits_a_path() -> None:
    assert sign("rate", dict(reversed(PAYLOAD.items())), LATER, SECRET) == TOKEN
    assert re.fullmatch(r"[A-Za-z0-9_-]{40,120}", TOKEN)


def test_it_is_good_until_it_expires_and_as_long_as_clocks_may_differ() -> None:
    assert read("rate", TOKEN, SECRET, LATER + timedelta(minutes=5)) == PAYLOAD
    refusal(TOKEN, now=LATER + timedelta(minutes=5, seconds=1))
    with pytest.raises(BadLink):
        read("rate", TOKEN, SECRET, LATER + timedelta(seconds=1), skew=timedelta())


def test_the_zone_of_a_moment_does_not_matter() -> None:
    assert sign("rate", PAYLOAD, LATER.astimezone(timezone(timedelta(hours=3))), SECRET) == TOKEN


def test_a_link_for_one_purpose_is_none_for_another() -> None:
    with pytest.raises(BadLink):
        read("ticket", TOKEN, SECRET, NOW)
    assert sign("ticket", PAYLOAD, LATER, SECRET) != TOKEN


def test_another_desk_s_link_is_refused() -> None:
    refusal(TOKEN, secret=bytes(reversed(SECRET)))


def test_every_flipped_bit_is_noticed() -> None:
    raw = base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4))
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        refusal(base64.urlsafe_b64encode(flipped).rstrip(b"=").decode())


def test_every_changed_character_is_noticed_even_one_that_decodes_alike() -> None:
    for place in range(len(TOKEN)):
        for other in "AQgw-_9=+/ ":
            if other != TOKEN[place]:
                refusal(TOKEN[:place] + other + TOKEN[place + 1 :])


def test_a_token_cut_short_or_drawn_out_is_refused() -> None:
    for length in range(len(TOKEN)):
        refusal(TOKEN[:length])
    for more in ("A", "AA", "=", "==", "\n", ".", "\0", TOKEN):
        refusal(TOKEN + more)


@pytest.mark.parametrize("mac", [b"", b"\0" * 16, b"\xff" * 16, b"none"])
def test_an_empty_or_invented_signature_is_refused(mac: bytes) -> None:
    said = base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4))[16:]
    refusal(base64.urlsafe_b64encode(mac + said).rstrip(b"=").decode())


@pytest.mark.parametrize(
    "token", ["", " ", "null", "None", "0", "ы", "é" * 30, "A" * 10**6, "..", "a.b.c", "eyJhbGciOiJub25lIn0."]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    refusal(token)


def test_ten_thousand_random_tokens_are_refused_in_one_voice() -> None:
    chance = random.Random(4)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    lengths = (1, 21, 22, len(TOKEN) - 1, len(TOKEN), len(TOKEN) + 1)
    tokens = ("".join(chance.choices(alphabet, k=chance.choice(lengths))) for _ in range(10_000))
    assert {refusal(token) for token in tokens} == {"this link is not valid or has expired"}


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: read("rate", TOKEN, SECRET, LATER + timedelta(days=1)),
        lambda: read("ticket", TOKEN, SECRET, NOW),
        lambda: read("rate", "", SECRET, NOW),
        lambda: read("rate", TOKEN[:-1], SECRET, NOW),
        lambda: read("rate", "ы", SECRET, NOW),
    ],
)
def test_every_failure_says_the_same_and_shows_no_cause(attempt: Callable[[], object]) -> None:
    with pytest.raises(BadLink, match=r"^this link is not valid or has expired$") as caught:
        attempt()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_short_secret_signs_nothing_and_vouches_for_nothing() -> None:
    with pytest.raises(ValueError, match="15 bytes"):
        sign("rate", PAYLOAD, LATER, b"x" * 15)
    with pytest.raises(BadLink):
        read("rate", TOKEN, b"", NOW)


def test_a_naive_moment_or_a_payload_too_large_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        sign("rate", PAYLOAD, datetime(2026, 12, 7), SECRET)
    with pytest.raises(ValueError, match="too large"):
        sign("rate", {"x": "y" * 1000}, LATER, SECRET)
