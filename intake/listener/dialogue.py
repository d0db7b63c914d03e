"""Talks SMTP or LMTP with one client: command in, reply out, message to the recorder."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog

from intake.listener.envelope import Delivered, Refused
from intake.listener.gate import CLOSING, Allowance
from intake.listener.patience import Patience
from intake.listener.reception import Line, Reception
from intake.listener.transaction import Transaction
from intake.listener.verdict import TRY_AGAIN, tell
from intake.listener.wire import BareLineFeed, EndlessLine, Wire

MAX_COMMAND = 4096  # bytes; RFC 5321 §4.5.3.1.4 asks for 512, and more for every extension
MAX_ERRORS = 50  # replies 5xx that a client may get without a message taken in,
MAX_COMMANDS = 500  # and commands that it may send
FULL = "452 4.3.1 Nothing can be taken in now, try again later"

# Replies that need no thought. AUTH is never offered; VRFY and EXPN would tell strangers our addresses.
FIXED = {
    "NOOP": "250 2.0.0 OK",
    "HELP": "214 2.0.0 See RFC 5321",
    "VRFY": "502 5.5.1 VRFY is not available",
    "EXPN": "502 5.5.1 EXPN is not available",
    "AUTH": "502 5.5.1 AUTH is not available",
}
# A foreign page can make a browser talk to us, with mail in the body of its request.
HTTP = frozenset({"GET", "POST", "HEAD", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI"})

log = structlog.get_logger("intake.smtp")


class Dialogue:
    """One client's dialogue, from the greeting on."""

    def __init__(self, line: Line, reception: Reception) -> None:
        self._line = line
        self._reception = reception
        self._settings = reception.settings
        self._lmtp = reception.settings.protocol == "lmtp"
        self._patience = Patience(reception.settings, asyncio.get_running_loop().time)
        self._idle = self._dismissed = False
        self._errors = self._commands = 0
        self._begin()
        # LMTP has a greeting of its own, and neither of SMTP's (RFC 2033 §4.1).
        greetings = {"LHLO": self._ehlo} if self._lmtp else {"EHLO": self._ehlo, "HELO": self._helo}
        self._verbs: dict[str, Callable[[str], Awaitable[None]]] = {
            **greetings,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "QUIT": self._quit,
            "STARTTLS": self._starttls,
        }

    def _begin(self) -> None:
        self._wire = Wire(self._line.reader)
        self._transaction = Transaction(self._reception.ours, self._settings.max_message_bytes)

    async def hold(self) -> None:
        """Greet the client and serve it until either side hangs up. Raises ConnectionError when it did."""
        await self._line.push(f"220 {self._settings.hostname} {'LMTP' if self._lmtp else 'ESMTP'}")
        while not self._line.gone:
            await self._next_command()

    def dismiss(self) -> None:
        """Send the client away: at once when it is idle, else after what it has in hand."""
        self._dismissed = True
        if self._idle:
            self._line.hang_up(CLOSING)

    def timed_out(self) -> None:
        """The line's timer ran out: cut the client, unless a message keeps coming in."""
        seconds = self._patience.look(self._wire.received)
        if seconds is not None:
            self._line.set_timer(seconds)
            return
        log.info("cut", peer=self._line.peer, reason="too slow", in_message=self._patience.in_message)
        self._line.hang_up("421 4.4.2 Too slow, closing")

    async def _next_command(self) -> None:
        if self._dismissed:
            self._line.hang_up(CLOSING)
            return
        self._line.set_timer(self._settings.command_timeout)
        self._idle = True
        try:
            line = await self._wire.line()
        except (EndlessLine, BareLineFeed) as error:
            log.info("cut", peer=self._line.peer, reason=type(error).__name__)
            await self._answer("500 5.5.2 A line has to end in CR LF")
            await self._line.turn_off(self._wire.discard)
            return
        finally:
            self._idle = False
        if not self._line.gone:
            await self._obey(line)

    async def _obey(self, line: bytes) -> None:
        self._commands += 1
        if self._commands > MAX_COMMANDS or self._errors > MAX_ERRORS:
            self._line.hang_up("421 4.7.0 Too many commands without a message")
            return
        if self._commands % 50 == 0:
            await asyncio.sleep(0)  # hundreds of commands sent in one go must not hold up everybody else
        verb, _, argument = line.partition(b" ")
        command = verb.decode("ascii", "replace").upper()
        if command in HTTP:
            log.info("cut", peer=self._line.peer, reason="HTTP")
            self._line.hang_up("502 5.7.0 This is not a web server")
        elif len(line) > MAX_COMMAND:
            await self._answer("500 5.5.2 Line too long")
        elif reply := FIXED.get(command):
            await self._answer(reply)
        elif method := self._verbs.get(command):
            await self._call(method, argument)
        else:
            await self._answer("500 5.5.1 Unknown command")

    async def _call(self, method: Callable[[str], Awaitable[None]], argument: bytes) -> None:
        try:
            text = argument.decode("utf-8").strip(" ")
            if not text.isprintable():
                raise Refused("501 5.5.2 Control characters in a command")
            await method(text)
        except UnicodeDecodeError:
            await self._answer("501 5.5.2 Neither ASCII nor UTF-8")
        except Refused as refusal:
            await self._answer(refusal.reply)
        except ConnectionError:
            raise
        except Exception as error:  # what goes wrong in us is not the client's fault
            log.error("dialogue failed", peer=self._line.peer, exc_info=error)
            if self._patience.in_message:
                self._line.hang_up(TRY_AGAIN)  # what follows is text, not commands
            else:
                await self._answer(TRY_AGAIN)

    async def _answer(self, reply: str) -> None:
        self._errors += reply[0] == "5"
        self._reception.gate.counters.note(reply)
        await self._line.push(reply)

    # The commands that take thought; each is given its argument, and may raise Refused.

    async def _helo(self, argument: str) -> None:
        self._transaction.greet(argument)
        await self._answer(f"250 {self._settings.hostname}")

    async def _ehlo(self, argument: str) -> None:
        self._transaction.greet(argument)
        lines = [self._settings.hostname, "PIPELINING", f"SIZE {self._settings.max_message_bytes}"]
        lines += ["8BITMIME", "SMTPUTF8"]
        if self._line.can_encrypt and not self._line.encrypted:
            lines.append("STARTTLS")
        await self._answer("".join(f"250-{each}\r\n" for each in lines) + "250 ENHANCEDSTATUSCODES")

    async def _starttls(self, argument: str) -> None:
        if argument:
            raise Refused("501 5.5.4 STARTTLS takes no argument")
        if self._line.encrypted or not self._line.can_encrypt:
            raise Refused("502 5.5.1 STARTTLS is not available")
        await self._line.encrypt()
        self._begin()  # what was said, or sent ahead, in clear text counts for nothing (RFC 3207 §4.2)

    async def _mail(self, argument: str) -> None:
        self._check_room()
        await self._answer(self._transaction.mail(argument))

    async def _rcpt(self, argument: str) -> None:
        await self._answer(self._transaction.rcpt(argument))

    async def _rset(self, _argument: str) -> None:
        self._transaction.reset()
        await self._answer("250 2.0.0 OK")

    async def _quit(self, _argument: str) -> None:
        self._line.hang_up("221 2.0.0 Bye")

    async def _data(self, argument: str) -> None:
        self._transaction.check_data(argument)
        self._check_room()
        # LMTP answers for each recipient, in the order of their RCPT (RFC 2033 §4.2). The message was
        # recorded for all of them in one, so they share the verdict.
        replies = len(self._transaction.recipients) if self._lmtp else 1
        with self._reception.gate.in_hand(self._settings.max_message_bytes) as allowance:
            verdict = await self._receive(allowance)
            self._transaction.reset()
            self._line.set_timer(self._settings.command_timeout)  # for the client to take the replies
            for _ in range(replies):
                await self._answer(verdict)

    def _check_room(self) -> None:
        if (reason := self._reception.admit()) is not None:
            log.info("deferred", peer=self._line.peer, reason=reason)
            raise Refused(FULL)

    async def _receive(self, allowance: Allowance) -> str:
        """Let the client send its message, and return the verdict on it."""
        before = self._wire.received
        self._line.set_timer(self._patience.message_begins(before))
        await self._line.push("354 End data with <CR><LF>.<CR><LF>")
        try:
            body = await self._wire.message(allowance.may_hold)
        except (ConnectionError, asyncio.CancelledError):
            tell(self._delivered(b""), "incomplete", size=self._wire.received - before)
            raise
        self._patience.message_ended()
        self._line.set_timer(None)
        if body is None:
            verdict = "refused" if allowance.refusal[0] == "5" else "deferred"
            tell(self._delivered(b""), verdict, size=self._wire.received - before)
            return allowance.refusal
        return await self._record(body)

    async def _record(self, body: bytes) -> str:
        reply = await self._reception.recorder.verdict(self._delivered(body))
        if reply[0] == "2":
            self._commands = self._errors = 0
            self._reception.gate.counters.accepted += 1
        return reply

    def _delivered(self, body: bytes) -> Delivered:
        return Delivered(
            mail_from=self._transaction.sender,
            recipients=tuple(dict.fromkeys(self._transaction.recipients)),
            peer=self._line.peer,
            helo=self._transaction.helo,
            tls=self._line.encrypted,
            body=body,
            received_at=datetime.now(UTC),
        )
