"""Reports as pictures: one PNG that a manager can read without the table beside it."""

import io
import threading
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from desk.figures import RatingFigures
from desk.periods import Frequency, Period
from desk.rating import STARS
from replies.comparison import Label
from replies.export import RatingsReport
from replies.figure_lines import mean_line
from replies.names import plain_line
from replies.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LABELLED = 12  # periods; the values of more would run into each other
MOST_PERIODS = 60  # the newest; of more, nobody could tell one from the next
_ONE_AT_A_TIME = threading.Lock()
_INK, _FAINT, _GRID = "#1c2530", "#5b6775", "#e3e7ec"
_BLUE, _GREEN = "#2f6fb5", "#3f8f6b"
_STAR_COLOURS = ("#c8503c", "#dd8a4a", "#d9b84a", "#8fb35a", "#3f8f6b")
_SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib and has Cyrillic and ★
    "font.size": 11,
    "text.color": _INK,
    "axes.edgecolor": _GRID,
    "axes.labelcolor": _FAINT,
    "xtick.color": _FAINT,
    "ytick.color": _FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 14,
    "text.parse_math": False,  # a name with two dollar signs is no formula
}


def ratings_chart(report: RatingsReport, words: Wording) -> bytes:
    """The `ratings` report as PNG: how many of each rating, and how mean and response went."""
    # Takes half a second and 60 MB to import, so only who draws pays for it.
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # The settings are the process's: whoever draws beside would lose them half way.
    with _ONE_AT_A_TIME, rc_context(_SETTINGS):
        by_period = len(report.rows) > 1
        figure = Figure(figsize=(12, 7.2) if by_period else (8, 5.6), dpi=110, facecolor="white")
        FigureCanvasAgg(figure)
        _head(figure, report, words)
        if not report.total.ratings:
            figure.text(0.5, 0.42, words.text("chart.none"), ha="center", size=16, color=_FAINT)
        elif by_period:
            _panels(figure, report, words)
        else:
            _distribution(figure.add_axes((0.27, 0.06, 0.67, 0.56)), report.total, words)
        picture = io.BytesIO()
        # Without the program's version in it, equal figures give equal bytes.
        figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def _head(figure: "Figure", report: RatingsReport, words: Wording) -> None:
    heading, of_whom = report.titles(words)
    inch = 1 / figure.get_figheight()
    left = 0.45 / figure.get_figwidth()
    figure.text(left, 1 - 0.55 * inch, heading, size=17, weight="bold")
    figure.text(left, 1 - 0.88 * inch, of_whom, size=10.5, color=_FAINT)
    figure.text(left, 1 - 1.32 * inch, mean_line(words, report.total), size=13, color=_BLUE, weight="bold")
    if report.preceding is not None:
        figure.text(left, 1 - 1.62 * inch, report.preceding.line(words), size=10.5, color=_FAINT)


def _panels(figure: "Figure", report: RatingsReport, words: Wording) -> None:
    rows = report.rows[-MOST_PERIODS:]
    labels = [_tick(report, words, label) for label, _ in rows]
    figures = [of_period for _, of_period in rows]
    _distribution(figure.add_axes((0.155, 0.13, 0.25, 0.56)), report.total, words)
    upper = figure.add_axes((0.5, 0.44, 0.47, 0.25))
    lower = figure.add_axes((0.5, 0.13, 0.47, 0.18))
    _mean(upper, figures, words, joined=isinstance(rows[0][0], Period))
    _response(lower, figures, words)
    _period_ticks(upper, [""] * len(labels))
    _period_ticks(lower, labels)


def _tick(report: RatingsReport, words: Wording, label: Label) -> str:
    """A row's name, short enough for an axis: a week by its Monday, a long name cut."""
    if isinstance(label, Period) and label.frequency is Frequency.WEEK:
        return words.short_day(label.first_day)
    return plain_line(report.label(words, label), 14)


def _distribution(axes: "Axes", total: RatingFigures, words: Wording) -> None:
    """A bar for each number of stars, the best on top, with count and share beside it."""
    counts = total.distribution
    axes.barh(list(STARS), list(counts), color=_STAR_COLOURS, height=0.62)
    for stars, count in zip(STARS, counts, strict=True):
        share = words.percent(_share(count, total.ratings))
        axes.annotate(
            f"{words.number(count)}  ({share})",
            (count, stars),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
        )
    names = [f"{words.text(f'stars.{stars}')}  {stars} ★" for stars in STARS]
    axes.set_yticks(list(STARS), names, color=_INK)
    axes.set_xlim(0, max(counts) * 1.42)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(length=0)
    axes.set_title(words.text("chart.distribution"))


def _mean(axes: "Axes", figures: Sequence[RatingFigures], words: Wording, *, joined: bool) -> None:
    """The mean of each row that has one. Periods are joined by a line, which those without interrupt."""
    means = [float("nan") if one.mean is None else float(one.mean) for one in figures]
    axes.plot(
        range(len(means)), means, "o-" if joined else "o", color=_BLUE, linewidth=2, markersize=5, zorder=4
    )
    labelled = len(figures) <= MOST_LABELLED
    for at, one in enumerate(figures if labelled else ()):
        if one.mean is not None:
            _above(axes, at, float(one.mean), f"{words.decimal(one.mean)}\n({words.number(one.ratings)})")
    axes.set_ylim(0.8, 6.4 if labelled else 5.2)  # room for the words above a 5
    axes.set_yticks(list(STARS))
    axes.grid(axis="y", color=_GRID)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.spines["bottom"].set_visible(False)
    axes.set_title(words.text("chart.mean.counted" if labelled else "chart.mean"))


def _response(axes: "Axes", figures: Sequence[RatingFigures], words: Wording) -> None:
    shares = [float(one.response_rate or 0) for one in figures]
    axes.bar(range(len(shares)), shares, color=_GREEN, width=0.6)
    if len(figures) <= MOST_LABELLED:
        for at, one in enumerate(figures):
            if one.response_rate is not None:
                _above(axes, at, float(one.response_rate), words.percent(one.response_rate))
    highest = max(0.1, *shares)
    axes.set_ylim(0, highest * 1.3)
    # Either each bar tells its value or the axis does.
    step = next(step for step in (5, 10, 25, 50) if highest * 100 <= 4 * step)
    marks = range(0, 101, step) if len(figures) > MOST_LABELLED else ()
    kept = [Fraction(mark, 100) for mark in marks if mark <= highest * 100]
    axes.set_yticks([float(mark) for mark in kept], [words.percent(mark) for mark in kept])
    axes.grid(axis="y", color=_GRID)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.set_title(words.text("chart.response"))


def _above(axes: "Axes", at: int, value: float, text: str) -> None:
    axes.annotate(
        text,
        (at, value),
        xytext=(0, 6),
        textcoords="offset points",
        ha="center",
        va="bottom",
        size=9,
        color=_INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
    )


def _period_ticks(axes: "Axes", labels: Sequence[str]) -> None:
    """At most a dozen labels, slanted when they would touch."""
    step = -(-len(labels) // MOST_LABELLED)
    shown = list(range(len(labels)))[::-1][::step][::-1]  # the newest always has its label
    slanted = len(shown) * max(len(labels[at]) for at in shown) > 62
    axes.set_xticks(
        shown,
        [labels[at] for at in shown],
        rotation=35 if slanted else 0,
        ha="right" if slanted else "center",
        size=9.5,
    )
    axes.set_xlim(-0.6, len(labels) - 0.4)


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
