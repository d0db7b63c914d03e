"""Which mails of a mailbox or an import are recorded, and what became of them. Reads only."""

from collections import Counter
from collections.abc import Sequence

from storage.models import Entry, EntryState

PAGE = 500  # in one question; SQLite takes some 30,000 parameters, PostgreSQL's planner likes fewer


async def recorded(keys: Sequence[str]) -> dict[str, int]:
    """Which of these keys the inbox has, with the entries' ids."""
    found: dict[str, int] = {}
    for begin in range(0, len(keys), PAGE):
        rows = Entry.filter(key__in=keys[begin : begin + PAGE])
        found.update(await rows.values_list("key", "id"))
    return found


async def unfinished(channel: str) -> int:
    """How many entries of a channel wait for processing or are being processed."""
    waiting = (EntryState.RECORDED, EntryState.PROCESSING)
    return await Entry.filter(state__in=waiting, channel=channel).count()


async def ended(ids: Sequence[int]) -> Counter[tuple[str, str]]:
    """How these entries ended: their states and outcomes, counted."""
    counted: Counter[tuple[str, str]] = Counter()
    for begin in range(0, len(ids), PAGE):
        rows = Entry.filter(id__in=ids[begin : begin + PAGE])
        counted.update(await rows.values_list("state", "outcome"))
    return counted
