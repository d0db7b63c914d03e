"""A listener on a real socket, and a client that sends the very bytes a test shows."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from intake.smtp import Delivered, Listener, ListenerSettings

SETTINGS = ListenerSettings(
    host="127.0.0.1",
    port=0,
    protocol="smtp",
    hostname="desk.example",
    max_message_bytes=10_000_000,
    max_connections=200,
    addresses=frozenset({"support@example.org", "help@example.org"}),
)
PATIENCE = 10.0  # seconds a test waits for what has to come


@dataclass
class Desk:
    """A running listener and what it had recorded."""

    listener: Listener
    recorded: list[Delivered] = field(default_factory=list)

    @property
    def bodies(self) -> list[bytes]:
        return [delivered.body for delivered in self.recorded]


class Slow:
    """A record that begins, and ends when it is let go."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        self.cut_short = False

    async def __call__(self, _delivered: Delivered) -> None:
        self.begun.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cut_short = True
            raise


@asynccontextmanager
async def listening(
    record: Callable[[Delivered], Awaitable[object]] | None = None,
    admit: Callable[[], str | None] = lambda: None,
    **settings: Any,
) -> AsyncIterator[Desk]:
    """Run a listener; what is `recorded` counts when `record`, if any is given, has returned."""
    recorded: list[Delivered] = []

    async def keep(delivered: Delivered) -> object:
        result = await record(delivered) if record else None
        recorded.append(delivered)
        return result

    listener = Listener(replace(SETTINGS, **settings), record=keep, admit=admit)
    await listener.start()
    try:
        yield Desk(listener, recorded)
    finally:
        await listener.stop(0.2)


class Client:
    """One connection; `ask` sends bytes and returns the reply, be it of several lines."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def reply(self) -> bytes:
        lines = b""
        async with asyncio.timeout(PATIENCE):
            while line := await self.reader.readline():
                lines += line
                if line[3:4] != b"-":
                    break
        return lines

    async def ask(self, sent: bytes) -> bytes:
        self.writer.write(sent)
        return await self.reply()

    async def rest(self) -> bytes:
        """What comes until the connection ends, by a reset if need be."""
        received = b""
        async with asyncio.timeout(PATIENCE):
            try:
                while block := await self.reader.read(65_536):
                    received += block
            except ConnectionResetError:
                return received
        return received

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        """Hang up the hard way: the server is told at once that nobody is there any more."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def closed(self) -> bool:
        return await self.rest() == b""

    async def as_far_as_data(self, recipient: bytes = b"support@example.org") -> None:
        """Greet and give an envelope; the next bytes are the message's."""
        assert (await self.ask(b"EHLO client.example\r\n")).startswith(b"250-")
        assert (await self.ask(b"MAIL FROM:<ivan@client.example>\r\n")).startswith(b"250 ")
        assert (await self.ask(b"RCPT TO:<" + recipient + b">\r\n")).startswith(b"250 ")
        assert (await self.ask(b"DATA\r\n")).startswith(b"354 ")


@asynccontextmanager
async def client(desk: Desk) -> AsyncIterator[Client]:
    """A connection whose greeting was read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.listener.port, limit=2**20)
    talker = Client(reader, writer)
    try:
        assert (await talker.reply()).startswith(b"220 ")
        yield talker
    finally:
        writer.close()


async def exchange(desk: Desk, sent: bytes) -> bytes:
    """Send everything at once, close that half, and return everything that came back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.listener.port)
    writer.write(sent)
    writer.write_eof()
    try:
        return await Client(reader, writer).rest()
    finally:
        writer.close()


async def until(reached: Callable[[], bool]) -> None:
    """Let the loop run until something is so; fails after a while."""
    async with asyncio.timeout(PATIENCE):
        while not reached():
            await asyncio.sleep(0.001)


def codes(replies: bytes) -> list[int]:
    """The codes of the replies, one each."""
    return [int(line[:3]) for line in replies.split(b"\r\n") if line[3:4] == b" "]
