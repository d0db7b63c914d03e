"""Our SMTP and LMTP server: takes mail for our addresses, and says 250 when it is recorded, not before.

aiosmtpd holds the connections and does STARTTLS; what is said over them is in `intake.listener`.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import cast

import structlog
from aiosmtpd.smtp import SMTP, TLSSetupException

from intake.listener.dialogue import Dialogue
from intake.listener.envelope import Delivered, OurAddresses
from intake.listener.gate import CLOSING, Counters, Gate
from intake.listener.reception import Reception
from intake.listener.settings import CannotListen, ListenerSettings, tls_context
from intake.listener.verdict import Record, Recorder

__all__ = ["CannotListen", "Counters", "Delivered", "Listener", "ListenerSettings"]

LINGER = 2.0  # seconds that a client gets to take our last words

log = structlog.get_logger("intake.smtp")


class _NoHooks:
    """A handler for aiosmtpd without a single hook, and quickly searched for them."""

    def __dir__(self) -> list[str]:
        return []


class Connection(SMTP):
    """One client's connection: of aiosmtpd the socket's life and STARTTLS, what is said by the dialogue."""

    # aiosmtpd gives it to its StreamReader, which stops reading from the socket at twice this. asyncio takes
    # 256 KB at once: so a block is never cut, and a client that sends on while we record is held back.
    line_length_limit = 131_072

    def __init__(
        self, reception: Reception, tls: ssl.SSLContext | None, loop: asyncio.AbstractEventLoop
    ) -> None:
        settings = reception.settings
        super().__init__(
            _NoHooks(),
            hostname=settings.hostname,
            tls_context=tls,
            timeout=settings.command_timeout,
            loop=loop,
        )
        self._reception = reception
        self._turned_away: str | None = None
        self.peer = ""
        self.gone = False
        self.encrypted = False

    def __dir__(self) -> list[str]:
        # aiosmtpd searches dir(self) for commands and for ways to authenticate, at every connection: 0.09 ms,
        # with nothing to find 0.01. The commands are the dialogue's, and there is no way to authenticate.
        return []

    @property
    def can_encrypt(self) -> bool:
        return self.tls_context is not None

    @property
    def reader(self) -> asyncio.StreamReader:
        return self._reader

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or go on inside TLS: then aiosmtpd empties the reader (RFC 3207 §4.2)."""
        self.encrypted = self._original_transport is not None
        super().connection_made(transport)
        if not self.encrypted:
            peername = transport.get_extra_info("peername")
            self.peer = peername[0] if isinstance(peername, tuple) else ""
            self._dialogue = Dialogue(self, self._reception)
            self._turned_away = self._reception.gate.enter(self, self.peer)

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = True
        self._reception.gate.leave(self)
        super().connection_lost(error)

    def eof_received(self) -> bool:
        # Not aiosmtpd's, which cancels what is going on: a client that has sent everything and closed its
        # half of the connection still waits for our replies.
        asyncio.StreamReaderProtocol.eof_received(self)
        return not self.encrypted

    async def _handle_client(self) -> None:
        try:
            if self._turned_away is not None:
                log.info("turned away", peer=self.peer, reply=self._turned_away)
                self.hang_up(self._turned_away)
            else:
                await self._dialogue.hold()
        except ConnectionError:
            self._close()

    async def encrypt(self) -> None:
        reason: BaseException | None = None
        try:
            await self.smtp_STARTTLS("")
        except TLSSetupException as error:
            reason = error.__cause__
        if not self.encrypted:
            log.info("no TLS", peer=self.peer, reason=str(reason or "the client hung up"))
            cast(asyncio.Transport, self._original_transport).abort()
            self.connection_lost(None)  # asyncio tells nobody of a connection that ends in a handshake
            raise ConnectionResetError from reason

    def set_timer(self, seconds: float | None) -> None:
        if seconds is not None:
            self._reset_timeout(seconds)
        elif self._timeout_handle is not None:
            self._timeout_handle.cancel()

    def _timeout_cb(self) -> None:
        if self.gone:
            self.abort()
        else:
            self._dialogue.timed_out()

    def hang_up(self, last_words: str) -> None:
        if self.gone or self.transport is None:
            return
        self._reception.gate.counters.note(last_words)
        self._writer.write(last_words.encode() + b"\r\n")
        self._close()

    def _close(self) -> None:
        self.gone = True
        transport = cast("asyncio.Transport | None", self.transport)
        if transport is None:
            return
        transport.close()
        # close() waits for the client to take what was written, for ever if need be.
        if self.encrypted or transport.get_write_buffer_size():
            self.loop.call_later(LINGER, transport.abort)

    async def turn_off(self, discard: Callable[[], Awaitable[None]]) -> None:
        # To close while the client still sends would reset the connection, and it might miss our last words.
        self.gone = True
        self.set_timer(LINGER)
        if self._writer.can_write_eof():
            self._writer.write_eof()
            await discard()
        self._close()

    def dismiss(self) -> None:
        self._dialogue.dismiss()

    def send_away(self) -> None:
        self.hang_up(CLOSING)

    def abort(self) -> None:
        self.gone = True
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()


class Listener:
    """Listens for SMTP or LMTP, and has what comes in recorded."""

    def __init__(
        self, settings: ListenerSettings, *, record: Record, admit: Callable[[], str | None]
    ) -> None:
        """Prepare; `start` opens the port.

        `record` commits a message to stable storage; whatever it raises means that it did not. A `str` it
        returns is told to the client as the message's name. `admit` returns None, or why nothing can be
        taken in now; clients are told 452 without the reason.
        """
        self._settings = settings
        self._admit = admit
        self._gate = Gate(
            max_connections=settings.connection_limit,
            max_per_peer=settings.peer_limit,
            max_held_bytes=settings.held_limit,
        )
        self._recorder = Recorder(record, settings.record_timeout)
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; the one asked for before `start`."""
        if self._server is None or not self._server.sockets:
            return self._settings.port
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """How many are open."""
        return self._gate.connections

    @property
    def receiving(self) -> int:
        """How many messages are in hand: after DATA, before their last reply."""
        return self._gate.receiving

    @property
    def held(self) -> int:
        """How many bytes of memory they hold."""
        return self._gate.held

    @property
    def counters(self) -> Counters:
        """What was said since the start."""
        return self._gate.counters

    async def start(self) -> None:
        """Open the port in the running loop. Raises CannotListen."""
        settings = self._settings
        # It would format a line for each command, and reports what we report ourselves.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        loop = asyncio.get_running_loop()
        tls = tls_context(settings)
        reception = Reception(
            settings, OurAddresses(settings.addresses), self._gate, self._recorder, self._admit
        )
        try:
            self._server = await loop.create_server(
                lambda: Connection(reception, tls, loop), settings.host, settings.port
            )
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise CannotListen(f"cannot listen on {where}: {error.strerror or error}") from error
        self._gate.open()

    async def stop(self, grace: float = 5) -> None:
        """Let nobody in any more; give messages in hand `grace` seconds, say 421 to everybody, close.

        Records that were begun go on after that, whether or not their client heard of it.
        """
        if self._server is None:
            return
        self._server.close()
        began = asyncio.get_running_loop().time()
        await self._gate.close(grace)
        left = grace - (asyncio.get_running_loop().time() - began)
        await self._recorder.settled(max(left, 0))
