"""What a file that is no screenshot is, by its first bytes, so that its sender hears what to do instead."""

from __future__ import annotations

_LOOKED_AT = 4_096
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"heif"})
_STILL_BRANDS = frozenset({b"mif1", b"msf1", b"mif2"})  # any still picture; the compatible brands tell which
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_SOUND_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P "})
_BITMAP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})  # sizes that there are of the second header

_MAGIC = (
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"\0\0\1\0", "picture"),  # ICO
    (b"8BPS", "picture"),  # Photoshop
    (b"\xff\x0a", "picture"),  # JPEG XL, bare and boxed
    (b"\0\0\0\x0cJXL \r\n\x87\n", "picture"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "picture"),  # JPEG 2000
    (b"\x1aE\xdf\xa3", "video"),  # Matroska, WebM
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video"),  # Windows Media
    (b"\0\0\1\xba", "video"),  # MPEG
    (b"\0\0\1\xb3", "video"),
    (b"FLV\1", "video"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document"),  # Word, Excel, PowerPoint until 2003
    (b"{\\rtf", "document"),
    (b"%!PS", "document"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b\x08", "archive"),  # gzip
    (b"BZh", "archive"),
    (b"\xfd7zXZ\0", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),  # Zstandard
    (b"MSCF\0\0\0\0", "archive"),  # CAB
)


def kind_of(content: bytes) -> str:
    """Return what `content` is: a key of a few letters.

    `heic`, `webp`, `avif`, `bmp`, `tiff`, `svg`, `picture` (of any other kind), `pdf`, `document`, `video`,
    `archive` or `other`. It looks at the bytes alone, and decodes and unpacks nothing; a wrong guess costs
    one sentence that does not help.
    """
    head = content[:_LOOKED_AT]
    for recognises in (_by_magic, _in_riff, _in_boxes, _in_zip, _elsewhere, _in_text):
        if kind := recognises(head, content):
            return kind
    return "other"


def _by_magic(head: bytes, _: bytes) -> str:
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")


def _in_riff(head: bytes, _: bytes) -> str:
    if not head.startswith(b"RIFF"):
        return ""
    return {b"WEBP": "webp", b"AVI ": "video"}.get(head[8:12], "")


def _in_boxes(head: bytes, _: bytes) -> str:
    """ISO base media (ISO/IEC 14496-12): a size, "ftyp", the major brand, a version, compatible brands."""
    if head[4:8] in (b"moov", b"mdat", b"wide") and head[:1] == b"\0":
        return "video"  # QuickTime before there was "ftyp"
    if head[4:8] != b"ftyp":
        return ""
    major = head[8:12]
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {major, *(head[at : at + 4] for at in range(16, end, 4))}
    if major in _HEIC_BRANDS | _AVIF_BRANDS | _STILL_BRANDS:
        is_avif = brands & _AVIF_BRANDS and not brands & _HEIC_BRANDS
        return "avif" if is_avif else "heic"
    return "other" if major in _SOUND_BRANDS else "video"


def _in_zip(head: bytes, content: bytes) -> str:
    if head[:4] not in (b"PK\3\4", b"PK\5\6", b"PK\7\10"):
        return ""
    # Names of a ZIP's members stand at its beginning and again at its end; nothing is unpacked.
    listing = head + content[-65_536:]
    is_office = b"[Content_Types].xml" in listing or b"mimetypeapplication/" in head
    return "document" if is_office else "archive"


def _elsewhere(head: bytes, _: bytes) -> str:
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BITMAP_HEADERS:
        return "bmp"
    if b"%PDF-" in head[:1_024]:  # readers take it anywhere there
        return "pdf"
    return "archive" if head[257:262] == b"ustar" else ""


def _in_text(head: bytes, _: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    is_drawing = text.startswith(b"<") and b"<svg" in text and b"<html" not in text
    return "svg" if is_drawing else ""
