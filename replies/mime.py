"""A letter as the bytes of a mail: the same input gives the same bytes, whatever is in it (promises, P6).

Written by hand, not by `email.message`: its folding has let header injection through (CVE-2024-6923,
CVE-2026-1299), and its bytes change with the Python version.
"""

import base64
import quopri
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Literal

from desk.addresses import with_ascii_domain
from replies.compose import Letter
from replies.names import plain_line, plain_text

AutoSubmitted = Literal["auto-replied", "auto-generated"]
Attachment = tuple[str, str, bytes]
"""Name, media type, content."""

_LINE = 76  # RFC 2047 §2, RFC 2045 §6.7
_WORD_BYTES = 36  # of UTF-8 in an encoded word: 60 characters at most, which fit behind any header's name
_MOST_REFERENCES = 20
_LONGEST_ID = 250
_ATOM = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+")
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
)
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}")  # RFC 6532 §3.2; \w holds no control and no space
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+>")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")


class Unmailable(ValueError):
    """An address that can't be written into a mail; it would be dead-lettered, never guessed at."""


def ascii_address(address: str) -> str:
    """An address as any relay takes it: an international domain in its ASCII form (RFC 5890).

    Raises Unmailable for anything but one plain address, and for a local part beyond ASCII, which would
    need SMTPUTF8.
    """
    try:
        written = with_ascii_domain(address)
    except UnicodeError as exc:
        raise Unmailable(f"{address!r} has no domain that can be written in ASCII") from exc
    if not _ADDRESS.fullmatch(written):
        raise Unmailable(f"{address!r} is not an address that we can write to")
    return written


def _recipient(address: str) -> str:
    """An address to write to; a local part beyond ASCII stays: it needs a relay with SMTPUTF8 (RFC 6531)."""
    local, _, domain = address.rpartition("@")
    if local.isascii() or not _LOCAL.fullmatch(local):
        return ascii_address(address)
    return local + ascii_address(f"x@{domain}").removeprefix("x")


def build(
    letter: Letter,
    *,
    sender_name: str,
    sender: str,
    recipient: str,
    message_id: str,
    date: datetime,
    ticket_number: str,
    in_reply_to: str | None,
    references: Sequence[str],
    auto_submitted: AutoSubmitted | None,
    attachments: Sequence[Attachment] = (),
    reply_to: str = "",
) -> bytes:
    """The mail: 7-bit, lines of at most 78 characters, CR LF, text and HTML as alternatives.

    `sender` is the desk's address, `recipient` the one address it goes to; only its local part is ever beyond
    7 bits (RFC 6532). `date` is aware. `reply_to`: another address of ours, or empty. `references`: the
    thread so far, oldest first; ids that are none are left out. `auto_submitted`: RFC 3834, None only for
    what a person wrote. No value can add a header or end one. Raises Unmailable for an address that
    can't be written, ValueError for a naive date or a Message-ID that is none.
    """
    if date.tzinfo is None or not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"a mail needs an aware date and a Message-ID, not {date} and {message_id!r}")
    headers = [
        ("From", f"{_phrase(sender_name)} <{ascii_address(sender)}>".lstrip()),
        ("To", f"<{_recipient(recipient)}>"),
        *([("Reply-To", f"<{ascii_address(reply_to)}>")] if reply_to else []),
        ("Subject", _unstructured(letter.subject)),
        ("Date", format_datetime(date.astimezone(UTC).replace(microsecond=0))),
        ("Message-ID", message_id),
        *_thread(in_reply_to, references),
        *_automatic(auto_submitted),
        *([("X-Otklik-Ticket", _unstructured(ticket_number))] if ticket_number else []),
        ("MIME-Version", "1.0"),
    ]
    body = _multipart("alternative", message_id, [_text("plain", letter.text), _text("html", letter.html)])
    if attachments:
        body = _multipart("mixed", message_id, [body, *(_attached(one) for one in attachments)])
    return b"".join(_header(name, value) for name, value in headers) + body


def _thread(in_reply_to: str | None, references: Iterable[str]) -> list[tuple[str, str]]:
    """RFC 5322 §3.6.4: what we answer, and the thread up to it."""
    replied = _ids([in_reply_to or ""])[:1]
    ids = [known for known in _ids(references) if known not in replied] + replied
    # A long thread keeps its first message, by which programs find it, and the newest ones.
    if len(ids) > _MOST_REFERENCES:
        ids = [ids[0], *ids[1 - _MOST_REFERENCES :]]
    headers = [("In-Reply-To", replied[0])] if replied else []
    return [*headers, ("References", " ".join(ids))] if ids else headers


def _ids(texts: Iterable[str]) -> list[str]:
    found = (one for text in texts for one in text.split() if len(one) <= _LONGEST_ID)
    # Programs that decode encoded words everywhere must find none in a stranger's id.
    return list(dict.fromkeys(one for one in found if _MESSAGE_ID.fullmatch(one) and "=?" not in one))


def _automatic(auto_submitted: AutoSubmitted | None) -> list[tuple[str, str]]:
    if auto_submitted is None:
        return []
    # Exchange does not know RFC 3834. Not "All": that would suppress bounces too, which we want.
    return [("Auto-Submitted", auto_submitted), ("X-Auto-Response-Suppress", "OOF, AutoReply")]


def _header(name: str, value: str) -> bytes:
    """One header, folded at spaces. Its value is ASCII without controls by now, or this is a bug.

    To alone may hold an international address, which `_recipient` has looked at.
    """
    if not _PRINTABLE.fullmatch(value) and name != "To":
        raise ValueError(f"{name} holds what no header may hold")
    lines, line = [], f"{name}:"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > _LINE and line.strip() and not line.endswith(":"):
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line, ""]).encode("utf-8")


def _unstructured(text: str) -> str:
    """A text for a header (RFC 2047); its leading ASCII words stay as they are, so that numbers are found."""
    line = plain_line(text)
    if line.isascii() and "=?" not in line:
        return line
    words = line.split(" ")
    plain = next((n for n, word in enumerate(words) if not word.isascii() or "=?" in word), 0)
    return " ".join([*words[:plain], *_encoded_words(" ".join(words[plain:]))])


def _phrase(name: str) -> str:
    """A display name: atoms, or encoded words, which may stand there as well (RFC 2047 §5, rule 3)."""
    line = plain_line(name)
    return line if _ATOM.fullmatch(line) and "=?" not in line else " ".join(_encoded_words(line))


def _encoded_words(text: str) -> list[str]:
    chunks, chunk = [], b""
    for char in text:
        piece = char.encode("utf-8")
        if len(chunk) + len(piece) > _WORD_BYTES:  # a character may not be torn (RFC 2047 §5)
            chunks.append(chunk)
            chunk = b""
        chunk += piece
    return [f"=?utf-8?B?{base64.b64encode(one).decode('ascii')}?=" for one in [*chunks, chunk] if one]


def _text(subtype: str, text: str) -> bytes:
    content = plain_text(text).encode("utf-8")
    # Whichever is shorter: quoted-printable for Latin letters, base64 for Cyrillic.
    quoted = quopri.encodestring(content)
    encoded = base64.encodebytes(content)
    encoding, body = ("quoted-printable", quoted) if len(quoted) < len(encoded) else ("base64", encoded)
    head = _header("Content-Type", f"text/{subtype}; charset=utf-8")
    return head + _header("Content-Transfer-Encoding", encoding) + b"\r\n" + _crlf(body)


def _attached(attachment: Attachment) -> bytes:
    name, media_type, content = attachment
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise ValueError(f"{media_type!r} is no media type")
    return b"".join(
        [
            _header("Content-Type", media_type),
            _header("Content-Transfer-Encoding", "base64"),
            _header("Content-Disposition", f"attachment; {_file_name(name)}"),
            b"\r\n",
            _crlf(base64.encodebytes(content)),
        ]
    )


def attachable(media_type: str) -> str:
    """A media type as somebody's program named it, if an attachment can have it, else that of any bytes.

    Neither a multipart nor a message may be in base64 (RFC 2045 §6.4).
    """
    told = media_type.lower()
    composite = told.startswith(("multipart/", "message/"))
    return told if _MEDIA_TYPE.fullmatch(told) and not composite else "application/octet-stream"


def _file_name(name: str) -> str:
    """The parameter `filename`, in pieces when it is long (RFC 2231 §3)."""
    octets = [f"%{octet:02X}" for octet in plain_line(name, 80).encode("utf-8")]
    pieces = ["".join(octets[at : at + 18]) for at in range(0, len(octets), 18)] or [""]
    named = (f"filename*{n}*={'' if n else 'utf-8' + 2 * chr(39)}{piece}" for n, piece in enumerate(pieces))
    return "; ".join(named)


def _multipart(subtype: str, message_id: str, parts: Sequence[bytes]) -> bytes:
    # "=_" never occurs in quoted-printable or base64, so no text can hold the boundary (RFC 2045 §6.7).
    boundary = "=_" + sha256(f"{subtype}\0{message_id}".encode()).hexdigest()[:40]
    head = _header("Content-Type", f'multipart/{subtype}; boundary="{boundary}"')
    separator = b"--" + boundary.encode("ascii")
    return (
        head
        + b"\r\n"
        + b"".join(separator + b"\r\n" + part + b"\r\n" for part in parts)
        + separator
        + b"--\r\n"
    )


def _crlf(body: bytes) -> bytes:
    return body.rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
