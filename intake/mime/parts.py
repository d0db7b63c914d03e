"""A mail's bytes → the tree of its parts (RFC 2046), without recursion and without copying.

The standard library's parser recurses (RecursionError at a depth of about 1,000, also with compat32) and
reads line by line, 2.9 ms for a mail of 200 KB where this takes 0.2 ms; hence a splitter of our own.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.limits import Limits
from intake.mime import headers as header_blocks
from intake.mime import parameters, uuencode
from intake.mime.headers import Headers, decoded_base64

_DELIMITER_REST = re.compile(rb"(--)?[ \t]*+(?:\r{0,2}\n|\Z)")
# What stands at the beginning of a part, whatever the header calls the boundary.
_DELIMITER_LINE = re.compile(
    rb"^--(\S[^\r\n]{0,199}?)[ \t]*+\r?\n(?=content-[a-z-]{2,20}+[ \t]*+:)", re.I | re.M
)
_SPACED_BREAK = re.compile(rb"=[ \t]++(?=\r?\n)")
_HEAD = 4 * 1024
_KEPT = 256 * 1024
_TOKEN = re.compile(r"[\w-]+")


@dataclass(slots=True, eq=False)
class Part:
    """One part: a leaf, or a multipart with children. `content_type` is what the mail claims."""

    raw: bytes = field(repr=False)
    start: int
    end: int
    headers: Headers
    content_type: str
    parameters: dict[str, str]
    disposition: str
    file_name: str
    children: list[Part] = field(default_factory=list)
    _decoded: tuple[bytes, bool] | None = field(default=None, repr=False)

    @property
    def is_multipart(self) -> bool:
        """Say whether this part is read as a multipart (one cut off by a limit is not)."""
        return bool(self.children)

    def content(self) -> tuple[bytes, bool]:
        """Return a leaf's bytes with the transfer encoding undone, and whether it was sound."""
        if self._decoded is not None:
            return self._decoded
        decoded = self._undone()
        if len(decoded[0]) <= _KEPT:  # asked for again by whoever judges, reads and lists
            self._decoded = decoded
        return decoded

    def _undone(self) -> tuple[bytes, bool]:
        content = self.raw[self.start : self.end]
        encoding = _TOKEN.search(self.headers.token("content-transfer-encoding"))
        match encoding[0] if encoding else "":
            case "base64" | "base-64":
                return decoded_base64(content)
            case "quoted-printable" | "quoted" | "quotedprintable":
                # RFC 2045 §6.7: white space that was added on the way comes off before decoding.
                return binascii.a2b_qp(_SPACED_BREAK.sub(b"=", content)), True
            case "x-uuencode" | "uuencode" | "x-uue" | "uue":
                return uuencode.decoded(content)
            case _:
                return content, True


def read(raw: bytes, limits: Limits) -> tuple[Part, tuple[str, ...]]:
    """Return the root of the mail's tree, and what was wrong with it.

    Never raises. What lies beyond `limits.parts` or `limits.depth` stays an undivided leaf. A multipart in
    which its boundary never occurs is read as text, so that no word is lost.
    """
    defects: dict[str, None] = {}
    raw = _with_line_feeds(raw)
    root = _part(raw, 0, len(raw), "text/plain", limits, defects)
    pending = [(root, 1)]
    room = limits.parts - 1
    while pending:
        part, depth = pending.pop()
        if not part.content_type.startswith("multipart/"):
            continue
        if depth >= limits.depth:
            defects["too-deep"] = None
            continue
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        for start, end in _sections(part, defects):
            if room <= 0:
                defects["too-many-parts"] = None
                break
            room -= 1
            part.children.append(_part(raw, start, end, default, limits, defects))
        if not part.children:
            defects["no-boundary"] = None
            part.content_type = "text/plain"
        pending.extend((child, depth + 1) for child in part.children)
    return root, tuple(defects)


def whole(content: bytes, content_type: str, name: str) -> Part:
    """Return a file that was found inside another one as a part of the mail."""
    return Part(content, 0, len(content), Headers([]), content_type, {}, "attachment", name)


def leaves(root: Part) -> Iterator[Part]:
    """Yield the leaves of the tree in the order in which they stand in the mail."""
    pending = [root]
    while pending:
        part = pending.pop()
        if part.children:
            pending.extend(reversed(part.children))
        else:
            yield part


def _part(raw: bytes, start: int, end: int, default: str, limits: Limits, defects: dict[str, None]) -> Part:
    headers, body = header_blocks.split(raw, start, end, limits)
    defects.update(dict.fromkeys(headers.defects))
    claimed, typed = parameters.parse(headers.raw("content-type"))
    # RFC 2045 §5.2: what can't be read is plain text.
    content_type = claimed if "/" in claimed else default
    disposition, disposed = parameters.parse(headers.raw("content-disposition"), typed.get("charset", ""))
    name = disposed.get("filename", "").strip() or typed.get("name", "").strip()
    return Part(raw, min(body, end), end, headers, content_type, typed, disposition, name)


def _sections(part: Part, defects: dict[str, None]) -> Iterator[tuple[int, int]]:
    """Yield where each section of a multipart begins and ends (RFC 2046 §5.1.1)."""
    boundary = part.parameters.get("boundary", "").encode("utf-8", errors="surrogateescape").rstrip()
    if not boundary or part.raw.find(b"--" + boundary, part.start, part.end) < 0:
        line = _DELIMITER_LINE.search(part.raw, part.start, part.end)
        if line is None:
            return
        defects["boundary-guessed"] = None
        boundary = line[1]
    yield from _between(part, b"--" + boundary)


def _between(part: Part, delimiter: bytes) -> Iterator[tuple[int, int]]:
    section_start = -1
    position = part.start
    while (found := part.raw.find(delimiter, position, part.end)) >= 0:
        position = found + len(delimiter)
        rest = _DELIMITER_REST.match(part.raw, position, part.end)
        if rest is None or (found > part.start and part.raw[found - 1] != 0x0A):
            continue
        if section_start >= 0:
            yield section_start, _before_newline(part.raw, section_start, found)
        if rest[1]:
            return
        section_start = position = rest.end()
    if section_start >= 0:
        yield section_start, part.end


def _with_line_feeds(raw: bytes) -> bytes:
    """Give a mail of carriage returns alone (old Macs, broken gateways) line ends that everybody knows."""
    head = raw[:_HEAD]
    is_bare = head.count(b"\r") > 3 * head.count(b"\n") + 3
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if is_bare else raw


def _before_newline(raw: bytes, start: int, delimiter: int) -> int:
    """The line break before a delimiter belongs to the delimiter."""
    end = delimiter - 1
    if end > start and raw[end - 1] == 0x0D:
        end -= 1
    return max(start, end)
