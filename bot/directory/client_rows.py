"""A row of a clients' file: what each cell may say."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial

from bot.directory.company_rows import Cells, one_line, registration
from bot.directory.table import Mistakes, Row, WrongCell
from desk.addresses import comparable
from intake.mime.addresses import is_usable
from replies.languages import LANGUAGES
from storage.companies.importing_clients import ClientRow

COLUMNS = ("address", "name", "vocative", "language", "company")
NEEDED = ("address",)
_TELEGRAM = re.compile(r"tg:[1-9][0-9]{0,18}")


def client_row(row: Row, own: AbstractSet[str], mistakes: Mistakes) -> ClientRow | None:
    """The client of a row, None when something in it is wrong. `own`: the desk's addresses, in lower case."""
    cells = Cells(row, mistakes)
    client = ClientRow(
        row.line,
        cells.take("address", partial(addresses, own=own), ()),
        cells.take("name", one_line, ""),
        cells.take("vocative", one_line, ""),
        cells.take("language", language, ""),
        cells.take("company", registration, ""),
    )
    if not row.cells["address"]:
        cells.wrong("address", "something, in every row")
    return client if cells.fine else None


def addresses(text: str, own: AbstractSet[str]) -> Sequence[str]:
    """Addresses as the directory keeps them. Raises WrongCell."""
    found = tuple(dict.fromkeys(map(comparable, text.split())))
    for one in found:
        if one in own:
            raise WrongCell(f"clients' addresses; {one} is the desk's own")
        if not (_TELEGRAM.fullmatch(one) or is_usable(one)):
            raise WrongCell(
                f"e-mail addresses, or tg:NUMBER for an account in Telegram ({one[:60]} is neither)"
            )
    return found


def language(text: str) -> str:
    """A language's key. Raises WrongCell."""
    if text not in LANGUAGES:
        raise WrongCell(", ".join(LANGUAGES))
    return text
