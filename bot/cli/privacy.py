"""`otklik clients export ADDRESS|erase` and `otklik purge`: what is kept of a person, and for how long."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    fail,
    load_settings,
    print_json,
    progress,
    say,
)
from bot.cli.database import with_database
from bot.cli.person_archive import document, write_zip
from bot.config import Settings
from bot.rules import file_store, rules
from storage.database import Database, is_sqlite, sqlite_path
from storage.instance import AlreadyRunning, InstanceLock
from storage.privacy.erasure import Erased, NobodyHasIt, StillArriving, erase
from storage.privacy.export import Kept, kept_of
from storage.privacy.remnants import empty_log, overwritten, rebuild
from storage.retention import Purged, Retention
from storage.unused import IDLE, remove_unused

AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="The person's e-mail address.")]
_LEFT_IN_LOG = (
    "the database is in use, so its log and free pages may hold remnants; they are overwritten in time,"
    " at once by `otklik purge --compact` while the service is stopped"
)


def register(app: typer.Typer) -> None:
    """Add `purge` to the command line; the commands on clients are added with the directory's."""
    app.command()(purge)


def person_export(settings: Settings, address: str, out: Path | None) -> None:
    """Hand out all that the desk keeps of a person: JSON, or with `out` a zip with pictures and mails."""
    files, written = file_store(settings), rules(settings).numbering.format

    async def work(_: Database) -> tuple[dict[str, object], Kept, int]:
        kept = await kept_of(address.lower())
        if kept is None:
            fail(f"nobody has the address {address}")
        told = await document(kept, written, datetime.now(UTC))
        missing = 0
        if out is not None:
            steps = len(kept.screenshots) + len(kept.entries) + len(kept.deliveries)
            with progress("exporting", steps) as step:
                missing = await write_zip(out, told, kept, files, step)
        return told, kept, missing

    try:
        told, kept, missing = with_database(settings, work)
    except FileExistsError:
        fail(f"{out} is there already and was left as it is")
    except OSError as exc:
        fail(f"{out}: {exc.strerror or exc}")
    if out is None:
        print_json(told)
        return
    counts = f"{len(kept.person.tickets)} tickets, {len(kept.entries)} mails"
    say(f"{out}: {counts}, {len(kept.screenshots)} pictures")
    if missing:
        fail(f"{missing} files could not be read in the file store and are missing in {out}")


def clients_erase(
    address: AddressArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Erase a person: words, names, addresses, pictures and mails go; anonymous figures stay.

    His open tickets are closed. It can't be undone, and backups have to be dealt with apart.
    """
    settings = load_settings(config)
    if not yes:
        _confirm(address)

    async def work(database: Database) -> tuple[Erased, int, bool]:
        with _alone(database) as alone:
            async with overwritten(database):
                erased = await erase(database, address.lower(), "command line", datetime.now(UTC))
            # Nobody can be about to refer to a file when nobody else is here.
            removed = await remove_unused(file_store(settings), erased.files, 0 if alone else IDLE)
            if alone:
                await rebuild(database)
                return erased, removed, True
            await empty_log(database)
            return erased, removed, not is_sqlite(database.url)

    try:
        erased, removed, clean = with_database(settings, work)
    except (NobodyHasIt, StillArriving) as exc:
        fail(str(exc))
    _tell_erased(address, erased, removed, as_json)
    if not clean:
        typer.echo(_LEFT_IN_LOG, err=True)


def purge(
    compact: Annotated[
        bool, typer.Option("--compact", help="Also rewrite an SQLite file without remnants; service stopped.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Remove at once what is past the terms of the configuration, and files that nothing refers to."""
    settings = load_settings(config)
    # Imported here: wiring brings the servers along.
    from bot.wiring import terms

    async def work(database: Database) -> Purged:
        with _alone(database) as alone:
            if compact and not alone:
                fail("--compact needs an SQLite database that nobody else uses; stop the service first")
            retention = Retention(database, file_store(settings), terms(settings))
            with progress("purging", None) as step:
                purged = await retention.purge(datetime.now(UTC), told=lambda _: step(1))
            if compact:
                await rebuild(database)
            return purged

    purged = with_database(settings, work)
    if as_json:
        print_json(purged.counts())
    else:
        say("\n".join(f"{_PURGED[name]}: {count}" for name, count in purged.counts().items()))


_PURGED = {
    "mails": "mails as they came, processed",
    "refused": "mails as they came, refused or duplicates",
    "quarantined": "mails in quarantine, discarded",
    "deliveries": "mails sent",
    "tickets": "closed tickets' texts and pictures",
    "files": "files",
}


def _confirm(address: str) -> None:
    if not sys.stdin.isatty():
        fail("nobody can be asked here: say --yes to erase without asking")
    if not typer.confirm(f"Erase everything of {address}? It can't be undone", err=True):
        fail("nothing was erased")


@contextmanager
def _alone(database: Database) -> Iterator[bool]:
    """Whether nobody else uses the database during the block; never known of a PostgreSQL."""
    if not is_sqlite(database.url):
        yield False
        return
    path = sqlite_path(database.url).resolve()
    lock = InstanceLock(path.with_name(f"{path.name}.lock"))
    try:
        lock.take()
    except AlreadyRunning:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _tell_erased(address: str, erased: Erased, removed: int, as_json: bool) -> None:
    counts = {
        "tickets": erased.tickets,
        "messages": erased.messages,
        "screenshots": erased.screenshots,
        "mails": erased.mails,
        "deliveries": erased.deliveries,
        "files": removed,
    }
    if as_json:
        print_json({"address": address, **counts})
    else:
        say(f"erased: {', '.join(f'{count} {name}' for name, count in counts.items())}")
