"""The pages in a real browser, as a client uses them."""

from pathlib import Path

import pytest

from replies.languages import LANGUAGES
from tests.bot.web_desk import WebDesk, serving, web_desk  # noqa: F401 - the fixture "desk"
from tests.browser import Browser

KEYS = {"Tab": 9, "ArrowLeft": 37, "ArrowRight": 39}


async def chosen(browser: Browser) -> str:
    return str(await browser.evaluate("document.querySelector('input[name=stars]:checked')?.value"))


async def filled(browser: Browser) -> int:
    """How many stars are drawn as given."""
    return int(
        await browser.evaluate(
            "[...document.querySelectorAll('.row path')]"
            ".filter(path => getComputedStyle(path).fill !== 'none').length"
        )
    )


async def press(browser: Browser, key: str) -> None:
    """Press a key, named as in KeyboardEvent.key."""
    if key in KEYS:
        for kind in ("rawKeyDown", "keyUp"):
            await browser._call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key]
            )
    else:
        await browser._call("Input.dispatchKeyEvent", type="char", text=key)


async def test_a_client_rates_on_a_phone(browser: Browser, desk: WebDesk) -> None:
    closure = await desk.closure()
    await browser.resize(360, 740, phone=True)
    await browser.goto(desk.rate_url(closure, 5))
    assert (await chosen(browser), await filled(browser)) == ("5", 5)
    assert "Оценка ещё не сохранена" in await browser.text("main")
    await browser.click("label[for=stars-2]")
    assert (await chosen(browser), await filled(browser)) == ("2", 2)
    await browser.fill("#comment", "Долго ждали ответа, <b>два</b> дня 🙁")
    await browser.click("label[for=satisfied-no]")
    await browser.click("label[for=recommend-yes]")
    assert await desk.rating(closure) == (None, "", None, None)
    await browser.click("button", opens_page=True)
    assert "Спасибо, оценка сохранена." in await browser.text("h1")
    assert "Вы выбрали 2\xa0звезды: плохо." in await browser.text("main")
    assert await browser.count(".full") == 2
    assert await desk.rating(closure) == (2, "Долго ждали ответа, <b>два</b> дня 🙁", False, True)
    await browser.click("a.button", opens_page=True)
    assert (await chosen(browser), await filled(browser)) == ("2", 2)
    assert browser.dialogs == []
    assert browser.errors == []
    assert [url for url in browser.requests if not url.startswith(f"{desk.url}/")] == []


async def test_a_client_rates_by_the_keyboard_alone(browser: Browser, desk: WebDesk) -> None:
    closure = await desk.closure("en")
    await browser.goto(desk.rate_url(closure, 3))
    for key in ("Tab", "ArrowRight", "Tab", *"Fine!", "Tab", "ArrowLeft", "Tab", "ArrowLeft", "Tab"):
        await press(browser, key)
    assert await chosen(browser) == "4"
    assert await browser.evaluate("document.activeElement.tagName") == "BUTTON"
    await browser.click("button", opens_page=True)
    assert await desk.rating(closure) == (4, "Fine!", False, False)


async def test_without_a_star_the_browser_itself_asks_for_one(browser: Browser, desk: WebDesk) -> None:
    closure = await desk.closure()
    await browser.goto(desk.rate_url(closure))
    await browser.click("button")
    assert await browser.evaluate("document.activeElement.name") == "stars"
    assert await browser.url() == desk.rate_url(closure)
    assert (await desk.rating(closure))[0] is None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_fits_a_phone_and_every_target_a_thumb(
    browser: Browser, desk: WebDesk, language: str
) -> None:
    await browser.resize(360, 740, phone=True)
    closure = await desk.closure(language)
    rate = desk.rate_url(closure, 5)
    small = """[...document.querySelectorAll('.row label, .answers label, button')].filter(
        (target) => { const box = target.getBoundingClientRect(); return box.width < 44 || box.height < 44 }
    ).map((target) => target.innerText)"""
    for url in (desk.ticket_url(await desk.ticket(language)), rate):
        await browser.goto(url)
        assert await browser.evaluate("document.documentElement.scrollWidth") == 360
        assert await browser.evaluate(small) == []
    assert await browser.evaluate(
        "[...document.querySelectorAll('input, textarea')].every(f => f.labels.length)"
    )


async def test_a_client_asks_the_head_of_support_and_reopens_on_a_phone(
    browser: Browser, desk: WebDesk
) -> None:
    await browser.resize(360, 740, phone=True)
    await browser.goto(desk.ticket_url(await desk.ticket()) + "#head")
    await browser.click("#head button", opens_page=True)
    assert "Руководитель поддержки получил вашу просьбу" in await browser.text("#head")
    assert await browser.count("button") == 0
    closure = await desk.closure()
    await browser.goto(desk.ticket_url((await desk.row(closure))["ticket_id"]))
    await browser.click("button", opens_page=True)
    assert "Обращение снова в работе" in await browser.text("main")
    assert "Состояние: в работе" in await browser.text(".state")


async def test_what_clients_and_desk_wrote_never_runs(browser: Browser, tmp_path: Path) -> None:
    nasty = "</textarea><script>alert(1)</script><img src=http://127.0.0.1:9/x onerror=alert(2)>"
    async with serving(tmp_path / "nasty", desk_name=f"Desk {nasty}") as desk:
        rate = desk.rate_url(await desk.closure(), 5)
        await desk.post(rate, {"stars": "1", "comment": nasty})
        for url in (f"{rate}?saved=1", f"{rate}?change=1", desk.ticket_url(await desk.ticket())):
            await browser.goto(url)
        await browser.goto(f"{rate}?change=1")
        assert await browser.evaluate("document.querySelector('textarea').value") == nasty
        assert [url for url in browser.requests if not url.startswith(f"{desk.url}/")] == []
        # While the server runs: Chromium may fetch the icon after the page, and would report it gone.
        assert browser.dialogs == []
        assert browser.errors == []
