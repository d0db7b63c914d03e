"""Take out of strings what harms whoever stores or shows them: controls, zero widths, writing directions."""

from __future__ import annotations

import re

# What PostgreSQL (NUL) and UTF-8 (lone surrogates) refuse.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

# Controls but TAB and LF; the overrides and isolates that turn text round (promises 28); byte order marks.
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)

# In a name or a subject also every character that is not seen: soft hyphen, Arabic letter mark, Mongolian
# vowel separator, zero widths, invisible operators, language tags, Hangul fillers, interlinear marks.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_UNSEEN = re.compile(f"{_UNREADABLE.pattern}|{_INVISIBLE.pattern}")

_NAME_LENGTH = 120
_SUFFIX_LENGTH = 12
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def storable(text: str) -> str:
    """Return `text` without NUL and lone surrogates; everything else stays."""
    return text if text.isascii() and "\0" not in text else _UNSTORABLE.sub("", text)


def readable(text: str) -> str:
    """Return a body's text with LF line ends, without controls and direction overrides."""
    return _UNREADABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str, longest: int = 1_000) -> str:
    """Return `text` for display on one line: no control, no line break, nothing invisible.

    A decoded Subject really can hold CR LF (CVE-2024-6923): here they become spaces.
    """
    spaced = " ".join(text.split())
    seen = _UNSEEN.sub("", spaced)
    return (seen if len(seen) == len(spaced) else " ".join(seen.split()))[:longest]


def file_name(text: str) -> str:
    """Return the last component of a file name as it may be shown; it never names a place on our disk.

    Paths, controls and invisible characters go (CVE-2026-28289: a zero width before `.htaccess`); a long
    name keeps its suffix; a Windows device name gets an underscore.
    """
    last = re.split(r"[/\\]", one_line(text, 20_000).rstrip("/\\"))[-1]
    name = last.strip(" ").rstrip(". ")
    if len(name) > _NAME_LENGTH:
        stem, dot, suffix = name.rpartition(".")
        kept = dot + suffix if stem and len(suffix) <= _SUFFIX_LENGTH else ""
        name = name[: _NAME_LENGTH - len(kept)].rstrip() + kept
    return f"_{name}" if _RESERVED.match(name) else name
