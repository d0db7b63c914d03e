"""A mail that is being taken in, with whatever its effects have to know of it and of the desk."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from desk.entitlement import Offering
from desk.faq.entries import Suggestion
from desk.resolution import TARGETS, Target
from desk.service_level import ServiceLevel
from desk.ticket import Numbering
from desk.timing import PAUSED_IN, Timing
from desk.working_time import Calendar
from intake.incoming import IncomingMessage
from intake.taking_in.identity import PassedOn
from storage.directory import KnownClient
from storage.inbox import Claimed
from storage.tickets import NewMessage, NewScreenshot


@dataclass(frozen=True, slots=True)
class Desk:
    """What taking a request in has to know of the desk; `domain` is that of its mail address.

    `agents`: their names by their mail addresses; `own_addresses`: the desk's; all in lower case.
    `confirm_unverified`: whether a mail gets its confirmation although somebody else than From has sent it.
    `secret`, `tag_separator`: see `intake.taking_in.filing.Filing`.
    """

    levels: Sequence[ServiceLevel]
    calendars: Mapping[str, Calendar]
    numbering: Numbering
    domain: str
    default_language: str
    reopen_days: int
    confirmations_per_hour: int
    confirmations_per_day: int
    offering: Offering
    confirm_unverified: bool = False
    agents: Mapping[str, str] = field(default_factory=dict)
    own_addresses: AbstractSet[str] = frozenset()
    secret: bytes = b""
    tag_separator: str = ""
    targets: Sequence[Target] = TARGETS
    paused_in: frozenset[str] = PAUSED_IN

    @property
    def timing(self) -> Timing:
        """By what deadlines are counted."""
        return Timing(self.levels, self.calendars, self.targets, self.paused_in)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message on its way in.

    `passed_on`: which agent did so with it; `incoming` is the client's mail then. `confirm_after`: until when
    more of it may come, so that the confirmation waits. `kind`: what its author says that it is about, where
    he was asked. `faq`: the entries that may answer it.
    """

    entry: Claimed
    incoming: IncomingMessage
    content_key: str
    client: KnownClient
    desk: Desk
    now: datetime
    passed_on: PassedOn | None
    confirm_after: datetime | None = None
    kind: str | None = None
    faq: Sequence[Suggestion] = ()


def message_of(arrival: Arrived, ticket_id: int) -> NewMessage:
    """The mail as an item of a ticket's thread."""
    incoming = arrival.incoming
    return replace(
        words_of(arrival.entry, incoming, ticket_id, arrival.content_key),
        authenticity=incoming.authenticity.noted,
        screenshots=[NewScreenshot(**asdict(shot)) for shot in incoming.screenshots],
        declined=[{"name": d.name, "reason": d.reason} for d in incoming.declined],
        shares=list(incoming.links_to_shares),
    )


def words_of(entry: Claimed, incoming: IncomingMessage, ticket_id: int, content_key: str) -> NewMessage:
    """What a mail says and who says so, without its files, as an item of a ticket's thread."""
    return NewMessage(
        ticket_id=ticket_id,
        direction="in",
        author=incoming.from_name,
        address=incoming.from_addr,
        text=incoming.text,
        new_text=incoming.reply_text,
        message_id=incoming.message_id,
        at=entry.received_at,
        entry_id=entry.id,
        content_key=content_key,
    )


def envelope_recipients(entry: Claimed) -> list[str]:
    """Whom a mail came to by its envelope; nobody where a mailbox has kept none."""
    known = entry.envelope.get("recipients")
    return [str(one) for one in known] if isinstance(known, list) else []
