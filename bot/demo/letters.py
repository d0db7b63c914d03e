"""The mails that the demo's clients send, screenshots and all, and reading what they get back."""

import smtplib
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import make_msgid
from pathlib import Path

DESK = "support@example.org"


@dataclass(frozen=True, slots=True)
class File:
    """A file on a mail."""

    name: str
    content: bytes
    media_type: str


def screenshot(name: str) -> File:
    """One of the pictures that come with the demo: a program's window with an error in it."""
    path = Path(__file__).parent / "pictures" / name
    subtype = path.suffix.lstrip(".").replace("jpg", "jpeg")
    return File(name, path.read_bytes(), f"image/{subtype}")


def request(sender: str, name: str, subject: str, text: str, *files: File) -> EmailMessage:
    """A new request to the desk."""
    mail = EmailMessage()
    mail["From"] = f"{name} <{sender}>"
    mail["To"] = DESK
    mail["Subject"] = subject
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail.set_content(text)
    for file in files:
        maintype, _, subtype = file.media_type.partition("/")
        mail.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=file.name)
    return mail


def reply(to: Message, sender: str, name: str, text: str) -> EmailMessage:
    """A client's reply to a mail of ours, quoted as mail programs do."""
    quoted = "\n".join(f"> {line}" for line in text_of(to).splitlines())
    mail = request(sender, name, f"Re: {to['Subject']}", f"{text}\n\n{quoted}\n")
    mail["In-Reply-To"] = to["Message-ID"]
    mail["References"] = to["Message-ID"]
    return mail


def send(port: int, mail: EmailMessage) -> None:
    """Hand a mail to the desk's listener; returns once it said 250."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.send_message(mail)


def read(path: Path) -> Message:
    """A mail that the desk wrote to its outgoing folder."""
    return message_from_bytes(path.read_bytes(), policy=default)


def text_of(mail: Message) -> str:
    """The text part of a mail."""
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    return body.get_content() if body is not None else ""
