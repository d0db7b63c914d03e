"""ISO-2022-JP and what mailers write under its name (RFC 1468, RFC 1554, RFC 2237, Microsoft's CP50220).

Python's codecs are strict: one circled digit of NEC's or one letter of half width, and the whole text fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable

SHIFTS = b"\x1b$"  # no text without it is Japanese in this encoding

_ESCAPE = re.compile(rb"\x1b(\([A-Z]|\$[@AB]|\$\([@A-D])")
_HIGH = bytes(byte | 0x80 for byte in range(256))


def decode(raw: bytes) -> str:
    """Return `raw` as text; never raises. A line's end ends a shift, as RFC 1468 demands of the writer."""
    first, *rest = _ESCAPE.split(raw)
    pieces = [_plain(first)]
    for escape, chunk in zip(rest[::2], rest[1::2], strict=True):
        shifted, newline, after = chunk.partition(b"\n")
        pieces.append(_READERS.get(escape, _plain)(shifted))
        pieces.append(_plain(newline + after))
    return "".join(pieces)


def _plain(chunk: bytes) -> str:
    return chunk.decode("cp932", errors="replace")


def _kanji(chunk: bytes) -> str:
    try:
        return chunk.translate(_HIGH).decode("euc_jp")
    except UnicodeError:
        return b"".join(map(_shifted, chunk[::2], chunk[1::2])).decode("cp932", errors="replace")


def _shifted(row: int, cell: int) -> bytes:
    """Return a pair of JIS X 0208 as Shift_JIS writes it; Microsoft's codec knows the vendors' rows."""
    row, cell = row & 0x7F, cell & 0x7F
    lead = ((row - 0x21) >> 1) + 0x81
    trail = cell + (0x1F if cell < 0x60 else 0x20) if row & 1 else cell + 0x7E
    return bytes(((lead + 0x40 if lead > 0x9F else lead) & 0xFF, trail & 0xFF))


def _supplement(chunk: bytes) -> str:
    pairs = zip(chunk[::2], chunk[1::2], strict=False)
    return b"".join(bytes((0x8F, one | 0x80, two | 0x80)) for one, two in pairs).decode("euc_jp", "replace")


def _high_in(codec: str) -> Callable[[bytes], str]:
    return lambda chunk: chunk.translate(_HIGH).decode(codec, errors="replace")


_READERS: dict[bytes, Callable[[bytes], str]] = {
    b"$@": _kanji,
    b"$B": _kanji,
    b"$(@": _kanji,
    b"$(B": _kanji,
    b"(I": _high_in("cp932"),  # letters of half width
    b"$(D": _supplement,
    b"$A": _high_in("gb2312"),
    b"$(A": _high_in("gb2312"),
    b"$(C": _high_in("euc_kr"),
}
