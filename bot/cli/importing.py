"""`otklik import mbox|maildir PATH`: old mail, taken in without a word to anybody."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from bot.log_lines import escaped
from storage.database import SchemaMismatch
from storage.writer import Unavailable

# Imported late otherwise: they bring the servers along, which no other command needs.
if TYPE_CHECKING:
    from bot.importing import Imported, Told
    from intake.mailbox_files import Found

OpenDays = Annotated[
    int,
    typer.Option(
        metavar="DAYS",
        min=0,
        max=3650,
        help="Younger requests become new tickets; older ones are filed as closed, without an invitation.",
    ),
]
_OPEN_DAYS = 30
_AGAIN = "run the same command again, and it goes on from there"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(
        help="Take in an old mailbox. Nobody gets a confirmation or an invitation because of it.",
        no_args_is_help=True,
    )
    group.command("mbox")(import_mbox)
    group.command("maildir")(import_maildir)
    app.add_typer(group, name="import")


def import_mbox(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The mbox file.")],
    open_days: OpenDays = _OPEN_DAYS,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take in the mails of an mbox file, of any size.

    A mail begins behind a line "From SENDER DATE"; ">From " in its text loses a ">" (mboxrd, mboxo);
    Content-Length is not looked at. Each mail counts from its own date. Run it again after an interruption:
    what is recorded is not recorded twice, and what came by mail before is a duplicate.
    """
    from intake.mailbox_files import mbox

    _take_in(config, mbox(path), path, lambda: path.stat().st_size, open_days, as_json)


def import_maildir(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The folder with cur and new in it.")],
    subfolders: Annotated[
        bool, typer.Option("--subfolders", help="Also its folders: .Sent, .Trash and so on.")
    ] = False,
    open_days: OpenDays = _OPEN_DAYS,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take in the mails of a maildir, new and read ones, the oldest first; the maildir is left as it is.

    Each mail counts from its own date. Run it again after an interruption: what is recorded is not recorded
    twice, and what came by mail before is a duplicate.
    """

    from intake.mailbox_files import maildir, maildir_files

    def size() -> int:
        return sum(file.stat().st_size for file in maildir_files(path, subfolders=subfolders))

    _take_in(config, maildir(path, subfolders=subfolders), path, size, open_days, as_json)


def _take_in(
    config: Path,
    mails: "Iterator[Found]",
    path: Path,
    size: Callable[[], int],
    open_days: int,
    as_json: bool,
) -> None:
    from intake.mailbox_files import LARGEST

    imported = _imported(load_settings(config), mails, path, size, open_days)
    if as_json:
        print_json(imported)
    else:
        say(_summary(imported))
    for place in imported.too_large:
        typer.echo(f"{path} {escaped(place)}: larger than {LARGEST >> 20} MB, left out", err=True)
    if imported.too_large:
        raise typer.Exit(Status.REFUSED)


def _imported(
    settings: Settings, mails: "Iterator[Found]", path: Path, size: Callable[[], int], open_days: int
) -> "Imported":
    """What became of the mails; whatever prevents it ends the command."""
    from bot.importing import Interrupted, Stopped, take_in_mailbox
    from intake.mailbox_files import NotAMailbox

    # Only what went wrong: the rest is in the summary.
    logs.set_up("error", settings.log.format, secrets_of(settings))
    open_since = datetime.now(UTC) - timedelta(days=open_days)
    try:
        with _bar(size()) as told:
            return asyncio.run(take_in_mailbox(settings, mails, str(path), open_since, told))
    except Interrupted as exc:
        so_far = f"{exc.processed} mails are processed, {exc.waiting} more are recorded"
        fail(f"stopped: {so_far}; {_AGAIN}", Status.INTERRUPTED)
    except KeyboardInterrupt:  # a second one, or before anything began
        fail(f"stopped at once: what is recorded stays; {_AGAIN}", Status.INTERRUPTED)
    except (NotAMailbox, SchemaMismatch, Stopped) as exc:
        fail(str(exc))
    except Unavailable as exc:
        fail(f"the database can't be reached: {exc}", Status.UNREACHABLE)
    except OSError as exc:
        fail(f"{exc.filename or path}: {exc.strerror or exc}")


@contextmanager
def _bar(total: int) -> "Iterator[Told]":
    """A bar on standard error, on a terminal alone: mails, share, rate, and how long it will take yet."""
    # Imported here: most commands never show one.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.fields[mails]} mails"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]:.0f}/s"),
        TimeRemainingColumn(),
    )
    began = time.monotonic()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("importing", total=total, mails=0, rate=0.0)

        def told(mails: int, passed: int) -> None:
            rate = mails / max(time.monotonic() - began, 0.001)
            bar.update(task, completed=passed, mails=mails, rate=rate)

        yield told


def _summary(imported: "Imported") -> str:
    lines = [f"{imported.mails} mails, {imported.before} of them recorded by an earlier run"]
    lines += [f"  {what}: {count}" for what, count in sorted(imported.outcomes.items())]
    lines += [f"  refused as {key}: {count}" for key, count in sorted(imported.refused.items())]
    if imported.quarantined:
        lines.append(f"  quarantined: {imported.quarantined} (see `otklik inbox list`)")
    if imported.waiting:
        lines.append(f"  not processed yet: {imported.waiting}")
    return "\n".join(lines)
