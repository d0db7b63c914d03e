"""Mails with a verdict on their sender, and a desk that knows its agents and signs addresses."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from desk import tags
from intake import requests
from intake.authenticity import Authenticity
from intake.incoming import IncomingMessage
from intake.requests import Outcome
from storage.inbox import Arrival, arrival_key
from tests.desk_on_disk import INTAKE, NOW, DeskOnDisk

PASS = Authenticity("pass", "DMARC: dmarc=pass of client.example")
FAIL = Authenticity("fail", "DMARC: dmarc=fail of client.example")
SECRET = b"0123456789abcdef0123456789abcdef"
OURS = replace(
    INTAKE,
    agents={"anna@desk.example": "Анна"},
    own_addresses=frozenset({"support@example.org"}),
    secret=SECRET,
    tag_separator="+",
)
_serial = count(1)


def tagged(ticket_id: int | None, kind: str = tags.TICKET, secret: bytes = SECRET) -> str:
    """The signed address of a ticket."""
    return tags.tagged("support@example.org", "+", tags.sign(kind, ticket_id or 0, secret))


async def taken_in(
    desk: DeskOnDisk,
    incoming: IncomingMessage,
    rules: requests.Desk = OURS,
    *,
    channel: str = "smtp",
    recipients: tuple[str, ...] = ("support@example.org",),
    at: datetime = NOW,
) -> Outcome:
    """Record an entry that came by that channel to those recipients, and take the mail in."""
    body = b"entry %d" % next(_serial)
    envelope = {"recipients": list(recipients)} if channel == "smtp" else {"mailbox": "support", "uid": 7}
    key = arrival_key(recipients, body)
    await desk.inbox.record(Arrival(key, channel, "conversation", envelope, body, at))
    (entry,) = await desk.inbox.claim(1, at + timedelta(seconds=1))
    return await desk.database.writer.run(lambda: requests.take_in(entry, incoming, rules, at))
