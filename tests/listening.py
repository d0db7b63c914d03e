"""A socket that tests let others connect to."""

import socket
import threading
from contextlib import suppress


class Listening:
    """Listens on `port` of 127.0.0.1 and gives each connection to `connected`, until it is closed."""

    def __init__(self, port: int = 0) -> None:
        """`port`: 0 for any that is free. Call it last: somebody may connect at once."""
        self._listening = socket.create_server(("127.0.0.1", port))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def connected(self, connection: socket.socket) -> None:
        """Somebody has come; runs in the thread that accepts, so that what lasts needs one of its own."""
        raise NotImplementedError

    def close(self) -> None:
        """Listen no more."""
        # Closing alone would leave accept() in its thread waiting, and the port open.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):  # it is closed at the end
            while True:
                connection, _ = self._listening.accept()
                self.connected(connection)
