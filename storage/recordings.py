"""Recordings of calls and remote sessions, kept with the time that was logged for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage.chat_models import Recording, TimeSpent
from storage.statements import insert


@dataclass(frozen=True, slots=True)
class NewRecording:
    """A recording whose bytes lie in the file store under their digest; `size` in bytes."""

    name: str
    media_type: str
    size: int
    sha256: str


async def add_recording(time_spent_id: int, new: NewRecording) -> None:
    """Keep a recording with the time that was logged; inside a unit."""
    row = {"name": new.name[:300], "media_type": new.media_type, "size": new.size, "sha256": new.sha256}
    await insert(Recording, {"time_spent_id": time_spent_id, **row})


async def time_of(ticket_id: int) -> list[dict[str, Any]]:
    """The time logged on a ticket in its order, each with its recordings."""
    spent = await TimeSpent.filter(ticket_id=ticket_id).order_by("id").values()
    kept = Recording.filter(time_spent_id__in=[row["id"] for row in spent]).order_by("id")
    recordings = await kept.values() if spent else []
    return [
        {**row, "recordings": [one for one in recordings if one["time_spent_id"] == row["id"]]}
        for row in spent
    ]


async def recordings_on(tickets: Sequence[int]) -> list[dict[str, Any]]:
    """All recordings on some tickets."""
    return await Recording.filter(time_spent__ticket_id__in=tickets).order_by("id").values()


async def forget_recordings(tickets: Sequence[int], erased: str) -> set[str]:
    """Remove the recordings on some tickets; the time stays, for it is a figure, its notes become `erased`.

    Inside a unit. Returns the digests of files that lost a reference.
    """
    spent = TimeSpent.filter(ticket_id__in=tickets)
    rows = Recording.filter(time_spent_id__in=[*await spent.values_list("id", flat=True)])
    files = {str(one) for one in await rows.values_list("sha256", flat=True)}
    await rows.delete()
    await spent.exclude(note="").update(note=erased)
    return files
