"""A CSV file of the directory: UTF-8, comma or semicolon; what is wrong is named by its line and column."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desk.spreadsheets import unguarded

MOST = 100  # mistakes that are told one by one
CELL = 100_000  # characters; more is a quotation mark that nobody closed
_LONE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK": "no CSV but a workbook or an archive"}


class NoTable(Exception):
    """The file can't be read as a table at all; the text says why, and what is allowed."""


class WrongCell(ValueError):
    """What a cell may not say; the text is what is allowed."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """What is wrong in a row. `line`: where the row begins in the file, from 1; `column` may be ""."""

    line: int
    column: str
    found: str
    allowed: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        found = self.found if len(self.found) <= 60 else f"{self.found[:59]}…"
        return f'{where}: found "{found}"; allowed: {self.allowed}'


@dataclass(slots=True)
class Mistakes:
    """The first hundred mistakes, and how many there are."""

    shown: list[Mistake] = field(default_factory=list)
    count: int = 0

    def add(self, mistake: Mistake) -> None:
        """Note one more."""
        self.count += 1
        if len(self.shown) < MOST:
            self.shown.append(mistake)


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells by column, white space around them taken off; "" for an empty one."""

    line: int
    cells: Mapping[str, str]


class Table:
    """An open CSV file."""

    def __init__(self, path: Path, *, allowed: Sequence[str], needed: Sequence[str]) -> None:
        """Read the header. Raises NoTable, and OSError when there is no such file."""
        self.size = path.stat().st_size
        self._raw = path.open("rb")
        self._told = 0
        try:
            self._check_beginning()
            text = io.TextIOWrapper(self._raw, "utf-8-sig", errors="surrogateescape", newline="")
            header = text.readline()
            delimiter = ";" if header.count(";") > header.count(",") else ","
            names = next(csv.reader([header], delimiter=delimiter), [])
            self.columns = _columns(names, allowed, needed)
            self._reader = csv.reader(text, delimiter=delimiter, strict=True)
        except BaseException:
            self._raw.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    def rows(self, mistakes: Mistakes, step: Callable[[int], None]) -> Iterator[Row]:
        """The rows that have the form of one; `step` gets how many bytes were read since its last call."""
        csv.field_size_limit(CELL)
        begins = 2
        while True:
            try:
                cells = next(self._reader)
            except StopIteration:
                break
            except csv.Error as exc:
                mistakes.add(
                    Mistake(begins, "", str(exc), "quotation marks that are closed, and doubled inside")
                )
                return  # where the next row begins, nobody knows
            line, begins = begins, self._reader.line_num + 2
            row = self._row(line, cells, mistakes)
            if row is not None:
                yield row
            if line % 1000 == 0:
                self._tell(step)
        self._tell(step)

    def _row(self, line: int, cells: Sequence[str], mistakes: Mistakes) -> Row | None:
        if not any(cells):
            return None  # an empty line, as many a program leaves at the end
        if len(cells) != len(self.columns):
            mistakes.add(Mistake(line, "", f"{len(cells)} cells", f"{len(self.columns)}, as in the header"))
            return None
        found = {name: unguarded(cell.strip()) for name, cell in zip(self.columns, cells, strict=True)}
        fine = True
        for name, cell in found.items():
            if cell.isascii() and cell.isprintable():
                continue
            if spoilt := _spoilt(cell):
                mistakes.add(Mistake(line, name, cell.encode("ascii", "backslashreplace").decode(), spoilt))
                fine = False
        return Row(line, found) if fine else None

    def _tell(self, step: Callable[[int], None]) -> None:
        at = self._raw.tell()
        step(at - self._told)
        self._told = at

    def _check_beginning(self) -> None:
        first = self._raw.read(4)
        self._raw.seek(0)
        for mark, what in _ENCODINGS.items():
            if first.startswith(mark):
                raise NoTable(f"found {what}; allowed: CSV in UTF-8")


def _spoilt(cell: str) -> str:
    if _LONE.search(cell):
        return "text in UTF-8"
    return "text without control characters" if _CONTROL.search(cell) else ""


def _columns(names: Sequence[str], allowed: Sequence[str], needed: Sequence[str]) -> tuple[str, ...]:
    """The header's columns. Raises NoTable."""
    found = tuple(name.strip().lower() for name in names)
    choice = f"allowed: {', '.join(allowed)}"
    for name in found:
        if name not in allowed:
            raise NoTable(f'line 1: unknown column "{name[:60]}"; {choice}')
        if found.count(name) > 1:
            raise NoTable(f'line 1: the column "{name}" is there twice')
    missing = [name for name in needed if name not in found]
    if missing:
        raise NoTable(f"line 1: needed is also the column {', '.join(missing)}; {choice}")
    return found
