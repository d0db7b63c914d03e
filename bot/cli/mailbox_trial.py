"""Tries a mailbox: connect, encrypt, sign in, open the folder. No mail is fetched, moved or marked."""

import asyncio
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.config.mailboxes import MailboxSettings

if TYPE_CHECKING:
    from intake.imap import Session


def try_mailbox(box: MailboxSettings, settings: Settings) -> tuple[bool, str]:
    """Whether mail can be taken in from it; what is there, or why not and what to do."""
    # Imported here: the other trials need no IMAP client.
    from bot.mailboxes import mailbox, tokens
    from intake.imap import Session
    from intake.mailbox.settings import Trouble

    place = f"{box.host} port {box.port}"
    had = tokens(box.oauth)
    try:
        token = asyncio.run(had("")) if had else ""
    except OSError as exc:
        return False, f"{place}: no access token: {exc}; see oauth and docs/mailboxes.md"
    session = None
    try:
        session = Session(mailbox(box, settings))
        session.sign_in(token)
        messages = session.open(read_only=True).messages
        return True, f"{place}: {box.folder} has {messages} mails; {_how(box, session)}"
    except Trouble as exc:
        return False, f"{place}: {exc}; {_advice(exc)}"
    finally:
        if session is not None:
            session.leave()
            session.close()


def _how(box: MailboxSettings, session: "Session") -> str:
    told = "tells of new mail (IDLE)" if session.idles else f"is asked every {box.poll_seconds} s (no IDLE)"
    if box.move_to and not session.has_folder(box.move_to):
        return f"{told}; the folder {box.move_to} will be made"
    return told


# Ordered: the first word that the trouble has in it.
_ADVICE = (
    ("certificate", "its certificate is not trusted here; check host"),
    ("signing in", "check username and password; many providers want an app password, see docs/mailboxes.md"),
    ("STARTTLS", 'check port and security: "tls" (993), "starttls" (143) or "none"'),
    ("SSL", 'check port and security: "tls" (993), "starttls" (143) or "none"'),
    ("opening the folder", "check folder; some servers want INBOX in front of a name, as in INBOX.Help"),
    ("Name or service not known", "no such host; check host"),
    ("refused", "nothing listens there; check host and port"),
    ("timed out", "no answer; check host, port and the firewall"),
)


def _advice(exc: Exception) -> str:
    said = str(exc)
    return next((advice for word, advice in _ADVICE if word in said), "check this [[mail.mailboxes]]")
