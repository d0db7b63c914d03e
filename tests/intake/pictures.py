"""Pictures for tests, made by hand where a library refuses to make them wrong."""

import base64
import io
import struct
import zlib

from PIL import Image

MAGIC = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG with its length and checksum."""
    return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))


def png(width: int = 640, height: int = 480, colour: str = "teal") -> bytes:
    """A sound PNG."""
    return encoded(Image.new("RGB", (width, height), colour), "PNG")


def png_header(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG that announces that size and holds next to nothing."""
    header = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    image = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return MAGIC + chunk(b"IHDR", header) + b"".join(chunks) + image + chunk(b"IEND", b"")


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """A picture's bytes in that format."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def gif(frames: int, side: int = 8) -> bytes:
    """An animated GIF with that many frames."""
    pictures = [Image.new("RGB", (side, side), (number * 40 % 256, 0, 0)) for number in range(frames)]
    return encoded(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=50)


def attached(content: bytes, name: str = "shot.png", content_type: str = "image/png", more: str = "") -> str:
    """A part that holds a file in base64, to stand after a boundary."""
    return (
        f'Content-Type: {content_type}; name="{name}"\nContent-Transfer-Encoding: base64\n{more}\n'
        + base64.encodebytes(content).decode()
    )


def mail_with(*parts: str, text: str = "See the picture.", more: str = "") -> str:
    """A mail of Olga's with a text and those parts."""
    return (
        f"From: Olga <olga@client.example>\nSubject: Error\nMessage-ID: <1@client.example>\n{more}"
        "Content-Type: multipart/mixed; boundary=BB\n\n"
        f"--BB\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        + "".join(f"--BB\n{part}\n" for part in parts)
        + "--BB--\n"
    )
