"""Tries the relay that takes our replies: connect, greet, encrypt, sign in. No mail is sent."""

import asyncio
import smtplib
import socket
import ssl

from bot.config.models import RelaySettings

_TIMEOUT = 10.0  # seconds for each step


def try_relay(relay: RelaySettings, our_name: str) -> str | None:
    """None when the relay would take our mail; else why not and what to do."""
    try:
        with _connected(relay, our_name) as session:
            session.ehlo_or_helo_if_needed()
            if relay.security == "starttls":
                session.starttls(context=ssl.create_default_context())
                session.ehlo()
            if relay.oauth is not None:
                _sign_in_by_token(session, relay)
            elif relay.username and relay.password is not None:
                session.login(relay.username, relay.password.get_secret_value())
    except (smtplib.SMTPException, OSError, UnicodeError) as exc:
        return f"{_said(exc)}; {_advice(exc)}"
    return None


def _sign_in_by_token(session: smtplib.SMTP, relay: RelaySettings) -> None:
    """XOAUTH2; OSError when no token can be had, saying why."""
    # Imported here: the token server is asked by aiohttp, which no other trial needs.
    from bot.mailboxes import tokens

    had = tokens(relay.oauth)
    assert had is not None
    token = asyncio.run(had(""))
    answer = f"user={relay.username}\1auth=Bearer {token}\1\1"
    # After a refusal the server waits for an empty answer before it says so.
    session.auth("XOAUTH2", lambda challenge=None: answer if challenge is None else "")


def _connected(relay: RelaySettings, our_name: str) -> smtplib.SMTP:
    if relay.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(relay.host, relay.port, our_name, timeout=_TIMEOUT, context=context)
    return smtplib.SMTP(relay.host, relay.port, our_name, timeout=_TIMEOUT)


# Ordered: the first kind that an error is of. ssl.SSLError and socket.gaierror are OSErrors too.
_ADVICE: tuple[tuple[type[BaseException], str], ...] = (
    (smtplib.SMTPAuthenticationError, "check mail.relay.username and its password"),
    (smtplib.SMTPNotSupportedError, "the relay doesn't offer that; check mail.relay.security and username"),
    (smtplib.SMTPServerDisconnected, "check mail.relay.port and security: tls, starttls or none"),
    (smtplib.SMTPResponseException, "ask who runs the relay whether it takes mail from here"),
    (PermissionError, "see mail.relay.oauth and docs/mailboxes.md"),
    (ssl.SSLCertVerificationError, "its certificate is not trusted here; check mail.relay.host"),
    (ssl.SSLError, "check mail.relay.port and security: tls, starttls or none"),
    (socket.gaierror, "no such host; check mail.relay.host"),
    (ConnectionRefusedError, "nothing listens there; check mail.relay.host and port"),
    (TimeoutError, "no answer; check mail.relay.host, port and the firewall"),
)


def _advice(exc: BaseException) -> str:
    return next((advice for kind, advice in _ADVICE if isinstance(exc, kind)), "check [mail.relay]")


def _said(exc: BaseException) -> str:
    if isinstance(exc, smtplib.SMTPResponseException):
        error = exc.smtp_error
        text = error.decode("utf-8", "replace") if isinstance(error, bytes) else error
        return f"it said {exc.smtp_code} {text}"
    return str(exc) or type(exc).__name__
