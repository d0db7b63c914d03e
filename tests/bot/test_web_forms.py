"""Forms that are packed, broken, slow, or in no charset at all; and what is no HTTP."""

import asyncio
import gzip

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request

from bot.web import forms
from tests.bot.web_desk import WebDesk, web_desk  # noqa: F401 - the fixture "desk"

FORM = "application/x-www-form-urlencoded"


async def sent(desk: WebDesk, request: str) -> bytes:
    """The first line of the answer to these very bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(desk.url.rpartition(":")[2]))
    writer.write(request.encode())
    async with asyncio.timeout(10):
        line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return line


async def test_a_packed_form_is_not_even_unpacked(desk: WebDesk) -> None:
    headers = {"Content-Type": FORM, "Content-Encoding": "gzip"}
    bomb = gzip.compress(b"comment=" + b"x" * 20_000_000)
    assert len(bomb) < forms.BODY_MOST
    closure = await desk.closure()
    assert (await desk.post(desk.rate_url(closure, 5), bomb, headers=headers))[0] == 415
    assert (await desk.rating(closure))[0] is None


@pytest.mark.parametrize("charset", ["utf-7", "no-such-thing", "\u0444", "rot13"])
async def test_the_charset_that_a_form_claims_is_no_matter(desk: WebDesk, charset: str) -> None:
    closure = await desk.closure()
    headers = {"Content-Type": f"{FORM}; charset={charset}"}
    body = b"stars=3&comment=%D0%B4%D0%B0%FF%00"
    assert (await desk.post(desk.rate_url(closure, 5), body, headers=headers))[0] == 200
    assert await desk.rating(closure) == (3, "да\ufffd", None, None)


@pytest.mark.parametrize("trouble", [ConnectionResetError("hung up"), web.RequestPayloadError("bad chunk")])
async def test_a_form_that_breaks_off_is_nobodys_failure(trouble: Exception) -> None:
    payload = StreamReader(BaseProtocol(asyncio.get_running_loop()), 100)
    payload.feed_data(b"stars=5")
    payload.set_exception(trouble)
    request = make_mocked_request("POST", "/rate/x", headers={"Content-Type": FORM}, payload=payload)
    with pytest.raises(web.HTTPBadRequest):
        await forms.posted(request)


async def test_what_is_no_http_is_logged_in_one_line_without_the_address(
    desk: WebDesk, caplog: pytest.LogCaptureFixture
) -> None:
    token = desk.rate_token(await desk.closure(), 5)
    answer = await sent(desk, f"GET /rate/{token}{'x' * 9000} HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b" 400 " in answer
    assert [
        (record.getMessage(), record.exc_info) for record in caplog.records if record.name.startswith("bot")
    ] == [("not HTTP, from 127.0.0.1", None)]


async def test_a_form_of_very_many_fields_is_refused(desk: WebDesk) -> None:
    closure = await desk.closure()
    fields = {"stars": "3"} | {f"x{n}": "" for n in range(60)}
    assert (await desk.post(desk.rate_url(closure, 5), fields))[0] == 400
    assert (await desk.rating(closure))[0] is None


async def test_a_sender_that_never_finishes_is_let_go(desk: WebDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "BODY_SECONDS", 0.05)
    token = desk.rate_token(await desk.closure(), 5)
    head = f"POST /rate/{token} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 100\r\n\r\n"
    assert b" 408 " in await sent(desk, f"{head}stars=5")
