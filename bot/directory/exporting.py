"""Writes the directory as CSV in the form that the import takes, a few rows at a time."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date

from bot.directory.client_rows import COLUMNS as CLIENT
from bot.directory.company_rows import COLUMNS as COMPANY
from desk.spreadsheets import guarded
from storage.companies.card import CompanyCard, Used, companies
from storage.companies.listing import ListedClient, clients

# Excel takes UTF-8 for what it is only behind this mark; the import takes it or leaves it.
MARK = b"\xef\xbb\xbf"


async def companies_csv(today: date) -> AsyncIterator[tuple[int, bytes]]:
    """Pieces of the file, each with how many companies are in it. `today`: in the desk's zone."""
    yield 0, MARK + _lines([COMPANY])
    async for card in companies():
        yield 1, _lines([_company(card, today)])


async def clients_csv() -> AsyncIterator[tuple[int, bytes]]:
    """Pieces of the file, each with how many clients are in it."""
    yield 0, MARK + _lines([CLIENT])
    async for some in clients():
        yield len(some), _lines(map(_client, some))


def written(used: Used) -> str:
    """A product as the file has it."""
    return ":".join((used.product, used.version, used.registration)).rstrip(":")


def _company(card: CompanyCard, today: date) -> Sequence[str]:
    term = card.contract_shown(today)
    return (
        card.registration,
        card.name,
        term.level if term else "",
        term.plan if term else "",
        term.valid_from.isoformat() if term else "",
        term.valid_to.isoformat() if term and term.valid_to else "",
        " ".join(card.domains),
        card.curator,
        " ".join(map(written, card.products)),
        " ".join(card.connected),
        "\n\n".join(note.text for note in reversed(card.notes)),
    )


def _client(client: ListedClient) -> Sequence[str]:
    addresses = " ".join(client.addresses)
    return addresses, client.name, client.vocative, client.language, client.company


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")
