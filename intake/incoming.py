"""What a mail was understood to be: frozen values that travel from a worker process as plain JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from intake.authenticity import NOBODY_KNOWS, Authenticity
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
    `too-many` (files on one message), `unfetched` (Telegram did not hand it over). `media_type` is what the
    mail claims. `hint`: with `format`, what it is instead by its bytes, as `intake.contents.file_kinds` calls
    it; else empty.
    """

    name: str
    reason: str
    media_type: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Any part of the mail that is not its text, or a uuencoded file in it; `name` is empty when it has none.

    What lies inside such a file (`winmail.dat`, a forwarded mail) is not listed here: it is among the
    screenshots and the declined.
    """

    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The mail that somebody passed on: its author, subject and text, as the one who forwards shows them.

    `from_addr` is exactly one usable address in lower case. Nobody has vouched for any of it.
    """

    from_addr: str
    from_name: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Bounced:
    """What a bounce says of the mail that it is about (RFC 3464).

    `message_ids`: those that the mail may have had, in angle brackets, the likeliest first. `recipient`: whom
    it did not reach, in lower case, empty when the bounce does not tell. `status`: as RFC 3463 numbers it, or
    empty. `action`: failed | delayed | delivered | relayed | expanded. `permanent`: the mail has not arrived
    and nobody tries it any more. `diagnostic`: the mail system's own words, cleaned, on one line.
    """

    message_ids: tuple[str, ...] = ()
    recipient: str = ""
    status: str = ""
    action: str = "failed"
    permanent: bool = True
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One mail, understood.

    `from_addr`: the one address of From in lower case, empty when there is none or it is ambiguous.
    `from_claimed`: the first of several authors in From when `from_addr` is empty for that; to be shown to
    agents alone, never to be answered (promises 5). `from_name` is his name then.
    `message_id`, `in_reply_to`, `references`: in angle brackets, as RFC 5322 §3.6.4 writes them.
    `sent_at`: the Date header in UTC, None when unreadable; a claim of the sender's.
    `text`: the whole body; `reply_text`: what is new in it; `links_to_shares`: file shares named there.
    `auto_reply`, `bounce`: what kind of machine wrote it; `refusal`: key of the first rule of
    `intake.refusals` that refuses it, or None; `refusal_why`: that rule's reason. `overruled`: the key of the
    refusal that an agent set aside. `bounced`: what a bounce reports, None for any other mail.
    `authenticity`: whether From is genuine, as far as anybody trusted has said or checked it.
    `forwarded`: the mail that this one passes on, None when it is none or its author unclear.
    `body_digest`: see `intake.contents.digest`. `defects`: what was wrong with the mail, as keys.
    """

    from_addr: str = ""
    from_name: str = ""
    from_claimed: str = ""
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
    bounced: Bounced | None = None
    authenticity: Authenticity = NOBODY_KNOWS
    forwarded: Forwarded | None = None
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
        if bounced := plain["bounced"]:
            values["bounced"] = Bounced(**(bounced | {"message_ids": tuple(bounced["message_ids"])}))
        values["authenticity"] = Authenticity(**plain["authenticity"])
        values["forwarded"] = Forwarded(**plain["forwarded"]) if plain["forwarded"] else None
        return cls(**values)


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return value
