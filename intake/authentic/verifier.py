"""Has mails checked by worker processes of its own, each within a time; what can't be told is `none`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog

from intake.authenticity import Authenticity, required
from intake.incoming import IncomingMessage
from intake.sandbox.pool import UnderstandingFailed, WorkerKilled
from intake.taking_in.history import is_imported
from storage.inbox import Claimed

log = structlog.get_logger("intake.authenticity")

SECONDS = 10.0  # for a check, with the wait for a free process: no mail is held up for longer
DNS_SECONDS = 6.0  # of these for all DNS questions of a mail
KILLED_AFTER = 9.0  # a process that is still at it then was not waiting for the DNS


class Asks(Protocol):
    """A sandbox whose function is `intake.authentic.checks.check`."""

    async def ask(self, raw: bytes | str, asked: dict[str, Any]) -> dict[str, Any]: ...


class Verifier:
    """Checks the mails that came by our own SMTP listener: of those alone we know who handed them over."""

    def __init__(self, sandbox: Asks, *, name_server: str = "", seconds: float = SECONDS) -> None:
        self._sandbox = sandbox
        self._name_server = name_server
        self._seconds = seconds

    async def __call__(self, entry: Claimed, incoming: IncomingMessage) -> Authenticity:
        """The verdict on a mail that was understood and is not refused.

        Raises SandboxStopped, StoreFailed or OSError, which are ours, and cost the mail no try.
        """
        envelope = entry.envelope
        if entry.channel != "smtp" or not envelope.get("peer"):
            return incoming.authenticity
        asked = {
            "from_addr": incoming.from_addr,
            "mail_from": envelope.get("mail_from") or "",
            "helo": envelope.get("helo") or "",
            "peer": envelope["peer"],
            "seconds": DNS_SECONDS,
            "name_server": self._name_server,
        }
        try:
            async with asyncio.timeout(self._seconds):
                return Authenticity(**await self._sandbox.ask(entry.body, asked))
        except TimeoutError:
            log.warning(
                "sender not checked", entry=entry.id, reason=f"it took more than {self._seconds:.0f} s"
            )
            return Authenticity()
        except WorkerKilled as killed:
            # The DNS has its own, shorter time: what outlasts or breaks the process is in the mail, and a
            # forger must not get off by that.
            log.warning("sender not verified", entry=entry.id, reason=str(killed))
            return Authenticity("fail", f"the check of its sender did not survive it: {killed.reason}")
        except UnderstandingFailed as failed:
            log.error("sender not checked", entry=entry.id, reason=str(failed).strip().splitlines()[-1])
            return Authenticity()


class Insisting:
    """Takes a sender of whom nobody knows for one who has failed, however the mail came."""

    def __init__(self, verify: Callable[[Claimed, IncomingMessage], Awaitable[Authenticity]] | None) -> None:
        """`verify`: what is asked first; None where nothing but a trusted server's word is known."""
        self._verify = verify

    async def __call__(self, entry: Claimed, incoming: IncomingMessage) -> Authenticity:
        """The verdict as `Verifier` gives it, and never `none`, but of old mail, which nobody answers."""
        told = await self._verify(entry, incoming) if self._verify else incoming.authenticity
        return told if is_imported(entry) else required(told)
