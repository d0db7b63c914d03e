"""What strangers wrote, shown in a real browser: nothing of it runs, nothing of it is fetched."""

import hmac
import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from replies import links
from replies.compose import compose
from replies.languages import LANGUAGES, Languages
from storage.directory import add_unregistered
from storage.tickets import NewMessage, NewScreenshot, NewTicket, add_message, open_ticket
from tests.bot.web_desk import (
    CLOSED_AT,
    DUE_AT,
    RECEIVED_AT,
    SECRET,
    WebDesk,
    web_desk,  # noqa: F401 - the fixture "desk"
)
from tests.browser import Browser
from tests.canary import Canary
from tests.replies.test_compose import CONFIRMED, DESK

SCANNERS = (
    "Mozilla/5.0 (compatible; Microsoft-Defender-SafeLinks)",
    "Barracuda Sentinel (EE)",
    "Mimecast URL Protect",
    "Proofpoint URL Defense",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    "TelegramBot (like TwitterBot)",
    "facebookexternalhit/1.1",
    "curl/8.5.0",
)


@pytest.fixture
def canary() -> Iterator[Canary]:
    listening = Canary()
    yield listening
    listening.close()


def nasty(home: str) -> list[str]:
    """What has run elsewhere: in a text, in an attribute, in a style, in a URL."""
    return [
        f"<script src={home}/a></script><script>alert(1)</script>",
        f"<img src={home}/b onerror=alert(2)><svg onload=alert(3)>",
        f"\"'><iframe src={home}/c></iframe>",
        f"</title></style></textarea><style>@import '{home}/d';*{{background:url({home}/e)}}</style>",
        f"javascript:alert(4)//{home}",
        f"<base href={home}/><meta http-equiv=refresh content='0;url={home}/f'>",
    ]


async def ticket_full_of(desk: WebDesk, evil: str) -> int:
    """A ticket whose subject, client's name, text and files' names are `evil`."""

    async def unit() -> int:
        client = await add_unregistered(
            f"{sha256(evil.encode()).hexdigest()}@client.example", "ru", RECEIVED_AT
        )
        ticket_id = await open_ticket(
            NewTicket(
                client.id, "new", evil, "mail", "ru", "standard", "8 working hours", RECEIVED_AT, DUE_AT
            )
        )
        shot = NewScreenshot(evil, "image/png", 9, 9, 9, "0" * 64, None)
        message = NewMessage(
            ticket_id, "in", evil, client.address, evil, RECEIVED_AT,
            screenshots=[shot], declined=[{"name": evil, "reason": "format"}], shares=[evil],
        )  # fmt: skip
        await add_message(message)
        return ticket_id

    return await desk.database.writer.run(unit)


async def test_threat_21_no_page_of_a_ticket_runs_or_fetches_what_its_client_wrote(
    browser: Browser, desk: WebDesk, canary: Canary
) -> None:
    for evil in nasty(canary.url):
        await browser.goto(desk.ticket_url(await ticket_full_of(desk, evil)))
        assert "AS-" in await browser.text("main")
    assert (browser.dialogs, browser.errors, canary.visits) == ([], [], 0)
    assert [url for url in browser.requests if not url.startswith(f"{desk.url}/")] == []


async def test_threat_21_a_letter_shown_by_a_browser_runs_and_fetches_nothing(
    browser: Browser, canary: Canary, tmp_path: Path
) -> None:
    evil = nasty(canary.url)
    letter = tmp_path / "letter.html"
    for language in LANGUAGES:
        facts: dict[str, Any] = {
            **CONFIRMED,
            "client_name": evil[0],
            "screenshots": evil,
            "declined": [{"name": name, "reason": "format", "hint": name} for name in evil],
            "shares": evil,
        }
        html = compose("confirmation", language, facts, DESK, Languages()).html
        letter.write_text(html, encoding="utf-8")
        await browser.goto(letter.as_uri())
        answer = {**CONFIRMED, "text": "\n".join(evil), "agent_name": evil[1]}
        letter.write_text(compose("answer", language, answer, DESK, Languages()).html, encoding="utf-8")
        await browser.goto(letter.as_uri())
        assert "alert(1)" in await browser.text("body")
    assert (browser.dialogs, canary.visits) == ([], 0)
    assert {url for url in browser.requests if not url.startswith("file:")} == set()


@pytest.mark.parametrize("policy", ["unsafe-inline", "unsafe-eval", "*", "data:"])
async def test_threat_21_the_policy_of_every_page_allows_no_script_of_a_stranger(
    desk: WebDesk, policy: str
) -> None:
    for url in (
        desk.rate_url(await desk.closure(), 5),
        desk.ticket_url(await desk.ticket()),
        f"{desk.url}/rate/x",
    ):
        async with desk.http.get(url) as answer:
            told = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in told or "default-src 'self'" in told
        script = next((part for part in told.split(";") if "script-src" in part), "script-src 'none'")
        assert policy not in script.replace("script-src", "").split()


async def test_threat_32_scanners_that_open_and_probe_all_five_links_twenty_times_rate_nothing(
    desk: WebDesk,
) -> None:
    closure = await desk.closure()
    urls = [desk.rate_url(closure, stars) for stars in range(1, 6)]
    for round_ in range(20):
        agent = {
            "User-Agent": SCANNERS[round_ % len(SCANNERS)],
            "Purpose": "prefetch",
            "Sec-Purpose": "prefetch",
        }
        for url in urls:
            async with (
                desk.http.get(url, headers=agent) as opened,
                desk.http.head(url, headers=agent) as probed,
            ):
                assert (opened.status, probed.status) == (200, 200)
            async with desk.http.options(url, headers=agent) as asked:
                assert asked.status >= 400
    assert await desk.rating(closure) == (None, "", None, None) and await desk.history(closure) == []
    assert (await desk.post(urls[3], {"stars": "4"}))[0] == 200
    assert (await desk.rating(closure))[0] == 4


async def test_threat_33_a_link_taken_from_one_ticket_or_star_does_not_open_another(desk: WebDesk) -> None:
    first, second = await desk.closure(), await desk.closure()
    token = desk.rate_token(first, 5)
    mac, said = links._decoded(token)[:16], links._decoded(token)[16:]
    for other in (said.replace(b'"s":5', b'"s":4'), said.replace(b'"c":%d' % first, b'"c":%d' % second)):
        assert other != said
        status, page = await desk.post(f"{desk.url}/rate/{links._encoded(mac + other)}", {"stars": "1"})
        assert (status, page) == await desk.post(f"{desk.url}/rate/garbage", {"stars": "1"})
        assert status == 404
    assert (await desk.rating(first))[0] is (await desk.rating(second))[0] is None


async def test_threat_33_every_token_is_compared_in_constant_time(
    desk: WebDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def counted(ours: bytes, theirs: bytes, honest: Any = hmac.compare_digest) -> bool:
        compared.append(len(ours))
        return bool(honest(ours, theirs))

    monkeypatch.setattr("replies.links.hmac.compare_digest", counted)
    tokens = ("", "x", "A" * 64, desk.rate_token(1, 5), desk.rate_token(1, 5)[:-1], "é" * 9, "A" * 2_000)
    for token in tokens:
        await desk.get(f"{desk.url}/rate/{token}")
    # Even what is no token at all is compared, over all 128 bits.
    assert compared == [16] * len(tokens)


async def test_threat_34_neighbours_of_a_ticket_are_all_not_found_in_the_same_words(desk: WebDesk) -> None:
    known = await desk.ticket()
    expires = RECEIVED_AT + timedelta(days=365)
    genuine = links.sign("ticket", {"t": known}, expires, SECRET)
    assert (await desk.get(f"{desk.url}/ticket/{genuine}"))[0] == 200
    answers = set()
    for number in range(known - 100, known + 101):
        guessed = links.sign("ticket", {"t": number}, expires, sha256(b"a guess").digest())
        for path in (
            f"/ticket/{guessed}",
            f"/ticket/{number}",
            f"/rate/{number}",
            f"/ticket/AS-{number:06d}",
        ):
            status, page = await desk.get(desk.url + path)
            answers.add((status, re.sub(r"\s+", " ", page)))
    assert [status for status, _ in answers] == [404]


async def test_threat_17_a_link_passed_on_shows_no_message_and_is_kept_from_referrers_and_search(
    desk: WebDesk,
) -> None:
    url = desk.ticket_url(await ticket_full_of(desk, "a secret of hers"))
    async with aiohttp.ClientSession() as stranger, stranger.get(url) as answer:
        page = await answer.text()
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers.get("X-Robots-Tag", "") + page
    assert "a secret of hers" not in page and "<img" not in page
    desk.now = CLOSED_AT + timedelta(days=400)
    assert (await desk.get(url))[0] == 404


async def test_no_server_of_ours_answers_for_attachments(desk: WebDesk) -> None:
    for path in ("/files/" + "0" * 64, "/attachments/1", "/static/../otklik.db", "/static/%2e%2e/otklik.db"):
        assert (await desk.get(desk.url + path))[0] == 404
