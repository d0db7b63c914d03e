"""What the pages need of the rest of the service, given once by whoever wires it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry

from bot.web.telegram_door import Receiver
from desk.timing import Timing
from replies.languages import Languages
from storage.database import Database

Health = Mapping[str, Mapping[str, Any]]
"""Each part by its name, with `status` ("ok" or "failing") and whatever else explains it; no secrets."""


def utc_now() -> datetime:
    """The moment it is, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the pages are built from.

    `number`: how a ticket's id is written. `level_title`: a service level's key and a language to its title.
    `moment` and `day`: an aware moment and a language to date, time and zone, or to the date alone.
    `public_url`: where clients reach the pages; the Host header is never asked. `clock`: aware, UTC.
    `receivers`: who takes the updates that Telegram brings, by bot; none unless in webhook mode.
    `timing`: by what deadlines are counted. `reopen_days`: for how long after its closing a client may reopen
    his ticket.
    """

    database: Database
    languages: Languages
    secret: bytes
    desk_name: str
    default_language: str
    number: Callable[[int], str]
    level_title: Callable[[str, str], str]
    moment: Callable[[datetime, str], str]
    day: Callable[[datetime, str], str]
    public_url: str
    health: Callable[[], Awaitable[Health]]
    registry: CollectorRegistry
    timing: Timing
    clock: Callable[[], datetime] = utc_now
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    reopen_days: int = 30
