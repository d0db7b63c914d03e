"""What was offered of the FAQ, to whom, and whether it helped. All but `offer_counts` runs inside a unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.functions import Count

from storage.faq_models import Offer

CHAT, CONFIRMATION, AGENT = "chat", "confirmation", "agent"


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An entry that is shown to a client; `message_id`: his message in a chat that it was found for."""

    entry: str
    place: str
    language: str
    offered_at: datetime
    client_id: int | None = None
    ticket_id: int | None = None
    chat_id: int | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class OfferNow:
    """An offer as it stands; `helped` None: he has not said."""

    id: int
    entry: str
    ticket_id: int | None
    chat_id: int | None
    message_id: int | None
    helped: bool | None


@dataclass(frozen=True, slots=True)
class OfferCount:
    """How often an entry was offered at a place, how often it helped, and how often it was said not to."""

    entry: str
    place: str
    offered: int
    helped: int
    not_helped: int


async def note_offers(offers: Sequence[NewOffer]) -> list[int]:
    """Remember offers; returns their ids, in their order."""
    return [
        (await Offer.create(**{name: getattr(one, name) for name in NewOffer.__slots__})).id for one in offers
    ]


async def offer_now(offer_id: int) -> OfferNow | None:
    """An offer, or None when there is none."""
    row = await Offer.select_for_update().get_or_none(id=offer_id)
    if row is None:
        return None
    return OfferNow(row.id, row.entry, row.ticket_id, row.chat_id, row.message_id, row.helped)


async def was_offered(chat_id: int, message_id: int) -> bool:
    """Whether anything was offered for a message of a chat."""
    return await Offer.filter(chat_id=chat_id, message_id=message_id).exists()


async def helped(offer_id: int, now: datetime) -> None:
    """The client says that an entry has helped him."""
    await Offer.filter(id=offer_id).update(helped=True, decided_at=now)


async def did_not_help(chat_id: int, message_id: int, now: datetime) -> None:
    """The client wants his request opened: none of what was offered for a message has helped."""
    undecided = Offer.filter(chat_id=chat_id, message_id=message_id, helped=None)
    await undecided.update(helped=False, decided_at=now)


async def offered_on(chat_id: int, message_id: int, ticket_id: int) -> None:
    """A message for which something was offered is on a ticket now."""
    await Offer.filter(chat_id=chat_id, message_id=message_id).update(ticket_id=ticket_id)


async def offer_counts(since: datetime | None = None) -> list[OfferCount]:
    """How the entries fared, by entry and place; `since` (UTC): only what was offered from then on."""
    offers = Offer.filter(offered_at__gte=since) if since is not None else Offer.all()
    rows = await offers.annotate(n=Count("id")).group_by("entry", "place", "helped").values(
        "entry", "place", "helped", "n"
    )  # fmt: skip
    counts: dict[tuple[str, str], dict[bool | None, int]] = {}
    for row in rows:
        said = None if row["helped"] is None else bool(row["helped"])
        counts.setdefault((row["entry"], row["place"]), {})[said] = int(row["n"])
    return [
        OfferCount(entry, place, sum(said.values()), said.get(True, 0), said.get(False, 0))
        for (entry, place), said in sorted(counts.items())
    ]
