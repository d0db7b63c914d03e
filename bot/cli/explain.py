"""`otklik explain FILE …`: how mails would be understood, without taking them in."""

import asyncio
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import (
    DEFAULT_CONFIG,
    JsonOption,
    Status,
    fail,
    load_settings,
    print_json,
    progress,
    say,
)
from bot.cli.explanations import explained, explained_text
from bot.config import Settings
from bot.log_lines import escaped
from intake.authenticity import required
from intake.incoming import IncomingMessage
from intake.sandbox.pool import Sandbox, UnderstandingFailed, WorkerKilled
from storage.threads import in_thread

UNKEPT = "intake.sandbox.unkept:understand"
_AHEAD = 4  # files read ahead for each worker process
_LARGEST = 512 * 1024 * 1024  # bytes; nothing larger is a mail


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(explain)


def explain(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.eml …", help="Mails, each in a file.")],
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="PATH", help="The configuration file; without one, no address is our own."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Explain how mails would be understood: what is new in them, which pictures are kept, what is refused
    and why. Nothing is taken in or stored, and no service needs to run."""
    settings = _settings(config)
    if settings is None and not as_json:
        typer.echo("no configuration file, so no address is known to be the desk's own", err=True)
    failed = asyncio.run(_explain_all(files, settings, lambda one: _tell(one, as_json)))
    if failed:
        raise typer.Exit(Status.REFUSED)


@dataclass(frozen=True, slots=True)
class Explained:
    """A file with what was understood, or why it was not."""

    path: Path
    message: IncomingMessage | None
    trouble: str = ""


def _settings(config: Path | None) -> Settings | None:
    if config is None and not DEFAULT_CONFIG.exists():
        return None
    return load_settings(config or DEFAULT_CONFIG)


async def _explain_all(
    files: Sequence[Path], settings: Settings | None, tell: Callable[[Explained], None]
) -> int:
    """Tell each file in the order given; returns how many could not be understood."""
    workers = min(len(files), os.cpu_count() or 1)
    failed = 0
    # Believed as of mail that our own server has handed over: a file tells nothing of its way.
    trusted = settings.mail.listener.trusted_authserv_id if settings else ""
    async with _running(_sandbox(settings, workers)) as sandbox:
        # Between explanations on the same terminal a bar would only be in the way.
        hidden = sys.stdout.isatty()
        with nullcontext(_ignore) if hidden else progress("explaining", len(files)) as step:
            insists = bool(trusted) and settings is not None and settings.mail.require_verified
            async for one in _in_order(sandbox, files, trusted, workers * _AHEAD):
                failed += one.message is None
                tell(_insisted(one) if insists else one)
                step(1)
    return failed


@asynccontextmanager
async def _running(sandbox: Sandbox) -> AsyncIterator[Sandbox]:
    try:
        await sandbox.start()
    except (OSError, RuntimeError) as exc:
        reason = (str(exc).strip().splitlines() or [type(exc).__name__])[-1]
        fail(f"the worker processes can't start: {reason}", Status.UNREACHABLE)
    try:
        yield sandbox
    finally:
        await sandbox.stop()


def _sandbox(settings: Settings | None, workers: int) -> Sandbox:
    """The worker processes of the service; without a configuration, with the limits it would have."""
    if settings is None:
        nowhere = Path(os.devnull)
        return Sandbox(workers=workers, files_root=nowhere, own_addresses=frozenset(), call=UNKEPT)
    # Imported here: wiring brings the servers along, which cost more than explaining a mail does.
    from bot.wiring import sandbox

    return sandbox(settings, workers=workers, call=UNKEPT)


async def _in_order(
    sandbox: Sandbox, files: Sequence[Path], trusted: str, ahead: int
) -> AsyncIterator[Explained]:
    waiting: deque[asyncio.Task[Explained]] = deque()
    for path in files:
        waiting.append(asyncio.create_task(_one(sandbox, path, trusted)))
        if len(waiting) >= ahead:
            yield await waiting.popleft()
    while waiting:
        yield await waiting.popleft()


async def _one(sandbox: Sandbox, path: Path, trusted: str) -> Explained:
    try:
        raw = await in_thread(_read, path)
        return Explained(path, await sandbox.understand(raw, None, trusted_authserv_id=trusted))
    except OSError as exc:
        return Explained(path, None, f"cannot be read: {exc.strerror or exc}")
    except WorkerKilled as exc:
        return Explained(path, None, f"broke the process that looked at it ({exc.reason})")
    except UnderstandingFailed as exc:
        return Explained(path, None, f"could not be understood: {str(exc).strip().splitlines()[-1]}")


def _insisted(one: Explained) -> Explained:
    """As the service judges with mail.require_verified; what it would check as the MX no file can tell."""
    if one.message is None:
        return one
    return replace(one, message=replace(one.message, authenticity=required(one.message.authenticity)))


def _ignore(_steps: int) -> None:
    """The step of no progress bar."""


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(_LARGEST + 1)
    if len(raw) > _LARGEST:
        raise OSError(f"larger than {_LARGEST >> 20} MB, which no mail is")
    return raw


def _tell(one: Explained, as_json: bool) -> None:
    if one.message is None:
        typer.echo(escaped(f"{one.path}: {one.trouble}"), err=True)
    elif as_json:
        print_json(explained(one.path, one.message))
    else:
        say(explained_text(one.path, one.message))
