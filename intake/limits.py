"""How much of a mail is looked at; beyond that it is cut and the mail's defects say so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one mail. Sizes are bytes, unless the name says otherwise.

    The caps on headers, parts and depth stand against parsers' denial of service (promises.md, threat 6),
    those on pictures against decompression bombs (threat 25).
    """

    header_block: int = 256 * 1024
    header: int = 16 * 1024
    parts: int = 1_000
    depth: int = 50
    text_chars: int = 1_000_000
    html: int = 4 * 1024 * 1024
    html_depth: int = 1_000
    packed_files: int = 100
    rtf: int = 256 * 1024
    screenshots: int = 20
    screenshot_bytes: int = 10 * 1024 * 1024
    pixels: int = 40_000_000
    frames: int = 1_000
