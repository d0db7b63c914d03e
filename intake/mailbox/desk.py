"""What a mailbox's thread asks of the desk, whose loop runs in another thread."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from intake.mailbox.settings import AccessToken, Trouble
from storage.inbox import Arrival
from storage.mailboxes import Cursor
from storage.writer import Unavailable

T = TypeVar("T")
PATIENCE = 60.0  # seconds for the desk to answer


class KeepsCursors(Protocol):
    """Where cursors are kept; see storage.mailboxes.Cursors."""

    async def read(self, mailbox: str) -> Cursor | None: ...

    async def advance(self, mailbox: str, cursor: Cursor, taken_in: int) -> int: ...

    async def recorded(self, keys: Sequence[str]) -> set[str]: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk as a mailbox knows it: `record` commits a mail, `admit` says why none can be taken in now."""

    record: Callable[[Arrival], Awaitable[None]]
    cursors: KeepsCursors
    admit: Callable[[], str | None]
    tokens: AccessToken | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The same desk from another thread: every answer is waited for."""

    desk: Desk
    loop: asyncio.AbstractEventLoop

    def record(self, arrival: Arrival) -> None:
        """Returns once the mail is committed; raises Trouble when it was not, or may not have been."""
        self._answer("recording", self.desk.record(arrival))

    def cursor(self, mailbox: str) -> Cursor | None:
        """How far the mailbox was read."""
        return self._answer("reading the cursor", self.desk.cursors.read(mailbox))

    def advance(self, mailbox: str, cursor: Cursor, taken_in: int) -> int:
        """Note how far it was read; how many were ever taken in."""
        return self._answer("noting the cursor", self.desk.cursors.advance(mailbox, cursor, taken_in))

    def recorded(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that are recorded."""
        return self._answer("asking what is recorded", self.desk.cursors.recorded(keys))

    def admitted(self) -> None:
        """Raises Trouble when nothing can be taken in now."""
        if reason := self.desk.admit():
            raise Trouble(f"nothing can be taken in now: {reason}")

    def token(self, refused: str = "") -> str:
        """An access token other than the one that was refused; "" where passwords are used."""
        if self.desk.tokens is None:
            return ""
        try:
            return self._answered(self.desk.tokens(refused))
        except PermissionError as exc:
            raise Trouble(f"no access token: {exc}", refused=True, broken=True) from exc
        except OSError as exc:
            raise Trouble(f"no access token: {exc or type(exc).__name__}", broken=True) from exc

    def _answer(self, doing: str, work: Awaitable[T]) -> T:
        try:
            return self._answered(work)
        except (Unavailable, OSError) as exc:
            # Ours, not the mailbox's: what was not recorded stays on the server, and is fetched again.
            raise Trouble(f"{doing}: {str(exc) or type(exc).__name__}", broken=True) from exc

    def _answered(self, work: Awaitable[T]) -> T:
        future = asyncio.run_coroutine_threadsafe(_awaited(work), self.loop)
        try:
            return future.result(PATIENCE)
        except TimeoutError:
            future.cancel()  # it may have been committed all the same; the key makes a repeat harmless
            raise
        except CancelledError as exc:
            raise OSError("the service is stopping") from exc


def _awaited(work: Awaitable[T]) -> Coroutine[Any, Any, T]:
    async def awaited() -> T:
        return await work

    return awaited()
