"""What clients of the desk send, and how: mails, small pictures, and an SMTP client that tells the code."""

import itertools
import smtplib
import struct
import zlib
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from tests.service.desk import ADDRESS, PATIENCE, until

XLSX = ("Ведомость.xlsx", b"PK\x03\x04 no picture", "application/vnd.ms-excel")
_serial = itertools.count(1)


def png(width: int = 40, height: int = 30, colour: int = 90) -> bytes:
    """A picture of one colour, from 0 to 255: a small file, however many pixels it has."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    line = b"\0" + bytes([colour]) * (3 * width)
    pixels = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def picture(name: str = "kassa.png", content: bytes = b"") -> tuple[str, bytes, str]:
    """A screenshot to attach."""
    return name, content or png(), "image/png"


def letter(
    sender: str,
    text: str = "Здравствуйте! Не проводится документ.",
    *files: tuple[str, bytes, str],
    subject: str = "Не печатает",
    answers: str = "",
    **headers: str,
) -> bytes:
    """A mail to the desk with a Message-ID of its own; `answers` is the Message-ID that it replies to.

    Further headers are given by name, with _ for -.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, ADDRESS, subject
    mail["Date"] = "Mon, 23 Nov 2026 05:30:00 +0300"
    mail["Message-ID"] = f"<{next(_serial)}.{parseaddr(sender)[1]}>"
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    for name, value in headers.items():
        field = name.replace("_", "-")
        del mail[field]
        mail[field] = value
    mail.set_content(text)
    for name, content, media_type in files:
        maintype, _, subtype = media_type.partition("/")
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return mail.as_bytes()


def message_id(raw: bytes) -> str:
    """The Message-ID of a mail that `letter` made."""
    return raw.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode()


class Sender:
    """A mail server that hands mails to the desk, over one connection while it lasts."""

    def __init__(self, port: int, patience: float = 60) -> None:
        self._port, self._patience = port, patience
        self._smtp: smtplib.SMTP | None = None

    def send(self, raw: bytes, mail_from: str = "relay@client.example") -> int:
        """Send a mail; the code of the reply that decided, 0 when the connection broke before it came."""
        try:
            if self._smtp is None:
                self._smtp = smtplib.SMTP("127.0.0.1", self._port, timeout=self._patience)
                self._smtp.ehlo("client.example")
            code, _ = self._smtp.mail(mail_from)
            if code == 250:
                code, _ = self._smtp.rcpt(ADDRESS)
            if code == 250:
                code, _ = self._smtp.data(raw)
            if code != 250:
                self.hang_up()
            return code
        except smtplib.SMTPResponseException as refused:  # the greeting, or the answer to DATA
            self.hang_up()
            return refused.smtp_code
        except OSError:
            self.hang_up()
            return 0

    def hang_up(self) -> None:
        """End the connection; the next mail opens another one."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def send(port: int, raw: bytes, mail_from: str = "relay@client.example") -> int:
    """Send one mail over a connection of its own; the code of the reply that decided, 0 when it broke."""
    sender = Sender(port)
    try:
        return sender.send(raw, mail_from)
    finally:
        sender.hang_up()


def send_until_taken(port: int, raw: bytes, patience: float = PATIENCE) -> None:
    """Send a mail as often as it takes for a 250."""
    until("it is taken in", lambda: send(port, raw) == 250, patience)
