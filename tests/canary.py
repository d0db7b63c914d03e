"""A listener that nobody should ever come to."""

import socket

from tests.listening import Listening


class Canary(Listening):
    """Listens on a port of 127.0.0.1 and counts who comes; it answers nothing."""

    def __init__(self) -> None:
        self.visits = 0
        super().__init__()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connected(self, connection: socket.socket) -> None:
        self.visits += 1
        connection.close()
