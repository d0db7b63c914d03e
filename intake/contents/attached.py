"""A mail's files, sorted into screenshots and declined ones, and all of them listed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from intake import screenshots
from intake.incoming import Attachment, Declined, Screenshot
from intake.limits import Limits
from intake.mime import headers as header_blocks
from intake.mime.cleaning import file_name
from intake.mime.parts import Part

_LONGEST_TYPE = 127  # RFC 6838 §4.2
# Parts that a program added and no client thinks of as a file he sent: no word about them to him.
_UNMENTIONED = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
    | {"application/pgp-keys", "application/pgp-encrypted", "message/delivery-status", "text/rfc822-headers"}
    | {"message/disposition-notification", "message/feedback-report", "message/global-delivery-status"}
    | {"application/applefile", "message/global-headers", "message/global-disposition-notification"}
)


class Files:
    """Looks at one file after the other; `keep` stores the bytes of screenshots."""

    def __init__(self, limits: Limits, keep: Callable[[bytes], str]) -> None:
        self._limits = limits
        self._keep = keep
        self._looked_at = 0
        self.screenshots: list[Screenshot] = []
        self.declined: list[Declined] = []
        self.attachments: list[Attachment] = []
        self.defects: list[str] = []

    def add(self, part: Part, *, is_read: bool = False, is_packed: bool = False) -> None:
        """Look at one part's content.

        `is_read`: it is shown as the mail's text already, or as the files in it. `is_packed`: it lies inside
        another file, and is no attachment by itself.
        """
        content, sound = part.content()
        if not sound:
            self.defects.append("bad-encoding")
        self._looked_at += 1
        name = file_name(part.file_name) or _inner_subject(part)
        if not is_packed:
            self.attachments.append(
                Attachment(name, part.content_type[:_LONGEST_TYPE], len(content), digest(content))
            )
        if is_read or _is_unmentioned(part):
            return
        shown_name = name or self._made_up_name(content)
        if screenshots.sniffed_type(content) and len(self.screenshots) >= self._limits.screenshots:
            self.declined.append(Declined(shown_name, "too-many", part.content_type))
            return
        found = screenshots.recognise(content, shown_name, part.content_type, self._limits, self._keep)
        if isinstance(found, Screenshot):
            self.screenshots.append(found)
        elif isinstance(found, Declined):
            self.declined.append(found)

    def _made_up_name(self, content: bytes) -> str:
        suffix = screenshots.suffix_of(content)
        return f"screenshot-{self._looked_at}.{suffix}" if suffix else f"file-{self._looked_at}"


def digest(content: bytes) -> str:
    """Return the SHA-256 of `content`, in hex."""
    return hashlib.sha256(content).hexdigest()


def _is_unmentioned(part: Part) -> bool:
    is_nameless_text = part.content_type.startswith("text/") and not part.file_name
    return part.content_type in _UNMENTIONED or (is_nameless_text and part.disposition != "attachment")


def _inner_subject(part: Part) -> str:
    """Name an attached mail after its subject, as mail programs show it."""
    if part.content_type != "message/rfc822":
        return ""
    inner, _ = header_blocks.split(part.raw, part.start, part.end, Limits())
    subject = inner.text("subject").strip()
    return file_name(subject.replace("/", " ") + ".eml") if subject else ""
