"""A recorded mail → its effects: understood at a safe distance, its sender checked, taken in."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from intake.authenticity import Authenticity
from intake.incoming import IncomingMessage
from intake.requests import Outcome
from storage.inbox import Claimed


class Understands(Protocol):
    """Turns raw bytes (or the digest of a stored file) into a message, at a safe distance."""

    async def understand(
        self,
        raw: bytes | str,
        envelope_from: str | None,
        *,
        accept: bool = False,
        trusted_authserv_id: str = "",
    ) -> IncomingMessage: ...


TakeIn = Callable[[Claimed, IncomingMessage], Awaitable[Outcome]]
Verify = Callable[[Claimed, IncomingMessage], Awaitable[Authenticity]]


class Reading:
    """What `intake.processing.Processing` does with each mail."""

    def __init__(
        self,
        sandbox: Understands,
        take_in: TakeIn,
        *,
        verify: Verify | None = None,
        trusted_authserv_id: Callable[[Claimed], str] = lambda _: "",
    ) -> None:
        """`take_in` makes the effects in a transaction.

        `verify` checks who has sent a mail that is not refused; it may ask the network, and so stands between
        understanding and the transaction. `trusted_authserv_id`: whose Authentication-Results are believed of
        an entry, by the way it came.
        """
        self._sandbox = sandbox
        self._take_in = take_in
        self._verify = verify
        self._trusted_authserv_id = trusted_authserv_id

    async def __call__(self, entry: Claimed) -> Outcome:
        """Take one mail in; raises what the sandbox, the checks and the transaction raise."""
        return await self._take_in(entry, await self._understood(entry))

    async def _understood(self, entry: Claimed) -> IncomingMessage:
        incoming = await self._sandbox.understand(
            entry.body,
            entry.envelope.get("mail_from"),
            accept=bool(entry.accepted_by),
            trusted_authserv_id=self._trusted_authserv_id(entry),
        )
        if self._verify is None or incoming.refusal or not incoming.from_addr:
            return incoming
        return replace(incoming, authenticity=await self._verify(entry, incoming))
