"""A Content-Type or Content-Disposition field → its value and parameters (RFC 2045 §5.1, RFC 2231)."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import unquote_to_bytes

from intake.mime.charsets import decode
from intake.mime.headers import decode_field

# Each alternative consumes or fails at once, so that ";;;;…" stays linear (cpython#87075).
_PARAMETER = re.compile(rb';[ \t]*([^\s=;"]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"?|[^;]*)')
# Some mailers forget the semicolon.
_SPACED = re.compile(rb'[ \t;]([A-Za-z][\w*-]{0,40})=("(?:[^"\\]|\\.)*"?|[^\s;"]+)')
_VALUE = re.compile(rb"[ \t\"]*([!#$&^\w.+-]+(?:/[!#$&^\w.+-]+)?)")
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_MOST_SECTIONS = 100
_MOST_PARAMETERS = 200


def parse(field: bytes, hint: str = "") -> tuple[str, dict[str, str]]:
    """Return the field's value in lower case, empty when unreadable, and its decoded parameters.

    Names come in lower case; of parameters given twice the first counts, the extended form (`name*=`)
    before the plain one. `hint` is the charset to try for raw 8-bit values.
    """
    value = _VALUE.match(field)
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, tuple[bytes, bool]]] = {}
    is_separated = b";" in field or b"=" not in field
    for match in islice((_PARAMETER if is_separated else _SPACED).finditer(field), _MOST_PARAMETERS):
        section = _SECTION.fullmatch(match[1].decode("ascii", errors="replace").lower())
        if section is None:
            continue
        name, content = section[1], _unquoted(match[2])
        if section[2] is None and section[3] is None:
            plain.setdefault(name, decode_field(content, hint))
        elif len(sections := extended.setdefault(name, {})) < _MOST_SECTIONS:
            sections.setdefault(int(section[2] or 0), (content, section[3] is not None))
    joined = {name: _joined(sections, hint) for name, sections in extended.items()}
    return (value[1].decode("ascii").lower() if value else ""), plain | joined


def _unquoted(value: bytes) -> bytes:
    if not value.startswith(b'"'):
        return value.strip(b" \t")
    # Only the escapes that are needed are undone: Windows paths come with bare backslashes.
    return re.sub(rb'\\(["\\])', rb"\1", value[1:].removesuffix(b'"'))


def _joined(sections: dict[int, tuple[bytes, bool]], hint: str) -> str:
    """Put the sections of one extended parameter together (RFC 2231 §3 and §4)."""
    charset = ""
    content = b""
    for index in sorted(sections):
        value, is_encoded = sections[index]
        if is_encoded and index == min(sections) and value.count(b"'") >= 2:
            label, _, value = value.split(b"'", 2)
            charset = label.decode("ascii", errors="replace")
        content += unquote_to_bytes(value) if is_encoded else value
    return decode(content, charset, hint) if charset else decode_field(content, hint)
