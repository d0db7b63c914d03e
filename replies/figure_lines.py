"""The figures of the `ratings` report in words: captions, values, and what has changed."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from desk.figures import RatingFigures
from desk.rating import STARS
from replies.wording import Wording

FIGURES = (
    "closures",
    "invitations",
    "ratings",
    "response_rate",
    "mean",
    "stars",
    "csat",
    "satisfied",
    "recommend",
    "comments",
)
_SHARES = ("response_rate", "csat", "satisfied", "recommend")
_MINUS = "\u2212"


def definitions(words: Wording) -> dict[str, str]:
    """What each figure means, by its name."""
    return {name: words.text(f"report.definition.{name}") for name in FIGURES}


def mean_line(words: Wording, figures: RatingFigures) -> str:
    """`4,00 из 5 (оценок: 1 из 4 обращений)`: a mean never stands without its count and the response rate.

    Requests are those whose client was asked, as in the response rate.
    """
    if figures.mean is None:
        return words.plural("report.ratings.mean-line.none", figures.invitations)
    return words.plural(
        "report.ratings.mean-line",
        figures.invitations,
        mean=words.of_five(figures.mean),
        ratings=words.number(figures.ratings),
    )


def caption(words: Wording, name: str) -> str:
    """What a figure is called; the five counts of stars together are `1–5 ★`."""
    return (
        words.text("report.figure.stars", n="1–5") if name == "stars" else words.text(f"report.figure.{name}")
    )


def captions(words: Wording) -> list[str]:
    """What the lines of a table are called, in their order."""
    called = []
    for name in FIGURES:
        if name == "stars":
            called += [words.text("report.figure.stars", n=n) for n in reversed(STARS)]
        else:
            called.append(words.text(f"report.figure.{name}"))
    return called


def lines(words: Wording, figures: RatingFigures) -> list[str]:
    """Each figure's value, in the order of `captions`."""
    told = []
    for name in FIGURES:
        if name == "stars":
            told += [words.number(figures.distribution[n - 1]) for n in reversed(STARS)]
        elif name == "mean":
            told.append("–" if figures.mean is None else words.decimal(figures.mean))
        else:
            value = getattr(figures, name)
            told.append(words.percent(value) if name in _SHARES else words.number(value))
    return told


def change(words: Wording, before: RatingFigures, now: RatingFigures) -> list[str]:
    """How much each figure has grown, in the order of `captions`; shares in percentage points.

    A dash where either span has no such figure.
    """
    return [
        "–" if was is None or is_ is None else _signed(is_ - was, tell)
        for (was, _), (is_, tell) in zip(_numbers(words, before), _numbers(words, now), strict=True)
    ]


def block(words: Wording, columns: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Columns of values beside their captions, as aligned text; each with its heading."""
    left = ["", *captions(words)]
    width = max(map(len, left))
    cells = [[heading, *values] for heading, values in columns]
    widths = [max(map(len, column)) for column in cells]
    told = []
    for number, name in enumerate(left):
        values = (f"{column[number]:>{size}}" for column, size in zip(cells, widths, strict=True))
        told.append("  ".join([f"{name:<{width}}", *values]).rstrip())
    return "\n".join(told)


def _numbers(
    words: Wording, figures: RatingFigures
) -> list[tuple[Fraction | int | None, Callable[[Fraction], str]]]:
    """Each figure in the order of `captions`, and how a difference of two of them is written."""

    def count(value: Fraction) -> str:
        return words.number(int(value))

    def points(value: Fraction) -> str:
        return words.text("report.points", n=words.decimal(value * 100, 0))

    numbers: list[tuple[Fraction | int | None, Callable[[Fraction], str]]] = []
    for name in FIGURES:
        if name == "stars":
            numbers += [(figures.distribution[n - 1], count) for n in reversed(STARS)]
        elif name == "mean":
            numbers.append((figures.mean, words.decimal))
        else:
            numbers.append((getattr(figures, name), points if name in _SHARES else count))
    return numbers


def _signed(difference: Fraction | int, tell: Callable[[Fraction], str]) -> str:
    shown = tell(abs(Fraction(difference)))
    if shown == tell(Fraction(0)):
        return shown
    return f"{'+' if difference > 0 else _MINUS}{shown}"
