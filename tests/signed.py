"""Mails with DKIM signatures for tests, and the records that go with them."""

import functools
import subprocess

import dkim


@functools.cache
def _key() -> tuple[bytes, str]:
    """A private key in PEM form, made for this run, and its public half in base64."""
    private = subprocess.run(["openssl", "genrsa", "1024"], check=True, capture_output=True).stdout
    public = subprocess.run(
        ["openssl", "rsa", "-pubout"], input=private, check=True, capture_output=True
    ).stdout
    return private, "".join(public.decode().splitlines()[1:-1])


def key_record() -> str:
    """The TXT record of the key."""
    return f"v=DKIM1; k=rsa; p={_key()[1]}"


def signed(
    raw: bytes, domain: str, headers: tuple[str, ...] = ("from", "subject", "date"), **more: bool
) -> bytes:
    """The mail with a signature of that domain on top; its key is at test._domainkey."""
    signature = dkim.sign(
        raw, b"test", domain.encode(), _key()[0],
        canonicalize=(b"relaxed", b"relaxed"), include_headers=[one.encode() for one in headers], **more,
    )  # fmt: skip
    return bytes(signature) + raw
