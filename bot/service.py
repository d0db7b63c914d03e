"""Runs the service: opens what the parts share, supervises them, closes in order."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot.config import Settings
from bot.loop_failures import LoopFailures
from bot.parts import parts, site, site_part
from bot.status import Status, metrics
from bot.supervisor import Part, Supervisor
from bot.wiring import PARTS, Service, service
from storage.database import is_sqlite, sqlite_path
from storage.instance import InstanceLock

log = structlog.get_logger("bot.service")


class Unwritable(Exception):
    """A folder of the desk's can't be made or written to."""


async def run(
    settings: Settings,
    wanted: Sequence[str] = PARTS,
    *,
    ready: Callable[[Service, Supervisor], None] = lambda _service, _supervisor: None,
) -> None:
    """Run the wanted parts until SIGTERM or SIGINT. `ready` is called once everything is open.

    Raises AlreadyRunning when another service holds an embedded database, SchemaMismatch or Unavailable
    when the database can't be used, Unwritable when a folder can't.
    """
    asyncio.get_running_loop().set_exception_handler(LoopFailures())
    built = service(settings, wanted)
    try:
        lock = _prepared(settings, built)
    except OSError as exc:
        raise Unwritable(f"{exc.filename}: {exc.strerror}") from exc
    try:
        await built.database.open()
        try:
            await _supervised(built, wanted, ready)
        finally:
            await built.database.close()
    finally:
        if lock is not None:
            lock.release()
    log.info("stopped")


def _prepared(settings: Settings, built: Service) -> InstanceLock | None:
    """Make the desk's folders; an embedded database is locked for this service alone."""
    for folder in (settings.desk.data_dir, settings.files.store):
        folder.mkdir(parents=True, exist_ok=True)
    if not is_sqlite(built.database.url):
        return None
    # Beside the database, not in data_dir: another configuration may name the same file.
    database = sqlite_path(built.database.url).resolve()
    lock = InstanceLock(database.with_name(f"{database.name}.lock"))
    lock.take()
    return lock


async def _supervised(
    built: Service, wanted: Sequence[str], ready: Callable[[Service, Supervisor], None]
) -> None:
    status = Status(built)
    supervised = parts(built)
    if "web" in wanted:
        supervised.append(site_part(site(built, status.health, metrics(built, status))))
    status.parts = list(supervised)
    supervised.append(Part("status", status.run, status.stop))
    supervisor = Supervisor(supervised)
    log.info("started", parts=",".join(part.name for part in status.parts))
    ready(built, supervisor)
    await supervisor.run()
