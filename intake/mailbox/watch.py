"""The thread of one mailbox: connects, looks, waits for news, and begins anew when anything breaks."""

import asyncio
import random
import socket
import threading
import time

import structlog

from intake.imap import Session
from intake.mailbox.desk import Asked, Desk
from intake.mailbox.memory import Memory
from intake.mailbox.reading import Reading
from intake.mailbox.rules import rest
from intake.mailbox.settings import Mailbox, Trouble
from intake.mailbox.standing import Standing

log = structlog.get_logger("intake.imap")

IDLE = 120.0  # seconds; short, because a connection that died in silence is noticed at its end
LEAST = 1.0  # seconds between two looks without news: some servers end IDLE at once
IDLE_TRIES = 3  # connections that may break in IDLE before this server's IDLE is not used any more
CONNECTING = 60.0  # seconds for all steps up to the first look
FINISH = 4.0  # seconds to finish what is in hand at a stop, before the connection is cut
GIVE_UP = 3.0  # seconds after the cut


class Watch:
    """Watches one mailbox until stopped. It holds nothing: the server keeps what is not recorded."""

    def __init__(self, mailbox: Mailbox, desk: Desk) -> None:
        self.mailbox = mailbox
        self.standing = Standing(mailbox.name, mailbox.alarm_after)
        self._desk = desk
        self._memory = Memory()
        self._over = threading.Event()
        self._stopping, self._stop_sender = socket.socketpair()
        self._session: Session | None = None
        self._thread: threading.Thread | None = None
        self._failures = 0
        self._idle_breaks = 0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin, unless it runs; `loop` is the desk's."""
        if self._thread is None or not self._thread.is_alive():
            name = f"mailbox {self.mailbox.name}"
            # A daemon: a server that does not even let us hang up must not keep the process.
            self._thread = threading.Thread(target=self._run, args=(loop,), name=name, daemon=True)
            self._thread.start()

    def ask_to_stop(self) -> None:
        """Let it finish the mail in hand and leave."""
        if not self._over.is_set():
            self._over.set()
            self._stop_sender.send(b".")

    def stopped(self) -> bool:
        """Wait until it has ended, and cut its connection when that takes too long; whether it has."""
        if self._thread is None:
            return True
        self._thread.join(FINISH)
        self.cut()
        self._thread.join(GIVE_UP)
        return not self._thread.is_alive()

    def cut(self) -> None:
        """End the connection that hangs; the thread then makes another one."""
        if self._session is not None:
            self._session.cut()

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asked = Asked(self._desk, loop)
        while not self._over.is_set():
            refused = False
            try:
                self._connected(asked)
            except Trouble as exc:
                refused = exc.refused
                self._failed(str(exc), refused=refused)
            except Exception as exc:  # whatever a server can cause must not end the mailbox's only thread
                self._failed(f"{type(exc).__name__}: {exc}", refused=False)
                log.exception("mailbox failed", mailbox=self.mailbox.name)
            self.standing.busy(float("inf"))  # at rest: nothing hangs
            if self._failures and not self._over.is_set():
                # Many desks behind one server must not come back together after its restart.
                jitter = random.uniform(1.0, 1.2)  # noqa: S311 - no secret
                self._over.wait(rest(self._failures, refused=refused) * jitter)

    def _failed(self, reason: str, *, refused: bool) -> None:
        if self._over.is_set():
            return  # we hung up ourselves
        self._failures += 1
        self.standing.unwell(reason, refused=refused)
        log.warning("mailbox in trouble", mailbox=self.mailbox.name, reason=reason, tries=self._failures)

    def _connected(self, asked: Asked) -> None:
        """One connection, from the greeting to its end."""
        self.standing.busy(CONNECTING)
        session = self._signed_in(asked)
        try:
            folder = session.open()
            reading = Reading(
                self.mailbox, session, folder, asked, self.standing, self._memory, self._over.is_set
            )
            self.standing.connects(True)
            log.info("mailbox connected", mailbox=self.mailbox.name, messages=folder.messages)
            self._look_on(session, reading)
            session.leave()
        finally:
            self.standing.connects(False)
            self.standing.busy(float("inf"))
            self._session = None
            session.close()

    def _signed_in(self, asked: Asked) -> Session:
        """A session; a refused access token may only have expired, so that another one is tried at once."""
        token = asked.token()
        try:
            return self._session_with(token)
        except Trouble as exc:
            if not token or not exc.refused:
                raise
        return self._session_with(asked.token(token))

    def _session_with(self, token: str) -> Session:
        self._session = session = Session(self.mailbox)
        try:
            session.sign_in(token)
        except Trouble:
            self._session = None
            session.close()
            raise
        return session

    def _look_on(self, session: Session, reading: Reading) -> None:
        idles = session.idles
        while not self._over.is_set():
            more = False
            try:
                more = reading.look()
                self._failures = 0
            except Trouble as exc:
                if exc.broken:
                    raise
                # The connection is well; a mail, or the folder that mails are moved to, is not.
                self.standing.unwell(str(exc))
            if not more and not self._over.is_set():
                self._wait(session, idles)

    def _wait(self, session: Session, idles: bool) -> None:
        idle = idles and self._idle_breaks < IDLE_TRIES
        seconds = IDLE if idle else self.mailbox.poll_seconds
        self.standing.busy(seconds + CONNECTING)
        began = time.monotonic()
        try:
            news = session.wait(seconds, self._stopping, idle=idle)
        except Trouble:
            self._idle_breaks += idle
            raise
        if idle and time.monotonic() - began > IDLE / 2:
            self._idle_breaks = 0
        if not news and time.monotonic() - began < LEAST:
            self._over.wait(LEAST)
