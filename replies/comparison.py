"""What a report's span of days is compared with: the preceding one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from desk.figures import RatingFigures, figures
from desk.periods import Period
from replies.figure_lines import mean_line
from replies.wording import Wording

Label = Period | str | None
"""A period, the name of a group, or None for what belongs to no group."""

Row = tuple[Label, RatingFigures]


@dataclass(frozen=True, slots=True)
class Preceding:
    """The figures of the span before, `until` included; `rows` are its groups, if the report has some."""

    since: date
    until: date
    rows: tuple[Row, ...]
    total: RatingFigures

    def line(self, words: Wording) -> str:
        """`Предыдущий период: 01.10.2026–31.10.2026. 4,00 из 5 (оценок: 1 из 4 обращений)`."""
        return words.text(
            "report.preceding", span=words.days(self.since, self.until), mean=mean_line(words, self.total)
        )

    def beside(self, rows: Sequence[Row]) -> Iterator[tuple[Label, tuple[RatingFigures, RatingFigures]]]:
        """Each group of either span with its figures then and now; none are zeros."""
        then, now, nothing = dict(self.rows), dict(rows), figures(())
        for label in [*now, *(label for label in then if label not in now)]:
            yield label, (then.get(label, nothing), now.get(label, nothing))
