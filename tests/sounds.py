"""The smallest recordings of each kind, made here."""

import io
import struct
import wave


def opus() -> bytes:
    """An Ogg page with the head of an Opus stream, and one more page."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)
    return _page(2, 0, head) + _page(4, 1, b"\xfc" * 40)


def vorbis() -> bytes:
    return _page(2, 0, b"\x01vorbis" + bytes(23))


def mp3(*, tagged: bool = False) -> bytes:
    frame = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes
    return (b"ID3\x04\0\0\0\0\0\x7f" + bytes(127) if tagged else b"") + frame * 3


def m4a(*handlers: bytes, brand: bytes = b"M4A ") -> bytes:
    tracks = b"".join(_box(b"hdlr", bytes(8) + one + bytes(12)) for one in handlers or (b"soun",))
    return _box(b"ftyp", brand + bytes(4)) + _box(b"moov", tracks) + _box(b"mdat", b"x" * 50)


def wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(320))
    return file.getvalue()


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def _page(flags: int, number: int, content: bytes) -> bytes:
    return b"OggS\0" + struct.pack("<BqIIIBB", flags, 0, 7, number, 0, 1, len(content)) + content
