"""A toy relay: takes mail as a mail server does, keeps everything it was told, and fails on demand."""

import re
import socket
import ssl
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import BufferedRWPair

from tests.service.desk import free_port

DROP = "drop"  # as a reply: the connection ends without one
_USUAL = {
    "BANNER": "220 relay.example ESMTP",
    "HELO": "250 relay.example",
    "STARTTLS": "502 no",
    "AUTH": "235 welcome",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "END": "250 taken",
    "RSET": "250 ok",
    "NOOP": "250 ok",
    "QUIT": "221 bye",
}


@dataclass(frozen=True, slots=True)
class Got:
    """A mail that the relay has read to its final dot, whatever it answered."""

    sender: str
    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        mail = message_from_bytes(self.content, policy=default)
        assert isinstance(mail, EmailMessage)
        return mail

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@dataclass(slots=True)
class _Fault:
    moment: str
    reply: str
    times: int
    to: str


class Relay:
    """Listens on `port` from the start; `commands` are all lines it got outside of messages."""

    def __init__(
        self,
        *,
        offers: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SMTPUTF8"),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`offers`: what EHLO is told; `tls`: encrypted from the first byte."""
        self.port = free_port()
        self.got: list[Got] = []
        self.commands: list[str] = []
        self.connections = 0
        self.pause = 0.0  # seconds between a message's final dot and the answer
        self._offers, self._tls = offers, tls
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listening: socket.socket | None = None
        self.up()

    def fails(self, moment: str, reply: str, *, times: int = 1_000_000, to: str = "") -> None:
        """Answer so at BANNER, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA or END; `to`: this recipient alone."""
        self._faults.append(_Fault(moment, reply, times, to))

    def recovers(self) -> None:
        """Fail no more."""
        self._faults.clear()

    def up(self) -> None:
        """Listen (again)."""
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def down(self) -> None:
        """Refuse connections, and end those that there are."""
        if self._listening is not None:
            # Closing alone would leave accept() in its thread waiting, and the port open.
            with suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def to(self, recipient: str) -> list[Got]:
        """What came for a recipient, in order."""
        return [got for got in self.got if got.recipient == recipient]

    def copies(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(got.message_id for got in self.got)

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):  # it is closed when the relay goes down
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        connection = accepted
        with self._lock:
            self.connections += 1
            self._open.add(accepted)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rwb") as stream:
                _Conversation(self, stream).hold()
        except (OSError, ValueError, _Dropped):
            pass  # the other side hung up, or we do
        finally:
            with self._lock:
                self._open.discard(accepted)

    def reply_at(self, moment: str, recipient: str) -> str:
        """What to answer now; a fault that has a number of times counts down."""
        with self._lock:
            for fault in self._faults:
                if fault.moment == moment and fault.times > 0 and fault.to in ("", recipient):
                    fault.times -= 1
                    return fault.reply
        if moment == "EHLO":
            return "\r\n".join(["250-relay.example", *(f"250-{offer}" for offer in self._offers), "250 HELP"])
        return _USUAL.get(moment, "502 no")


class _Dropped(Exception):
    pass


class _Conversation:
    def __init__(self, relay: Relay, stream: BufferedRWPair) -> None:
        self._relay, self._stream = relay, stream
        self._sender = self._recipient = ""

    def hold(self) -> None:
        self._say("BANNER")
        while line := self._stream.readline():
            text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            self._relay.commands.append(text)
            self._obey(text[:8].split(" ")[0].upper(), text)

    def _obey(self, verb: str, text: str) -> None:
        address = "".join(re.findall(r"<(.*?)>", text)[:1])
        if verb == "MAIL":
            self._sender = address
        elif verb == "RCPT":
            self._recipient = address
        if self._say(verb).startswith("354"):
            content = b"".join(iter(self._line_of_message, b""))
            self._relay.got.append(Got(self._sender, self._recipient, content))
            time.sleep(self._relay.pause)
            self._say("END")
        if verb == "QUIT":
            raise _Dropped

    def _line_of_message(self) -> bytes:
        line = self._stream.readline()
        if not line:
            raise _Dropped  # in the middle of a message: it never came
        return b"" if line == b".\r\n" else line.removeprefix(b".")

    def _say(self, moment: str) -> str:
        reply = self._relay.reply_at(moment, self._recipient)
        if reply == DROP:
            raise _Dropped
        self._stream.write(reply.encode() + b"\r\n")
        self._stream.flush()
        if reply.startswith("421"):
            raise _Dropped
        return reply
