"""A signed-in connection to an IMAP server: nobody else knows IMAPClient and its errors."""

import logging
import select
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime

from imapclient import DELETED, SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from intake.mailbox.folder import Facts, Folder, in_words, is_temporary
from intake.mailbox.rules import above
from intake.mailbox.settings import Mailbox, Trouble

CONNECT = 15.0  # seconds
ANSWER = 30.0  # seconds of silence in the middle of an answer, after which the connection is given up
MOST_LISTED = 50_000  # messages in one answer to SEARCH; imaplib reads lines up to a million bytes

# It would write every command and its answer as events of level debug.
logging.getLogger("imapclient").setLevel(logging.WARNING)


class Session:
    """One connection. Every method may raise Trouble; none but `cut` is called from another thread."""

    def __init__(self, mailbox: Mailbox) -> None:
        """Connect, encrypted as configured: less is never accepted."""
        self._mailbox = mailbox
        self._folder_is_there = False  # the one that mails are moved to
        context = ssl.create_default_context() if mailbox.security != "none" else None
        with _translated("connecting", broken=True):
            self._client = IMAPClient(
                mailbox.host,
                mailbox.port,
                ssl=mailbox.security == "tls",
                ssl_context=context,
                timeout=SocketTimeout(CONNECT, ANSWER),
            )
        self._client.normalise_times = False  # moments keep their zone
        if mailbox.security == "starttls":
            try:
                with _translated("STARTTLS", broken=True):
                    self._client.starttls(context)
            except Trouble:
                self.cut()
                raise

    def sign_in(self, token: str = "") -> None:
        """By the access token when there is one (XOAUTH2), else by the password."""
        mailbox = self._mailbox
        with _translated("signing in", secret=token or mailbox.password):
            if token:
                self._client.oauth2_login(mailbox.username, token)
            elif self._client.has_capability("AUTH=PLAIN"):
                self._client.plain_login(mailbox.username, mailbox.password)  # LOGIN takes ASCII alone
            else:
                self._client.login(mailbox.username, mailbox.password)

    @property
    def idles(self) -> bool:
        """Whether the server tells by itself that mail came (RFC 2177)."""
        with _translated("CAPABILITY"):
            return bool(self._client.has_capability("IDLE"))

    def open(self, *, read_only: bool = False) -> Folder:
        """Select the mailbox's folder."""
        with _translated(f"opening the folder {self._mailbox.folder}"):
            told = self._client.select_folder(self._mailbox.folder, readonly=read_only)
        if not told.get(b"UIDVALIDITY"):
            raise Trouble("the server gives no UIDVALIDITY, so its messages can't be told apart")
        return Folder(int(told[b"UIDVALIDITY"]), int(told.get(b"UIDNEXT", 0)), int(told[b"EXISTS"]))

    def has_folder(self, name: str) -> bool:
        """Whether there is a folder of that name."""
        with _translated(f"looking for the folder {name}"):
            return bool(self._client.folder_exists(name))

    def _make_folder(self, name: str) -> None:
        if self._folder_is_there or self.has_folder(name):
            self._folder_is_there = True
            return
        with _translated(f"making the folder {name}"):
            self._client.create_folder(name)
            with suppress(IMAPClientError):  # a convenience: many programs show subscribed folders alone
                self._client.subscribe_folder(name)
        self._folder_is_there = True

    def above(self, last_uid: int) -> list[int]:
        """The UIDs of all messages above one."""
        return above(self._search("UID", f"{last_uid + 1}:*"), last_uid)

    def since(self, day: date) -> list[int]:
        """The UIDs of all messages that arrived on that day of the server's or later."""
        return self._search("SINCE", day)

    def all(self, messages: int) -> list[int]:
        """The UIDs of all messages in the folder, of very many the first; `messages`: how many there are.

        Where we can't remove what we marked as deleted, that is left out, or it would come for ever.
        """
        # A sequence number says how many to tell, never which message is meant.
        some = (f"1:{MOST_LISTED}",) if messages > MOST_LISTED else ()
        return self._search(*some, "ALL" if self._removes else "UNDELETED")

    def facts(self, uids: Sequence[int]) -> dict[int, Facts]:
        """Size and date of messages; those that are gone are left out."""
        with _translated("asking for sizes"):
            told = self._client.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"])
        return {
            int(uid): Facts(int(one[b"RFC822.SIZE"]), _aware(one.get(b"INTERNALDATE")))
            for uid, one in told.items()
            if b"RFC822.SIZE" in one
        }

    def body(self, uid: int) -> bytes | None:
        """A message's bytes, without marking it as seen; None when it is gone."""
        with _translated(f"fetching message {uid}"):
            told = self._client.fetch([uid], ["BODY.PEEK[]"])
        body = told.get(uid, {}).get(b"BODY[]")
        return None if body is None else bytes(body)

    def settle(self, uids: Sequence[int]) -> None:
        """Do with recorded messages what is configured: move, flag or delete them. Gone ones do no harm.

        `uids`: from one to some hundreds; servers refuse a command of any length.
        """
        match self._mailbox.after:
            case "flag":
                with _translated("marking as read"):
                    self._client.add_flags(list(uids), SEEN, silent=True)
            case "delete":
                self._remove(list(uids))
            case "move":
                self._make_folder(self._mailbox.move_to)
                self._move(list(uids), self._mailbox.move_to)

    def wait(self, seconds: float, stop: socket.socket, *, idle: bool) -> bool:
        """Wait until the server says something, `stop` can be read, or the time is over; whether mail came.

        Without `idle` the time is simply waited for.
        """
        if self._told_of_mail():
            return True
        if not idle:
            _readable(seconds, stop)
            return False
        with _translated("IDLE", broken=True):
            self._client.idle()
            self._listen(seconds, stop)
            _, told = self._client.idle_done()
        return any(b"EXISTS" in line for line in told if isinstance(line, tuple))

    def leave(self) -> None:
        """End the session politely."""
        with suppress(Trouble), _translated("leaving"):
            self._client.logout()

    def cut(self) -> None:
        """End the connection at once, from any thread: whoever waits for an answer gets an error."""
        # Not IMAPClient.shutdown(), which would wait for the reader that it is to free.
        with suppress(OSError, AttributeError):
            self._client.socket().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection's socket back."""
        self.cut()
        with suppress(OSError, AttributeError):
            self._client.shutdown()

    @property
    def _removes(self) -> bool:
        return bool(self._client.has_capability("MOVE") or self._client.has_capability("UIDPLUS"))

    def _move(self, uids: list[int], folder: str) -> None:
        if self._client.has_capability("MOVE"):
            with _translated(f"moving to {folder}"):
                self._client.move(uids, folder)
            return
        with _translated(f"copying to {folder}"):
            self._client.copy(uids, folder)
        self._remove(uids)

    def _remove(self, uids: list[int]) -> None:
        with _translated("deleting"):
            self._client.add_flags(uids, DELETED, silent=True)
            # A plain EXPUNGE would also remove what somebody else has marked (RFC 4315, section 1).
            if self._client.has_capability("UIDPLUS"):
                self._client.uid_expunge(uids)

    def _search(self, *criteria: object) -> list[int]:
        with _translated("SEARCH"):
            self._client._imap.response("EXISTS")  # forget what was told before
            return sorted(int(uid) for uid in self._client.search(list(criteria)))

    def _told_of_mail(self) -> bool:
        """Whether an answer since the last SEARCH said that mail came: IDLE would not say it again."""
        return bool(self._client._imap.response("EXISTS")[1] != [None])

    def _listen(self, seconds: float, stop: socket.socket) -> None:
        connection = self._client.socket()
        # What came together with the answer to IDLE lies in a buffer, of which the kernel knows nothing.
        connection.setblocking(False)
        waits = bool(self._client._imap.file.peek(1))
        connection.settimeout(ANSWER)
        if not waits:
            _readable(seconds, connection, stop)


def _readable(seconds: float, *sockets: socket.socket) -> None:
    """Wait until one of the sockets can be read, or the time is over."""
    poll = select.poll()  # unlike select() it takes descriptors above 1024
    for one in sockets:
        poll.register(one.fileno(), select.POLLIN)
    poll.poll(seconds * 1000)


@contextmanager
def _translated(doing: str, *, broken: bool = False, secret: str = "") -> Iterator[None]:
    """Turn whatever IMAPClient raises into Trouble. `broken`: any failure here ends the connection."""
    try:
        yield
    except LoginError as exc:
        said = in_words(exc, secret)
        raise Trouble(f"{doing}: {said}", refused=not is_temporary(said), broken=True) from None
    except (IMAPClientAbortError, OSError) as exc:
        raise Trouble(f"{doing}: {in_words(exc, secret)}", broken=True) from exc
    except IMAPClientError as exc:
        raise Trouble(f"{doing}: {in_words(exc, secret)}", broken=broken) from exc
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        # An answer that IMAPClient could not read, or the socket was taken away under its hands.
        raise Trouble(f"{doing}: {type(exc).__name__}: {in_words(exc, secret)}", broken=True) from exc


def _aware(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment.tzinfo is not None else None
