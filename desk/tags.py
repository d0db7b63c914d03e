"""Signed tags for our own addresses: `support+b-42-…@example.org` says what a mail to it is about.

A tag is `kind-number-mac`: `b` and a delivery's id on the envelope sender of what we send (a bounce comes
back to it), `t` and a ticket's number. Its letters may come back in upper or lower case, whatever RFC 5321
§2.4 asks of the systems on the way.
"""

from __future__ import annotations

import base64
import hmac
import re
from hashlib import sha256

BOUNCE = "b"
TICKET = "t"

_MAC_BYTES = (
    15  # 120 bits: 24 characters without padding, and no local part grows beyond 64 (RFC 5321 §4.5.3.1.1)
)
_LEAST_SECRET = 16  # bytes, as links are signed
_LONGEST_LOCAL = 64
_TAG = re.compile(r"([a-z])-([1-9]\d{0,18})-([a-z2-7]{24})")


def sign(kind: str, number: int, secret: bytes) -> str:
    """Return the tag for a thing of that `kind` (one letter) and `number` (from 1), always the same.

    Raises ValueError for another kind or number, and for a secret under 128 bits, which signs nothing.
    """
    if len(secret) < _LEAST_SECRET:
        raise ValueError(f"a secret of {len(secret)} bytes signs nothing; it needs {_LEAST_SECRET}")
    tag = f"{kind}-{number}-{_mac(kind, number, secret)}"
    if not _TAG.fullmatch(tag):
        raise ValueError(f"{kind!r} and {number} make no tag")
    return tag


def read(tag: str, secret: bytes) -> tuple[str, int] | None:
    """Return kind and number of a tag that we signed with this secret, None for anything else."""
    match = _TAG.fullmatch(tag.lower())
    if match is None or len(secret) < _LEAST_SECRET:
        return None
    kind, number = match[1], int(match[2])
    return (kind, number) if hmac.compare_digest(_mac(kind, number, secret), match[3]) else None


def tagged(address: str, separator: str, tag: str) -> str:
    """Return `address` with the tag behind the `separator` in its local part (RFC 5233).

    Without a separator, or when the local part would get too long for SMTP, it is the plain address.
    """
    local, _, domain = address.rpartition("@")
    longer = f"{local}{separator}{tag}"
    return f"{longer}@{domain}" if separator and len(longer) <= _LONGEST_LOCAL else address


def tag_in(address: str, separator: str) -> str:
    """Return the tag in an address as it stands there, empty when there is none; nothing is checked."""
    local = address.rpartition("@")[0]
    return local.partition(separator)[2] if separator else ""


def _mac(kind: str, number: int, secret: bytes) -> str:
    said = f"otklik tag\0{kind}\0{number}".encode()
    mac = hmac.new(secret, said, sha256).digest()[:_MAC_BYTES]
    return base64.b32encode(mac).decode("ascii").lower()
