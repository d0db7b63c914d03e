"""The steps by which a ticket's place is brought up to date; each is one call of Telegram's."""

from dataclasses import dataclass

from replies.chats.items import Part
from replies.chats.marks import Marking
from replies.chats.sayings import Saying
from storage.topics import Item


@dataclass(frozen=True, slots=True)
class Place:
    """Make a place."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """The ticket belongs elsewhere: say so, and leave the place."""

    saying: Saying


@dataclass(frozen=True, slots=True)
class Card:
    """Say the card; with `item`, the first item's text stands below it."""

    saying: Saying
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """Pin the card."""


@dataclass(frozen=True, slots=True)
class Rename:
    """Give the topic another title."""

    title: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """Open the closed topic."""


@dataclass(frozen=True, slots=True)
class Say:
    """Say a part of an item; `whole`: the item is shown then."""

    part: Part
    item: Item
    whole: bool


@dataclass(frozen=True, slots=True)
class Tell:
    """Say what has happened, up to an event."""

    saying: Saying
    seen: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Show what became of an answer."""

    marking: Marking


@dataclass(frozen=True, slots=True)
class EditCard:
    """Bring the card up to date; without `saying` it is."""

    saying: Saying | None
    digest: str
    seen: int
    posted: int


@dataclass(frozen=True, slots=True)
class Close:
    """Close the topic."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Something of it is still on the way."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Done:
    """All of it is shown."""


Step = (
    Place | Farewell | Card | Pin | Rename | Reopen | Say | Tell | Mark | EditCard | Close | Wait | Done
)  # fmt: skip
