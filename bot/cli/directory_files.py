"""`otklik companies import|export`, `otklik clients import|export`: the directory as CSV files."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    Status,
    fail,
    load_settings,
    print_json,
    progress,
    say,
)
from bot.cli.database import with_database
from bot.cli.privacy import person_export
from bot.config import Settings
from bot.log_lines import escaped
from bot.rules import rules
from desk.local_time import local_day
from storage.companies.card import company_count
from storage.companies.importing import Merged
from storage.companies.listing import client_count
from storage.database import Database
from storage.writer import Unavailable

if TYPE_CHECKING:
    from bot.directory.importing import Import

FileArgument = Annotated[Path, typer.Argument(metavar="FILE.csv", help="UTF-8, comma or semicolon.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check the file and say what it would change.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="A new file; without it the CSV is printed.")
]
Doing = Callable[[Settings, "Import"], Coroutine[Any, Any, Merged]]
Pieces = AsyncIterator[tuple[int, bytes]]


def companies_import(
    file: FileArgument,
    dry_run: DryRun = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Add and change companies as a CSV file says: all of it, or nothing and every mistake named.

    Columns, in any order: registration, name, level, plan, valid_from, valid_to, domains, curator, products,
    lines, note. A column that the file lacks leaves what there is; an empty cell empties it. More on them in
    docs/directory.md.
    """
    from bot.directory.importing import import_companies

    _import(config, file, dry_run, as_json, import_companies)


def clients_import(
    file: FileArgument,
    dry_run: DryRun = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Register and change clients as a CSV file says: all of it, or nothing and every mistake named.

    Columns, in any order: address, name, vocative, language, company. A column that the file lacks leaves
    what there is; an empty cell empties it. More on them in docs/directory.md.
    """
    from bot.directory.importing import import_clients

    _import(config, file, dry_run, as_json, import_clients)


def _import(config: Path, file: Path, dry_run: bool, as_json: bool, doing: Doing) -> None:
    from bot.directory.importing import Import, Refused
    from bot.directory.table import NoTable
    from storage.bulk import Busy

    settings = load_settings(config)
    with_database(settings, _schema)  # made or found too new before anything is read
    try:
        with progress("importing", file.stat().st_size) as step:
            merged = asyncio.run(doing(settings, Import(file, dry_run, step)))
    except Refused as exc:
        for mistake in exc.mistakes:
            typer.echo(escaped(f"{file}: {mistake}"), err=True)
        more = exc.count - len(exc.mistakes)
        and_more = f", {more} of them not shown" if more else ""
        fail(f"{file}: {exc.count} mistakes{and_more}; nothing was changed")
    except Busy:
        fail("another import is running; try again when it is over")
    except NoTable as exc:
        fail(f"{file}: {exc}")
    except Unavailable as exc:
        fail(f"the database can't be reached: {exc}; nothing was changed", Status.UNREACHABLE)
    except KeyboardInterrupt:
        fail("stopped: nothing was changed", Status.INTERRUPTED)
    except OSError as exc:
        fail(f"{exc.filename or file}: {exc.strerror or exc}")
    _tell(merged, dry_run, as_json)


async def _schema(_: Database) -> None:
    """Opening has brought it up to date."""


def _tell(merged: Merged, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(merged), "dry_run": dry_run})
        return
    counts = f"{merged.added} added, {merged.changed} changed, {merged.unchanged} unchanged"
    say(f"would be: {counts}" if dry_run else counts)


def companies_export(out: OutOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Write all companies as CSV, in the form that `companies import` takes.

    Of several contracts the one that counts today is written.
    """
    from bot.directory.exporting import companies_csv

    settings = load_settings(config)
    today = local_day(datetime.now(UTC), rules(settings).zone)
    _export(settings, out, company_count, lambda: companies_csv(today))


def clients_export(
    address: Annotated[
        str | None, typer.Argument(metavar="[ADDRESS]", help="Whose data; without it the directory as CSV.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="FILE.zip with pictures and mails, or FILE.csv."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = True,
) -> None:
    """Hand out all that the desk keeps of a person; without an address, all registered clients as CSV.

    Of a person: tickets, mails sent and received, ratings, as JSON or a zip. The CSV is in the form that
    `clients import` takes.
    """
    settings = load_settings(config)
    if address is not None:
        person_export(settings, address, out)
        return
    from bot.directory.exporting import clients_csv

    _export(settings, out, client_count, clients_csv)


def _export(
    settings: Settings, out: Path | None, count: Callable[[], Awaitable[int]], pieces: Callable[[], Pieces]
) -> None:
    async def work(_: Database) -> int:
        written = 0
        with progress("exporting", await count()) as step, _opened(out) as file:
            async for number, piece in pieces():
                file.write(piece)
                written += number
                step(number)
            file.flush()
        return written

    try:
        rows = with_database(settings, work)
    except FileExistsError:
        fail(f"{out} is there already and was left as it is")
    except OSError as exc:
        fail(f"{out or 'standard output'}: {exc.strerror or exc}")
    if out is not None:
        say(f"{out}: {rows} rows")


@contextmanager
def _opened(out: Path | None) -> Iterator[IO[bytes]]:
    """A new file that its owner alone may read, or standard output."""
    if out is None:
        yield sys.stdout.buffer
        return
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
