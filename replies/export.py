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
from replies.comparison import Label, Preceding, Row
from replies.figure_lines import block, caption, captions, change, definitions, lines, mean_line
from replies.names import plain_line
from replies.wording import Wording

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class RatingsReport:
    """The figures of a span of days, `until` included, and of each of its periods or groups.

    group: the key whose values the rows are, such as `agent`; None where they are periods.
    preceding: what the span is compared with, if at all.
    """

    desk: str
    by: By
    since: date
    until: date
    rows: tuple[Row, ...]
    total: RatingFigures
    group: str | None = None
    preceding: Preceding | None = None

    def titles(self, words: Wording) -> tuple[str, str]:
        """What it is; whose it is, for which span and by which date."""
        span = words.text("report.period", start=words.short_day(self.since), end=words.short_day(self.until))
        of_whom = f"{plain_line(self.desk, 40)} · {span}, {words.text(f'report.by.{self.by}')}"
        return words.text("report.ratings.title"), of_whom

    @property
    def row_name(self) -> str:
        """What a row is, for programs: `period`, or the key that is grouped by."""
        return self.group or "period"

    def label(self, words: Wording, label: Label) -> str:
        """A row's name in words."""
        return words.period(label) if isinstance(label, Period) else plain_line(label or "–", 60)


def as_table(report: RatingsReport, words: Wording) -> str:
    """The report as aligned text, a figure a line; many periods are told in several blocks."""
    heading, of_whom = report.titles(words)
    if not report.total.closures:
        former = f"\n{report.preceding.line(words)}" if report.preceding else ""
        return f"{heading}\n{of_whom}\n\n{words.text('report.empty')}{former}\n"
    columns = [(words.text("report.total"), report.total)]
    # One period alone is the total once more.
    if len(report.rows) > 1:
        columns = [*((report.label(words, label), figures) for label, figures in report.rows), *columns]
    blocks = [
        block(words, [(label, lines(words, figures)) for label, figures in part])
        for part in _parts(words, columns)
    ]
    blocks += _compared(report, words)
    meanings = [f"{caption(words, name)}. {text}" for name, text in definitions(words).items()]
    head = f"{heading}\n{of_whom}\n{mean_line(words, report.total)}"
    return "\n\n".join([head, *blocks, "\n".join([words.text("report.definitions"), *meanings])]) + "\n"


def as_csv(report: RatingsReport) -> bytes:
    """RFC 4180, a line a period or group and one for the total; shares from 0 to 1 with a decimal point.

    The columns are named as in JSON, so that programs can rely on them. A comparison begins each line with
    the days that it is of (`span`, as ISO 8601 writes intervals), and adds the lines of the preceding ones.
    """
    spans = [((report.since, report.until), report.rows, report.total)]
    if before := report.preceding:
        spans.append(((before.since, before.until), before.rows, before.total))
    rows: list[dict[str, object]] = []
    for (first, last), told, total in spans:
        span = {"span": f"{first}/{last}"} if before else {}
        keyed = [*((_key(label), figures) for label, figures in told), ("total", total)]
        rows += [{**span, **_flat(report.row_name, key, figures)} for key, figures in keyed]
    return csv_bytes(list(rows[0]), [list(row.values()) for row in rows])


def as_json(report: RatingsReport, words: Wording) -> str:
    """The report with its definitions, which alone depend on the language."""
    told: dict[str, Any] = {
        "report": "ratings",
        "desk": report.desk,
        "by": str(report.by),
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        **_told_rows(report.row_name, report.rows),
        "total": _plain(report.total),
        "definitions": definitions(words),
    }
    if before := report.preceding:
        told["preceding"] = {
            "since": before.since.isoformat(),
            "until": before.until.isoformat(),
            **(_told_rows(report.row_name, before.rows) if report.group else {}),
            "total": _plain(before.total),
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


def _told_rows(name: str, rows: Iterable[Row]) -> dict[str, Any]:
    told = [{name: _key(label), **_plain(figures)} for label, figures in rows]
    return {"periods": told} if name == "period" else {"group": name, "groups": told}


def _flat(name: str, key: str, figures: RatingFigures) -> dict[str, object]:
    plain = _plain(figures)
    stars: Mapping[str, int] = plain.pop("distribution")
    return {name: key, **plain, **{f"stars_{n}": count for n, count in stars.items()}}


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(rounded(value, 4))


def _compared(report: RatingsReport, words: Wording) -> list[str]:
    """The preceding span beside this one and what has changed: the whole, and each group."""
    if (before := report.preceding) is None:
        return []
    pairs: list[tuple[str | None, RatingFigures, RatingFigures]] = [(None, before.total, report.total)]
    if report.group:
        pairs += [(report.label(words, label), *pair) for label, pair in before.beside(report.rows)]
    spans = (words.days(before.since, before.until), words.days(report.since, report.until))
    blocks = [before.line(words)]
    for label, then, now in pairs:
        told = [*zip(spans, (lines(words, then), lines(words, now)), strict=True)]
        table = block(words, [*told, (words.text("report.change"), change(words, then, now))])
        blocks.append(table if label is None else f"{label}\n{table}")
    return blocks


def _parts(
    words: Wording, columns: Sequence[tuple[str, RatingFigures]]
) -> Iterable[Sequence[tuple[str, RatingFigures]]]:
    """As many columns at a time as fit the width."""
    widest = max(len(label) for label, _ in columns) + 2
    fit = max(1, (_WIDTH - max(map(len, captions(words)))) // max(widest, 8))
    return (columns[at : at + fit] for at in range(0, len(columns), fit))
