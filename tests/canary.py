"""A listener that nobody should ever come to."""

import socket
import threading
from contextlib import suppress


class Canary:
    """Listens on a port of 127.0.0.1 and counts who comes; it answers nothing."""

    def __init__(self) -> None:
        self.visits = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._count, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _count(self) -> None:
        with suppress(OSError):  # it is closed at the end
            while True:
                connection, _ = self._listening.accept()
                self.visits += 1
                connection.close()
