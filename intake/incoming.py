"""What a mail was understood to be: frozen values that travel from a worker process as plain JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from intake.mime.cleaning import storable


class StoreFailed(Exception):
    """A file could not be kept. Ours is the fault (disk full, no right), not the mail's: try again later."""


@dataclass(frozen=True, slots=True)
class Screenshot:
    """A JPG, GIF or PNG on a message, recognised by its bytes and decoded once.

    `media_type` is that of the bytes. `sha256` names the original bytes in the file store, `thumbnail`
    a copy of at most 320 by 320 pixels without any metadata (None if there is none).
    """

    name: str
    media_type: str
    width: int
    height: int
    size: int
    sha256: str
    thumbnail: str | None


@dataclass(frozen=True, slots=True)
class Declined:
    """A file that is not stored as a screenshot, and why.

    `reason` is one of `format` (no JPG, GIF or PNG), `too-large` (bytes), `too-many-pixels`, `damaged`,
    `too-many` (files on one message). `media_type` is what the mail claims.
    """

    name: str
    reason: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """Any part of the mail that is not its text; `name` is empty when the mail gives none."""

    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One mail, understood.

    `from_addr`: the one address of From in lower case, empty when there is none or it is ambiguous.
    `message_id`, `in_reply_to`, `references`: in angle brackets, as RFC 5322 §3.6.4 writes them.
    `sent_at`: the Date header in UTC, None when unreadable; a claim of the sender's.
    `text`: the whole body; `reply_text`: what is new in it; `links_to_shares`: file shares named there.
    `auto_reply`, `bounce`: what kind of machine wrote it; `refusal`: key of the first rule of
    `intake.refusals` that refuses it, or None; `refusal_why`: that rule's reason. `overruled`: the key of the
    refusal that an agent set aside.
    `body_digest`: see `intake.mail.body_digest`. `defects`: what was wrong with the mail, as keys.
    """

    from_addr: str = ""
    from_name: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    sent_at: datetime | None = None
    text: str = ""
    reply_text: str = ""
    screenshots: tuple[Screenshot, ...] = ()
    declined: tuple[Declined, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    links_to_shares: tuple[str, ...] = ()
    auto_reply: bool = False
    bounce: bool = False
    refusal: str | None = None
    refusal_why: str = ""
    overruled: str = ""
    body_digest: str = ""
    defects: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; no string in them holds a NUL or a lone surrogate (promises 45)."""
        plain = asdict(self)
        plain["sent_at"] = self.sent_at.astimezone(UTC).isoformat() if self.sent_at else None
        cleaned = _cleaned(plain)
        assert isinstance(cleaned, dict)
        return cleaned

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> IncomingMessage:
        """Undo `to_json`. Raises KeyError, TypeError or ValueError when `plain` was not made by it."""
        values = dict(plain)
        values["sent_at"] = datetime.fromisoformat(plain["sent_at"]) if plain["sent_at"] else None
        for name in ("to", "cc", "references", "links_to_shares", "defects"):
            values[name] = tuple(plain[name])
        values["screenshots"] = tuple(Screenshot(**one) for one in plain["screenshots"])
        values["declined"] = tuple(Declined(**one) for one in plain["declined"])
        values["attachments"] = tuple(Attachment(**one) for one in plain["attachments"])
        return cls(**values)


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return value
