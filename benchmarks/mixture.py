"""Mail for the load generator: a mixture of texts, pictures and replies, every one of them different.

Pictures are real ones and no two have the same pixels, as a service that keeps equal files once would
otherwise be spared the work. The larger part of a PNG is shared in memory between mails, so that a mail
costs about a millisecond to build, and a thousand of them do not fill the machine.
"""

import base64
import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT = 640, 480
BASE64_LINE = 57  # bytes that make a line of 76 characters
VOCABULARY = (
    "программа отчёт ошибка документ склад касса период проводка остаток номер справка печать форма сервер "
    "обновление база счёт накладная версия запуск окно кнопка поле сообщение список"
)
WORDS = VOCABULARY.split()


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket to reply to: its number, the Message-ID of our mail about it, and its client."""

    number: str
    message_id: str
    client: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready to be sent: `parts`, one after the other, with dots stuffed and the end of DATA."""

    kind: str
    message_id: str
    sender: str
    parts: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))


def tickets_in(sink_file: Path) -> list[Ticket]:
    """Read the tickets that a sink has seen mail about."""
    tickets = []
    for line in sink_file.read_text().splitlines():
        _, message_id, number, _, client = line.split("\t")
        if number:
            tickets.append(Ticket(number, message_id, client))
    return tickets


def mails(count: int, mix: dict[str, int], recipient: str, run: str, tickets: list[Ticket]) -> Iterator[Mail]:
    """Make `count` mails in a random order that the name of the run decides.

    `mix` has the share of each kind: text, png, jpeg, gif, reply. Without `tickets` a reply is a text.
    """
    dice = random.Random(run)
    pictures: dict[str, Screenshots | Photos] = {
        "png": Screenshots(dice),
        "jpeg": Photos(dice, "JPEG"),
        "gif": Photos(dice, "GIF"),
    }
    kinds = dice.choices(list(mix), weights=list(mix.values()), k=count)
    for number, kind in enumerate(kinds):
        ticket = dice.choice(tickets) if kind == "reply" and tickets else None
        sender = ticket.client if ticket else f"client-{run}-{number:06d}@load.example"
        message_id = f"<{run}-{number:06d}@load.example>"
        head = headers(sender, recipient, message_id, ticket, dice)
        body = picture_body(kind, pictures[kind], dice) if kind in pictures else text_body(dice)
        yield Mail(kind, message_id, sender, (head + body[0], *body[1:], b"\r\n.\r\n"))


def headers(
    sender: str, recipient: str, message_id: str, ticket: Ticket | None, dice: random.Random
) -> bytes:
    """The header lines that every mail has."""
    subject = f"Re: [#{ticket.number}]" if ticket else " ".join(dice.choices(WORDS, k=4))
    lines = [
        f"From: =?utf-8?B?{base64.b64encode('Ольга Иванова'.encode()).decode()}?= <{sender}>",
        f"To: <{recipient}>",
        f"Subject: =?utf-8?B?{base64.b64encode(subject.encode()).decode()}?=",
        f"Message-ID: {message_id}",
        "Date: Mon, 23 Nov 2026 10:00:00 +0300",
        "MIME-Version: 1.0",
        *([f"In-Reply-To: {ticket.message_id}", f"References: {ticket.message_id}"] if ticket else []),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def text_body(dice: random.Random) -> tuple[bytes]:
    """Plain text, about 3 KB with the headers."""
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return (head + encoded(sentences(dice, 1900).encode()),)


def picture_body(kind: str, pictures: "Screenshots | Photos", dice: random.Random) -> tuple[bytes, ...]:
    """A short text and a picture; the last parts are the picture's."""
    boundary = b"=-" + dice.randbytes(8).hex().encode()
    name = f'screen-{dice.randrange(10**6)}.{kind}"'.encode()
    head = (
        b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n--' + boundary + b"\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + encoded(sentences(dice, 400).encode())
        + b"\r\n--"
        + boundary
        + b"\r\nContent-Type: image/"
        + kind.encode()
        + b'; name="'
        + name
        + b'\r\nContent-Disposition: attachment; filename="'
        + name
        + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return (head, *pictures.one(), b"\r\n--" + boundary + b"--")


def sentences(dice: random.Random, most: int) -> str:
    """Russian words in lines, up to so many bytes."""
    lines, length = [], 0
    while length < most:
        line = " ".join(dice.choices(WORDS, k=9)).capitalize() + "."
        lines.append(line)
        length += len(line.encode()) + 2
    return "\r\n".join(lines)


def encoded(content: bytes) -> bytes:
    """Base64 in lines of 76 characters, without a last CR LF."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n").rstrip()


class Screenshots:
    """PNGs of 150–200 KB: a smooth window with a noisy picture in it, and a band that is new each time."""

    BAND = 12  # rows that are new in every picture

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._shared = [self._begin(noisy_rows) for noisy_rows in (92, 100, 108, 116, 125, 134)]

    def one(self) -> tuple[bytes, bytes]:
        """The next picture in base64, in two parts."""
        shared, checksum = self._dice.choice(self._shared)
        rows = b"".join(self._noisy_row() for _ in range(self.BAND))
        packer = zlib.compressobj(6, wbits=-15)
        packed = packer.compress(rows) + packer.flush()
        closing = struct.pack(">I", zlib.adler32(rows, checksum))
        rest = chunk(b"IDAT", packed + closing) + chunk(b"IEND", b"")
        return shared, encoded(rest)

    def _begin(self, noisy_rows: int) -> tuple[bytes, int]:
        """All rows but the band: their lines of base64, and the checksum so far."""
        smooth = HEIGHT - self.BAND - noisy_rows
        rows = b"".join(
            [self._smooth_row(y) for y in range(smooth)] + [self._noisy_row() for _ in range(noisy_rows)]
        )
        packer = zlib.compressobj(6, wbits=-15)
        # Nothing after a full flush refers to what stood before it, so another end can follow.
        packed = b"\x78\x01" + packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH)
        start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0))
        pixels = chunk(b"IDAT", packed)
        # A comment fills the last line of base64 up, so that the rest can begin a line of its own.
        bare = len(start) + len(chunk(b"tEXt", b"Comment\0")) + len(pixels)
        filler = chunk(b"tEXt", b"Comment\0" + b"-" * (-bare % BASE64_LINE))
        return encoded(start + filler + pixels) + b"\r\n", zlib.adler32(rows)

    @staticmethod
    def _smooth_row(y: int) -> bytes:
        return b"\0" + bytes(value for x in range(WIDTH) for value in (x // 5 % 256, y // 2, 200))

    def _noisy_row(self) -> bytes:
        # Values of four bits: deflate has real work and halves them.
        return b"\0" + self._dice.randbytes(WIDTH * 3).translate(FOUR_BITS)


class Photos:
    """JPEGs or GIFs, noise over a gradient."""

    def __init__(self, dice: random.Random, form: str) -> None:
        self._dice = dice
        self._form = form
        self._gradient = Image.linear_gradient("L").resize((WIDTH, HEIGHT))

    def one(self) -> tuple[bytes]:
        """The next picture in base64."""
        small = Image.frombytes("L", (80, 60), self._dice.randbytes(80 * 60)).resize((WIDTH, HEIGHT))
        picture = Image.blend(self._gradient, small, 0.5)
        if self._form == "GIF":
            picture = picture.point(lambda value: value & 0xF0)
        file = BytesIO()
        picture.save(file, self._form)
        return (encoded(file.getvalue()),)


FOUR_BITS = bytes(128 + value % 16 * 5 for value in range(256))


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
