"""The chart: a PNG whose texts are all there, none over another, none off the picture."""

import io
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from desk.figures import By, RatingFacts, by_group, by_period, figures
from desk.periods import Frequency
from replies.charts import ratings_chart
from replies.export import RatingsReport
from replies.languages import LANGUAGES, Languages
from replies.wording import Wording

TEXTS = Languages()
MOSCOW = ZoneInfo("Europe/Moscow")
AGENTS = ("Анна", "Борис Константинопольский", "Вера", "$x^2$ 名")


def report(days: int, frequency: Frequency = Frequency.MONTH, *, always: int | None = None) -> RatingsReport:
    start = datetime(2026, 1, 1, 9, tzinfo=UTC)
    facts = [
        RatingFacts(
            start + timedelta(days=day),
            invited=True,
            stars=(always or day * 7 % 5 + 1) if day % 3 else None,
            keys={"agent": AGENTS[day % 4]},
        )
        for day in range(days)
    ]
    last = date(2026, 1, 1) + timedelta(days=days - 1)
    rows = by_period(facts, frequency, MOSCOW)
    return RatingsReport("АгроСофт", By.CLOSED, date(2026, 1, 1), last, rows, figures(facts))


def by_agent() -> RatingsReport:
    facts = [
        RatingFacts(datetime(2026, 1, 1, tzinfo=UTC), True, stars=n % 5 + 1, keys={"agent": AGENTS[n % 4]})
        for n in range(40)
    ]
    return replace(report(30), rows=tuple(by_group(facts, "agent").items()), total=figures(facts))


def nothing() -> RatingsReport:
    return replace(report(30), rows=(), total=figures([RatingFacts(datetime(2026, 1, 1, tzinfo=UTC), True)]))


REPORTS = {
    "one month": report(31),
    "a year of months": report(365),
    "a year of weeks": report(365, Frequency.WEEK),
    "a year of days": report(365, Frequency.DAY),
    "quarters, all of them five stars": report(365, Frequency.QUARTER, always=5),
    "two months, all of them one star": report(59, always=1),
    "a year of months, all of them five stars": report(365, always=5),
    "by agent": by_agent(),
    "nothing rated": nothing(),
    "a desk with a long name": replace(report(365), desk="Очень длинное название службы поддержки " * 3),
}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The figures that are saved while the test runs."""
    from matplotlib.figure import Figure

    kept: list[Any] = []
    savefig = Figure.savefig

    def keep(figure: Figure, *args: Any, **named: Any) -> None:
        kept.append(figure)
        savefig(figure, *args, **named)

    monkeypatch.setattr(Figure, "savefig", keep)
    return kept


def texts_of(figure: Any) -> list[Any]:
    from matplotlib.text import Text

    renderer = figure.canvas.get_renderer()
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    # Ticks beyond an axis' ends exist and are not drawn.
    extents = [(text.get_text(), text.get_rotation(), text.get_window_extent(renderer)) for text in found]
    return [(said, slant, box) for said, slant, box in extents if box.width and box.height]


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("language", ["ru", "fi"])
def test_no_text_lies_over_another_or_leaves_the_picture(language: str, name: str, drawn: list[Any]) -> None:
    ratings_chart(REPORTS[name], Wording(TEXTS, language))
    [figure] = drawn
    texts = texts_of(figure)
    for said, _, box in texts:
        assert box.x0 >= 0, said
        assert box.y0 >= 0, said
        assert box.x1 <= figure.bbox.width, said
        assert box.y1 <= figure.bbox.height, said
    # The boxes of slanted texts overlap where the letters don't.
    level = [(said, box) for said, slant, box in texts if not slant]
    for place, (said, box) in enumerate(level):
        for other, other_box in level[place + 1 :]:
            assert not box.overlaps(other_box), f"{said!r} over {other!r}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chart_speaks_the_reader_s_language(language: str, drawn: list[Any]) -> None:
    words = Wording(TEXTS, language)
    ratings_chart(REPORTS["a year of months"], words)
    said = " ".join(text for text, _, _ in texts_of(drawn[0]))
    for key in (
        "report.ratings.title",
        "chart.distribution",
        "chart.mean.counted",
        "chart.response",
        "stars.5",
    ):
        assert words.text(key) in said
    assert "АгроСофт" in said


def test_a_mean_is_drawn_with_its_count(drawn: list[Any]) -> None:
    ratings_chart(REPORTS["two months, all of them one star"], Wording(TEXTS, "ru"))
    said = [text for text, _, _ in texts_of(drawn[0])]
    assert "1,00\n(20)" in said
    assert "1,00 из\u00a05 (оценок: 39 из 59\u00a0обращений)" in said


def test_every_letter_has_a_shape_and_a_name_is_no_formula(
    drawn: list[Any], recwarn: pytest.WarningsRecorder
) -> None:
    ratings_chart(replace(report(31), desk="$\\frac{1}{0}$ _x_ ★"), Wording(TEXTS, "uk"))
    assert any("$\\frac{1}{0}$ _x_ ★" in text for text, _, _ in texts_of(drawn[0]))
    assert [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)] == []


def test_it_is_a_png_and_the_same_figures_give_the_same_bytes() -> None:
    words = Wording(TEXTS, "ru")
    picture = ratings_chart(REPORTS["one month"], words)
    assert picture == ratings_chart(REPORTS["one month"], words)
    with Image.open(io.BytesIO(picture), formats=["PNG"]) as image:
        assert image.size == (880, 616)
        assert len(image.convert("RGB").getcolors(maxcolors=1 << 20) or ()) > 50


def test_only_who_draws_imports_matplotlib() -> None:
    program = "import sys, replies.charts; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
