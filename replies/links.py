"""Signed links to our pages: what a token says was said by us, for this purpose, and not too long ago."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

Purpose = Literal["rate", "ticket"]
Payload = dict[str, Any]
"""What was signed comes back as it was: ids as whole numbers, digests as text."""

SKEW = timedelta(minutes=5)  # promises, fault 36: clocks may differ by so much
_MAC_BYTES = 16  # RFC 2104 §5: at least half of the hash, which is 128 bits here
_LEAST_SECRET = 16
_LONGEST = 1000  # characters of a token


class BadLink(ValueError):
    """A token that is not to be believed; the text never says why, so that nobody learns from trying."""

    def __init__(self) -> None:
        super().__init__("this link is not valid or has expired")


def sign(purpose: Purpose, payload: Mapping[str, int | str], expires_at: datetime, secret: bytes) -> str:
    """A token for a URL's path that `read` takes until `expires_at` (aware) for this purpose alone.

    Everybody who has the link can read the payload, so it holds ids and digests, nothing personal. The same
    arguments give the same token. Raises ValueError for a secret under 128 bits, a naive moment or a
    payload that is too large for a link.
    """
    if len(secret) < _LEAST_SECRET:
        raise ValueError(f"a secret of {len(secret)} bytes signs nothing; it needs {_LEAST_SECRET}")
    if expires_at.tzinfo is None:
        raise ValueError(f"{expires_at.isoformat()} has no time zone")
    body = [int(expires_at.timestamp()), dict(payload)]
    said = json.dumps(body, separators=(",", ":"), sort_keys=True).encode("ascii")
    token = _encoded(_mac(purpose, said, secret) + said)
    if len(token) > _LONGEST:
        raise ValueError(f"a link of {len(token)} characters; the payload is too large")
    return token


def read(purpose: Purpose, token: str, secret: bytes, now: datetime, skew: timedelta = SKEW) -> Payload:
    """What a token says. `now` is aware; a token is good for `skew` longer than it says.

    Raises BadLink, always with the same text, for one that we did not sign with this secret for this
    purpose, or that has expired.
    """
    raw = _decoded(token)
    mac, said = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    # Compared for garbage as well: rejecting it sooner would tell how far a forgery got.
    genuine = hmac.compare_digest(_mac(purpose, said, secret), mac)
    if not genuine or len(secret) < _LEAST_SECRET:
        raise BadLink
    expires_at, payload = json.loads(said)
    if now > datetime.fromtimestamp(expires_at, UTC) + skew:
        raise BadLink
    return dict(payload)


def _mac(purpose: str, said: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, b"otklik link\0" + purpose.encode("ascii") + b"\0" + said, sha256).digest()[
        :_MAC_BYTES
    ]


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decoded(token: str) -> bytes:
    """The bytes of a token, none for what is not exactly as `_encoded` writes it."""
    if not token.isascii() or len(token) > _LONGEST:
        return b""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        return b""
    # The decoder skips foreign characters and unused bits; one signature must not have many spellings.
    return raw if _encoded(raw) == token else b""
