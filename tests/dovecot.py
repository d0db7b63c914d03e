"""A private Dovecot for the tests: an IMAP server in a temporary folder, on free ports, gone at the end."""

import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs

from tests.service.desk import free_port

USER, PASSWORD = "support@example.org", "correct-horse-42"
_START = 30.0  # seconds
_CONF = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
disable_plaintext_auth = no
default_login_user = {login_user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
auth_mechanisms = plain login xoauth2
mail_location = maildir:{folder}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
auth_failure_delay = 0
mailbox_idle_check_interval = 1s
imap_idle_notify_interval = 30s
{capability}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
"""
_OAUTH = """
introspection_mode = post
introspection_url = http://127.0.0.1:{port}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""


class TokenServer:
    """Gives access tokens for a refresh token, and tells Dovecot which of them are good."""

    def __init__(self) -> None:
        self.good: set[str] = set()  # access tokens
        self.refresh_tokens = {"refresh-0"}
        self.rotates = True
        self.lasts: int | None = 3600
        self.asked: list[dict[str, str]] = []
        self.answer: tuple[int, str] | None = None  # instead of a token
        server = self
        self._given = 0

        class Handler(BaseHTTPRequestHandler):
            protocol_version: ClassVar[str] = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                form = {key: values[0] for key, values in parse_qs(self.rfile.read(length).decode()).items()}
                status, text = server._answered(self.path, form)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/token"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def expire(self) -> None:
        """No access token given so far is good any more."""
        self.good.clear()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _answered(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        if path == "/introspect":
            good = form.get("token", "") in self.good
            return 200, f'{{"active": {str(good).lower()}, "username": "{USER}"}}'
        self.asked.append(form)
        if self.answer is not None:
            return self.answer
        if form.get("refresh_token") not in self.refresh_tokens:
            return 400, '{"error": "invalid_grant", "error_description": "no such token"}'
        self._given += 1
        token = f"access-{self._given}-{'x' * 40}"
        self.good.add(token)
        rotated = ""
        if self.rotates:
            self.refresh_tokens = {f"refresh-{self._given}"}
            rotated = f', "refresh_token": "refresh-{self._given}"'
        lasts = "" if self.lasts is None else f', "expires_in": {self.lasts}'
        return 200, f'{{"access_token": "{token}", "token_type": "Bearer"{lasts}{rotated}}}'


class Dovecot:
    """A running server; every name is a user of it, all with the same password."""

    def __init__(self, *, tokens: TokenServer | None = None, capability: str = "") -> None:
        """`capability`: what it says it can, in place of everything. FileNotFoundError: not installed."""
        program = shutil.which("dovecot") or "/usr/sbin/dovecot"
        if not os.access(program, os.X_OK):
            raise FileNotFoundError("Dovecot is not installed: tests/setup.sh does it, or says how")
        self._folder = Path(tempfile.mkdtemp(prefix="otklik-imap-", dir="/tmp"))
        self._folder.chmod(0o755)
        self.port, self.tls_port = free_port(), free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._program = program
        root = os.getuid() == 0
        me = pwd.getpwuid(os.getuid()).pw_name
        owner = pwd.getpwnam("dovecot") if root else pwd.getpwuid(os.getuid())
        (self._folder / "oauth2").write_text(_OAUTH.format(port=tokens.port if tokens else 1))
        (self._folder / "mail").mkdir()
        os.chown(self._folder / "mail", owner.pw_uid, owner.pw_gid)
        certificate, key = self._folder / "cert.pem", self._folder / "key.pem"
        make_certificate(certificate, key)
        (self._folder / "dovecot.conf").write_text(
            _CONF.format(
                folder=self._folder,
                password=PASSWORD,
                ssl=f"yes\nssl_cert = <{certificate}\nssl_key = <{key}",
                login_user="dovenull" if root else me,
                user="dovecot" if root else me,
                group="dovecot" if root else owner.pw_gid,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
                port=self.port,
                tls_port=self.tls_port,
                capability=f"imap_capability = {capability}" if capability else "",
            )
        )
        try:
            self.up()
        except BaseException:
            self.close()
            raise

    @property
    def log(self) -> str:
        path = self._folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def up(self) -> None:
        """Start it; harmless when it runs."""
        if self._server is not None:
            return
        # It ends with us, should we be killed.
        ends = ["setpriv", "--pdeathsig=TERM"] if shutil.which("setpriv") else []
        self._server = subprocess.Popen(
            [*ends, self._program, "-F", "-c", str(self._folder / "dovecot.conf")]
        )
        patience = time.monotonic() + _START
        while True:
            try:
                with self.mailbox():
                    return
            except (OSError, imaplib.IMAP4.error) as exc:
                if self._server.poll() is not None or time.monotonic() > patience:
                    raise RuntimeError(f"Dovecot does not start:\n{self.log}") from exc
            time.sleep(0.05)

    def down(self) -> None:
        """Stop it; its clients are told BYE."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(timeout=30)
            self._server = None

    def close(self) -> None:
        """Stop it and remove everything."""
        self.down()
        shutil.rmtree(self._folder, ignore_errors=True)

    def maildir(self, user: str = USER) -> Path:
        return self._folder / "mail" / user

    @contextmanager
    def mailbox(self, user: str = USER, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """Another program of the mailbox's owner, signed in, with a folder open."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=20) as client:
            client.login(user, PASSWORD)
            client.select(folder)
            yield client

    def put(self, raw: bytes, at: datetime | None = None, folder: str = "INBOX", user: str = USER) -> None:
        """A mail arrives."""
        with self.mailbox(user) as client:
            when = None if at is None else imaplib.Time2Internaldate(at)
            told = client.append(folder, "", when, raw)  # type: ignore[arg-type]
            assert told[0] == "OK", told

    def uids(self, criteria: str = "ALL", folder: str = "INBOX", user: str = USER) -> list[int]:
        """The UIDs of the mails in a folder."""
        with self.mailbox(user) as client:
            if client.select(folder)[0] != "OK":
                return []
            _, (found,) = client.uid("SEARCH", criteria)
            return [int(uid) for uid in found.split()]

    def change_uidvalidity(self, user: str = USER) -> None:
        """As after a restore: the same mails under other UIDs."""
        self.down()
        for name in self.maildir(user).glob("dovecot*"):
            name.unlink()
        time.sleep(1.1)  # UIDVALIDITY is a time in seconds
        self.up()


def make_certificate(certificate: Path, key: Path) -> None:
    """A certificate for localhost that nobody has signed."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", str(certificate), "-keyout",
         str(key)],
        check=True, capture_output=True,
    )  # fmt: skip
