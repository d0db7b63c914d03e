"""What holds for every answer of the pages: headers, kind words for failures, no trust in Host."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.web import rating_page
from bot.web.pages import accepted
from replies.languages import LANGUAGES, Languages
from tests.bot.web_desk import WebDesk, serving, web_desk  # noqa: F401 - the fixture "desk"

TEXTS = Languages()
FORM = "application/x-www-form-urlencoded"


def broken_title(key: str, language: str) -> str:
    raise KeyError("no level of this name")


async def asked(desk: WebDesk, method: str, url: str, **kwargs: Any) -> tuple[int, dict[str, str], str]:
    async with desk.http.request(method, url, allow_redirects=False, **kwargs) as answer:
        return answer.status, dict(answer.headers), await answer.text()


async def every_kind_of_answer(desk: WebDesk) -> dict[int, list[tuple[dict[str, str], str]]]:
    rate = desk.rate_url(await desk.closure(), 5)
    reopened = await desk.closure()
    await desk.reopen(reopened)
    large = {"stars": "1", "comment": "x" * 70_000}
    asks: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", rate, {}),
        ("HEAD", rate, {}),
        ("GET", f"{desk.url}/static/pages.css", {}),
        ("GET", f"{desk.url}/health", {}),
        ("GET", f"{desk.url}/metrics", {}),
        ("GET", desk.ticket_url(await desk.ticket()), {}),
        ("POST", rate, {"data": {"stars": "5"}}),
        ("POST", rate, {"data": {}}),
        ("POST", rate, {"data": large}),
        (
            "POST",
            rate,
            {"data": b"\x1f\x8b stars", "headers": {"Content-Type": FORM, "Content-Encoding": "gzip"}},
        ),
        ("POST", rate, {"data": b"{}", "headers": {"Content-Type": "application/json"}}),
        ("POST", rate, {"data": {"stars": "5"}, "headers": {"Origin": "https://evil.example"}}),
        ("PUT", rate, {"data": {"stars": "5"}}),
        ("OPTIONS", rate, {}),
        ("DELETE", f"{desk.url}/health", {}),
        ("GET", desk.rate_url(reopened, 5), {}),
        ("GET", f"{desk.url}/rate/nothing", {}),
        ("GET", f"{desk.url}/", {}),
        ("GET", f"{desk.url}/static/../app.py", {}),
        ("GET", f"{desk.url}/reports?x=<script>alert(1)</script>", {}),
    ]
    answers: dict[int, list[tuple[dict[str, str], str]]] = {}
    for method, url, kwargs in asks:
        status, headers, body = await asked(desk, method, url, **kwargs)
        answers.setdefault(status, []).append((headers, body))
    await desk.database.writer.stop()
    status, headers, body = await asked(desk, "POST", rate, data={"stars": "1"})
    answers.setdefault(status, []).append((headers, body))
    return answers


async def test_every_answer_has_the_security_headers(tmp_path: Path) -> None:
    async with serving(tmp_path) as desk:
        answers = await every_kind_of_answer(desk)
    assert set(answers) == {200, 303, 403, 404, 405, 410, 413, 415, 422, 503}
    for headers, body in (answer for kind in answers.values() for answer in kind):
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert "Server" not in headers
        assert "Set-Cookie" not in headers
        assert "<script" not in body
        assert "style=" not in body


async def test_failures_are_told_as_pages_without_a_traceback_and_logged_without_the_token(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, level_title=broken_title) as desk:
        link = desk.ticket_url(await desk.ticket("fi"))
        with capture_logs() as logs:
            status, headers, page = await asked(desk, "GET", link)
    assert status == 500
    assert headers["Content-Security-Policy"]
    assert TEXTS.text("fi", "page.error") in page
    assert "Traceback" not in page
    assert "KeyError" not in page
    assert [(entry["event"], entry["page"]) for entry in logs] == [("page failed", "/ticket/{token}")]
    assert link.rpartition("/")[2] not in str(logs)


async def test_it_says_come_again_when_the_database_cannot_be_written(desk: WebDesk) -> None:
    closure = await desk.closure("en")
    await desk.database.writer.stop()
    status, headers, page = await asked(desk, "POST", desk.rate_url(closure, 5), data={"stars": "5"})
    assert status == 503
    assert headers["Retry-After"] == "60"
    assert TEXTS.text("en", "page.error") in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("method", "path", "key"),
    [("GET", "/nothing", "page.not-found"), ("GET", "/rate/x", "page.link.invalid"),
     ("POST", "/health", "page.refused")],
)  # fmt: skip
async def test_a_failure_speaks_the_browsers_language(
    desk: WebDesk, language: str, method: str, path: str, key: str
) -> None:
    wanted = {"Accept-Language": f"sv;q=0.9, {language}-XX;q=0.8, de;q=0.7"}
    _, _, page = await asked(desk, method, desk.url + path, headers=wanted)
    assert f'<html lang="{language}">' in page
    assert TEXTS.text(language, key) in page
    assert TEXTS.text(language, f"{key.removesuffix('.invalid')}.title") in page


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("fi", ["fi"]),
        ("en-GB, en;q=0.9, ru;q=0.95", ["en", "ru", "en"]),
        ("ru;q=0, uk", ["uk"]),
        ("*, ;;q=x, fi;q=1.0", ["fi"]),
        ("", []),
    ],
)
def test_languages_are_ordered_by_how_much_they_are_wanted(header: str, languages: list[str]) -> None:
    assert accepted([header]) == languages


@given(st.lists(st.text()))
def test_any_accept_language_header_is_read(headers: list[str]) -> None:
    assert all(language.isascii() for language in accepted(headers))


async def test_it_says_come_again_when_the_database_cannot_be_read(
    desk: WebDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(closure_id: int) -> None:
        raise ConnectionRefusedError("connection refused")

    link = desk.rate_url(await desk.closure(), 5)
    monkeypatch.setattr(rating_page, "closure_now", unreachable)
    with capture_logs() as logs:
        assert (await asked(desk, "GET", link))[0] == 503
    assert [(entry["event"], entry["reason"]) for entry in logs] == [
        ("page without database", "connection refused")
    ]


async def test_the_host_header_changes_nothing(desk: WebDesk) -> None:
    closure = await desk.closure()
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp"}
    for url in (desk.rate_url(closure, 5), desk.ticket_url(await desk.ticket()), f"{desk.url}/nothing"):
        assert await desk.get(url, headers=evil) == await desk.get(url)
    _, headers, _ = await asked(desk, "POST", desk.rate_url(closure, 5), data={"stars": "5"}, headers=evil)
    assert headers["Location"].startswith("/rate/")
    _, page = await desk.get(f"{desk.rate_url(closure, 5)}?saved=1", headers=evil)
    assert "evil" not in page


async def test_the_desks_name_is_text_wherever_it_stands(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
    async with serving(tmp_path, name) as desk:
        rate = desk.rate_url(await desk.closure(), 5)
        for url in (rate, f"{desk.url}/nothing", desk.ticket_url(await desk.ticket())):
            _, page = await desk.get(url)
            assert "<script" not in page
            assert "<img" not in page
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
            assert "{{7*7}}" in page
