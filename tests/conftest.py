"""What tests everywhere may ask for: databases, desks, servers, a browser; no test is skipped unnoticed."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from storage.database import Database, opened
from storage.files import FileStore
from tests.browser import Browser, NoBrowser
from tests.desk_on_disk import DeskOnDisk
from tests.dovecot import Dovecot, TokenServer
from tests.postgres import Postgres
from tests.tcp_proxy import Proxy

# How long an example takes says how busy the machine is; what must not grow is measured by itself.
settings.register_profile("otklik", deadline=None)
settings.load_profile("otklik")

ALLOW_SKIPS = "OTKLIK_ALLOW_SKIPS"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL server of our own, one a session (with xdist: one a worker)."""
    try:
        server = Postgres()
    except FileNotFoundError as exc:
        pytest.skip(str(exc))
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite database that is not there yet."""
    return f"sqlite://{tmp_path / 'otklik.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: every test that takes it runs on both engines."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the newest schema and nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "otklik.db"
    _migrate(f"sqlite://{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: Postgres) -> str:
    """The URL of a PostgreSQL database with the newest schema and nothing in it, to be copied."""
    url = postgres_server.create()
    _migrate(url)
    return url


def _migrate(url: str) -> None:
    async def work() -> None:
        async with opened(url):
            pass

    asyncio.run(work())


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the newest schema, on both engines; copying is quicker than migrating."""
    if request.param == "sqlite":
        yield _copied(request.getfixturevalue("migrated_sqlite"), tmp_path)
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    url = server.create(like=request.getfixturevalue("migrated_postgres"))
    yield url
    server.drop(url)


def _copied(migrated: Path, folder: Path) -> str:
    return f"sqlite://{shutil.copy(migrated, folder / 'otklik.db')}"


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """An open database with nothing in it."""
    async with opened(migrated_url) as database:
        yield database


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> DeskOnDisk:
    """A desk on each engine, without a running service."""
    return DeskOnDisk(database, FileStore(tmp_path / "files"))


@pytest.fixture
async def sqlite(migrated_sqlite: Path, tmp_path: Path) -> AsyncIterator[DeskOnDisk]:
    """A desk on SQLite alone, for tests in which the engine makes no difference."""
    async with opened(_copied(migrated_sqlite, tmp_path)) as database:
        yield DeskOnDisk(database, FileStore(tmp_path / "files"))


@pytest.fixture(scope="module")
def tokens() -> Iterator[TokenServer]:
    """Gives the access tokens that `dovecot` takes."""
    server = TokenServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def dovecot(tokens: TokenServer) -> Iterator[Dovecot]:
    """An IMAP server of our own, one a module."""
    try:
        server = Dovecot(tokens=tokens)
    except FileNotFoundError as exc:
        pytest.skip(str(exc))
    yield server
    server.close()


@pytest.fixture
def wire(dovecot: Dovecot) -> Iterator[Proxy]:
    """A way to `dovecot` that breaks on demand."""
    proxy = Proxy(dovecot.port)
    yield proxy
    proxy.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium with an empty profile."""
    try:
        opened = await Browser.open()
    except NoBrowser as exc:
        pytest.skip(str(exc))
    yield opened
    await opened.close()


def pytest_configure() -> None:
    """A run that is told to stop ends as by Ctrl-C: its servers are stopped and their folders removed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run with a skipped test fails: the server that the test needs is missing, and nobody would notice."""
    if _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if skipped := _skipped(config):
        terminalreporter.write_line(
            f"{skipped} skipped, so the run fails; {ALLOW_SKIPS}=1 allows it", red=True, bold=True
        )


def _skipped(config: pytest.Config) -> int:
    """How many tests were skipped although none may be; known where the report is written alone."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or os.environ.get(ALLOW_SKIPS) == "1":
        return 0
    return len(reporter.stats.get("skipped", []))
