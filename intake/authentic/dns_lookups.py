"""DNS questions of a check: by the configured server, within a time; a failure is told from "not there"."""

from __future__ import annotations

import functools
import time

_LONGEST_QUESTION = 3.0  # seconds; a server that does not answer within it is asked no more for this mail


class LookupFailed(Exception):
    """The DNS did not answer, or said that it can't: whether there is a record is not known."""


class Budget:
    """A time for several questions; what is asked after it ends fails at once."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def texts(self, name: str) -> list[str]:
        """The TXT records at a name, the strings of each joined (RFC 7208 §3.3). Raises LookupFailed."""
        import dns.exception
        import dns.resolver

        left = self._until - time.monotonic()
        if left <= 0:
            raise LookupFailed(name)
        try:
            answer = dns.resolver.resolve(name, "TXT", lifetime=min(left, _LONGEST_QUESTION), search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (
            dns.exception.Timeout,
            dns.resolver.NoNameservers,
            dns.resolver.NoResolverConfiguration,
        ) as error:
            raise LookupFailed(name) from error
        except dns.exception.DNSException:  # no name that could be asked for: a label of 64 letters
            return []
        return [b"".join(record.strings).decode("ascii", "replace") for record in answer]


@functools.lru_cache(maxsize=4)
def use(name_server: str) -> None:
    """Ask `name_server`, `ADDRESS` or `ADDRESS:PORT`, from now on; "" for those of the system.

    This sets dnspython's default, for pyspf asks that one; the process is one of our own. Answers are kept
    for their time to live: mails of one domain ask the same.
    """
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=not name_server)
    if name_server:
        address, port = split_server(name_server)
        resolver.nameservers, resolver.port = [address], port
    resolver.cache = dns.resolver.LRUCache(4_000)
    dns.resolver.default_resolver = resolver


def split_server(name_server: str) -> tuple[str, int]:
    """`192.0.2.1:5353`, `192.0.2.1`, `[2001:db8::1]:53` or `2001:db8::1` → address and port."""
    if name_server.count(":") > 1 and not name_server.startswith("["):
        return name_server, 53
    address, _, port = (
        name_server.rpartition(":") if ":" in name_server.rpartition("]")[2] else (name_server, "", "")
    )
    return address.strip("[]"), int(port or 53)
