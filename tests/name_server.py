"""A DNS server for tests, on a socket of 127.0.0.1: it answers what it was told, fails, or keeps silent."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Zone = Mapping[str, str]
"""Names, each with its one TXT record; other names do not exist."""


class NameServer:
    """Serves until closed. `failing`: names answered with SERVFAIL; `silent`: names without an answer."""

    def __init__(self, zone: Zone, failing: tuple[str, ...] = (), silent: tuple[str, ...] = ()) -> None:
        self._zone, self._failing, self._silent = zone, failing, silent
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        # A datagram to itself ends the loop: closing a socket wakes nobody who reads from it.
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            content, sender = self._socket.recvfrom(4096)
            if not content:
                return
            query = dns.message.from_wire(content)
            name = query.question[0].name.to_text(omit_final_dot=True).lower()
            self.asked.append(name)
            if name not in self._silent:
                self._socket.sendto(self._answer(query, name).to_wire(), sender)

    def _answer(self, query: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        question = query.question[0]
        if name in self._failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self._zone:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.TXT:
            text = self._zone[name]
            pieces = " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", pieces))
        return answer


@contextmanager
def name_server(
    zone: Zone, failing: tuple[str, ...] = (), silent: tuple[str, ...] = ()
) -> Iterator[NameServer]:
    """A name server, closed at the end."""
    server = NameServer(zone, failing, silent)
    try:
        yield server
    finally:
        server.close()
