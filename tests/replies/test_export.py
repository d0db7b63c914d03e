"""The ratings report as table, CSV and JSON: the same figures, each mean with its count."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.figures import By, RatingFacts, by_group, by_period, figures
from desk.periods import Frequency
from replies.comparison import Preceding
from replies.export import RatingsReport, as_csv, as_json, as_table, csv_bytes
from replies.figure_lines import FIGURES, definitions, mean_line
from replies.languages import LANGUAGES, Languages
from replies.wording import Wording

TEXTS = Languages()
RU, EN = Wording(TEXTS, "ru"), Wording(TEXTS, "en")
MOSCOW = ZoneInfo("Europe/Moscow")


def closed(day: int, stars: int | None = None, month: int = 11, agent: str = "Анна") -> RatingFacts:
    return RatingFacts(
        datetime(2026, month, day, 9, tzinfo=UTC),
        invited=True,
        stars=stars,
        satisfied=None if stars is None else stars > 3,
        keys={"agent": agent},
    )


FACTS = [closed(3, 4), closed(4), closed(5), closed(6), closed(2, 5, month=12), closed(3, 2, month=12)]
REPORT = RatingsReport(
    desk="АгроСофт",
    by=By.CLOSED,
    since=date(2026, 11, 1),
    until=date(2026, 12, 31),
    rows=by_period(FACTS, Frequency.MONTH, MOSCOW),
    total=figures(FACTS),
)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ru", "4,00 из~5 (оценок: 1 из 4~обращений)"),
        ("uk", "4,00 із~5 (оцінок: 1 із 4~звернень)"),
        ("en", "4.00 out of~5 (1 of 4~requests rated)"),
        ("fi", "4,00 / 5 (arvioita: 1, pyyntöjä: 4)"),
    ],
)
def test_a_mean_stands_with_its_count_and_the_response(language: str, line: str) -> None:
    assert mean_line(Wording(TEXTS, language), REPORT.rows[0][1]) == line.replace("~", "\u00a0")


def test_the_number_of_requests_takes_its_case() -> None:
    one, many = figures([closed(1, 5)]), figures([closed(1, 5)] * 21)
    assert mean_line(RU, one).endswith("1 из 1\u00a0обращения)")
    assert mean_line(RU, many).endswith("21 из 21\u00a0обращения)")


def test_without_ratings_there_is_no_mean() -> None:
    assert mean_line(RU, figures([closed(1)] * 5)) == "Оценок пока нет (0 из 5\u00a0обращений)"


def test_the_table_is_aligned_and_tells_every_figure_of_every_period() -> None:
    table = as_table(REPORT, RU).replace("\u00a0", "~")
    assert table.partition("\n\nЧто означают")[0] == "\n".join(
        [
            "Оценки клиентов",
            "АгроСофт · Период: 01.11.2026–31.12.2026, по дате закрытия обращения",
            "3,67 из~5 (оценок: 3 из 6~обращений)",
            "",
            "                   нояб. 2026  дек. 2026  Всего",
            "Закрыто                     4          2      6",
            "Приглашений                 4          2      6",
            "Оценок                      1          2      3",
            "Доля оценивших           25~%      100~%   50~%",
            "Средняя оценка           4,00       3,50   3,67",
            "5~★                         0          1      1",
            "4~★                         1          0      1",
            "3~★                         0          0      0",
            "2~★                         0          1      1",
            "1~★                         0          0      0",
            "CSAT (доля 4 и~5)       100~%       50~%   67~%",
            "Довольны нами           100~%       50~%   67~%",
            "Порекомендуют нас           –          –      –",
            "Комментариев                0          0      0",
        ]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_explains_its_figures_and_stays_within_its_width(language: str) -> None:
    words = Wording(TEXTS, language)
    facts = [closed(day % 28 + 1, day % 5 + 1, month=day % 12 + 1) for day in range(60)]
    year = replace(REPORT, rows=by_period(facts, Frequency.MONTH, MOSCOW), total=figures(facts))
    table = as_table(year, words)
    figures_told, _, meanings = table.partition(words.text("report.definitions"))
    assert max(map(len, figures_told.splitlines())) <= 100
    assert all(meaning in meanings for meaning in definitions(words).values())
    assert set(definitions(words)) == set(FIGURES)


def test_one_period_is_told_once() -> None:
    month = replace(REPORT, rows=REPORT.rows[:1], total=REPORT.rows[0][1])
    assert "нояб. 2026" not in as_table(month, RU)


def test_an_empty_report_says_so() -> None:
    assert as_table(replace(REPORT, rows=(), total=figures([])), EN).endswith(
        "No request was closed in this period.\n"
    )


def test_csv_has_a_line_a_period_and_the_total_under_names_that_programs_know() -> None:
    content = as_csv(REPORT)
    assert content.isascii()
    assert content.count(b"\r\n") == content.count(b"\n") == 4
    first, _, total = rows(content)
    assert (first["period"], first["closures"], first["mean"], first["response_rate"]) == (
        "2026-11",
        "4",
        "4.0",
        "0.25",
    )
    assert (total["period"], total["stars_5"], total["stars_1"], total["recommend"]) == (
        "total",
        "1",
        "0",
        "",
    )


def test_json_has_the_same_figures_and_their_definitions() -> None:
    told = json.loads(as_json(REPORT, EN))
    assert (told["report"], told["by"], told["since"], told["until"]) == (
        "ratings",
        "closed",
        "2026-11-01",
        "2026-12-31",
    )
    assert [period["period"] for period in told["periods"]] == ["2026-11", "2026-12"]
    assert told["total"] == {
        "closures": 6,
        "invitations": 6,
        "ratings": 3,
        "response_rate": 0.5,
        "mean": 3.6667,
        "distribution": {"1": 0, "2": 1, "3": 0, "4": 1, "5": 1},
        "csat": 0.6667,
        "satisfied": 0.6667,
        "recommend": None,
        "comments": 0,
    }
    assert told["definitions"] == definitions(EN)


def test_groups_are_told_by_name_and_what_has_none_by_a_dash() -> None:
    facts = [closed(1, 5), closed(2, 4, agent="Борис"), replace(closed(3), keys={})]
    grouped = replace(
        REPORT, rows=tuple(by_group(facts, "agent").items()), total=figures(facts), group="agent"
    )
    assert as_table(grouped, RU).splitlines()[4].split() == ["Анна", "Борис", "–", "Всего"]
    assert [row["agent"] for row in rows(as_csv(grouped))] == ["Анна", "Борис", "", "total"]
    told = json.loads(as_json(grouped, RU))
    assert told["group"] == "agent" and [row["agent"] for row in told["groups"]] == ["Анна", "Борис", ""]
    assert "periods" not in told


def test_csv_with_letters_beyond_ascii_starts_with_the_mark_that_excel_needs() -> None:
    assert csv_bytes(["name"], [["Анна"]]) == "\ufeffname\r\nАнна\r\n".encode()


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u00a0=1",
    "\u200b=1",
    "＝1+1",
    "＠x",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_in_csv_is_a_formula(formula: str) -> None:
    content = csv_bytes([formula], [[formula]]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content, newline=""))) == [[f"'{formula}"]] * 2


def test_numbers_stay_numbers_and_what_is_missing_stays_empty() -> None:
    assert csv_bytes(["a", "b", "c"], [[-1, -0.5, None]]) == b"a,b,c\r\n-1,-0.5,\r\n"


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=4))
def test_any_text_comes_back_from_csv(texts: list[str]) -> None:
    content = csv_bytes(["x"] * len(texts), [texts]).decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(content, newline=""))
    assert [cell.removeprefix("'") for cell in row] == [text.removeprefix("'") for text in texts]
    assert not [cell for cell in row if cell.lstrip(" ").startswith(("=", "+", "-", "@"))]


def test_a_group_with_a_formula_for_a_name_is_harmless() -> None:
    facts = [closed(1, 5, agent="=cmd|' /C calc'!A0")]
    grouped = replace(
        REPORT, rows=tuple(by_group(facts, "agent").items()), total=figures(facts), group="agent"
    )
    assert rows(as_csv(grouped))[0]["agent"] == "'=cmd|' /C calc'!A0"


OCTOBER = [closed(6, 5, month=10), closed(7, month=10, agent="Борис"), closed(8, 3, month=10, agent="Борис")]
COMPARED = replace(
    REPORT,
    until=date(2026, 11, 30),
    rows=by_period(FACTS[:4], Frequency.MONTH, MOSCOW),
    total=figures(FACTS[:4]),
    preceding=Preceding(date(2026, 10, 1), date(2026, 10, 31), (), figures(OCTOBER)),
)


def line_of(table: str, caption: str) -> list[str]:
    return next(line for line in table.splitlines()[::-1] if line.startswith(caption)).split("  ")[1:]


def test_a_comparison_tells_then_now_and_what_has_changed() -> None:
    table = as_table(COMPARED, EN).replace("\u00a0", "~").partition("What the figures mean")[0]
    assert "Preceding period: 1~Oct 2026–31~Oct 2026. 4.00 out of~5 (2 of 3~requests rated)" in table
    told = {
        caption: [cell.strip() for cell in line_of(table, caption) if cell.strip()]
        for caption in ("Closed", "Ratings", "Response rate", "Mean rating", "Would recommend")
    }
    assert told == {
        "Closed": ["3", "4", "+1"],
        "Ratings": ["2", "1", "−1"],
        "Response rate": ["67%", "25%", "−42~pp"],
        "Mean rating": ["4.00", "4.00", "0.00"],
        "Would recommend": ["–", "–", "–"],
    }


def test_each_group_is_compared_with_itself_and_one_that_is_new_or_gone_with_nothing() -> None:
    grouped = replace(
        COMPARED,
        group="agent",
        rows=tuple(by_group(FACTS[:4], "agent").items()),
        preceding=replace(COMPARED.preceding, rows=tuple(by_group(OCTOBER[1:], "agent").items())),
    )
    table = as_table(grouped, EN)
    anna, boris = table.partition("\n\nАнна\n")[2], table.partition("\n\nБорис\n")[2]
    assert anna.splitlines()[1].split() == ["Closed", "0", "4", "+4"]
    assert boris.splitlines()[1].split() == ["Closed", "2", "0", "−2"]
    told = json.loads(as_json(grouped, EN))["preceding"]
    assert [(row["agent"], row["closures"]) for row in told["groups"]] == [("Борис", 2)]


def test_a_compared_csv_says_on_each_line_of_which_days_it_is() -> None:
    lines = [(row["span"], row["period"], row["closures"]) for row in rows(as_csv(COMPARED))]
    assert lines == [
        ("2026-11-01/2026-11-30", "2026-11", "4"),
        ("2026-11-01/2026-11-30", "total", "4"),
        ("2026-10-01/2026-10-31", "total", "3"),
    ]
    assert "span" not in rows(as_csv(REPORT))[0]


def test_json_tells_the_preceding_days_and_their_figures() -> None:
    told = json.loads(as_json(COMPARED, EN))["preceding"]
    assert (told["since"], told["until"]) == ("2026-10-01", "2026-10-31")
    assert (told["total"]["closures"], told["total"]["mean"]) == (3, 4.0)
    assert "preceding" not in json.loads(as_json(REPORT, EN))


def test_days_without_closures_are_compared_too() -> None:
    table = as_table(replace(COMPARED, rows=(), total=figures([])), EN)
    assert table.splitlines()[-1].startswith("Preceding period: ")
