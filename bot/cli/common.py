"""What every command shares: its options, its exit statuses, and how it prints."""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import Enum, IntEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot.config import ConfigError, Settings, load
from bot.log_lines import escaped

DEFAULT_CONFIG = Path("config.toml")
_SEPARATORS = re.compile("[\x7f-\x9f\u2028\u2029]")

ConfigOption = Annotated[Path, typer.Option("--config", metavar="PATH", help="The configuration file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


class Status(IntEnum):
    """Exit statuses of every command."""

    DONE = 0
    REFUSED = 1
    WRONG_USAGE = 2
    UNREACHABLE = 3
    INTERRUPTED = 130  # 128 and the number of SIGINT, as shells count


def load_settings(path: Path) -> Settings:
    """The settings in the file at `path`; every mistake in it goes to standard error and ends the command."""
    try:
        return load(path)
    except ConfigError as error:
        for mistake in error.mistakes:
            typer.echo(escaped(mistake), err=True)
        raise typer.Exit(Status.REFUSED) from error


def fail(message: str, status: Status = Status.REFUSED) -> NoReturn:
    """End the command: `message` as one line on standard error, and the exit status.

    Of wrong usage that line also says which help to read (`bot.cli.usage`).
    """
    if status is Status.WRONG_USAGE:
        raise typer.BadParameter(message)
    typer.echo(escaped(message), err=True)
    raise typer.Exit(status)


def say(text: str) -> None:
    """Print text that may hold anything a client wrote; line by line, and harmless to the terminal."""
    for line in text.split("\n"):
        typer.echo(escaped(line))


def print_json(value: object) -> None:
    """Print `value` as JSON on one line, in UTF-8 whatever the terminal is set to.

    Takes dataclasses too; moments become ISO 8601, spans of time seconds. A naive moment is refused by
    ValueError: it would not say its offset.
    """
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    # JSON lets them stand, but many a reader ends a line there, and many a terminal obeys them.
    text = _SEPARATORS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    # A lone surrogate, which UTF-8 cannot write, comes out as the JSON escape it then needs.
    typer.echo(text.encode("utf-8", "backslashreplace"))


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar for long work, on standard error and only on a terminal.

    Gives the function to call with the number of steps done; `total` may be unknown.
    """
    # Imported here: most commands never show one.
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda steps: bar.advance(task, steps)


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise ValueError(f"{value} has no time zone")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return int(seconds) if seconds.is_integer() else seconds
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
