"""Sends a mixture of mail over SMTP and notes for each when it went and what it was answered.

All mail is built before the first is sent. One JSON object a line goes to the file: message_id, kind, sender,
size, sent_at (before MAIL), replied_at (after the reply to the message) and code: the reply that decided, 0
when the connection broke. Times are time.monotonic() in seconds, on Linux the same clock in every process.
A summary is printed as one JSON object. Nothing that was refused or deferred is sent again.
"""

import argparse
import json
import signal
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mixture import Mail, mails, tickets_in

MIX = "text=40,png=40,jpeg=5,gif=5,reply=10"
KINDS = ("text", "png", "jpeg", "gif", "reply")


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a mail."""

    mail: Mail
    sent_at: float
    replied_at: float
    code: int

    def line(self) -> str:
        """The mail's line in the file."""
        mail = self.mail
        return json.dumps(
            {
                "message_id": mail.message_id,
                "kind": mail.kind,
                "sender": mail.sender,
                "size": mail.size,
                "sent_at": round(self.sent_at, 6),
                "replied_at": round(self.replied_at, 6),
                "code": self.code,
            }
        )


class Client:
    """One connection, kept open from mail to mail, and opened again when it broke.

    A blocking socket in a thread of its own: beside an asyncio client the server would wait for the load.
    """

    def __init__(self, host: str, port: int, recipient: str, per_connection: int, pipelining: bool) -> None:
        self._host, self._port = host, port
        self._recipient = recipient
        self._per_connection = per_connection
        self._may_pipeline = pipelining
        self._left = 0
        self._pipelining = False
        self._ahead = b""
        self._socket: socket.socket | None = None

    def send(self, mail: Mail) -> int:
        """Send a mail and return the deciding code; raises OSError or EOFError when the connection breaks."""
        if self._socket is None:
            self._connect()
        mail_from = f"MAIL FROM:<{mail.sender}>\r\n".encode()
        rcpt_to = f"RCPT TO:<{self._recipient}>\r\n".encode()
        code = self._commands(mail_from, rcpt_to, b"DATA\r\n")
        if code == 354:
            self._write(b"".join(mail.parts))
            code = self._reply()[0]
        else:
            self._left = 1  # begin anew: a pipelined transaction may hang half open
        self._left -= 1
        if self._left == 0:
            self.close()
        return code

    def close(self) -> None:
        """Part as one should, if there is anybody left to part from."""
        if self._socket is not None:
            with suppress(OSError, EOFError):
                self._commands(b"QUIT\r\n")
            self.drop()

    def drop(self) -> None:
        """Forget the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self) -> None:
        self._socket = socket.create_connection((self._host, self._port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ahead = b""
        self._left = self._per_connection
        if self._reply()[0] != 220:
            raise EOFError
        self._write(b"EHLO load.example\r\n")
        code, offers = self._reply()
        if code != 250:
            raise EOFError
        self._pipelining = self._may_pipeline and b"PIPELINING" in offers

    def _commands(self, *commands: bytes) -> int:
        """Send commands, together where the server offers that; the first 4xx or 5xx, or the last code."""
        if self._pipelining:
            self._write(b"".join(commands))
            codes = [self._reply()[0] for _ in commands]
            return next((code for code in codes if code >= 400), codes[-1])
        code = 0
        for command in commands:
            self._write(command)
            code = self._reply()[0]
            if code >= 400:
                break
        return code

    def _write(self, content: bytes) -> None:
        assert self._socket is not None
        self._socket.sendall(content)

    def _reply(self) -> tuple[int, bytes]:
        """The next reply: its code, and all its lines."""
        assert self._socket is not None
        lines = b""
        while True:
            line, end, rest = self._ahead.partition(b"\r\n")
            if not end:
                block = self._socket.recv(65536)
                if not block:
                    raise EOFError
                self._ahead += block
                continue
            self._ahead = rest
            lines += line + end
            if line[3:4] != b"-":
                return int(line[:3]), lines


def work(client: Client, waiting: deque[tuple[float, Mail]], done: list[Sent], over: threading.Event) -> None:
    """Send what waits, each when it is due, until nothing does or it is over."""
    while not over.is_set():
        try:
            due, mail = waiting.popleft()
        except IndexError:
            break
        if (early := due - time.monotonic()) > 0:
            time.sleep(early)
        sent_at = time.monotonic()
        try:
            code = client.send(mail)
        except (OSError, EOFError):
            code = 0
            client.drop()
            time.sleep(0.05)  # not to knock without a pause while the service is away
        done.append(Sent(mail, sent_at, time.monotonic(), code))
    client.close()


def run(arguments: argparse.Namespace, load: Sequence[Mail], done: list[Sent]) -> None:
    """Send the load; `done` gets what became of each mail, as far as it goes until a signal comes."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    start = time.monotonic() + 0.05
    step = 1 / arguments.rate if arguments.rate else 0.0
    waiting = deque((start + number * step, mail) for number, mail in enumerate(load))
    threads = []
    for _ in range(arguments.connections):
        client = Client(
            arguments.host,
            arguments.port,
            arguments.to,
            arguments.per_connection or len(load) + 1,
            not arguments.no_pipelining,
        )
        threads.append(threading.Thread(target=work, args=(client, waiting, done, over)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def summary(done: Sequence[Sent]) -> dict[str, object]:
    """How many got through, how quickly; replies in milliseconds."""
    accepted = [sent for sent in done if sent.code == 250]
    if not accepted:
        return {"accepted": 0, "codes": Counter(sent.code for sent in done)}
    took = max(sent.replied_at for sent in accepted) - min(sent.sent_at for sent in done)
    replies = sorted((sent.replied_at - sent.sent_at) * 1000 for sent in accepted)
    return {
        "accepted": len(accepted),
        "seconds": round(took, 3),
        "per_second": round(len(accepted) / took, 1),
        "mean_size": sum(sent.mail.size for sent in accepted) // len(accepted),
        "reply_ms": {
            "median": round(replies[len(replies) // 2], 2),
            "p95": round(replies[int(len(replies) * 0.95)], 2),
        },
        "codes": Counter(sent.code for sent in done),
    }


def mix_of(text: str) -> dict[str, int]:
    """Read `text=40,png=40,…`."""
    mix = {kind: int(share) for kind, _, share in (part.partition("=") for part in text.split(","))}
    if unknown := set(mix) - set(KINDS):
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: known are {', '.join(KINDS)}")
    return mix


def options() -> argparse.ArgumentParser:
    """What may be said on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=int, required=True)
    add("--to", default="support@example.org", metavar="ADDRESS", help="recipient of everything")
    add("--count", type=int, default=1000, help="how many mails (default %(default)s)")
    add("--connections", type=int, default=8, help="how many at once (default %(default)s)")
    add("--per-connection", type=int, default=0, metavar="N", help="mails before it is opened anew")
    add("--rate", type=float, default=0, help="mails a second; without it as fast as they are taken")
    add("--no-pipelining", action="store_true", help="one command at a time even where more are offered")
    add("--mix", type=mix_of, default=mix_of(MIX), help=f"shares of the kinds (default {MIX})")
    add("--tickets", type=Path, help="a sink's file; replies go to its tickets, without it they are texts")
    add("--run", default="load", metavar="NAME", help="makes addresses and Message-IDs of a run its own")
    add("--out", type=Path, help="file for the lines")
    return parser


def main() -> None:
    arguments = options().parse_args()
    tickets = tickets_in(arguments.tickets) if arguments.tickets else []
    load = list(mails(arguments.count, arguments.mix, arguments.to, arguments.run, tickets))
    done: list[Sent] = []
    run(arguments, load, done)
    if arguments.out:
        arguments.out.write_text("".join(sent.line() + "\n" for sent in done))
    print(json.dumps(summary(done)), flush=True)


if __name__ == "__main__":
    main()
