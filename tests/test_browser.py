"""The browser that other tests look through does and sees what it says."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from tests.browser import Browser, PageError

FORM = """<!doctype html><title>form</title><h1>Оцените</h1>
<form method=post action=/save><input id=comment name=comment value=old><button id=send>Send</button></form>
<p id=hidden style="display:none">unseen</p><script>window.answer = 6 * 7</script>"""


@pytest.fixture
async def site() -> AsyncIterator[str]:
    async def form(_request: web.Request) -> web.Response:
        return web.Response(text=FORM, content_type="text/html")

    async def save(request: web.Request) -> web.Response:
        comment = str((await request.post())["comment"])
        return web.Response(text=f"<p id=saved>{comment}</p><img src=/pixel>", content_type="text/html")

    async def nasty(_request: web.Request) -> web.Response:
        return web.Response(text="<script>alert('xss'); missing()</script><p>after", content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", form), web.post("/save", save), web.get("/nasty", nasty)])
    runner = web.AppRunner(app)
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_it_fills_and_sends_a_form_and_sees_the_page_that_comes(browser: Browser, site: str) -> None:
    await browser.goto(site)
    assert await browser.text("h1") == "Оцените"
    await browser.fill("#comment", "спасибо, 👍")
    await browser.click("#send", opens_page=True)
    assert await browser.text("#saved") == "спасибо, 👍"
    assert await browser.url() == f"{site}/save"
    assert f"{site}/pixel" in browser.requests


async def test_it_keeps_the_dialogs_and_errors_of_a_page(browser: Browser, site: str) -> None:
    await browser.goto(f"{site}/nasty")
    assert browser.dialogs == ["xss"]
    assert browser.errors
    assert await browser.text("p") == "after"


async def test_it_evaluates_scripts_and_says_why_one_fails(browser: Browser, site: str) -> None:
    await browser.goto(site)
    assert await browser.evaluate("window.answer") == 42
    assert await browser.attribute("#comment", "name") == "comment"
    assert await browser.count("form, h1") == 2
    with pytest.raises(PageError, match="ReferenceError"):
        await browser.evaluate("nowhere")


async def test_it_does_not_click_what_is_not_there_or_not_seen(browser: Browser, site: str) -> None:
    await browser.goto(site)
    with pytest.raises(PageError, match="no element #nothing"):
        await browser.click("#nothing")
    with pytest.raises(PageError, match="not visible"):
        await browser.click("#hidden")


async def test_it_says_why_a_page_cannot_be_loaded(browser: Browser) -> None:
    with socket.socket() as nobody:  # bound, and never listening
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(PageError, match="ERR_CONNECTION_REFUSED"):
            await browser.goto(f"http://127.0.0.1:{nobody.getsockname()[1]}/")


async def test_it_takes_pictures_in_the_size_of_a_phone(browser: Browser, site: str, tmp_path: Path) -> None:
    await browser.resize(390, 800, phone=True)
    await browser.goto(site)
    await browser.screenshot(tmp_path / "page.png")
    header = (tmp_path / "page.png").read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    assert (int.from_bytes(header[16:20]), int.from_bytes(header[20:24])) == (390, 800)
