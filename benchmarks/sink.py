"""A relay that swallows everything: takes mail on 127.0.0.1 and notes when, what and for whom.

For each message one line goes to FILE, fields parted by tabs: time.monotonic() in seconds (on Linux the same
clock in every process), Message-ID, X-Otklik-Ticket, In-Reply-To, recipient. It prints "ready PORT" once it
listens, with --counts the number of messages so far every so many seconds, and the number when it is ended.
"""

import argparse
import asyncio
import re
import signal
import time
from pathlib import Path
from typing import cast

HEADER = re.compile(
    rb"^(message-id|x-otklik-ticket|in-reply-to):(?:[ \t]|\r\n[ \t])*([^\r\n]*)", re.IGNORECASE | re.MULTILINE
)
END = b"\r\n.\r\n"
FLUSH = 0.05  # seconds that a line may wait for others before it is written
OFFERS = b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 100000000\r\n"
REPLIES = {
    b"EHLO": OFFERS,
    b"HELO": b"250 sink.example\r\n",
    b"MAIL": b"250 OK\r\n",
    b"RCPT": b"250 OK\r\n",
    b"DATA": b"354 go on\r\n",
    b"RSET": b"250 OK\r\n",
    b"NOOP": b"250 OK\r\n",
    b"QUIT": b"221 bye\r\n",
}


class Book:
    """The file of lines."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._file = path.open("ab", buffering=0)
        self._lines: list[bytes] = []

    def note(self, headers: bytes, recipient: bytes) -> None:
        """Note a message that has come now."""
        self.count += 1
        found = {name.lower(): value.replace(b"\t", b" ").strip() for name, value in HEADER.findall(headers)}
        fields = [found.get(name, b"") for name in (b"message-id", b"x-otklik-ticket", b"in-reply-to")]
        self._lines.append(b"%.6f\t%b\n" % (time.monotonic(), b"\t".join([*fields, recipient])))
        if len(self._lines) == 1:
            asyncio.get_running_loop().call_later(FLUSH, self.flush)

    def flush(self) -> None:
        self._file.write(b"".join(self._lines))
        self._lines.clear()


class Conversation(asyncio.Protocol):
    """One client. Everything is in bytes, and nothing is checked."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._got = bytearray()
        self._in_message = False
        self._recipient = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        searched = max(len(self._got) - len(END), 0)
        self._got += data
        while True:
            end = END if self._in_message else b"\r\n"
            at = self._got.find(end, searched)
            if at < 0:
                return
            searched = 0
            taken = bytes(self._got[:at])
            del self._got[: at + len(end)]
            (self._message if self._in_message else self._command)(taken)

    def _command(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0]
        self._in_message = verb == b"DATA"
        self._transport.write(REPLIES.get(verb, b"502 no\r\n"))
        if verb == b"QUIT":
            self._transport.close()

    def _message(self, text: bytes) -> None:
        self._in_message = False
        self._book.note(text.partition(b"\r\n\r\n")[0], self._recipient)
        self._transport.write(b"250 OK\r\n")


async def serve(port: int, path: Path, counts: float) -> None:
    """Listen until a signal comes."""
    loop, over, book = asyncio.get_running_loop(), asyncio.Event(), Book(path)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    server = await loop.create_server(lambda: Conversation(book), "127.0.0.1", port)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    while not over.is_set():
        try:
            await asyncio.wait_for(over.wait(), counts or None)
        except TimeoutError:
            print(book.count, flush=True)
    server.close()
    book.flush()
    print(book.count, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 (default) for any free one")
    parser.add_argument("--file", type=Path, required=True, help="where the lines are appended")
    parser.add_argument(
        "--counts", type=float, default=0, metavar="SECONDS", help="print the count every so often"
    )
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.file, arguments.counts))


if __name__ == "__main__":
    main()
