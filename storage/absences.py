"""When agents are away, and who stands in for them."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from storage.chat_models import Absence
from storage.statements import insert


@dataclass(frozen=True, slots=True)
class Away:
    """An agent is away from `since` to `until` (UTC; None: until he says that he is back).

    `substitute`: who stands in for him, "" for nobody.
    """

    agent: str
    substitute: str
    since: datetime
    until: datetime | None


async def note_absence(away: Away, now: datetime) -> None:
    """Remember that an agent is away; what of his was noted for the same time is replaced. Inside a unit."""
    await end_absence(away.agent, away.since, away.until)
    row = {name: getattr(away, name) for name in Away.__slots__}
    await insert(Absence, {**row, "noted_at": now})


async def end_absence(agent: str, since: datetime, until: datetime | None = None) -> bool:
    """An agent is back, or was never away, from `since` to `until` (UTC; None: for good). Inside a unit.

    Returns whether he was noted as away then.
    """
    meant = Absence.filter(Q(until__isnull=True) | Q(until__gt=since), agent=agent)
    if until is not None:
        meant = meant.filter(since__lt=until)
    begun = await meant.filter(since__lt=since).update(until=since)
    later = await meant.filter(since__gte=since).delete()
    return bool(begun or later)


async def away_at(moment: datetime) -> list[Away]:
    """Who is away at a moment (UTC), by name."""
    rows = Absence.filter(Q(until__isnull=True) | Q(until__gt=moment), since__lte=moment)
    return [_away(row) for row in await rows.order_by("agent", "id")]


async def absences_after(moment: datetime) -> list[Away]:
    """Who is away at a moment (UTC) or will be later, in the order of beginning."""
    rows = Absence.filter(Q(until__isnull=True) | Q(until__gt=moment))
    return [_away(row) for row in await rows.order_by("since", "id")]


async def stood_in_for(substitute: str, moment: datetime) -> list[str]:
    """For whom an agent stands in at a moment (UTC)."""
    return [away.agent for away in await away_at(moment) if away.substitute == substitute]


def _away(row: Absence) -> Away:
    return Away(row.agent, row.substitute, row.since, row.until)
