"""Warnings and breaches of both deadlines: what is to be answered, and what is to be settled."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from replies import answering, digests
from replies.alerts import Desk
from replies.languages import Languages
from replies.verbs import improving, life, sorting
from storage.absences import Away, note_absence
from storage.directory_models import Company
from storage.files import FileStore
from storage.models import Delivery, Ticket
from tests.desk_on_disk import MAIN, NOW, NUMBERING, VERBS, DeskOnDisk
from tests.replies.test_deadlines import BREACHES, DAY, HOUR, WARNS, Watched, a_ticket

MINUTE = timedelta(minutes=1)


@pytest.fixture
def watched(desk: DeskOnDisk, tmp_path: Any) -> Watched:
    return Watched(desk, FileStore(tmp_path / "files"))


async def done(watched: Watched, verb: Any, *words: Any) -> Any:
    return await watched.desk.database.writer.run(lambda: verb(VERBS, *words))


async def a_bug(watched: Watched, *, answered: bool = True) -> int:
    """To be settled within eight hours, like its answer."""
    ticket_id = await a_ticket(watched.desk)
    await done(watched, sorting.set_kind, ticket_id, "bug", "Анна", NOW)
    if answered:
        await done(watched, answering.answer_now, ticket_id, answering.Answer("Анна", "Смотрим."), NOW)
    return ticket_id


async def told(watched: Watched, ticket_id: int) -> list[str]:
    history = (await watched.desk.ticket(ticket_id))["history"]
    return [one["what"] for one in history if one["what"].endswith(("warned", "breached"))]


def named(found: list[Delivery]) -> list[tuple[str, str]]:
    return sorted((one.kind, one.recipient) for one in found)


async def test_an_answered_ticket_is_watched_until_it_is_settled(watched: Watched) -> None:
    ticket_id = await a_bug(watched)
    assert await watched.at(WARNS - MINUTE) == []
    assert await watched.at(WARNS) == []  # it stands in the topic, which calls the assignee
    assert await told(watched, ticket_id) == ["resolution warned"]
    found = await watched.at(BREACHES)
    assert named(found) == [("resolution-breached", "agent:Анна"), ("resolution-breached", "role:head")]
    assert await watched.at(BREACHES + HOUR) == []
    assert await told(watched, ticket_id) == ["resolution warned", "resolution breached"]


async def test_each_of_two_deadlines_is_told_by_itself(watched: Watched) -> None:
    ticket_id = await a_bug(watched, answered=False)
    await done(watched, sorting.set_kind, ticket_id, "consultation", "Анна", NOW)  # twelve hours
    await watched.at(WARNS)
    assert await told(watched, ticket_id) == ["warned"]
    assert named(await watched.at(BREACHES)) == [("breached", "role:head")]
    nine = NOW + DAY  # nine of twelve hours: Monday until closing and half an hour of Tuesday
    await watched.at(nine - MINUTE)
    assert await told(watched, ticket_id) == ["warned", "breached"]
    await watched.at(nine)
    assert await told(watched, ticket_id) == ["warned", "breached", "resolution warned"]


async def test_three_quarters_are_counted_without_what_was_paused(watched: Watched) -> None:
    ticket_id = await a_bug(watched)
    await done(watched, life.wait, ticket_id, "Анна", NOW + HOUR)
    await watched.at(WARNS + HOUR)
    assert await told(watched, ticket_id) == [], "its clock stands still"
    await done(watched, answering.answer_now, ticket_id, answering.Answer("Анна", "Ещё."), NOW + 8 * HOUR)
    # One hour was used before, five more come to six: half an hour on Monday, the rest on Tuesday from 05:00.
    warns = NOW + DAY + 4 * HOUR
    await watched.at(warns - MINUTE)
    assert await told(watched, ticket_id) == []
    await watched.at(warns)
    assert await told(watched, ticket_id) == ["resolution warned"]
    await watched.at(warns + 2 * HOUR)
    assert await told(watched, ticket_id) == ["resolution warned"]
    await watched.at(warns + 2 * HOUR + MINUTE)
    assert await told(watched, ticket_id) == ["resolution warned", "resolution breached"]


async def test_three_quarters_of_a_bug_that_came_late_count_from_the_next_opening(watched: Watched) -> None:
    late = NOW + 10 * HOUR  # 15:30, when the desk is closed
    ticket_id = await a_ticket(watched.desk, late)
    await done(watched, sorting.set_kind, ticket_id, "bug", "Анна", late)
    await done(watched, answering.answer_now, ticket_id, answering.Answer("Анна", "Смотрим."), late)
    six_hours = NOW + DAY + 5.5 * HOUR  # Tuesday 11:00
    await watched.at(six_hours - MINUTE)
    assert await told(watched, ticket_id) == []
    await watched.at(six_hours)
    assert await told(watched, ticket_id) == ["resolution warned"]


async def test_of_a_planned_improvement_the_time_since_it_was_planned_counts(watched: Watched) -> None:
    ticket_id = await a_ticket(watched.desk)
    await done(watched, sorting.set_kind, ticket_id, "improvement", "Анна", NOW)
    await done(watched, answering.answer_now, ticket_id, answering.Answer("Анна", "Сделаем."), NOW)
    planned = NOW + 21 * DAY  # Monday 14 December, 05:30; by Tuesday's closing
    await done(watched, improving.plan, ticket_id, date(2026, 12, 15), "Анна", planned)
    await watched.at(planned)
    assert await told(watched, ticket_id) == []
    # 8.5 and 9 hours; three quarters are 13:07:30, 4:37:30 of them on Tuesday.
    warns = datetime(2026, 12, 15, 6, 37, 30, tzinfo=NOW.tzinfo)
    await watched.at(warns - MINUTE)
    assert await told(watched, ticket_id) == []
    await watched.at(warns)
    assert await told(watched, ticket_id) == ["resolution warned"]


async def test_what_falls_due_after_closing_is_told_in_the_morning(watched: Watched) -> None:
    ticket_id = await a_ticket(watched.desk, NOW + 2.5 * HOUR)  # a bug of 08:00 is due by 14:00
    await done(watched, sorting.set_kind, ticket_id, "bug", "Анна", NOW + 3 * HOUR)
    await done(watched, answering.answer_now, ticket_id, answering.Answer("Анна", "Смотрим."), NOW + 3 * HOUR)
    for hours in (9, 12, 20):
        assert await watched.at(NOW + hours * HOUR) == []
    assert len(await watched.at(NOW + DAY)) == 2


async def curated(ticket_id: int) -> None:
    company = await Company.create(registration="77", name="Колос", curator="Клара", created_at=NOW)
    await Ticket.filter(id=ticket_id).update(company_id=company.id)


async def test_a_curator_is_told_of_both_by_himself_and_the_head_of_the_breach(watched: Watched) -> None:
    ticket_id = await a_bug(watched)
    await curated(ticket_id)
    assert named(await watched.at(WARNS)) == [("resolution-warned", "agent:Клара")]
    assert named(await watched.at(BREACHES)) == [
        ("resolution-breached", "agent:Клара"), ("resolution-breached", "role:head"),
    ]  # fmt: skip


async def test_while_a_curator_is_away_whoever_stands_in_is_told(watched: Watched) -> None:
    ticket_id = await a_bug(watched)
    await curated(ticket_id)
    away = Away("Клара", "Борис", NOW - DAY, None)
    await watched.desk.database.writer.run(lambda: note_absence(away, NOW))
    assert named(await watched.at(WARNS)) == [("resolution-warned", "agent:Борис")]


async def test_where_no_topic_shows_it_the_assignee_is_told_beside_the_curator(
    desk: DeskOnDisk, tmp_path: Any
) -> None:
    watched = Watched(desk, FileStore(tmp_path / "files"), topics=False)
    ticket_id = await a_bug(watched)
    await curated(ticket_id)
    assert named(await watched.at(WARNS)) == [
        ("resolution-warned", "agent:Анна"), ("resolution-warned", "agent:Клара"),
    ]  # fmt: skip


async def test_several_breaches_of_one_agent_are_told_him_in_one_notice(watched: Watched) -> None:
    for _ in range(3):
        ticket_id = await a_ticket(watched.desk, text=f"Текст {_}")
        await done(watched, answering.assign_now, ticket_id, "Анна", "Анна", NOW)
    heads, hers = sorted(await watched.at(NOW + 7 * DAY), key=lambda one: one.recipient, reverse=True)
    assert (heads.recipient, hers.recipient) == ("role:head", "agent:Анна")
    assert len(hers.facts["tickets"]) == len(heads.facts["tickets"]) == 3


async def test_a_desk_that_pauses_nothing_watches_what_waits(desk: DeskOnDisk, tmp_path: Any) -> None:
    of_digests = digests.Desk(
        "АгроСофт", "ru", NUMBERING, MAIN, MAIN.timezone, frozenset(), Languages(), FileStore(tmp_path)
    )
    watched = Watched(desk, FileStore(tmp_path / "files"))
    hasty = replace(VERBS, paused_in=frozenset())
    watched.worker = watched.another(Desk(hasty, of_digests, topics=True))
    ticket_id = await a_bug(watched)
    await desk.database.writer.run(lambda: life.wait(hasty, ticket_id, "Анна", NOW))
    await watched.at(WARNS)
    assert await told(watched, ticket_id) == ["resolution warned"]


async def test_a_morning_lists_first_answers_alone(watched: Watched) -> None:
    await a_bug(watched)
    await watched.at(NOW)
    main = (await watched.owed("daily"))[0]
    assert (main.state, main.facts["count"]) == ("suppressed", 0)
