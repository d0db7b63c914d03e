"""The entries of the FAQ that a confirmation links to."""

from __future__ import annotations

from intake.taking_in.arrived import Arrived
from storage.offers import CONFIRMATION, NewOffer, note_offers


def links_of(arrival: Arrived) -> list[dict[str, str]]:
    """Title and address of each entry that may answer what arrived, as facts of a delivery."""
    language, told = _language(arrival), []
    for one in arrival.faq:
        shown = one.told[one.language(language, arrival.desk.default_language)]
        if shown.link:
            told.append({"key": one.key, "title": shown.title, "url": shown.link})
    return told


async def note_links(arrival: Arrived, ticket_id: int) -> None:
    """Count what the confirmation of a ticket links to."""
    linked = {one["key"] for one in links_of(arrival)}
    language, default = _language(arrival), arrival.desk.default_language
    await note_offers(
        [
            NewOffer(
                one.key,
                CONFIRMATION,
                one.language(language, default),
                arrival.now,
                arrival.client.id,
                ticket_id,
            )
            for one in arrival.faq
            if one.key in linked
        ]
    )


def _language(arrival: Arrived) -> str:
    return arrival.client.language or arrival.desk.default_language
