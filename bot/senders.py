"""Who says whether a sender is genuine, as configured: a trusted server's header, or checks of our own."""

from collections.abc import Callable

from bot.config import Settings
from bot.rules import own_addresses
from intake.authentic.verifier import KILLED_AFTER, Insisting, Verifier
from intake.reading import Verify
from intake.sandbox.pool import Sandbox
from storage.inbox import Claimed


def trusted_servers(settings: Settings) -> Callable[[Claimed], str]:
    """Whose Authentication-Results are believed of an entry; "" for nobody's.

    What our listener takes comes from the server in front of it, what lies in a mailbox from that of the
    mailbox; an old mailbox that is imported may have gone through anybody's hands.
    """
    before_us = settings.mail.listener.trusted_authserv_id
    mailboxes = {one.name: one.trusted_authserv_id for one in settings.mail.mailboxes}

    def trusted(entry: Claimed) -> str:
        if entry.channel in ("smtp", "lmtp"):
            return before_us
        return mailboxes.get(str(entry.envelope.get("mailbox", "")), "") if entry.channel == "imap" else ""

    return trusted


def checking(settings: Settings) -> Sandbox | None:
    """The worker processes that check senders, when we are the MX; apart from those that read mail.

    A check waits for the DNS for most of its time, and reading must not wait for that.
    """
    if not settings.mail.listener.verify:
        return None
    return Sandbox(
        workers=settings.processing.workers,
        seconds=KILLED_AFTER,
        memory_mb=settings.processing.parse_memory_mb,
        files_root=settings.files.store,
        own_addresses=own_addresses(settings),
        call="intake.authentic.checks:check",
    )


def verifier(settings: Settings, checks: Sandbox | None) -> Verify | None:
    """What processing asks about each mail; None when nothing is checked, and no sender must be known."""
    known = Verifier(checks, name_server=settings.mail.listener.name_server) if checks else None
    return Insisting(known) if settings.mail.require_verified else known


def agents(settings: Settings) -> dict[str, str]:
    """The agents' names by their mail addresses in lower case."""
    return {agent.email.lower(): agent.name for agent in settings.agents if agent.email}
