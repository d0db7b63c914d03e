"""How large a picture is, by its header alone: only one module of the desk decodes pictures."""

import struct

from bot.demo.telegram.errors import bad

_NO_FORMAT = "IMAGE_PROCESS_FAILED"


def measures(content: bytes) -> tuple[int, int]:
    """Width and height of a picture, by its header; refuses what Telegram takes for no photo."""
    width, height = _by_header(content)
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return width, height


def _by_header(content: bytes) -> tuple[int, int]:
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack(">II", content[16:24])
            return width, height
        if content.startswith(b"GIF8"):
            width, height = struct.unpack("<HH", content[6:10])
            return width, height
        if content.startswith(b"\xff\xd8"):
            return _jpeg(content)
    except (struct.error, IndexError):
        raise bad(_NO_FORMAT) from None
    raise bad(_NO_FORMAT)


def _jpeg(content: bytes) -> tuple[int, int]:
    place = 2
    while True:
        marker, size = struct.unpack(">xBH", content[place : place + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + size
