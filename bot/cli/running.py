"""`otklik run`, `demo` and `migrate`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    Status,
    fail,
    load_settings,
    print_json,
    say,
)
from bot.config import Settings, secrets_of
from storage.database import Database, SchemaMismatch, check
from storage.instance import AlreadyRunning
from storage.writer import Unavailable


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(run)
    app.command()(demo)
    app.command()(migrate)


def run(
    config: ConfigOption = DEFAULT_CONFIG,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PART",
            help="Run these parts alone: listener, mailboxes, telegram, intake, deliveries, deadlines, web.",
        ),
    ] = None,
) -> None:
    """Run all parts until stopped, or some, so that several processes share one PostgreSQL."""
    # Imported here: the service brings web server and mail server along, which no other command needs.
    from bot import service
    from bot.wiring import PARTS

    wanted = tuple(only) if only else PARTS
    for part in wanted:
        if part not in PARTS:
            fail(f"there is no part {part!r}; allowed: {', '.join(PARTS)}", Status.WRONG_USAGE)
    settings = load_settings(config)
    start_logging(settings)
    try:
        asyncio.run(service.run(settings, wanted))
    except (AlreadyRunning, SchemaMismatch) as exc:
        fail(str(exc))
    except service.Unwritable as exc:
        fail(f"it can't be written to: {exc}")
    except Unavailable as exc:
        fail(f"the database can't be reached: {exc}", Status.UNREACHABLE)


def start_logging(settings: Settings) -> None:
    """Log as configured, with every secret of the configuration hidden."""
    logs.set_up(settings.log.level, settings.log.format, secrets_of(settings))


def demo(
    once: Annotated[bool, typer.Option(help="Stop after the tour instead of staying up.")] = False,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep everything there; else in a temporary folder.")
    ] = None,
) -> None:
    """Run the real service on embedded parts and lead one request through it, step by step."""
    from bot.demo import tour

    status = tour(folder, once=once)
    if status:
        raise typer.Exit(status)


def migrate(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Bring the database's schema up to this version; forward only."""
    url = load_settings(config).database.url.get_secret_value()

    async def work() -> tuple[str, ...]:
        missing = (await check(url)).missing
        database = Database(url)
        await database.open()
        await database.close()
        return missing

    try:
        applied = asyncio.run(work())
    except SchemaMismatch as exc:
        fail(str(exc))
    except Unavailable as exc:
        fail(f"the database can't be reached: {exc}", Status.UNREACHABLE)
    if as_json:
        print_json({"applied": list(applied)})
    else:
        say(f"applied: {', '.join(applied)}" if applied else "the schema is up to date")
