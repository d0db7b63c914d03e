"""Files that older programs write into a text: `begin 644 name`, lines of letters, `end` (POSIX uuencode)."""

from __future__ import annotations

import binascii
import re

_BEGIN = re.compile(rb"^begin[ ]+0?[0-7]{3}[ ]+([^\r\n]{1,255}?)[ \t]*+\r?\n", re.MULTILINE)
_MOST_FILES = 100


def decoded(content: bytes) -> tuple[bytes, bool]:
    """Return what a part in this encoding holds, and whether every line was sound. Never raises."""
    pieces: list[bytes] = []
    sound = True
    for line in content.splitlines():
        if line.startswith(b"begin ") or not line:
            continue
        if line == b"end":
            break
        piece = _line(line)
        pieces.append(piece or b"")
        sound = sound and piece is not None
    return b"".join(pieces), sound


def taken_out(content: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return a text without the files in it, and these with their names; at most 100 are looked for.

    A line that merely looks like a beginning stays: every line must be sound down to `end` or to the end of
    the text, and there must be one.
    """
    if b"begin " not in content:
        return content, []
    kept: list[bytes] = []
    files: list[tuple[bytes, bytes]] = []
    position = 0
    while len(files) < _MOST_FILES and (begin := _BEGIN.search(content, position)):
        found, end = _file(content, begin.end())
        kept.append(content[position : begin.start() if found else end])
        if found:
            files.append((begin[1], found))
        position = end
    return b"".join((*kept, content[position:])), files


def _file(content: bytes, start: int) -> tuple[bytes, int]:
    """Read lines from `start`; return the file, empty if there is none, and where to go on."""
    pieces: list[bytes] = []
    position = start
    while position < len(content):
        newline = content.find(b"\n", position)
        after = newline + 1 if newline >= 0 else len(content)
        line = content[position : min(after, position + _LONGEST_LINE)].rstrip(b"\r\n")
        if line.strip() == b"end":
            return b"".join(pieces), after
        piece = _line(line) if line else b""
        if piece is None:
            return b"", position
        pieces.append(piece)
        position = after
    return b"".join(pieces), position


_LONGEST_LINE = 200


def _line(line: bytes) -> bytes | None:
    """Decode one line, None if it is none. Some encoders count the length of the last group too high."""
    length = (line[0] - 32) & 63
    if not 32 <= line[0] <= 96 or len(line) > 1 + (length + 2) // 3 * 4 + 2:
        return None
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        try:
            return binascii.a2b_uu(line[: 1 + (length * 4 + 5) // 3])
        except binascii.Error:
            return None
