"""The digest by which a mail that comes again is recognised, whichever way it came (promises, P2)."""

from __future__ import annotations

import hashlib

from intake.mime import parts
from intake.mime.cleaning import one_line
from intake.mime.parts import Part


def body_digest(root: Part) -> str:
    """Return the SHA-256 in hex over Date, Subject and the decoded content of every part.

    What two deliveries of one mail differ in stays out. Trace fields (Received, Return-Path, Delivered-To,
    …) are not looked at. A relay that knows no 8BITMIME writes the parts as quoted-printable (RFC 6152 §3),
    others write boundaries anew or take white space off the ends of lines: so parts count decoded, texts
    without such white space. The subject counts decoded, for its folding and encoding may change. From and
    Message-ID are apart in the key. Date and Subject are in it, for two mails without a text, sent one after
    the other, are two.

    A footer that a list adds makes another mail. Decoding a second time costs what hashing did: it is less
    to hash.
    """
    digest = hashlib.sha256()
    date = b" ".join(root.headers.raw("date").split())
    subject = one_line(root.headers.text("subject", root.parameters.get("charset", "")))
    for content in (date, subject.encode("utf-8", errors="replace"), *map(_content, parts.leaves(root))):
        digest.update(len(content).to_bytes(8, "big"))  # where one ends is part of what they say
        digest.update(content)
    return digest.hexdigest()


def _content(leaf: Part) -> bytes:
    content, _ = leaf.content()
    if leaf.content_type.startswith("text/"):
        return b"\n".join(line.rstrip(b" \t\r") for line in content.split(b"\n")).rstrip(b"\n")
    if leaf.headers.token("content-transfer-encoding").startswith("base64"):
        return content
    return content.translate(None, b"\r").rstrip(b"\n")  # lines, which end as the transport likes
