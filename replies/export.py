"""The `ratings` report as a table for people, and as CSV and JSON for programs."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from desk.figures import By, RatingFigures, rounded
from desk.periods import Period
from desk.rating import STARS
from desk.spreadsheets import guarded
from replies.names import plain_line
from replies.wording import Wording

Label = Period | str | None
"""A period, the name of a group, or None for what belongs to no group."""

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
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class RatingsReport:
    """The figures of a span of days, `until` included, and of each of its periods or groups."""

    desk: str
    by: By
    since: date
    until: date
    rows: tuple[tuple[Label, RatingFigures], ...]
    total: RatingFigures

    def titles(self, words: Wording) -> tuple[str, str]:
        """What it is; whose it is, for which span and by which date."""
        span = words.text("report.period", start=words.short_day(self.since), end=words.short_day(self.until))
        of_whom = f"{plain_line(self.desk, 40)} · {span}, {words.text(f'report.by.{self.by}')}"
        return words.text("report.ratings.title"), of_whom

    def label(self, words: Wording, label: Label) -> str:
        """A row's name in words."""
        return words.period(label) if isinstance(label, Period) else plain_line(label or "–", 60)


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


def as_table(report: RatingsReport, words: Wording) -> str:
    """The report as aligned text, a figure a line; many periods are told in several blocks."""
    heading, of_whom = report.titles(words)
    if not report.total.closures:
        return f"{heading}\n{of_whom}\n\n{words.text('report.empty')}\n"
    columns = [(words.text("report.total"), report.total)]
    # One period alone is the total once more.
    if len(report.rows) > 1:
        columns = [*((report.label(words, label), figures) for label, figures in report.rows), *columns]
    blocks = [_block(words, part) for part in _parts(words, columns)]
    meanings = [f"{_caption(words, name)}. {text}" for name, text in definitions(words).items()]
    head = f"{heading}\n{of_whom}\n{mean_line(words, report.total)}"
    return "\n\n".join([head, *blocks, "\n".join([words.text("report.definitions"), *meanings])]) + "\n"


def as_csv(report: RatingsReport) -> bytes:
    """RFC 4180, a line a period or group and one for the total; shares from 0 to 1 with a decimal point.

    The columns are named as in JSON, so that programs can rely on them.
    """
    rows = [_flat(_key(label), figures) for label, figures in report.rows]
    rows.append(_flat("total", report.total))
    return csv_bytes(list(rows[0]), [list(row.values()) for row in rows])


def as_json(report: RatingsReport, words: Wording) -> str:
    """The report with its definitions, which alone depend on the language."""
    told = {
        "report": "ratings",
        "desk": report.desk,
        "by": str(report.by),
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "periods": [{"period": _key(label), **_plain(figures)} for label, figures in report.rows],
        "total": _plain(report.total),
        "definitions": definitions(words),
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Lines of CSV in UTF-8 in which no text is taken for a formula (threat 30).

    The byte order mark, without which Excel misreads UTF-8, is there only if a character needs it: plain
    ASCII stays readable for programs that don't expect one.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in header])
    writer.writerows([_cell(value) for value in row] for row in rows)
    content = text.getvalue()
    return content.encode("utf-8" if content.isascii() else "utf-8-sig", "replace")


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return "" if value is None else value
    return guarded(value)


def _key(label: Label) -> str:
    return label.label if isinstance(label, Period) else label or ""


def _plain(figures: RatingFigures) -> dict[str, Any]:
    """The figures as JSON knows them."""
    return {
        "closures": figures.closures,
        "invitations": figures.invitations,
        "ratings": figures.ratings,
        "response_rate": _float(figures.response_rate),
        "mean": _float(figures.mean),
        "distribution": {str(n): figures.distribution[n - 1] for n in STARS},
        "csat": _float(figures.csat),
        "satisfied": _float(figures.satisfied),
        "recommend": _float(figures.recommend),
        "comments": figures.comments,
    }


def _flat(key: str, figures: RatingFigures) -> dict[str, object]:
    plain = _plain(figures)
    stars: Mapping[str, int] = plain.pop("distribution")
    return {"period": key, **plain, **{f"stars_{n}": count for n, count in stars.items()}}


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(rounded(value, 4))


def _caption(words: Wording, name: str) -> str:
    return (
        words.text("report.figure.stars", n="1–5") if name == "stars" else words.text(f"report.figure.{name}")
    )


def _lines(words: Wording, figures: RatingFigures) -> list[tuple[str, str]]:
    """Each figure's caption and value in words."""
    lines = []
    for name in FIGURES:
        if name == "stars":
            counts = ((n, figures.distribution[n - 1]) for n in reversed(STARS))
            lines += [(words.text("report.figure.stars", n=n), words.number(count)) for n, count in counts]
            continue
        value = getattr(figures, name)
        if name == "mean":
            shown = "–" if value is None else words.decimal(value)
        else:
            shown = words.percent(value) if name in _SHARES else words.number(value)
        lines.append((words.text(f"report.figure.{name}"), shown))
    return lines


def _captions(words: Wording, figures: RatingFigures) -> int:
    return max(len(caption) for caption, _ in _lines(words, figures))


def _parts(
    words: Wording, columns: Sequence[tuple[str, RatingFigures]]
) -> Iterable[Sequence[tuple[str, RatingFigures]]]:
    """As many columns at a time as fit the width."""
    widest = max(len(label) for label, _ in columns) + 2
    fit = max(1, (_WIDTH - _captions(words, columns[0][1])) // max(widest, 8))
    return (columns[at : at + fit] for at in range(0, len(columns), fit))


def _block(words: Wording, columns: Sequence[tuple[str, RatingFigures]]) -> str:
    captions = [caption for caption, _ in _lines(words, columns[0][1])]
    left = ["", *captions]
    width = max(map(len, left))
    cells = [[label, *(value for _, value in _lines(words, figures))] for label, figures in columns]
    widths = [max(map(len, column)) for column in cells]
    lines = []
    for number, caption in enumerate(left):
        values = (f"{column[number]:>{size}}" for column, size in zip(cells, widths, strict=True))
        lines.append("  ".join([f"{caption:<{width}}", *values]).rstrip())
    return "\n".join(lines)
