"""In whose name a mail is taken in, and which ticket it belongs to: by From alone (promises 10 to 15)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from desk import tags
from desk.ticket import Numbering
from intake.automatic import wording
from intake.contents import links
from intake.incoming import Forwarded, IncomingMessage
from storage.directory import KnownClient
from storage.participants import takes_part, ticket_by_message_ids
from storage.tickets import TicketNow, ticket_that_goes_on

_MARK = re.compile(r"\s*[-_=*\u2013\u2014]{2}")  # "---------- Forwarded message ---------" in any language
_HEADERS_MOST = 8  # lines between the mark and the author


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A client's mail that an agent has passed on: who did, his words above it, his own mail's Message-ID."""

    agent: str
    words: str
    message_id: str


def is_unverified(incoming: IncomingMessage) -> bool:
    """Whether somebody else than From has sent it, as far as must be known: then it has no rights."""
    return incoming.authenticity.verdict == "fail"


def passed_on(
    incoming: IncomingMessage, agents: Mapping[str, str], own_addresses: AbstractSet[str]
) -> tuple[IncomingMessage, PassedOn] | None:
    """The client's mail inside an agent's, as if the client had sent it; None when there is none.

    `agents`: names by addresses in lower case. An agent's address in From is not enough, anybody can write
    it: the mail must have been verified. That lets him open a ticket for a client, and nothing else
    (promises 13).
    """
    agent, original = agents.get(incoming.from_addr), incoming.forwarded
    if agent is None or original is None or incoming.authenticity.verdict != "pass":
        return None
    if not _is_persons(original.from_addr, agents, own_addresses):
        return None
    # His Message-ID and thread are of his own correspondence, and no business of the client's.
    clients = replace(
        incoming,
        from_addr=original.from_addr,
        from_name=original.from_name,
        subject=original.subject,
        text=original.text,
        reply_text=original.text,
        links_to_shares=links.to_shares(original.text),
        message_id="",
        in_reply_to="",
        references=(),
    )
    return clients, PassedOn(agent, _words_above(incoming, original), incoming.message_id)


def _is_persons(address: str, agents: Mapping[str, str], own_addresses: AbstractSet[str]) -> bool:
    """Whether a confirmation may go there: not to ourselves, and to nobody who reads no answers."""
    is_robot = wording.ROBOT.fullmatch(address.partition("@")[0]) is not None
    return bool(address) and address not in own_addresses and address not in agents and not is_robot


def _words_above(incoming: IncomingMessage, original: Forwarded) -> str:
    """What the agent has written above the mail that he passes on."""
    begin = _last(original.text, incoming.text) if original.text else -1
    if begin < 0:  # it is attached, and all of the text is his own
        return incoming.text.strip()
    lines = incoming.text[:begin].split("\n")
    # The original's headers end the rest: the line that names its author, and what leads over to it.
    named = [index for index, line in enumerate(lines) if original.from_addr in line.lower()]
    end = named[-1] if named else len(lines)
    marks = [index for index in range(max(0, end - _HEADERS_MOST), end) if _MARK.match(lines[index])]
    return "\n".join(lines[: marks[-1] if marks else end]).strip()


def _last(part: str, text: str) -> int:
    """Where `part` stands in `text` for the last time, or -1; in time that grows as the text does."""
    # Not rfind, which compares the whole part at each place again; find goes over a long text once, by the
    # two-way algorithm (CPython 3.10 and later), so it is asked from behind.
    begin = text[::-1].find(part[::-1])
    return -1 if begin < 0 else len(text) - begin - len(part)


def tagged_tickets(
    recipients: Iterable[str], incoming: IncomingMessage, secret: bytes, separator: str
) -> list[int]:
    """The tickets whose signed address a mail came to, by the envelope's `recipients` or its own To."""
    tagged = (tags.read(tags.tag_in(one, separator), secret) for one in (*recipients, *incoming.to))
    return [found[1] for found in tagged if found is not None and found[0] == tags.TICKET]


async def ticket_meant(
    incoming: IncomingMessage, client: KnownClient, numbering: Numbering, tagged: Iterable[int] = ()
) -> TicketNow | None:
    """The ticket a mail belongs to: by Message-IDs, the address it came to, or the number in its subject.

    Either way the sender must take part in it, as its client or because an agent has added him: numbers can
    be guessed, Message-IDs get about with every forward (promises 10, 11), and Cc makes nobody a participant
    (12). Of a merged ticket it is the one that goes on.
    """
    if is_unverified(incoming):
        return None
    named = list(dict.fromkeys(one for one in (incoming.in_reply_to, *incoming.references) if one))
    found = await ticket_by_message_ids(named, client.id, incoming.from_addr)
    if found is None:
        for number in (*tagged, *numbering.find(incoming.subject)):
            if await takes_part(number, client.id, incoming.from_addr):
                found = number
                break
    return None if found is None else await ticket_that_goes_on(found)
