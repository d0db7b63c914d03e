"""Whether a mail was taken in before: the key of P2, over all ways by which mail comes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from intake.incoming import IncomingMessage
from storage.tickets import ticket_with_content

WITHOUT_ID = timedelta(days=7)  # how long equal mails without a Message-ID are duplicates (promises, P2)
# RFC 5322 §3.6.4 in essence: something at something, without white space; anything else identifies nothing.
_MESSAGE_ID = re.compile(r"<?([^\s<>@]{1,250}|\"[^\"]{1,250}\")@([^\s<>@]{1,250})>?")


@dataclass(frozen=True, slots=True)
class Content:
    """What makes a mail this mail: `key` is kept with it; it is a duplicate if one of `known_as` is known.

    `since`: how far back an equal one is looked for, UTC; None for ever.
    """

    key: str
    known_as: tuple[str, ...]
    since: datetime | None


def content_of(incoming: IncomingMessage, now: datetime) -> Content:
    """The keys of a mail. Its sender and its content are part of them (promises 8).

    So nobody can make another's mail vanish by sending one with its Message-ID first. P2's "mailbox" is the
    whole desk, and not in the key: a mail that reaches us by SMTP and lies in an IMAP mailbox too is one
    request.

    A mail whose sender is not verified has a key of its own, or a forger who knows a mail beforehand could
    have it filed, unconfirmed, as his. The other way round it is a duplicate: the genuine one is there
    already.
    """
    message_id = normalised(incoming.message_id)
    plain = _key(message_id, incoming.from_addr, incoming.body_digest)
    since = None if message_id else now - WITHOUT_ID
    if incoming.authenticity.verdict != "fail":
        return Content(plain, (plain,), since)
    unverified = _key(message_id, incoming.from_addr, incoming.body_digest, "not verified")
    return Content(unverified, (unverified, plain), since)


def normalised(message_id: str) -> str:
    """A Message-ID for comparison: without brackets and spaces, its domain in lower case; "" for garbage.

    The left side stays as it is: it is case-sensitive (RFC 5322 §3.6.4 leaves it to the one who makes it).
    """
    found = _MESSAGE_ID.fullmatch("".join(message_id.split()))
    return f"{found[1]}@{found[2].lower()}" if found else ""


async def ticket_of_duplicate(content: Content, *, ever: bool = False) -> int | None:
    """The ticket that holds this mail already, or None. `ever`: also without a Message-ID, whenever it was.

    Two copies are not looked at side by side: they have one From and so one conversation (`intake.arrivals`),
    which is processed in order, by however many processes.
    """
    for key in content.known_as:
        found = await ticket_with_content(key, None if ever else content.since)
        if found is not None:
            return found
    return None


def _key(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
