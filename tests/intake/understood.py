"""Understanding a mail in a test: with its bytes, and with nothing kept on a disk."""

import hashlib
from typing import Any

from intake.incoming import IncomingMessage
from intake.limits import Limits
from intake.mail import understand

OWN = frozenset({"support@desk.example"})


class Kept(dict[str, bytes]):
    """A file store in memory: digest → bytes."""

    def keep(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self[digest] = content
        return digest


def understood(raw: str | bytes, **arguments: Any) -> IncomingMessage:
    """Understand a mail written down in a test; line ends become CR LF unless it is given as bytes."""
    content = raw.replace("\n", "\r\n").encode() if isinstance(raw, str) else raw
    known: dict[str, Any] = {
        "envelope_from": None,
        "own_addresses": OWN,
        "keep": Kept().keep,
        "limits": Limits(),
    }
    return understand(content, **(known | arguments))


def text_mail(text: str, subject: str = "Program error", more: str = "") -> IncomingMessage:
    """Understand a plain mail of Olga's with that text; `more` are header lines, each with its line end."""
    return understood(
        f"From: Olga <olga@client.example>\nSubject: {subject}\n{more}"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}"
    )
