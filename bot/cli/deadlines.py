"""`otklik deadlines recompute`: counts the deadlines of open tickets by the configuration as it is now."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, load_settings, print_json, progress, say
from bot.cli.database import with_database
from bot.rules import rules
from replies import recounting
from storage.database import Database
from storage.recounting import unfinished


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(help="Deadlines of open tickets.", no_args_is_help=True)
    group.command()(recompute)
    # With one command alone typer would leave its name out.
    group.callback()(_group)
    app.add_typer(group, name="deadlines")


def _group() -> None:
    """Deadlines of open tickets."""


def recompute(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell how many would move.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Count open deadlines anew; each that moves is in its ticket's history.

    The service does so by itself at a start after the configuration has changed.
    """
    settings = load_settings(config)
    timing = rules(settings).timing

    async def work(database: Database) -> tuple[recounting.Changed, int]:
        found = await recounting.changed(timing)
        with progress("deadlines", await unfinished()) as step:
            if dry_run:
                return found, await recounting.count_moving(timing, step)
            now = datetime.now(UTC)
            return found, await recounting.recount(database, timing, found, now, step)

    found, moved = with_database(settings, work)
    if as_json:
        changed = [] if found.first else list(found.names)
        print_json({"changed": changed, "would_move" if dry_run else "moved": moved})
        return
    if found.names and not found.first:
        say(f"changed since the last count: {found}")
    say(f"{moved} deadlines {'would move' if dry_run else 'have moved'}")
