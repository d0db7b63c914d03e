"""Access tokens: kept while they are good, refreshed once for all who ask, the refresh token never lost."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.oauth import EARLY, Grant, TokenRefused, Tokens, TokenUnavailable
from tests.dovecot import TokenServer


@pytest.fixture
def server() -> Iterator[TokenServer]:
    running = TokenServer()
    yield running
    running.close()


@pytest.fixture
def grant(server: TokenServer, tmp_path: Path) -> Grant:
    file = tmp_path / "refresh"
    file.write_text("refresh-0\n")
    return Grant(server.url, "otklik", file, "client secret", "https://mail.example.org/")


async def test_a_token_is_asked_for_as_the_standard_says_and_kept(server: TokenServer, grant: Grant) -> None:
    tokens = Tokens(grant)
    assert await tokens("") == await tokens("") in server.good
    assert server.asked == [
        {
            "grant_type": "refresh_token",
            "refresh_token": "refresh-0",
            "client_id": "otklik",
            "client_secret": "client secret",
            "scope": "https://mail.example.org/",
        }
    ]


async def test_a_token_is_replaced_shortly_before_it_expires(server: TokenServer, grant: Grant) -> None:
    clock = [0.0]
    tokens = Tokens(grant, clock=lambda: clock[0])
    first = await tokens("")
    clock[0] = 3600 - EARLY - 1
    assert await tokens("") == first
    clock[0] += 1
    assert await tokens("") != first


async def test_a_refused_token_is_replaced_once_however_many_were_refused_with_it(
    server: TokenServer, grant: Grant
) -> None:
    tokens = Tokens(grant)
    first = await tokens("")
    fresh = await asyncio.gather(*(tokens(first) for _ in range(10)))
    assert set(fresh) == {fresh[0]} and fresh[0] != first and len(server.asked) == 2


async def test_a_rotated_refresh_token_is_kept_and_its_file_is_nobody_else_s(
    server: TokenServer, grant: Grant
) -> None:
    await Tokens(grant)("")
    assert grant.refresh_token_file.read_text() == "refresh-1\n"
    assert grant.refresh_token_file.stat().st_mode & 0o777 == 0o600
    assert await Tokens(grant)("") in server.good
    assert [form["refresh_token"] for form in server.asked] == ["refresh-0", "refresh-1"]
    assert not list(grant.refresh_token_file.parent.glob(f"*{os.getpid()}*"))


async def test_two_that_share_a_file_never_use_a_refresh_token_twice(
    server: TokenServer, grant: Grant
) -> None:
    given = await asyncio.gather(*(Tokens(grant)("") for _ in range(4)))  # as in processes of their own
    assert set(given) <= server.good
    assert [form["refresh_token"] for form in server.asked] == [f"refresh-{n}" for n in range(4)]


async def test_a_refresh_token_that_is_refused_needs_a_person(server: TokenServer, grant: Grant) -> None:
    grant.refresh_token_file.write_text("revoked")
    with pytest.raises(TokenRefused, match="invalid_grant; sign in again"):
        await Tokens(grant)("")
    grant.refresh_token_file.write_text("\n")
    with pytest.raises(TokenRefused, match="is empty"):
        await Tokens(grant)("")
    grant.refresh_token_file.write_text("refresh-0")  # a person has done it: no restart is needed
    assert await Tokens(grant)("") in server.good


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (500, "<html>Internal Server Error</html>"),
        (503, '{"error": "temporarily_unavailable"}'),
        (200, "{}"),
        (200, "[]"),
        (200, '{"access_token": 5}'),
        (200, '{"access_token": "two\\nlines"}'),
        (302, ""),
        (429, '{"error": {"code": 429}}'),
    ],
)
async def test_a_token_server_in_trouble_is_asked_again_later(
    server: TokenServer, grant: Grant, status: int, text: str
) -> None:
    server.answer = (status, text)
    tokens = Tokens(grant)
    with pytest.raises(TokenUnavailable):
        await tokens("")
    assert grant.refresh_token_file.read_text() == "refresh-0\n"
    server.answer = None
    assert await tokens("") in server.good


async def test_a_token_server_that_is_away_is_told_by_its_address(server: TokenServer, grant: Grant) -> None:
    server.close()
    with pytest.raises(TokenUnavailable, match=str(server.port)):
        await Tokens(replace(grant, token_url=f"http://127.0.0.1:{server.port}/token"))("")


async def test_neither_errors_nor_logs_tell_a_secret(server: TokenServer, grant: Grant) -> None:
    with capture_logs() as logs:
        token = await Tokens(grant)("")
        server.answer = (400, '{"error": "invalid_grant", "error_description": "refresh-1 client secret"}')
        with pytest.raises(TokenRefused) as refused:
            await Tokens(grant)("")
    for secret in ("refresh-0", "refresh-1", "client secret", token):
        assert secret not in f"{logs} {refused.value} {grant!r}"


async def test_a_server_that_does_not_say_how_long_a_token_lasts_is_believed_for_an_hour(
    server: TokenServer, grant: Grant
) -> None:
    clock = [0.0]
    server.lasts, server.rotates = None, False
    tokens = Tokens(grant, clock=lambda: clock[0])
    first = await tokens("")
    clock[0] = 3000
    assert await tokens("") == first
    clock[0] = 3600
    assert await tokens("") != first
