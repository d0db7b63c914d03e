"""Links that we did not make, and forms that come from elsewhere: all alike, and nothing is stored."""

import asyncio
import base64
import json
import random
import string
from datetime import timedelta
from urllib.parse import quote

import pytest
from yarl import URL

from replies import links
from replies.languages import Languages
from tests.bot.web_desk import CLOSED_AT, SECRET, WebDesk, web_desk  # noqa: F401 - the fixture "desk"

UNTOUCHED = (None, "", None, None)
DEAD = Languages().text("ru", "page.link.invalid")


async def assert_all_dead(desk: WebDesk, tokens: list[str], page: str = "rate") -> None:
    """Every token is answered alike, byte for byte, whether the page is opened or a form is sent."""
    answers = set()
    for start in range(0, len(tokens), 25):
        batch = [URL(f"{desk.url}/{page}/{token}", encoded=True) for token in tokens[start : start + 25]]
        answers |= set(await asyncio.gather(*(desk.get(url) for url in batch)))
        if page == "rate":
            answers |= set(await asyncio.gather(*(desk.post(url, {"stars": "1"}) for url in batch)))
    assert len(answers) == 1
    status, text = answers.pop()
    assert status == 404
    assert DEAD in text


def forged(token: str, **changed: int) -> str:
    """A genuine token that says something else: its signature stays, its payload does not."""
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    expires_at, payload = json.loads(raw[16:])
    said = json.dumps([expires_at, {**payload, **changed}], separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(raw[:16] + said.encode()).rstrip(b"=").decode()


async def test_forged_expired_unknown_and_empty_links_cannot_be_told_apart(desk: WebDesk) -> None:
    closure, other = await desk.closure(), await desk.closure()
    never_invited = await desk.closure(invited=False)
    good = desk.rate_token(closure, 3)
    past, future = CLOSED_AT - timedelta(days=1), CLOSED_AT + timedelta(days=15)
    assert forged(good) == good
    await assert_all_dead(
        desk,
        [
            "",
            "/",
            "%00",
            "%ff%fe",
            "..%2f..%2fhealth",
            good[:-1],
            good + "A",
            good + "/",
            good + "=",
            good.upper(),
            forged(good, s=5),
            forged(good, c=other),
            desk.rate_token(closure, 3, expires_at=past),
            desk.rate_token(987654),
            desk.rate_token(-1),
            desk.rate_token(never_invited, 5),
            links.sign("ticket", {"c": closure, "s": 3}, future, SECRET),
            links.sign("rate", {"c": closure, "s": 3}, future, b"another secret of 32 bytes ....."),
            # Nobody but us could make these; they must not become a failure either.
            links.sign("rate", {}, future, SECRET),
            links.sign("rate", {"t": 1}, future, SECRET),
            links.sign("rate", {"c": "x"}, future, SECRET),
        ],
    )
    assert await desk.rating(closure) == await desk.rating(other) == UNTOUCHED


async def test_no_single_flipped_bit_leaves_a_link_alive(desk: WebDesk) -> None:
    closure = await desk.closure()
    good = desk.rate_token(closure, 3)
    raw = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))
    tokens = []
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        tokens.append(base64.urlsafe_b64encode(flipped).rstrip(b"=").decode())
    await assert_all_dead(desk, tokens)
    assert await desk.rating(closure) == UNTOUCHED


async def test_a_thousand_random_tokens_are_answered_alike(desk: WebDesk) -> None:
    dice = random.Random(32)
    signs = string.ascii_letters + string.digits + "-_" * 5 + ".=/%+~ яж"
    tokens = [quote("".join(dice.choices(signs, k=dice.randint(1, 120)))) for _ in range(1000)]
    await assert_all_dead(desk, tokens)


async def test_ticket_links_cannot_be_guessed_either(desk: WebDesk) -> None:
    ticket = await desk.ticket()
    good = desk.ticket_url(ticket).rpartition("/")[2]
    guesses = [forged(good, t=n) for n in range(-100, 101) if n != ticket]
    rating = desk.rate_token(await desk.closure(), 5)
    missing = links.sign("ticket", {"t": 4711}, CLOSED_AT + timedelta(days=1), SECRET)
    await assert_all_dead(desk, ["", "1", good[:-2], rating, missing, *guesses], "ticket")
    assert (await desk.get(desk.ticket_url(ticket)))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://desk.example"},
        {"Origin": "https://desk.example:8443"},
        {"Origin": "https://desk.example.evil.example"},
        {"Origin": "http://["},
        {"Origin": "https://evil.example", "Host": "evil.example"},
    ],
    ids=str,
)
async def test_a_form_of_another_site_is_refused(desk: WebDesk, headers: dict[str, str]) -> None:
    closure = await desk.closure()
    status, page = await desk.post(desk.rate_url(closure, 5), {"stars": "1"}, headers=headers)
    assert status == 403
    assert Languages().text("ru", "page.refused") in page
    assert await desk.rating(closure) == UNTOUCHED


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},  # Chromium on our page, for its Referrer-Policy
        {"Origin": "null"},
        {"Origin": "https://desk.example"},
        {"Origin": "HTTPS://DESK.example:443", "Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
async def test_a_form_of_our_own_page_is_taken(desk: WebDesk, headers: dict[str, str]) -> None:
    closure = await desk.closure()
    assert (await desk.post(desk.rate_url(closure, 5), {"stars": "4"}, headers=headers))[0] == 200
    assert (await desk.rating(closure))[0] == 4
