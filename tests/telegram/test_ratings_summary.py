"""/summary: figures of a span with their chart, by time, agent, line or level; whose, and for whom."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replies import closing
from replies.chats.summaries import GROUPS, SPANS, Wanted, report_of, summary_text
from replies.languages import LANGUAGES, Languages
from replies.wording import Wording
from storage.facts import RatedClosure
from tests.desk_on_disk import VERBS
from tests.telegram.people import ChatDesk

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # Monday, 05:30 in Moscow
TEXTS = Languages()
LEVELS = {"level": {"general": "Общие вопросы"}}


def closure(stars: int | None = None, agent: str = "Анна", days_ago: int = 0) -> RatedClosure:
    """A closure whose client was invited."""
    at = NOW - timedelta(days=days_ago)
    return RatedClosure(
        1, at, True, stars, "", None, None, at if stars else None, agent, "general", "", "", "first",
        "telegram", at, at,
    )  # fmt: skip


FOUR = [closure(4), closure(), closure(agent="Борис"), closure(agent="Борис")]


def told(wanted: Wanted, closures: list[RatedClosure], language: str = "ru") -> str:
    report = report_of(closures, wanted, NOW, MOSCOW, "АгроСофт", LEVELS)
    return summary_text(report, wanted, Wording(TEXTS, language))


def test_a_mean_never_stands_without_its_count_and_of_how_many_were_asked() -> None:
    assert "4,00 из\u00a05 (оценок: 1 из 4\u00a0обращений)" in told(Wanted(), FOUR)


def test_it_tells_every_figure_and_each_group() -> None:
    assert told(Wanted(group="agent"), FOUR).splitlines()[-2:] == [
        "Анна: 4,00 из\u00a05 (оценок: 1 из 2\u00a0обращений)",
        "Борис: Оценок пока нет (0 из 2\u00a0обращений)",
    ]
    assert "Общие вопросы: 4,00" in told(Wanted(group="level"), FOUR)
    assert "5 ★ 0 · 4 ★ 1 · 3 ★ 0" in told(Wanted(), FOUR)


def test_an_agents_own_summary_counts_his_tickets_alone() -> None:
    own = told(Wanted().of("Борис"), FOUR)
    assert "Только Ваши обращения." in own
    assert "(0 из 2\u00a0обращений)" in own
    assert "Анна" not in told(Wanted(group="agent").of("Борис"), FOUR)


def test_a_span_without_closures_says_so() -> None:
    assert told(Wanted(), []).endswith("За этот период обращения не закрывали.")


@pytest.mark.parametrize(("span", "first"), [("week", 17), ("month", 25), ("quarter", 25)])
def test_a_span_ends_today_and_is_whole_days_of_the_desk(span: str, first: int) -> None:
    since, today = Wanted(span).days(NOW, MOSCOW)
    assert (since.day, today) == (first, date(2026, 11, 23))
    start, end = Wanted(span).moments(NOW, MOSCOW)
    assert end == datetime(2026, 11, 23, 21, tzinfo=UTC)
    assert (end - start).days == {"week": 7, "month": 30, "quarter": 91}[span]


@given(st.lists(st.sampled_from((*SPANS, *GROUPS)), max_size=4))
def test_words_of_the_command_may_stand_in_any_order(words: list[str]) -> None:
    wanted = Wanted.parse(words)
    assert wanted.span == next((one for one in reversed(words) if one in SPANS), "week")
    assert wanted.group == next((one for one in reversed(words) if one in GROUPS), "time")


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="'year'; allowed: week, month"):
        Wanted.parse(["year"])


@given(st.lists(st.text(max_size=300), max_size=60), st.sampled_from(LANGUAGES))
def test_whatever_agents_are_called_it_fits_under_a_picture(names: list[str], language: str) -> None:
    closures = [closure(5, agent=name) for name in names]
    assert len(told(Wanted(group="agent"), closures, language)) <= 1024


async def closed_and_rated(desk: ChatDesk) -> None:
    """A ticket of Olga's that Anna answers and closes, and Olga gives four stars."""
    olga = desk.server.person("Ольга", language="ru")
    await olga.starts(desk.bot)
    await olga.writes("Касса «Юг», версия 30.15.244: после обновления не печатает")
    topic = await desk.staff.topic_of("AS-000001")
    await desk.staff.answers(topic, "Перезапустите её, пожалуйста")
    await olga.reads("Перезапустите её")
    assert desk.service is not None
    await closing.close(desk.service.database, VERBS, 1, "Анна Петровна", datetime.now(UTC))
    await olga.reads("Как мы справились")
    await olga.presses("★★★★ хорошо")
    await olga.reads("оценка сохранена")


async def test_a_head_sees_all_with_a_chart_and_an_agent_his_own(chat_desk: ChatDesk) -> None:
    staff = chat_desk.staff
    await closed_and_rated(chat_desk)
    await staff.vera.writes("/summary", where=staff.group)
    shown = await staff.vera.reads("4,00 из\u00a05 (оценок: 1 из 1\u00a0обращения)", where=staff.group)
    assert shown.file is not None
    await staff.vera.writes("/summary month agent", where=staff.group)
    await staff.vera.reads("Анна Петровна: 4,00", where=staff.group)
    await staff.boris.writes("/summary month agent", where=staff.group)
    own = await staff.boris.reads("Только Ваши обращения", where=staff.group)
    assert "Анна" not in own.text
    answer = await staff.boris.presses("Месяц", on=shown)
    assert "кто вызвал сводку" in str(answer)
