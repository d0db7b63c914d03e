"""How the listener is set up, and what can be wrong with that."""

import resource
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

SPARE_DESCRIPTORS = 64  # for the database, files, logs and worker processes


class CannotListen(Exception):
    """The listener can't start; the text says where and why."""


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """How to listen, and what to take in. Times in seconds."""

    host: str
    port: int
    """0 for any free one."""
    protocol: Literal["smtp", "lmtp"]
    hostname: str
    """Our name in the greeting."""
    max_message_bytes: int
    """As sent, dots that were stuffed included."""
    max_connections: int
    addresses: frozenset[str]
    """Lower-case addresses that we take mail for."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    """None when the key is in the certificate's file."""
    command_timeout: float = 60
    """How long a client may take for one command; in DATA, the span that `minimum_rate` is measured over."""
    data_timeout: float = 300
    """How long one DATA may take."""
    minimum_rate: int = 256
    """Bytes a second that DATA has to come with."""
    record_timeout: float = 20
    """After so long without a record, 451."""
    max_connections_per_peer: int | None = None
    """From one IPv4 address or IPv6 /64, loopback excepted; None for a quarter of `max_connections`."""
    max_held_bytes: int | None = None
    """What all messages being received may hold in memory; None for four of `max_message_bytes`."""

    @property
    def connection_limit(self) -> int:
        """`max_connections`, or fewer when the process may not open so many files.

        To run out of descriptors is worse than to turn somebody away: nobody could be answered at all.
        """
        allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if allowed == resource.RLIM_INFINITY:
            return self.max_connections
        return max(1, min(self.max_connections, allowed - SPARE_DESCRIPTORS))

    @property
    def peer_limit(self) -> int:
        return self.max_connections_per_peer or max(1, self.max_connections // 4)

    @property
    def held_limit(self) -> int:
        return self.max_held_bytes or 4 * self.max_message_bytes


def tls_context(settings: ListenerSettings) -> ssl.SSLContext | None:
    """Return what STARTTLS needs, None without a certificate. Raises CannotListen when it can't be used."""
    if settings.tls_certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # An empty passphrase: OpenSSL would ask for one on the terminal, and the service would hang.
        context.load_cert_chain(settings.tls_certificate, settings.tls_key, password="")
    except (OSError, ValueError) as error:
        files = " and ".join(str(path) for path in (settings.tls_certificate, settings.tls_key) if path)
        raise CannotListen(f"the TLS certificate {files} can't be used: {error}") from error
    return context
