"""Whether a picture holds pixels and nothing else, so that its very bytes may be passed on.

Judged by what may be there, never by what may not: a part that we do not know counts as telling something.
PNG: https://www.w3.org/TR/png-3/#5Chunk-layout, JPEG: ITU-T T.81, annex B.
"""

import re

_PNG = b"\x89PNG\r\n\x1a\n"
# Pixels, and how they look. Not iCCP, which may hold words, nor the frames of an animation.
_CHUNKS = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs")
)
_MOST = {b"IHDR": 13, b"IEND": 0, b"tRNS": 256, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"sBIT": 4, b"bKGD": 6,
         b"pHYs": 9, b"PLTE": 768}  # fmt: skip # bytes in a chunk; of pixels any number
_SOI, _EOI, _SOS, _APP0, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xEE
_TABLES = frozenset((0xDB, 0xC4, 0xDD))  # quantisation, Huffman, restart interval
_FRAMES = frozenset((0xC0, 0xC1, 0xC2))  # what Telegram and browsers read
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")  # in a scan, 0xFF of the picture itself is followed by 0x00


def is_bare(content: bytes) -> bool:
    """Whether a PNG or JPEG holds nothing besides its pixels, nor anything behind them; False for all else.

    That it decodes is not looked at.
    """
    if content.startswith(_PNG):
        return _bare_png(content)
    return content.startswith(b"\xff\xd8\xff") and _bare_jpeg(content)


def _bare_png(content: bytes) -> bool:
    place = len(_PNG)
    while len(content) - place >= 12:
        size, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        place += 12 + size
        if kind not in _CHUNKS or size > _MOST.get(kind, size) or place > len(content):
            return False
        if kind == b"IEND":
            return place == len(content)
    return False


def _bare_jpeg(content: bytes) -> bool:
    place = 2
    while len(content) - place >= 2 and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == _EOI:
            return place + 2 == len(content)
        size = int.from_bytes(content[place + 2 : place + 4])
        if not _tells_of_pixels(marker, content[place + 4 : place + 2 + size]):
            return False
        place += 2 + size
        if marker == _SOS:
            found = _MARKER.search(content, place)
            if found is None:
                return False
            place = found.start()
    return False


def _tells_of_pixels(marker: int, segment: bytes) -> bool:
    if marker == _APP0:  # JFIF without a preview of its own, which may show what was cut from the picture
        return len(segment) == 14 and segment.startswith(b"JFIF\0") and segment.endswith(b"\0\0")
    if marker == _APP14:  # which colours the numbers mean
        return len(segment) == 12 and segment.startswith(b"Adobe")
    return marker == _SOS or marker in _TABLES or marker in _FRAMES
