"""A row of a companies' file: what each cell may say."""

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import TypeVar

from bot.directory.table import Mistake, Mistakes, Row, WrongCell
from desk.mail_domains import as_company_domain
from desk.ticket import Line
from storage.companies.changing import tidy_note
from storage.companies.importing import CompanyRow

T = TypeVar("T")
COLUMNS = (
    "registration", "name", "level", "plan", "valid_from", "valid_to", "domains", "curator", "products",
    "lines", "note",
)  # fmt: skip
NEEDED = ("registration", "name")
_REGISTRATION = re.compile(r"[^\s\x00-\x1f\x7f]{1,64}")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_VERSION = re.compile(r"[^\s:]{0,40}")
_DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")


class Cells:
    """Takes cells of one row; what is wrong is noted, and the row is not to be used then."""

    def __init__(self, row: Row, mistakes: Mistakes) -> None:
        self._row, self._mistakes = row, mistakes
        self.fine = True

    def take(self, column: str, understood: Callable[[str], T], otherwise: T) -> T:
        """What a cell says; `otherwise` for an empty one, a missing one, and a wrong one."""
        text = self._row.cells.get(column, "")
        if not text:
            return otherwise
        try:
            return understood(text)
        except WrongCell as exc:
            self.wrong(column, str(exc))
            return otherwise

    def wrong(self, column: str, allowed: str) -> None:
        """Note a mistake in a cell."""
        self.fine = False
        found = self._row.cells.get(column, "")
        self._mistakes.add(Mistake(self._row.line, column, found, allowed))


def company_row(row: Row, agents: AbstractSet[str], mistakes: Mistakes) -> CompanyRow | None:
    """The company of a row, None when something in it is wrong. `agents`: who may be a curator."""
    cells = Cells(row, mistakes)
    company = CompanyRow(
        row.line,
        cells.take("registration", registration, ""),
        cells.take("name", one_line, ""),
        cells.take("level", one_word, ""),
        cells.take("plan", one_word, ""),
        cells.take("valid_from", day, None),
        cells.take("valid_to", day, None),
        cells.take("curator", lambda text: curator(text, agents), ""),
        cells.take("domains", domains, ()),
        cells.take("products", products, ()),
        cells.take("lines", lines, ()),
        cells.take("note", notes, ()),
    )
    for column in NEEDED:
        if not row.cells[column]:
            cells.wrong(column, "something, in every row")
    _check_contract(row, company, cells)
    return company if cells.fine else None


def _check_contract(row: Row, company: CompanyRow, cells: Cells) -> None:
    begins, ends = company.valid_from, company.valid_to
    if begins is not None and ends is not None and ends < begins:
        cells.wrong("valid_to", f"a day from {begins} on, on which the contract begins")
    terms = ("level", "plan", "valid_to")
    if not row.cells.get("valid_from") and any(row.cells.get(term) for term in terms):
        cells.wrong("valid_from", "the day on which the contract begins, where a row has " + ", ".join(terms))


def registration(text: str) -> str:
    """A registration number. Raises WrongCell."""
    if not _REGISTRATION.fullmatch(text) or not text.isprintable():
        raise WrongCell("1 to 64 characters without spaces")
    return text


def one_line(text: str) -> str:
    """A name. Raises WrongCell."""
    if len(text) > 200 or not text.isprintable():
        raise WrongCell("up to 200 characters on one line")
    return text


def one_word(text: str) -> str:
    """The key of a plan or of a contract's level. Raises WrongCell."""
    if not _KEY.fullmatch(text):
        raise WrongCell("1 to 40 Latin letters, digits, - _ and .")
    return text


def day(text: str) -> date:
    """A day. Raises WrongCell."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # the thirtieth of February, of which the same is to be said
    raise WrongCell("a day such as 2026-12-31")


def curator(text: str, agents: AbstractSet[str]) -> str:
    """An agent's name. Raises WrongCell."""
    if text not in agents:
        raise WrongCell(
            "an agent's name, as in [[agents]]: " + (", ".join(sorted(agents)) or "there is none")
        )
    return text


def domains(text: str) -> Sequence[str]:
    """Mail domains. Raises WrongCell."""
    found = []
    for word in text.split():
        try:
            found.append(as_company_domain(word))
        except ValueError as exc:
            raise WrongCell(f"mail domains of the company alone ({word[:60]}: {exc})") from exc
    return tuple(dict.fromkeys(found))


def products(text: str) -> Sequence[tuple[str, str, str]]:
    """Products as KEY[:VERSION[:REGISTRATION]]. Raises WrongCell."""
    found: dict[str, tuple[str, str, str]] = {}
    for word in text.split():
        key, _, rest = word.partition(":")
        version, _, number = rest.partition(":")
        if not _KEY.fullmatch(key) or not _VERSION.fullmatch(version) or len(number) > 64 or key in found:
            raise WrongCell("KEY, KEY:VERSION or KEY:VERSION:REGISTRATION, each product once")
        found[key] = (key, version, number)
    return tuple(found.values())


def lines(text: str) -> Sequence[str]:
    """Support lines. Raises WrongCell."""
    found = tuple(dict.fromkeys(text.split()))
    if not set(found) <= set(Line):
        raise WrongCell(", ".join(Line))
    return found


def notes(text: str) -> Sequence[str]:
    """Notes, with a blank line between two. Raises WrongCell."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    found = tuple(dict.fromkeys(tidy for part in parts if (tidy := tidy_note(part))))
    if any(len(one) > 10_000 for one in found):
        raise WrongCell("notes of up to 10,000 characters")
    return found
