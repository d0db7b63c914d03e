"""A private Postfix for the tests: configuration, queue and port of its own in a temporary folder."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.listening import Listening
from tests.service.desk import free_port, until

_SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A running Postfix at `port` of 127.0.0.1; the methods are what its postmaster does and sees."""

    def __init__(self, port: int, routes: dict[str, str], *, refused: str = "", policy: int = 0) -> None:
        """`routes`: by domain, the transport that its mail goes by, such as "lmtp:inet:127.0.0.1:24".

        `refused`: a recipient that is answered 550. `policy`: the port of a policy service, which is asked
        for every recipient. Raises FileNotFoundError when Postfix is not installed, PermissionError when we
        are not root.
        """
        if shutil.which("postfix") is None:
            raise FileNotFoundError("Postfix is not installed: tests/setup.sh does it, or says how")
        if os.geteuid() != 0:
            raise PermissionError("Postfix has to be started as root: run these tests as root (or with sudo)")
        self.port = port
        # Not pytest's folder, for it is closed to the user that Postfix' parts run as.
        self._folder = Path(tempfile.mkdtemp(prefix="otklik-postfix-", dir="/tmp"))
        self._folder.chmod(0o755)
        self.log = self._folder / "log"
        try:
            self._configure(routes, refused, policy)
            self._run("postfix", "start")
        except BaseException:
            self.close()
            raise

    def flush(self) -> None:
        """Have everything that is deferred tried again now."""
        self._run("postqueue", "-f")

    def queue(self) -> list[dict[str, Any]]:
        """The queue files, as `postqueue -j` shows them: queue_name, sender, recipients with delay_reason."""
        return [json.loads(line) for line in self._run("postqueue", "-j").splitlines()]

    def deferred(self) -> list[dict[str, Any]]:
        """Those of the deferred queue."""
        return [file for file in self.queue() if file["queue_name"] == "deferred"]

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def close(self) -> None:
        """Stop it and remove everything."""
        with suppress(RuntimeError):  # it may be down already
            self._run("postfix", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _configure(self, routes: dict[str, str], refused: str, policy: int) -> None:
        checks = [f"check_policy_service inet:127.0.0.1:{policy}"] if policy else []
        if refused:
            checks.insert(0, f"check_recipient_access inline:{{{{{refused} = 550 5.1.1 no such user here}}}}")
        settings = {
            "compatibility_level": "3.6",
            "queue_directory": self._folder / "queue",
            "data_directory": self._folder / "data",
            "maillog_file": self.log,
            "maillog_file_prefixes": self._folder,
            "myhostname": "mx.example",
            "mydestination": "",
            "alias_maps": "",
            "local_recipient_maps": "",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "mynetworks": "127.0.0.0/8",
            "disable_dns_lookups": "yes",
            "message_size_limit": 50 * 1024 * 1024,
            # What is relayed is ruled by the routes alone; a domain without one can't be reached.
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "smtpd_recipient_restrictions": ", ".join([*checks, "permit_mynetworks", "reject"]),
            "default_transport": "error:no route",
            "transport_maps": "inline:{"
            + ", ".join(f"{{{domain} = {transport}}}" for domain, transport in routes.items())
            + "}",
            # Only `flush` has anything tried again.
            "queue_run_delay": "1h",
            "minimal_backoff_time": "1h",
        }
        (self._folder / "data").mkdir()
        (self._folder / "queue").mkdir()
        shutil.chown(self._folder / "data", "postfix")
        text = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (self._folder / "main.cf").write_text(text)
        (self._folder / "master.cf").write_text(_SERVICES.format(port=self.port))

    def _run(self, program: str, *arguments: str) -> str:
        command = [program, "-c", str(self._folder), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, timeout=60)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}\n{self.log_text()}")
        return done.stdout


class Greylist(Listening):
    """A policy service (Postfix' SMTPD_POLICY_README) that sends everybody away the first time."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self._seen: set[str] = set()
        super().__init__(free_port())

    def connected(self, connection: socket.socket) -> None:
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rw", encoding="utf-8") as stream:
            request: dict[str, str] = {}
            for line in stream:
                name, _, value = line.rstrip("\n").partition("=")
                if name:
                    request[name] = value
                    continue
                stream.write(f"action={self._action(request)}\n\n")
                stream.flush()
                request = {}

    def _action(self, request: dict[str, str]) -> str:
        self.asked.append(request)
        recipient = request["recipient"]
        if recipient in self._seen:
            return "DUNNO"
        self._seen.add(recipient)
        return "451 4.7.1 Greylisted, come again later"


class DropAfterDot(Listening):
    """A TCP proxy before an SMTP server that cuts the answer to a message's final dot off, `times` times."""

    def __init__(self, server: int, times: int = 1) -> None:
        self.times, self._server = times, server
        super().__init__(free_port())

    def connected(self, connection: socket.socket) -> None:
        threading.Thread(target=self._pass, args=(connection,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._server)) as server:
            dot = threading.Event()
            up = threading.Thread(target=self._upwards, args=(client, server, dot), daemon=True)
            up.start()
            with suppress(OSError):
                while answer := server.recv(65_536):
                    if dot.is_set() and self.times > 0:
                        self.times -= 1
                        break  # the server has taken the message, and the client never learns it
                    client.sendall(answer)
            for end in (client, server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            up.join()

    def _upwards(self, client: socket.socket, server: socket.socket, dot: threading.Event) -> None:
        end = b""
        with suppress(OSError):
            while said := client.recv(65_536):
                end = (end + said)[-5:]
                if end == b"\r\n.\r\n":
                    dot.set()
                server.sendall(said)
            server.shutdown(socket.SHUT_WR)


@contextmanager
def postfix(port: int, routes: dict[str, str], *, refused: str = "", policy: int = 0) -> Iterator[Postfix]:
    """A Postfix while it is needed, with the arguments of the class; it answers when this begins."""
    running = Postfix(port, routes, refused=refused, policy=policy)
    try:
        until("Postfix answers", lambda: _greets(running.port))
        yield running
    finally:
        running.close()


def _greets(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        return connection.recv(4).startswith(b"220")
    return False
