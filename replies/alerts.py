"""Warnings and breaches of deadlines: noted in the ticket's history, and owed to whom they concern."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from desk.ticket import Numbering
from desk.warnings import Alert, Deadline, Moments, alert, moments, next_alert
from desk.working_time import Calendar, NoWorkingTime
from replies import digests
from replies.answering import Desk as VerbsDesk
from storage.database import Database
from storage.deadlines import Unanswered, note_alert
from storage.notices import HEADS, LEADERS, Notice, agent, owe_notice

log = structlog.get_logger("replies.alerts")

TOGETHER = 50  # tickets noted in one transaction, and told in one notice
BREATH = 100  # deadlines counted before others of the loop have their turn


@dataclass(frozen=True, slots=True)
class Desk:
    """What deadlines have to know. `topics`: whether the history is shown in a staff chat."""

    verbs: VerbsDesk
    digests: digests.Desk
    topics: bool

    def calendar(self, level: str) -> Calendar:
        """The calendar of a level; of one that has left the configuration, that of the desk."""
        known = next((one for one in self.verbs.levels if one.key == level), None)
        return self.verbs.calendars[known.calendar] if known else self.digests.calendar


@dataclass(frozen=True, slots=True)
class _Watched:
    """A ticket, the moments at which its deadline is told, and the next opening from now on."""

    ticket: Unanswered
    at: Moments
    opening: datetime


class Alerts:
    """Tells what is due of deadlines; keeps no more than what it can count again."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database, self._desk = database, desk
        self._known: dict[int, tuple[Deadline, str, Moments]] = {}

    async def tell(self, waiting: Sequence[Unanswered], now: datetime) -> Mapping[Alert, int]:
        """Note and owe what is due of these tickets; returns how many of each. Raises Unavailable."""
        found: dict[Alert, list[Unanswered]] = {Alert.BREACHED: [], Alert.WARNED: []}
        for one in await self._watched(waiting, now):
            if (what := alert(one.ticket.deadline, one.at, now, one.opening)) is not None:
                found[what].append(one.ticket)
        told = dict.fromkeys(found, 0)
        for what, tickets in found.items():
            for start in range(0, len(tickets), TOGETHER):
                unit = partial(self._tell, what, tickets[start : start + TOGETHER], now)
                told[what] += await self._database.writer.run(unit)
        return told

    async def next_at(self, waiting: Sequence[Unanswered], now: datetime) -> list[datetime]:
        """When something is to be told next of each of these tickets (UTC)."""
        watched = await self._watched(waiting, now)
        times = (next_alert(one.ticket.deadline, one.at, one.opening) for one in watched)
        return [at for at in times if at is not None]

    async def _watched(self, waiting: Sequence[Unanswered], now: datetime) -> list[_Watched]:
        known, self._known = self._known, {}
        openings: dict[str, datetime] = {}
        watched = []
        for place, ticket in enumerate(waiting):
            calendar = self._desk.calendar(ticket.level)
            try:
                if calendar.name not in openings:
                    openings[calendar.name] = calendar.next_opening(now)
                at = _moments(known.get(ticket.id), ticket, calendar)
            except NoWorkingTime as exc:
                log.error("deadline not watched", ticket=ticket.id, reason=str(exc))
                continue
            self._known[ticket.id] = (ticket.deadline, calendar.name, at)
            watched.append(_Watched(ticket, at, openings[calendar.name]))
            if place % BREATH == BREATH - 1:
                await asyncio.sleep(0)
        return watched

    async def _tell(self, what: Alert, tickets: Sequence[Unanswered], now: datetime) -> int:
        """Note the alerts in the tickets' histories, and owe word of those that this process has noted."""
        noted = [ticket for ticket in tickets if await note_alert(ticket, what, now)]
        if what is Alert.BREACHED and noted:
            await owe_notice(await _breaches(noted, self._desk.verbs.numbering, now), now)
        elif not self._desk.topics:  # where there are topics, the warning stands there and calls the assignee
            for ticket in noted:
                await owe_notice(_warning(ticket), now)
        return len(noted)


def _moments(known: tuple[Deadline, str, Moments] | None, ticket: Unanswered, calendar: Calendar) -> Moments:
    """As `desk.warnings.moments`, counted once for each deadline: a promise of days takes a while."""
    deadline = ticket.deadline
    if known is not None:
        before, name, at = known
        same = before.received_at == deadline.received_at and before.due_at == deadline.due_at
        if same and name == calendar.name:
            return at
    return moments(calendar, deadline.received_at, deadline.due_at)


async def _breaches(tickets: Sequence[Unanswered], numbering: Numbering, now: datetime) -> Notice:
    first = tickets[0]
    facts = {
        "tickets": [await digests.in_list(one, numbering, now) for one in tickets[: digests.MOST]],
        "more": max(0, len(tickets) - digests.MOST),
    }
    # A deadline is breached once, so that of the first one names the notice.
    key = f"{first.id}:breached:{first.deadline.due_at:%Y%m%dT%H%M%S}"
    return Notice(key, "breached", HEADS, facts, first.id if len(tickets) == 1 else None)


def _warning(ticket: Unanswered) -> Notice:
    due_at = ticket.deadline.due_at
    recipient = agent(ticket.assignee) if ticket.assignee else LEADERS
    facts = {"due_at": due_at.isoformat(), "assignee": ticket.assignee}
    return Notice(f"{ticket.id}:warned:{due_at:%Y%m%dT%H%M%S}", "warned", recipient, facts, ticket.id)
