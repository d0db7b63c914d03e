"""What the clock tells: warnings and breaches once, tickets put off, escalations, the day and the week."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from desk.rating import Outcome
from replies import answering, closing, digests
from replies.alerts import Desk
from replies.deadlines import Deadlines
from replies.languages import Languages
from storage.directory import Directory
from storage.files import FileStore
from storage.models import Delivery, Ticket
from storage.ratings import rate
from storage.tickets import Change, note_changes
from tests.desk_on_disk import MAIN, NOW, NUMBERING, VERBS, DeskOnDisk, mail

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WARNS = NOW + 6 * HOUR  # of eight hours from Monday 05:30 in Moscow
BREACHES = NOW + 8 * HOUR + timedelta(minutes=1)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Watched:
    """A desk with the worker on the clock, which looks when the test says so."""

    def __init__(self, desk: DeskOnDisk, files: FileStore, *, topics: bool = True) -> None:
        self.desk, self.clock, self.woken = desk, Clock(), 0
        of_digests = digests.Desk(
            "АгроСофт", "ru", NUMBERING, MAIN, MAIN.timezone, frozenset({"second"}), Languages(), files
        )
        self.worker = self.another(Desk(VERBS, of_digests, topics))

    def another(self, desk: Desk | None = None) -> Deadlines:
        """A worker of another process."""
        if desk is not None:
            self.rules = desk
        return Deadlines(self.desk.database, self.rules, self._wake, clock=self.clock)

    def _wake(self) -> None:
        self.woken += 1

    async def at(self, now: datetime, worker: Deadlines | None = None) -> list[Delivery]:
        """Look at a moment; returns what is owed to agents by it, digests aside."""
        before = await self.owed()
        self.clock.now = now
        await (worker or self.worker).look()
        return [one for one in await self.owed() if one.id not in {old.id for old in before}]

    async def owed(self, *kinds: str) -> list[Delivery]:
        """What agents are owed; without kinds all that is no digest."""
        rows = await Delivery.filter(channel="agents").order_by("id")
        return [one for one in rows if (one.kind in kinds if kinds else one.kind not in ("daily", "weekly"))]

    async def told(self, ticket_id: int) -> list[str]:
        """The alerts in a ticket's history."""
        history = (await self.desk.ticket(ticket_id))["history"]
        return [line["what"] for line in history if line["what"] in ("warned", "breached", "resumed")]


@pytest.fixture
def watched(desk: DeskOnDisk, tmp_path: Any) -> Watched:
    return Watched(desk, FileStore(tmp_path / "files"))


async def a_ticket(desk: DeskOnDisk, at: datetime = NOW, text: str = "Не печатает.") -> int:
    """A registered client's ticket: eight working hours."""
    directory = Directory(desk.database)
    if not await Ticket.exists():
        await directory.add("olga@client.example", "Ольга", "ru", NOW - DAY)
    outcome = await desk.receives(mail(text), at)
    assert outcome.ticket_id
    return outcome.ticket_id


async def test_a_warning_is_noted_at_three_quarters_and_a_breach_told_to_the_head_each_once(
    watched: Watched,
) -> None:
    ticket_id = await a_ticket(watched.desk)
    assert await watched.at(WARNS - timedelta(seconds=1)) == []
    assert await watched.told(ticket_id) == []
    for _ in range(2):
        assert await watched.at(WARNS) == []  # it stands in the topic, which calls the assignee
        assert await watched.told(ticket_id) == ["warned"]
    (breach,) = await watched.at(BREACHES)
    assert (breach.kind, breach.recipient, breach.ticket_id) == ("breached", "role:head", ticket_id)
    assert await watched.at(BREACHES + HOUR) == await watched.at(BREACHES + 5 * DAY) == []
    assert await watched.told(ticket_id) == ["warned", "breached"]
    assert watched.woken


async def test_where_no_topic_shows_it_a_warning_goes_to_the_assignee(
    desk: DeskOnDisk, tmp_path: Any
) -> None:
    watched = Watched(desk, FileStore(tmp_path / "files"), topics=False)
    ticket_id = await a_ticket(desk)
    await answering.assign(desk.database, VERBS, ticket_id, "Анна", "Анна", NOW)
    (warning,) = await watched.at(WARNS)
    assert (warning.kind, warning.recipient) == ("warned", "agent:Анна")


async def test_what_falls_due_at_night_is_told_at_the_next_opening(watched: Watched) -> None:
    evening = NOW + 8 * HOUR  # 13:30 on Monday, so due on Tuesday at 12:30
    ticket_id = await a_ticket(watched.desk, evening)
    for hours in (1, 6, 12, 15):
        await watched.at(evening + timedelta(hours=hours))
    assert await watched.told(ticket_id) == []
    await watched.at(NOW + 3 * DAY - timedelta(minutes=30, seconds=1))  # Thursday, before opening
    assert await watched.told(ticket_id) == []
    await watched.at(NOW + 3 * DAY - timedelta(minutes=30))
    assert await watched.told(ticket_id) == ["breached"]


async def test_a_desk_that_was_away_for_days_tells_one_breach_each_in_one_notice(watched: Watched) -> None:
    tickets = [await a_ticket(watched.desk, text=f"Не печатает {n}") for n in range(3)]
    (together,) = await watched.at(NOW + 7 * DAY)
    assert [one["number"] for one in together.facts["tickets"]] == [NUMBERING.format(n) for n in tickets]
    assert [await watched.told(n) for n in tickets] == [["breached"]] * 3
    assert together.ticket_id is None
    assert "Не печатает" not in str(together.facts)


async def test_a_deadline_that_moved_is_told_anew(watched: Watched) -> None:
    ticket_id = await a_ticket(watched.desk)
    await watched.at(WARNS)
    await answering.set_level(watched.desk.database, VERBS, ticket_id, "general", "Анна", "вопрос", WARNS)
    await watched.at(BREACHES)
    assert await watched.told(ticket_id) == ["warned"]
    await watched.at(NOW + 3 * DAY + 4 * HOUR)  # thirty-one of forty hours
    assert await watched.told(ticket_id) == ["warned", "warned"]
    await watched.at(NOW + 4 * DAY + 5 * HOUR)
    assert await watched.told(ticket_id) == ["warned", "warned", "breached"]


async def test_an_answered_ticket_and_one_that_waits_are_left_alone(watched: Watched) -> None:
    answered, closed, waits = [await a_ticket(watched.desk, text=f"Текст {n}") for n in range(3)]
    await answering.answer(watched.desk.database, VERBS, answered, "Анна", "Обновите.", NOW)
    await closing.close(watched.desk.database, VERBS, closed, "Анна", NOW, outcome=Outcome.SPAM)
    await Ticket.filter(id=waits).update(state="waiting")
    await watched.at(NOW + 10 * DAY)
    assert [await watched.told(one) for one in (answered, closed, waits)] == [[], [], []]


async def test_a_clock_that_jumps_a_day_on_and_back_tells_nothing_twice(watched: Watched) -> None:
    ticket_id = await a_ticket(watched.desk)
    for now in (NOW, NOW + DAY + HOUR, NOW, WARNS, NOW - HOUR, BREACHES, WARNS, BREACHES + HOUR):
        await watched.at(now)
    assert await watched.told(ticket_id) == ["breached"]
    assert len(await watched.owed("breached")) == 1
    assert 0 <= await watched.worker.look() <= 60


async def test_of_two_processes_one_tells(watched: Watched) -> None:
    tickets = [await a_ticket(watched.desk, text=f"Не печатает {n}") for n in range(5)]
    watched.clock.now = NOW + 7 * DAY
    others = [watched.another() for _ in range(3)]
    await asyncio.gather(*(one.look() for one in others))
    assert [await watched.told(n) for n in tickets] == [["breached"]] * 5
    named = [one["number"] for row in await watched.owed("breached") for one in row.facts["tickets"]]
    assert sorted(named) == [NUMBERING.format(n) for n in tickets]
    assert [len(await watched.owed(kind)) for kind in ("daily", "weekly")] == [2, 1]


async def test_a_ticket_whose_date_has_come_is_worked_on_again(watched: Watched) -> None:
    ticket_id = await a_ticket(watched.desk)
    until = NOW + 2 * DAY
    await Ticket.filter(id=ticket_id).update(state="postponed", resume_at=until, reacted_at=NOW)
    await watched.at(until - timedelta(seconds=1))
    assert (await watched.desk.ticket(ticket_id))["state"] == "postponed"
    (told,) = await watched.at(until)
    assert (told.kind, told.recipient) == ("resumed", "staff")
    assert await watched.at(until) == []
    ticket = await watched.desk.ticket(ticket_id)
    assert (ticket["state"], ticket["resume_at"]) == ("open", None)
    assert await watched.told(ticket_id) == ["resumed"]


async def test_heads_are_told_of_an_escalation_once(watched: Watched) -> None:
    ticket_id = await a_ticket(watched.desk)
    assert await watched.at(NOW) == []
    escalated = Change("olga@client.example", "escalated", why="касса стоит")
    await watched.desk.database.writer.run(lambda: note_changes(ticket_id, NOW, escalated))
    (told,) = await watched.at(NOW + timedelta(seconds=5))
    assert (told.kind, told.recipient, told.ticket_id) == ("escalated", "role:head", ticket_id)
    assert told.facts["why"] == "касса стоит"
    assert await watched.at(NOW + timedelta(seconds=65)) == []
    assert await watched.at(NOW + timedelta(seconds=70), watched.another()) == []


async def test_an_escalation_does_not_wait_for_the_next_look(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replies.deadlines.SOON", 0.02)
    ticket_id = await a_ticket(watched.desk)
    running = asyncio.create_task(watched.worker.run())
    async with asyncio.timeout(20):
        while not await watched.owed("daily"):
            await asyncio.sleep(0.01)
        escalated = Change("olga@client.example", "escalated")
        await watched.desk.database.writer.run(lambda: note_changes(ticket_id, NOW, escalated))
        while not await watched.owed("escalated"):
            await asyncio.sleep(0.01)
        await watched.worker.stop()
        await running


async def test_each_working_morning_lists_what_is_overdue_or_due_today_by_assignee(watched: Watched) -> None:
    due_today = await a_ticket(watched.desk)
    his = await a_ticket(watched.desk, text="Второе")
    await answering.assign(watched.desk.database, VERBS, his, "Анна", "Анна", NOW)
    tomorrow = NOW + DAY
    later = await a_ticket(watched.desk, NOW + 8 * HOUR, "Третье")  # due on Tuesday
    await Ticket.filter(id=later).update(line="second")
    await watched.at(NOW - HOUR)  # before opening
    assert await watched.owed("daily") == []
    await watched.at(NOW)
    main, second = await watched.owed("daily")
    assert (main.recipient, second.recipient) == ("staff", "staff:second")
    assert main.facts["count"] == 2
    assert [
        (group["assignee"], [one["number"] for one in group["tickets"]]) for group in main.facts["groups"]
    ] == [
        ("", [NUMBERING.format(due_today)]),
        ("Анна", [NUMBERING.format(his)]),
    ]
    assert (second.state, second.error) == ("suppressed", "nothing is due")
    await watched.at(NOW + HOUR)
    assert len(await watched.owed("daily")) == 2
    await watched.at(tomorrow)
    *_, main, second = await watched.owed("daily")
    assert [one["overdue"] for group in main.facts["groups"] for one in group["tickets"]] == [True, True]
    assert (second.state, second.facts["count"]) == ("owed", 1)


async def test_on_sundays_nothing_is_listed(watched: Watched) -> None:
    await a_ticket(watched.desk)
    await watched.at(NOW + 6 * DAY)
    assert await watched.owed("daily", "weekly") == []


async def test_on_the_first_opening_of_a_week_heads_get_the_ratings_of_the_week_before(
    watched: Watched,
) -> None:
    ticket_id = await a_ticket(watched.desk)
    await answering.answer(watched.desk.database, VERBS, ticket_id, "Анна", "Обновите.", NOW)
    await closing.close(watched.desk.database, VERBS, ticket_id, "Анна", NOW)
    closure = (await watched.desk.ticket(ticket_id))["closures"][0]["id"]
    await watched.desk.database.writer.run(lambda: rate(closure, NOW, "mail", "olga", stars=4))
    await watched.at(NOW + 6 * DAY)
    assert await watched.owed("weekly") == []
    for hours in (0, 1):
        await watched.at(NOW + 7 * DAY + timedelta(hours=hours))
    (digest,) = await watched.owed("weekly")
    assert (digest.recipient, digest.state) == ("role:head,admin", "owed")
    assert (digest.facts["since"], digest.facts["until"]) == ("2026-11-23", "2026-11-29")
    assert (digest.facts["figures"]["ratings"], digest.facts["figures"]["mean"]) == (1, "4")
    assert digest.facts["former"]["closures"] == 0
    (chart,) = digest.facts["files"]
    assert watched.rules.digests.files.read(chart["sha256"]).startswith(b"\x89PNG")


async def test_a_week_without_closures_is_not_told(watched: Watched) -> None:
    await watched.at(NOW)
    (digest,) = await watched.owed("weekly")
    assert (digest.state, digest.error) == ("suppressed", "nothing was closed")


async def test_a_duty_that_fails_holds_up_no_other(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> int:
        raise RuntimeError("no reminders today")

    monkeypatch.setattr("replies.deadlines.remind", broken)
    ticket_id = await a_ticket(watched.desk)
    with pytest.raises(RuntimeError, match="no reminders today"):
        await watched.at(NOW + 7 * DAY)
    assert await watched.told(ticket_id) == ["breached"]
    assert await watched.owed("daily")


async def test_it_sleeps_until_the_next_moment_and_a_minute_at_most(watched: Watched) -> None:
    await a_ticket(watched.desk)
    watched.clock.now = NOW
    assert await watched.worker.look() == 60
    watched.clock.now = WARNS - timedelta(seconds=20)
    assert await watched.worker.look() == 20
    watched.clock.now = WARNS
    assert await watched.worker.look() == 1
    assert await watched.worker.look() == 60
