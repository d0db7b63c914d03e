"""The carrier to the relay: a few SMTP connections kept open, every failure as one DeliveryError."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from replies.delivery_error import DeliveryError
from replies.mime import Unmailable, ascii_address

CONNECTIONS = 4
TIMEOUT = 60.0  # seconds for any answer of the relay
IDLE = 20.0  # seconds; relays cut idle connections, so we go first
GREYLISTED = 60.0  # seconds; the least pause after a 4xx
AUTHENTICATION = 300.0  # seconds; asking again sooner may lock the account
_SIGN_IN = (530, 534, 535, 538)


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """How the relay is reached; `security` none | starttls | tls is never weakened silently.

    `token` gives an access token other than the one in its argument, which was refused (or ""). It takes the
    password's place, and raises PermissionError when sign-in is refused for good, or another OSError.
    """

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str = ""
    password: str = ""
    hostname: str = "localhost"
    token: Callable[[str], Awaitable[str]] | None = None


class _Expired(Exception):
    """The relay did not take an access token; another one may be had."""


class RelayCarrier:
    """Hands mail to the relay; connections are opened when needed and reused."""

    def __init__(self, settings: RelaySettings) -> None:
        self._settings = settings
        self._idle: list[tuple[SMTP, float]] = []
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self._signing_in = asyncio.Lock()
        self._locked_out_until = 0.0
        self._token = ""  # the access token in use

    async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        """Hand over one mail; returns the relay's answer.

        `sender` is the envelope's, empty for automatic mail (RFC 3834, section 3.3).
        Raises DeliveryError; an answer lost on the wire is a temporary one, so the mail goes out again
        with the same Message-ID.
        """
        if any(ord(c) < 33 or c in "<>" or ord(c) == 127 for c in recipient + sender):
            # An address with line ends or brackets would reach the relay as commands of its own.
            raise DeliveryError(f"not an address: {recipient!r}", permanent=True)
        with suppress(Unmailable):  # a local part beyond ASCII, which needs a relay that knows SMTPUTF8
            recipient = ascii_address(recipient)
        async with self._slots:
            try:
                return await self._delivered(sender, recipient, content)
            except DeliveryError as exc:
                raise self._without_password(exc) from exc

    async def _delivered(self, sender: str, recipient: str, content: bytes) -> str:
        client = await self._begun(sender, recipient, len(content))
        try:
            answer = await _handed_over(client, recipient, content)
        except BaseException:
            client.close()
            raise
        self._idle.append((client, asyncio.get_running_loop().time()))
        return answer

    def _without_password(self, error: DeliveryError) -> DeliveryError:
        """The error as it may be kept and shown: some relays repeat what they were told (threat 38)."""
        reason = str(error)
        for secret in (self._settings.password, self._token):
            reason = reason.replace(secret, "***") if secret else reason
        if reason == str(error):
            return error
        return DeliveryError(
            reason,
            permanent=error.permanent,
            retry_after=error.retry_after,
            channel=error.channel,
            policy=error.policy,
        )

    async def check(self) -> None:
        """Connect and authenticate without sending anything; raises DeliveryError."""
        (await self._connect()).close()

    async def close(self) -> None:
        """Take leave of the relay."""
        while self._idle:
            client, _ = self._idle.pop()
            try:
                await asyncio.wait_for(client.quit(), 2)
            except (SMTPException, OSError, TimeoutError):
                client.close()

    async def _begun(self, sender: str, recipient: str, size: int) -> SMTP:
        """A connection on which MAIL was accepted: an idle one that the relay still holds, or a new one."""
        while self._idle:
            client, since = self._idle.pop()
            try:
                if asyncio.get_running_loop().time() - since < IDLE:
                    await _mail(client, sender, recipient, size)
                    return client
            except (SMTPServerDisconnected, OSError):
                pass  # the relay had enough of this connection; nothing was sent on it yet
            except SMTPResponseException as exc:
                client.close()
                raise _answered(exc) from exc
            client.close()
        client = await self._connect()
        try:
            await _mail(client, sender, recipient, size)
        except SMTPResponseException as exc:
            client.close()
            raise _answered(exc) from exc
        except (SMTPException, OSError) as exc:
            client.close()
            raise DeliveryError(f"the connection broke: {_words(exc)}", channel=True) from exc
        return client

    async def _connect(self) -> SMTP:
        if not self._settings.username:
            return await self._connected()
        # One at a time, and after a refusal none for a while: several tries at once can lock the account.
        async with self._signing_in:
            now = asyncio.get_running_loop().time()
            if now < self._locked_out_until:
                left = self._locked_out_until - now
                raise DeliveryError("the relay refused the credentials", retry_after=left, channel=True)
            self._token = await self._another_token("")
            try:
                return await self._connected()
            except _Expired:
                # A token is refused when its time is over; a new one tells whether that was all.
                self._token = await self._another_token(self._token)
                return await self._connected(last=True)

    async def _another_token(self, refused: str) -> str:
        if self._settings.token is None:
            return ""
        try:
            return await self._settings.token(refused)
        except PermissionError as exc:
            self._lock_out()
            raise DeliveryError(f"no access token: {exc}", retry_after=AUTHENTICATION, channel=True) from exc
        except OSError as exc:
            raise DeliveryError(f"no access token: {_words(exc)}", channel=True) from exc

    def _lock_out(self) -> None:
        self._locked_out_until = asyncio.get_running_loop().time() + AUTHENTICATION

    async def _connected(self, *, last: bool = False) -> SMTP:
        s = self._settings
        client = SMTP(
            hostname=s.host,
            port=s.port,
            use_tls=s.security == "tls",
            start_tls=s.security == "starttls",
            timeout=TIMEOUT,
            tls_context=ssl.create_default_context() if s.security != "none" else None,
            local_hostname=s.hostname,
        )
        try:
            await client.connect()
            await _greet(client)
            if self._token:
                await client.auth_xoauth2(s.username, self._token)
            elif s.username:
                await client.login(s.username, s.password)
        except SMTPAuthenticationError as exc:
            client.close()
            if self._token and not last:
                raise _Expired from exc
            self._lock_out()
            reason = f"the relay refuses the credentials: {exc.code}"
            raise DeliveryError(reason, retry_after=AUTHENTICATION, channel=True) from exc
        except SMTPNotSupported as exc:
            client.close()
            raise DeliveryError(f"the relay offers no {s.security} or AUTH: {exc}", channel=True) from exc
        except SMTPResponseException as exc:
            client.close()
            # It is there and sends us away, by 421 or else: it is not asked again within a minute.
            reason = f"{s.host}:{s.port}: {exc.code} {exc.message}"
            raise DeliveryError(reason, retry_after=GREYLISTED, channel=True) from exc
        except (SMTPException, OSError) as exc:
            client.close()
            raise DeliveryError(f"{s.host}:{s.port}: {_words(exc)}", channel=True) from exc
        return client


async def _greet(client: SMTP) -> None:
    """EHLO, or HELO where that is all the relay knows; until then it has told none of its extensions."""
    if not client.is_ehlo_or_helo_needed:
        return
    try:
        await client.ehlo()
    except SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


async def _mail(client: SMTP, sender: str, recipient: str, size: int) -> None:
    options = [f"SIZE={size}"] if client.supports_extension("size") else []
    if not (recipient + sender).isascii():
        if not client.supports_extension("smtputf8"):
            client.close()
            raise DeliveryError("the relay takes no address outside ASCII (SMTPUTF8)", permanent=True)
        options.append("SMTPUTF8")
    await client.mail(sender, options=options, encoding="utf-8")


async def _handed_over(client: SMTP, recipient: str, content: bytes) -> str:
    try:
        await client.rcpt(recipient, encoding="utf-8")
    except SMTPResponseException as exc:
        raise _answered(exc) from exc
    except (SMTPException, OSError) as exc:
        raise DeliveryError(f"the connection broke: {_words(exc)}", retry_after=GREYLISTED) from exc
    try:
        code, text = await client.data(content)
    except SMTPResponseException as exc:
        raise _answered(exc) from exc
    except (SMTPException, OSError) as exc:
        # Not `unknown`: a second copy with the same Message-ID does less harm than none (P6).
        reason = f"the connection broke before the answer, so it may have arrived: {_words(exc)}"
        raise DeliveryError(reason, retry_after=GREYLISTED) from exc
    return f"{code} {text}"


def _answered(exc: SMTPResponseException) -> DeliveryError:
    """5xx is for ever, 4xx for now (RFC 5321, section 4.2.1); 421 closes the channel (RFC 5321, 3.8).

    One about signing in or TLS (RFC 4954, section 6; RFC 3207, section 4) is about no mail either.
    """
    where = "MAIL" if isinstance(exc, SMTPSenderRefused) else type(exc).__name__
    reason = f"{where}: {exc.code} {exc.message}"
    if exc.code in _SIGN_IN:
        return DeliveryError(reason, retry_after=AUTHENTICATION, channel=True)
    permanent = 500 <= exc.code < 600
    policy = permanent and not isinstance(exc, SMTPRecipientRefused)
    return DeliveryError(
        reason, permanent=permanent, retry_after=GREYLISTED, channel=exc.code == 421, policy=policy
    )


def _words(exc: BaseException) -> str:
    return str(exc) or type(exc).__name__
