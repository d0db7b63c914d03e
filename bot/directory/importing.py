"""Merges a CSV file of companies or clients: all of it, or nothing and every mistake named."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.config import Settings
from bot.directory import client_rows, company_rows
from bot.directory.table import MOST, Mistake, Mistakes, NoTable, Table
from bot.rules import own_addresses
from storage.bulk import Bulk, Overtaken, bulk
from storage.companies.importing import Clash, CompaniesImport, Merged
from storage.companies.importing_clients import ClientsImport
from storage.writer import Unavailable

R = TypeVar("R")
_BATCH = 5000  # rows that are staged together
_TRIES = 5  # when others change meanwhile what was compared


class Refused(Exception):
    """The file has mistakes; nothing was changed. `count`: of all of them, not only those shown."""

    def __init__(self, mistakes: Sequence[Mistake], count: int) -> None:
        super().__init__(f"{count} mistakes")
        self.mistakes, self.count = mistakes, count


class _Staged(Protocol):
    async def begin(self) -> None: ...
    async def add(self, rows: Sequence[Any]) -> None: ...
    async def clashes(self, most: int) -> tuple[list[Clash], int]: ...
    async def compare(self) -> Merged: ...
    async def merge(self, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Import:
    """How a file is imported. `step` gets how many of its bytes were read since it was called last."""

    path: Path
    dry_run: bool
    step: Callable[[int], None]


async def import_companies(settings: Settings, wanted: Import) -> Merged:
    """Merge a file of companies. Raises Refused, NoTable, Unavailable or OSError, with nothing changed."""
    agents = frozenset(agent.name for agent in settings.agents)
    table = Table(wanted.path, allowed=company_rows.COLUMNS, needed=company_rows.NEEDED)
    try:
        terms = {"level", "plan", "valid_to"} & set(table.columns)
        if terms and "valid_from" not in table.columns:
            raise NoTable(f"line 1: needed with {', '.join(sorted(terms))} is also the column valid_from")
        mistakes = Mistakes()
        rows = (
            company
            for row in table.rows(mistakes, wanted.step)
            if (company := company_rows.company_row(row, agents, mistakes)) is not None
        )
        columns = frozenset(table.columns)
        url = settings.database.url.get_secret_value()
        return await _merged(url, lambda link: CompaniesImport(link, columns), rows, mistakes, wanted)
    finally:
        table.close()


async def import_clients(settings: Settings, wanted: Import) -> Merged:
    """Merge a file of clients. Raises Refused, NoTable, Unavailable or OSError, with nothing changed."""
    own = own_addresses(settings)
    table = Table(wanted.path, allowed=client_rows.COLUMNS, needed=client_rows.NEEDED)
    try:
        mistakes = Mistakes()
        rows = (
            client
            for row in table.rows(mistakes, wanted.step)
            if (client := client_rows.client_row(row, own, mistakes)) is not None
        )
        columns = frozenset(table.columns)
        url = settings.database.url.get_secret_value()
        return await _merged(url, lambda link: ClientsImport(link, columns), rows, mistakes, wanted)
    finally:
        table.close()


async def _merged(
    url: str, staged_in: Callable[[Bulk], _Staged], rows: Iterator[R], mistakes: Mistakes, wanted: Import
) -> Merged:
    async with bulk(url) as link:
        staged = staged_in(link)
        await staged.begin()
        while batch := list(islice(rows, _BATCH)):
            await staged.add(batch)
        clashes, count = await staged.clashes(MOST)
        if mistakes.count or count:
            told = sorted([*mistakes.shown, *map(_told, clashes)])[:MOST]
            raise Refused(told, mistakes.count + count)
        for _ in range(_TRIES):
            merged = await staged.compare()
            if wanted.dry_run or not (merged.added or merged.changed):
                return merged
            try:
                await staged.merge(datetime.now(UTC))
            except Overtaken:
                await _check_again(staged)
            else:
                return merged
    raise Unavailable("others keep changing what is imported; try again")


async def _check_again(staged: _Staged) -> None:
    """What has changed meanwhile may contradict the file."""
    clashes, count = await staged.clashes(MOST)
    if count:
        raise Refused([_told(one) for one in clashes], count)


def _told(clash: Clash) -> Mistake:
    return Mistake(clash.line, clash.column, clash.found, clash.allowed)
