"""Warnings and breaches of deadlines: noted in the ticket's history, and owed to whom they concern."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256

import structlog

from desk.resolution import counts_from, target_for
from desk.warnings import Alert, Deadline, Moments, Promised, alert, moments, next_alert
from desk.working_time import Calendar, NoWorkingTime
from replies import digests
from replies.answering import Desk as VerbsDesk
from storage.absences import away_at
from storage.database import Database
from storage.deadlines import Awaited, note_alert
from storage.notices import HEADS, LEADERS, Notice, agent, owe_notice

log = structlog.get_logger("replies.alerts")

TOGETHER = 50  # tickets noted in one transaction, and told in one notice
BREATH = 100  # deadlines counted before others of the loop have their turn


_Key = tuple[int, Promised]


@dataclass(frozen=True, slots=True)
class Desk:
    """What deadlines have to know. `topics`: whether the history is shown in a staff chat."""

    verbs: VerbsDesk
    digests: digests.Desk
    topics: bool


@dataclass(frozen=True, slots=True)
class _Watched:
    """A deadline of a ticket, the moments at which it is told, and the next opening from now on."""

    ticket: Awaited
    at: Moments
    opening: datetime


class Alerts:
    """Tells what is due of deadlines; keeps no more than what it can count again."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database, self._desk = database, desk
        self._known: dict[_Key, tuple[Deadline, str, Moments]] = {}

    async def tell(self, waiting: Sequence[Awaited], now: datetime) -> Mapping[Alert, int]:
        """Note and owe what is due of these deadlines; returns how many of each. Raises Unavailable."""
        found: dict[tuple[Alert, Promised], list[Awaited]] = {}
        for one in await self._watched(waiting, now):
            if (what := alert(one.ticket.deadline, one.at, now, one.opening)) is not None:
                found.setdefault((what, one.ticket.deadline.promised), []).append(one.ticket)
        told = dict.fromkeys(Alert, 0)
        for (what, promised), tickets in found.items():
            for start in range(0, len(tickets), TOGETHER):
                unit = partial(self._tell, what, promised, tickets[start : start + TOGETHER], now)
                told[what] += await self._database.writer.run(unit)
        return told

    async def next_at(self, waiting: Sequence[Awaited], now: datetime) -> list[datetime]:
        """When something is to be told next of each of these deadlines (UTC)."""
        watched = await self._watched(waiting, now)
        times = (next_alert(one.ticket.deadline, one.at, one.opening) for one in watched)
        return [at for at in times if at is not None]

    async def _watched(self, waiting: Sequence[Awaited], now: datetime) -> list[_Watched]:
        known, self._known = self._known, {}
        openings: dict[str, datetime] = {}
        watched = []
        for place, ticket in enumerate(waiting):
            calendar = self._desk.verbs.timing.calendar(ticket.level)
            key = ticket.id, ticket.deadline.promised
            try:
                if calendar.name not in openings:
                    openings[calendar.name] = calendar.next_opening(now)
                at = self._moments(known.get(key), ticket, calendar)
            except NoWorkingTime as exc:
                log.error("deadline not watched", ticket=ticket.id, reason=str(exc))
                continue
            self._known[key] = (ticket.deadline, calendar.name, at)
            watched.append(_Watched(ticket, at, openings[calendar.name]))
            if place % BREATH == BREATH - 1:
                await asyncio.sleep(0)
        return watched

    def _moments(
        self, known: tuple[Deadline, str, Moments] | None, ticket: Awaited, calendar: Calendar
    ) -> Moments:
        """As `desk.warnings.moments`, counted once for each deadline: a promise of days takes a while."""
        deadline = ticket.deadline
        if known is not None:
            before, name, at = known
            same = (before.received_at, before.due_at) == (deadline.received_at, deadline.due_at)
            if same and name == calendar.name and before.pauses == deadline.pauses:
                return at
        start = deadline.received_at
        if deadline.promised is Promised.RESOLUTION and not ticket.planned:
            target = target_for(self._desk.verbs.targets, ticket.kind, ticket.priority)
            start = counts_from(target, calendar, start) if target is not None else start
        return moments(calendar, start, deadline.due_at, deadline.pauses)

    async def _tell(self, what: Alert, promised: Promised, tickets: Sequence[Awaited], now: datetime) -> int:
        """Note the alerts in the tickets' histories, and owe word of those that this process has noted."""
        paused_in = self._desk.verbs.paused_in
        noted = [ticket for ticket in tickets if await note_alert(ticket, what, now, paused_in)]
        away = {one.agent: one.substitute for one in await away_at(now)} if noted else {}
        if what is Alert.BREACHED and noted:
            await owe_notice(await self._breaches(noted, HEADS, "", now), now)
            for name, own in _by_person(noted, away).items():
                await owe_notice(await self._breaches(own, agent(name), ":own", now), now)
        elif what is Alert.WARNED:
            for ticket in noted:
                for recipient in self._warned(ticket, away):
                    await owe_notice(_warning(ticket, recipient), now)
        return len(noted)

    def _warned(self, ticket: Awaited, away: Mapping[str, str]) -> Sequence[str]:
        """Whom a warning is told in person; where there are topics it stands there and calls the assignee."""
        told = [curator] if (curator := _in_place_of(ticket.curator, away)) else []
        assignee = _in_place_of(ticket.assignee, away)
        if not self._desk.topics and assignee and assignee not in told:
            told.append(assignee)
        if not told:
            return () if self._desk.topics else (LEADERS,)
        return tuple(map(agent, told))

    async def _breaches(
        self, tickets: Sequence[Awaited], recipient: str, suffix: str, now: datetime
    ) -> Notice:
        first, numbering = tickets[0], self._desk.verbs.numbering
        facts = {
            "tickets": [await digests.in_list(one, numbering, now) for one in tickets[: digests.MOST]],
            "more": max(0, len(tickets) - digests.MOST),
        }
        kind = _KINDS[first.deadline.promised].format("breached")
        # A deadline is breached once, so that of the first one names the notice.
        key = f"{first.id}:{kind}:{first.deadline.due_at:%Y%m%dT%H%M%S}{suffix}"
        return Notice(key, kind, recipient, facts, first.id if len(tickets) == 1 else None)


_KINDS = {Promised.REACTION: "{}", Promised.RESOLUTION: "resolution-{}"}


def _by_person(tickets: Sequence[Awaited], away: Mapping[str, str]) -> dict[str, list[Awaited]]:
    """Whose breaches they are: the curator's of the company, else the assignee's."""
    found: dict[str, list[Awaited]] = {}
    for ticket in tickets:
        if name := _in_place_of(ticket.curator or ticket.assignee, away):
            found.setdefault(name, []).append(ticket)
    return found


def _in_place_of(name: str, away: Mapping[str, str]) -> str:
    """Whoever stands in for somebody who is away, else himself."""
    return away.get(name) or name


def _warning(ticket: Awaited, recipient: str) -> Notice:
    due_at = ticket.deadline.due_at
    kind = _KINDS[ticket.deadline.promised].format("warned")
    facts = {"due_at": due_at.isoformat(), "assignee": ticket.assignee}
    suffix = f":{sha256(recipient.encode()).hexdigest()[:8]}"
    return Notice(f"{ticket.id}:{kind}:{due_at:%Y%m%dT%H%M%S}{suffix}", kind, recipient, facts, ticket.id)
