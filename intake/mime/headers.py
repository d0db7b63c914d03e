"""A header block → fields, and a field's raw bytes → readable text (RFC 5322 §2.2, RFC 2047)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from intake.limits import Limits
from intake.mime.charsets import decode

# RFC 5322 §3.6.8; white space before the colon is obsolete syntax (§4.5.8).
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_BLANK_LINE = re.compile(rb"\n\r{0,2}\n")  # some gateways write CR CR LF
# The encoded text may hold "?": forbidden by RFC 2047 §2, sent all the same.
_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^\r\n]*?)\?=")
_INDISPENSABLE = frozenset(
    {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "auto-submitted",
        "precedence",
    }
    | {"content-type", "content-transfer-encoding", "content-disposition"}
)
# Fields that a mail's own header has; what follows a line that is none tells junk from a body.
_OWN_FIELD = re.compile(rb"^(from|to|subject|date|message-id)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_BASE64_PIECE = re.compile(rb"[A-Za-z0-9+/]++={0,2}+")
_BASE64_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_LONGEST_PADDING = 8  # with the line ends behind it
_Q_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")


class Headers:
    """The fields of one header block, in order; their bytes stay as they came until somebody asks."""

    __slots__ = ("_fields", "defects")

    def __init__(self, fields: list[tuple[str, bytes]], defects: tuple[str, ...] = ()) -> None:
        self._fields = fields
        self.defects = defects

    def raw(self, name: str) -> bytes:
        """Return the unfolded bytes of the first field of that (lower-case) name, empty when missing."""
        return next(self.raw_all(name), b"")

    def raw_all(self, name: str) -> Iterator[bytes]:
        """Yield the unfolded bytes of every field of that (lower-case) name."""
        return (value for key, value in self._fields if key == name)

    def text(self, name: str, hint: str = "") -> str:
        """Return the first field of that name as text with its encoded words decoded."""
        return decode_field(self.raw(name), hint)

    def token(self, name: str) -> str:
        """Return the first field of that name as lower-case ASCII for comparison with keywords."""
        return self.raw(name).decode("ascii", errors="replace").strip().lower()

    def fields(self) -> Iterator[tuple[str, bytes]]:
        """Yield the lower-case name and the unfolded bytes of every field, in their order."""
        return iter(self._fields)

    def names(self) -> frozenset[str]:
        """Return the lower-case names of all fields."""
        return frozenset(key for key, _ in self._fields)


def split(raw: bytes, start: int, end: int, limits: Limits) -> tuple[Headers, int]:
    """Read the header block that begins at `start`; return it and where the body begins.

    A field beyond `limits.header` is cut; of those beyond `limits.header_block` in all only the first of each
    that a mail can't do without is taken. Both are named in the defects: no parser is fed with megabytes.
    As in RFC 5322 the block ends at the first empty line. So does it at a line that is no field, which
    belongs to the body then, unless a mail's own fields are still to come: such a line is junk, and skipped.
    """
    block_end, body_start = _extent(raw, start, end)
    fields: list[tuple[str, bytes]] = []
    defects: dict[str, None] = {}
    taken = 0
    junk_end = -1  # of the fields that come after a line that is none; looked for once, to stay linear
    position = start
    while position < block_end:
        line_end = _folded_line_end(raw, position, block_end)
        match = _FIELD.match(raw, position, min(line_end, position + 1_000))
        if match is None:
            if junk_end < 0 and not _is_envelope_line(raw, position):
                junk_end = _last_own_field(raw, position, block_end, {name for name, _ in fields})
            if 0 <= junk_end <= position:
                return Headers(fields, (*defects, "no-empty-line")), position
            if junk_end >= 0:
                defects["header-junk"] = None
        elif taken >= limits.header_block and not _is_wanted(match[1], fields):
            defects["headers-too-large"] = None
        else:
            value_end = min(line_end, match.end() + limits.header)
            if value_end < line_end:
                defects["header-too-long"] = None
            fields.append((match[1].decode("ascii").lower(), _unfolded(raw[match.end() : value_end])))
            taken += value_end - position
        position = line_end
    return Headers(fields, tuple(defects)), body_start


def decode_field(raw: bytes, hint: str = "") -> str:
    """Return a field's bytes as text, its encoded words decoded (RFC 2047), whatever else stands between.

    What is wrongly encoded stays readable as it came, what a mailer encoded twice is decoded twice. `hint` is
    the charset to try for raw 8-bit bytes.
    """
    if b"=?" not in raw:
        return decode(raw, hint=hint)
    once = _decoded_words(raw, hint)
    inner = once.encode("utf-8", errors="replace") if "=?" in once and once.isascii() else b""
    return _decoded_words(inner, hint) if _WORD.search(inner, 0, _words_end(inner)) else once


def _words_end(raw: bytes) -> int:
    """Return where the last encoded word can end: beyond that, nothing is searched for again and again."""
    return raw.rfind(b"?=") + 2


def _decoded_words(raw: bytes, hint: str) -> str:
    pieces: list[str] = []
    pending: tuple[bytes, bytes] | None = None  # neighbours of one charset may share a character
    position = 0
    for word in _WORD.finditer(raw, 0, _words_end(raw)):
        between = raw[position : word.start()]
        charset, content = word[1].partition(b"*")[0].lower(), _word_bytes(word[2], word[3])
        if pending and not between.strip() and pending[0] == charset:
            pending = (charset, pending[1] + content)
        else:
            if pending:
                pieces.append(_decoded_word(pending))
            # RFC 2047 §6.2: white space between neighbouring words is not shown.
            pieces.append("" if pending and not between.strip() else decode(between, hint=hint))
            pending = (charset, content)
        position = word.end()
    if pending:
        pieces.append(_decoded_word(pending))
    return "".join(pieces) + decode(raw[position:], hint=hint)


def decode_words(text: str) -> str:
    """Decode the encoded words in a text that has already been cut out of a field."""
    return decode_field(text.encode("utf-8", errors="replace")) if "=?" in text else text


def _decoded_word(word: tuple[bytes, bytes]) -> str:
    return decode(word[1], word[0].decode("ascii", errors="replace"))


def _word_bytes(encoding: bytes, encoded: bytes) -> bytes:
    if encoding in b"qQ":
        return _Q_BYTE.sub(lambda match: bytes((int(match[1], 16),)), encoded.replace(b"_", b" "))
    return decoded_base64(encoded)[0]


def decoded_base64(content: bytes) -> tuple[bytes, bool]:
    """Return what can be decoded of base64 `content`, and whether it was sound. Never raises.

    Padding ends the content (RFC 2045 §6.8), unless nothing but more of it follows: some mailers encode a
    file piece by piece. A line of words under it, such as a list's footer, is none.
    """
    end = content.find(b"=")
    if 0 <= end < len(content) - _LONGEST_PADDING:
        compact = content.translate(None, b"\r\n")
        if len(compact) % 4 == 0 and not compact.translate(None, _BASE64_LETTERS):
            pieces = [_one_base64(piece) for piece in _BASE64_PIECE.findall(compact)]
            return b"".join(piece for piece, _ in pieces), all(sound for _, sound in pieces)
    return _one_base64(content)


def _one_base64(content: bytes) -> tuple[bytes, bool]:
    try:
        return binascii.a2b_base64(content), True
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
        kept = kept[:-1] if len(kept) % 4 == 1 else kept
        return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4)), False


def _extent(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the header block that begins at `start` ends, and where its body begins."""
    for empty in (b"\n", b"\r\n", b"\r\r\n"):
        if raw.startswith(empty, start):
            return start, start + len(empty)
    blank = _BLANK_LINE.search(raw, start, end)
    return (blank.start() + 1, blank.end()) if blank else (end, end)


def _folded_line_end(raw: bytes, position: int, block_end: int) -> int:
    """Return where the field that begins at `position` ends: at the first line that is no continuation."""
    while True:
        newline = raw.find(b"\n", position, block_end)
        if newline < 0:
            return block_end
        position = newline + 1
        if position >= block_end or raw[position] not in b" \t":
            return position


def _last_own_field(raw: bytes, position: int, block_end: int, seen: set[str]) -> int:
    """Return where the last of the mail's own fields stands that has not been seen, else `position`."""
    if raw.startswith(b"--", position):  # the first part begins without an empty line before it
        return position
    later = [
        match.start()
        for match in _OWN_FIELD.finditer(raw, position, block_end)
        if match[1].decode().lower() not in seen
    ]
    return max(later, default=position)


def _is_wanted(name: bytes, fields: list[tuple[str, bytes]]) -> bool:
    key = name.decode("ascii").lower()
    return key in _INDISPENSABLE and all(key != seen for seen, _ in fields)


def _is_envelope_line(raw: bytes, position: int) -> bool:
    """Say whether a mailbox file's separator stands here; some mailers leave it in (RFC 4155)."""
    return raw.startswith((b"From ", b">From "), position)


def _unfolded(value: bytes) -> bytes:
    if b"\n" in value or b"\r" in value:
        value = b" ".join(line.strip(b" \t\r") for line in value.split(b"\n"))
    return value.strip(b" \t\r\n")
