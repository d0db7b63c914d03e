"""Outlook's compressed RTF → readable text ([MS-OXRTFCP], [MS-OXRTFEX])."""

from __future__ import annotations

import re

from intake.mime.charset_names import codec_of

# What every window begins with ([MS-OXRTFCP] §2.1.3.1.4).
_WINDOW = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_SIZE = 4096
_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\([a-z]{1,32})(-?\d{1,10})? ?|\\(.)|([{}])|([^\\{}\r\n]+)", re.DOTALL
)
# Groups that hold no text of the writer's. Outlook wraps the HTML a text was made from into the last two.
_UNSEEN = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"themedata"}
    | {b"generator", b"listtable", b"listoverridetable", b"htmltag", b"mhtmltag", b"fldinst", b"xmlnstbl"}
)
_WRITTEN = {
    **{b"par": "\n", b"line": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t"},
    **{
        b"emdash": "\u2014",
        b"endash": "\u2013",
        b"bullet": "\u2022",
        b"lquote": "\u2018",
        b"rquote": "\u2019",
    },
    **{b"ldblquote": "\u201c", b"rdblquote": "\u201d"},
}
_DEEPEST = 200


def decompressed(content: bytes, most: int) -> bytes:
    """Return the RTF in `content`, cut at `most` bytes; empty when it is in no known form. Never raises."""
    if content[8:12] == b"MELA":
        return content[16 : 16 + most]
    if content[8:12] != b"LZFu":
        return b""
    wanted = min(most, int.from_bytes(content[4:8], "little"))
    window = bytearray(_WINDOW)
    position, end = 16, len(content)
    while position < end and len(window) - len(_WINDOW) < wanted:
        flags = content[position]
        position += 1
        for bit in range(8):
            if position >= end:
                break
            if not flags >> bit & 1:
                window.append(content[position])
                position += 1
                continue
            token = int.from_bytes(content[position : position + 2], "big")
            position += 2
            if not _copied(window, token >> 4, (token & 0xF) + 2):
                return bytes(window[len(_WINDOW) : len(_WINDOW) + wanted])
    return bytes(window[len(_WINDOW) : len(_WINDOW) + wanted])


def _copied(window: bytearray, offset: int, length: int) -> bool:
    """Append what stands at `offset` of the circular window; False at its end mark."""
    distance = (len(window) - offset) % _SIZE
    if distance == 0:
        return False
    start = len(window) - distance
    if start < 0:
        return False
    for index in range(start, start + length):
        window.append(window[index])
    return True


def text_of(content: bytes) -> str:
    """Return the text in an RTF document, its letters read in the code page that it names."""
    if not content.startswith(b"{\\rtf"):
        return ""
    reader = _Reader()
    for match in _TOKEN.finditer(content):
        reader.take(match)
    return reader.text()


class _Reader:
    """Follows the groups of a document and collects what is text."""

    def __init__(self) -> None:
        self._codec = "cp1252"
        self._written: list[str] = []
        self._bytes = bytearray()
        self._hidden = [False]
        self._opened = False  # a group has just begun
        self._skip = 0  # what a program that knows no Unicode would show instead

    def take(self, match: re.Match[bytes]) -> None:
        """Go on by one token."""
        code, word, number, symbol, brace, text = match.groups()
        opened, self._opened = self._opened, False
        if brace:
            self._group(brace)
        elif word:
            self._word(word, int(number or 1), opened)
        elif symbol == b"*":
            self._hidden[-1] = True
        elif code:
            self._letters(bytes((int(code, 16),)))
        elif text or symbol in (b"\\", b"{", b"}", b"~"):
            self._letters(text or (b" " if symbol == b"~" else symbol))

    def text(self) -> str:
        """Return what was collected."""
        self._flush()
        return "".join(self._written).strip()

    def _group(self, brace: bytes) -> None:
        if brace == b"{":
            self._opened = True
            self._hidden.append(self._hidden[-1] or len(self._hidden) > _DEEPEST)
        elif len(self._hidden) > 1:
            self._hidden.pop()

    def _word(self, word: bytes, number: int, opened: bool) -> None:
        if opened and word in _UNSEEN:
            self._hidden[-1] = True
        elif word == b"htmlrtf":  # between these stands what the HTML did not have
            self._hidden[-1] = number != 0
        elif word == b"ansicpg":
            self._codec = codec_of(f"cp{number}") or "cp1252"
        elif self._hidden[-1]:
            return
        elif word == b"u":
            self._write(chr(number & 0xFFFF))
            self._skip = 1
        elif written := _WRITTEN.get(word):
            self._write(written)

    def _letters(self, letters: bytes) -> None:
        if self._skip and letters:
            letters, self._skip = letters[1:], 0
        if not self._hidden[-1]:
            self._bytes += letters

    def _write(self, text: str) -> None:
        self._flush()
        self._written.append(text)

    def _flush(self) -> None:
        # Letters are gathered first: one of two bytes comes as two tokens.
        self._written.append(self._bytes.decode(self._codec, errors="replace"))
        self._bytes.clear()
