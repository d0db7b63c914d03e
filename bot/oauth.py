"""Access tokens for mail servers: had by a refresh token, kept until they expire (RFC 6749, section 6)."""

import asyncio
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from storage.files import write_durably

log = structlog.get_logger("bot.oauth")

PATIENCE = 30.0  # seconds for the token server
EARLY = 60.0  # seconds before its end that a token is not used any more
USUAL = 3600.0  # seconds that a token lasts when the server does not say
LARGEST = 64 * 1024  # bytes of an answer
LOOK = 0.1  # seconds between two tries for another process' lock
# RFC 6749, section 5.2: these will not mend by themselves. Everything else may.
_FOR_GOOD = (
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
)


class TokenRefused(PermissionError):
    """The server gives no token to what we show it: a person has to sign in again."""


class TokenUnavailable(ConnectionError):
    """No token can be had now; worth another try."""


@dataclass(frozen=True, slots=True)
class Grant:
    """By what an access token is had. The file holds the refresh token, and gets every new one."""

    token_url: str
    client_id: str
    refresh_token_file: Path
    client_secret: str = field(default="", repr=False)
    scope: str = ""


class Tokens:
    """The access tokens of one grant. Neither errors nor logs hold any token or secret."""

    def __init__(self, grant: Grant, clock: Callable[[], float] = time.monotonic) -> None:
        self._grant, self._clock = grant, clock
        self._token, self._until = "", 0.0
        self._unsaved = (
            ""  # a refresh token that took the place of the file's, while the disk did not take it
        )
        self._refreshing = asyncio.Lock()

    async def __call__(self, refused: str = "") -> str:
        """An access token, other than the one that was `refused` just now.

        Raises TokenRefused or TokenUnavailable, both OSError.
        """
        async with self._refreshing:  # who waits here finds the token that the one before him got
            if not self._token or self._token == refused or self._clock() >= self._until:
                self._token = ""
                await self._refresh()
            return self._token

    async def _refresh(self) -> None:
        file = self._grant.refresh_token_file
        try:
            # Other processes may share the file, and a refresh token may serve only once.
            with _opened(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT) as lock:
                await _locked(lock)
                told = await self._asked(self._unsaved or await asyncio.to_thread(_read, file))
                self._take(told)
                await self._save(file, told.get("refresh_token"))
        except (OSError, UnicodeError) as exc:
            if isinstance(exc, TokenRefused | TokenUnavailable):
                raise
            raise TokenUnavailable(f"{file}: {getattr(exc, 'strerror', None) or exc}") from exc

    async def _save(self, file: Path, fresh: object) -> None:
        """Keep the refresh token that replaces the one that was used, if the server gave one."""
        if isinstance(fresh, str) and fresh:
            self._unsaved = fresh
        if not self._unsaved:
            return
        try:
            await asyncio.to_thread(_keep, file, self._unsaved)
        except OSError as exc:
            # The one in the file may be worth nothing any more: this one serves on, and is tried to be kept.
            log.error("refresh token not saved", file=str(file), reason=exc.strerror or str(exc))
        else:
            self._unsaved = ""

    def _take(self, told: dict[str, Any]) -> None:
        self._token = told["access_token"]
        lasts = told.get("expires_in")
        try:
            seconds = float(lasts) if lasts is not None else USUAL
        except (TypeError, ValueError):
            seconds = USUAL
        self._until = self._clock() + max(0.0, seconds - EARLY)
        log.info("access token refreshed", server=self._grant.token_url, seconds=round(seconds))

    async def _asked(self, refresh_token: str) -> dict[str, Any]:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": self._grant.client_id,
        }
        if self._grant.client_secret:
            form["client_secret"] = self._grant.client_secret
        if self._grant.scope:
            form["scope"] = self._grant.scope
        url = self._grant.token_url
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session,
                # A redirect would carry the secrets to wherever it points.
                session.post(url, data=form, allow_redirects=False) as answer,
            ):
                status, body = answer.status, await _body(answer)
        except (aiohttp.ClientError, TimeoutError) as exc:
            raise TokenUnavailable(f"{url}: {type(exc).__name__}") from exc
        return _understood(url, status, body)


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    """An answer's bytes, however many pieces they come in; at most LARGEST."""
    body = b""
    while len(body) < LARGEST and (more := await answer.content.read(LARGEST - len(body))):
        body += more
    return body


def _understood(url: str, status: int, body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise TokenUnavailable(f"{url}: answered {status} without JSON")
    token = told.get("access_token")
    if status == 200 and isinstance(token, str) and token.isprintable() and token:
        return told
    # The description may quote what we sent, so that the error's code alone is told.
    error = told.get("error")
    code = error if isinstance(error, str) and error.isidentifier() and len(error) < 60 else "no access token"
    if code in _FOR_GOOD:
        raise TokenRefused(f"{url}: {code}; sign in again and put the new refresh token into its file")
    raise TokenUnavailable(f"{url}: {status}, {code}")


def _read(file: Path) -> str:
    token = file.read_text(encoding="utf-8").strip()
    if not token:
        raise TokenRefused(f"{file} is empty; sign in again and put the refresh token into it")
    return token


def _keep(file: Path, token: str) -> None:
    """Replace the refresh token, so that after a crash the file holds the old one or the new one."""
    if file.read_text(encoding="utf-8").strip() == token:
        return
    write_durably(f"{token}\n".encode(), file, file.with_name(f".{file.name}.{os.getpid()}"))
    log.info("refresh token replaced", file=str(file))


async def _locked(lock: int) -> None:
    """Wait for the lock that all who refresh by a file take; closing the descriptor gives it back.

    It lies in a file of its own, for the one with the token is replaced by another. It is asked for again and
    again: a thread that waits for it could not be cancelled, and would take it when nobody wants it any more.
    """
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(LOOK)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
