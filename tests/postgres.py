"""A private PostgreSQL for the tests: a cluster in a temporary folder, on a free port, gone at the end."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

_START = 30.0  # seconds; a busy machine takes 2 or 3


class Postgres:
    """A running server; `create()` gives the URL of an empty database."""

    def __init__(self) -> None:
        """Make a cluster and start it. Raises FileNotFoundError when PostgreSQL is not installed."""
        self._programs = programs()
        # Short, because the path of a socket may have no more than 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="otklik-pg-", dir="/tmp"))
        self._as_user = _as_postgres() if os.getuid() == 0 else []
        self._numbers = count(1)
        self._server: subprocess.Popen[bytes] | None = None
        if self._as_user:
            shutil.chown(self._folder, "postgres", "postgres")
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
                  "--no-sync", "--pgdata", str(self._folder / "cluster"))  # fmt: skip
        self.port = self._start()

    def create(self, like: str | None = None) -> str:
        """The URL of a new database: empty, or a copy of the one at the URL `like`, which nobody may use."""
        name = f"test_{next(self._numbers)}"
        template = f" TEMPLATE {like.rpartition('/')[2]}" if like else ""
        self.execute(f"CREATE DATABASE {name}{template}")
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def execute(self, sql: str, database: str = "postgres") -> str:
        """Run SQL as the superuser, outside of any transaction; what it returns, unaligned."""
        address = ("--host=127.0.0.1", f"--port={self.port}", "--username=postgres", f"--dbname={database}")
        return self._run("psql", *address, "--quiet", "--no-psqlrc", "--tuples-only", "--no-align",
                         "--set=ON_ERROR_STOP=1", f"--command={sql}")  # fmt: skip

    def restart(self, *, crash: bool = False) -> None:
        """Stop and start the server on the same port; `crash` stops it without a last word."""
        self._stop("immediate" if crash else "fast")
        self._launch(self.port)

    def close(self) -> None:
        """Stop the server and remove everything."""
        self._stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> int:
        for attempt in range(3):
            port = _free_port()
            try:
                self._launch(port)
            except RuntimeError:
                if attempt == 2:
                    raise
            else:
                return port
        raise AssertionError("the last attempt returns or raises")

    def _launch(self, port: int) -> None:
        log = self._folder / "log"
        program = [str(self._programs / "postgres"), "-D", str(self._folder / "cluster")]
        places = ["-h", "127.0.0.1", "-p", str(port), "-k", str(self._folder)]
        with log.open("ab") as output:
            self._server = subprocess.Popen(
                [*self._as_user, *program, *places], stdout=output, stderr=output, cwd="/"
            )
        patience = time.monotonic() + _START
        while not self._ready(port):
            if self._server.poll() is not None or time.monotonic() > patience:
                self._server.kill()
                raise RuntimeError(f"PostgreSQL does not start:\n{log.read_text()}")
            time.sleep(0.05)

    def _ready(self, port: int) -> bool:
        ask = [str(self._programs / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
        return subprocess.run(ask, check=False).returncode == 0

    def _stop(self, mode: str) -> None:
        self._run("pg_ctl", "stop", "--silent", f"--mode={mode}", "--pgdata", str(self._folder / "cluster"))
        if self._server:
            self._server.wait(timeout=30)

    def _run(self, program: str, *arguments: str) -> str:
        command = [*self._as_user, str(self._programs / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.strip()}")
        return done.stdout.strip()


def programs() -> Path:
    """The folder of PostgreSQL's server programs, the newest there is; FileNotFoundError when none is."""
    # Debian keeps them out of PATH, by version.
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("initdb")
    if not places and not found:
        raise FileNotFoundError("PostgreSQL is not installed: tests/setup.sh does it, or says how")
    return places[-1].parent if places else Path(str(found)).resolve().parent


def _as_postgres() -> list[str]:
    """The server refuses to run as root, so it runs as the user that its package made."""
    if shutil.which("setpriv"):
        # It also ends with us, should we be killed.
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT"]
    return ["runuser", "--user", "postgres", "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
