"""`winmail.dat` → the text and the files in it ([MS-OXTNEF], Outlook's own way to wrap a mail).

A reader of our own: of the format's hundreds of properties eight matter here, and the libraries that know all
of them build objects for each without a bound. Every file is a slice of what came; nothing in it is opened
again (promises 43). The one thing that grows is compressed RTF, and that is cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.limits import Limits
from intake.mime import rtf
from intake.mime.charsets import decode

_SIGNATURE = b"\x78\x9f\x3e\x22"
_MOST_ATTRIBUTES = 5_000
_MOST_PROPERTIES = 2_000

# Attributes ([MS-OXTNEF] §2.1.3.2): their type in the upper half, their number in the lower.
_BODY = 0x800C
_PROPERTIES = 0x9003
_CODE_PAGE = 0x9007
_BEGIN_FILE = 0x9002
_FILE_CONTENT = 0x800F
_FILE_TITLE = 0x8010
_FILE_PROPERTIES = 0x9005

# Properties ([MS-OXPROPS]).
_PLAIN_TEXT, _RTF_TEXT, _HTML_TEXT = 0x1000, 0x1009, 0x1013
_CONTENT, _SHORT_NAME, _LONG_NAME, _MIME_TYPE = 0x3701, 0x3704, 0x3707, 0x370E

# How many bytes a property of each fixed type takes, padded; the others carry their length.
_FIXED = {
    **{0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0001: 0},
    **{0x0005: 8, 0x0006: 8, 0x0007: 8, 0x0014: 8, 0x0040: 8, 0x0048: 16},
}
_BYTES, _NARROW, _WIDE, _OBJECT = 0x0102, 0x001E, 0x001F, 0x000D
_LONG = frozenset({_BYTES, _NARROW, _WIDE, _OBJECT})


@dataclass(slots=True)
class PackedFile:
    """A file in a `winmail.dat`."""

    name: str = ""
    content_type: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Packed:
    """What a `winmail.dat` holds: its text, plain or as HTML, and its files."""

    text: str = ""
    html: str = ""
    files: list[PackedFile] = field(default_factory=list)


def read(content: bytes, limits: Limits) -> Packed | None:
    """Read `content`, None when it is no TNEF stream; what is damaged ends the reading. Never raises."""
    if not content.startswith(_SIGNATURE):
        return None
    packed = Packed()
    found: dict[int, bytes] = {}
    charset = "cp1252"
    for number, value in _attributes(content):
        if number == _CODE_PAGE:
            charset = f"cp{int.from_bytes(value[:4], 'little')}"
        elif number == _BODY:
            packed.text = _string(value, charset)
        elif number == _PROPERTIES:
            found |= _properties(value)
        elif number == _BEGIN_FILE:
            if len(packed.files) >= limits.packed_files:
                break
            packed.files.append(PackedFile())
        elif packed.files:
            _add_to_file(packed.files[-1], number, value, charset)
    _add_text(packed, found, charset, limits)
    packed.files = [one for one in packed.files if one.content or one.name]
    return packed


def _add_text(packed: Packed, found: dict[int, bytes], charset: str, limits: Limits) -> None:
    packed.html = decode(found[_HTML_TEXT], "", charset) if _HTML_TEXT in found else ""
    packed.text = packed.text or _string(found.get(_PLAIN_TEXT, b""), charset)
    if not (packed.text.strip() or packed.html) and _RTF_TEXT in found:
        packed.text = rtf.text_of(rtf.decompressed(found[_RTF_TEXT], limits.rtf))


def _add_to_file(file: PackedFile, number: int, value: bytes, charset: str) -> None:
    if number == _FILE_TITLE:
        file.name = file.name or _string(value, charset)
    elif number == _FILE_CONTENT:
        file.content = value
    elif number == _FILE_PROPERTIES:
        found = _properties(value)
        name = found.get(_LONG_NAME) or found.get(_SHORT_NAME) or b""
        file.name = _string(name, charset) or file.name
        file.content_type = _string(found.get(_MIME_TYPE, b""), charset)
        file.content = file.content or found.get(_CONTENT, b"")


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each attribute's number and value ([MS-OXTNEF] §2.1.2); checksums are not looked at."""
    position = 6
    for _ in range(_MOST_ATTRIBUTES):
        start = position + 9
        length = int.from_bytes(content[position + 5 : start], "little")
        if start > len(content) or start + length > len(content):
            return
        yield int.from_bytes(content[position + 1 : position + 3], "little"), content[start : start + length]
        position = start + length + 2


def _properties(value: bytes) -> dict[int, bytes]:
    """Return the values of the properties that carry a length; strings of two bytes a letter as UTF-8."""
    found: dict[int, bytes] = {}
    position = 4
    for _ in range(min(_MOST_PROPERTIES, int.from_bytes(value[:4], "little"))):
        kind = int.from_bytes(value[position : position + 2], "little")
        number = int.from_bytes(value[position + 2 : position + 4], "little")
        position += 4
        if number >= 0x8000:
            position = _after_name(value, position)
        count = 1
        if kind & 0x1000 or kind in _LONG:
            count = int.from_bytes(value[position : position + 4], "little")
            position += 4
        base = kind & 0x0FFF
        if base in _FIXED:
            position += _FIXED[base] * count
        elif base in _LONG:
            for _ in range(min(count, _MOST_PROPERTIES)):
                length = int.from_bytes(value[position : position + 4], "little")
                content = value[position + 4 : position + 4 + length]
                position += 4 + (length + 3) // 4 * 4
                found.setdefault(number, _usable(base, content))
        else:
            break
        if position >= len(value):
            break
    return found


def _usable(kind: int, content: bytes) -> bytes:
    if kind == _WIDE:
        return content.decode("utf-16-le", errors="replace").encode("utf-8", errors="replace")
    return content[16:] if kind == _OBJECT else content  # an object begins with the name of its interface


def _after_name(value: bytes, position: int) -> int:
    """Skip the name of a named property: a GUID, then a number or a string."""
    is_string = value[position + 16 : position + 20] == b"\x01\0\0\0"
    position += 20
    if not is_string:
        return position + 4
    length = int.from_bytes(value[position : position + 4], "little")
    return position + 4 + (length + 3) // 4 * 4


def _string(value: bytes, charset: str) -> str:
    return decode(value.rstrip(b"\0"), "", charset)
