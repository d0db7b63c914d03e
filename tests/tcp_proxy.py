"""A wire between a client and a server that breaks, hangs and lies on demand."""

import socket
import threading
from contextlib import suppress

from tests.listening import Listening


class Proxy(Listening):
    """Listens on `port` and passes on to a server's; the settings hold for what the server sends."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.connections = 0
        self.cut_at: bytes | None = None  # the connection ends after these bytes have passed
        self.stall_at: bytes | None = None  # nothing more passes after these
        self.times = 1  # how often either happens
        self.swallow: bytes | None = None  # a command of the client's that never reaches the server
        self.replaced: dict[bytes, bytes] = {}
        self.seen = b""  # what clients have sent
        self._open: set[socket.socket] = set()
        super().__init__()

    def say(self, line: bytes) -> None:
        """The server seems to say something to every client, and hangs up."""
        for one in list(self._open):
            with suppress(OSError):
                one.sendall(line)
        self.drop()

    def drop(self) -> None:
        """End every connection."""
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Listen no more, and end every connection."""
        super().close()
        self.drop()

    def connected(self, connection: socket.socket) -> None:
        self.connections += 1
        try:
            server = socket.create_connection(("127.0.0.1", self.server))
        except OSError:
            connection.close()
            return
        self._open.add(connection)
        for target in (self._upwards, self._downwards):
            threading.Thread(target=target, args=(connection, server), daemon=True).start()

    def _upwards(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while block := client.recv(65536):
                self.seen += block
                if self.swallow is not None and self.swallow in block:
                    return  # neither end is told anything
                server.sendall(block)
        self._ended(client, server)

    def _downwards(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while block := server.recv(65536):
                for old, new in self.replaced.items():
                    block = block.replace(old, new)
                block, over = self._up_to(self.cut_at, block)
                block, stalled = self._up_to(self.stall_at, block)
                client.sendall(block)
                if stalled:
                    return  # neither end is told anything
                if over:
                    break
        self._ended(client, server)

    def _up_to(self, mark: bytes | None, block: bytes) -> tuple[bytes, bool]:
        if mark is None or self.times < 1 or mark not in block:
            return block, False
        self.times -= 1
        return block[: block.index(mark) + len(mark)], True

    def _ended(self, client: socket.socket, server: socket.socket) -> None:
        self._open.discard(client)
        for one in (client, server):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
