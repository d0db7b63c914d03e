"""Who is away, when, and who stands in."""

from datetime import UTC, datetime, timedelta

from storage.absences import Away, absences_after, away_at, end_absence, note_absence, stood_in_for
from storage.database import Database

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)


async def note(database: Database, since: datetime, until: datetime | None, agent: str = "Анна") -> Away:
    away = Away(agent, "Борис", since, until)
    await database.writer.run(lambda: note_absence(away, NOW))
    return away


async def test_an_agent_is_away_from_the_first_moment_until_the_last_and_not_at_it(
    database: Database,
) -> None:
    away = await note(database, NOW, NOW + DAY)
    assert await away_at(NOW) == [away] == await away_at(NOW + DAY - timedelta(seconds=1))
    assert await away_at(NOW - timedelta(seconds=1)) == [] == await away_at(NOW + DAY)
    assert await stood_in_for("Борис", NOW) == ["Анна"]
    assert await stood_in_for("Анна", NOW) == []


async def test_without_an_end_it_lasts_until_he_is_back(database: Database) -> None:
    await note(database, NOW, None)
    assert len(await away_at(NOW + 400 * DAY)) == 1
    assert await database.writer.run(lambda: end_absence("Анна", NOW + DAY))
    assert await away_at(NOW + DAY) == []
    assert not await database.writer.run(lambda: end_absence("Анна", NOW + DAY))


async def test_a_later_word_about_the_same_days_replaces_the_earlier(database: Database) -> None:
    await note(database, NOW, NOW + 10 * DAY)
    later = await note(database, NOW + 2 * DAY, NOW + 4 * DAY)
    assert await away_at(NOW + 3 * DAY) == [later]
    assert len(await away_at(NOW + DAY)) == 1
    other = await note(database, NOW + 30 * DAY, NOW + 31 * DAY)
    assert (await absences_after(NOW + 3 * DAY))[-2:] == [later, other]


async def test_who_is_back_is_not_away_later_either(database: Database) -> None:
    await note(database, NOW + DAY, NOW + 2 * DAY)
    await note(database, NOW, None, agent="Вера")
    await database.writer.run(lambda: end_absence("Анна", NOW))
    assert [one.agent for one in await absences_after(NOW)] == ["Вера"]
