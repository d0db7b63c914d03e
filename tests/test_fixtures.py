"""What tests/conftest.py promises to all others: fresh databases on both engines, and no unnoticed skip."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from tests.postgres import Postgres
from tests.service.desk import until

SKIPPING = """
import pytest

def test_that_passes():
    assert True

@pytest.mark.skipif(True, reason="no server")
def test_that_needs_a_server():
    assert False
"""

WAITING = """
import threading
from pathlib import Path

import pytest

@pytest.fixture(scope="session")
def server(tmp_path_factory):
    folder = Path(__file__).parent / "server"
    folder.mkdir()
    yield folder
    folder.rmdir()

def test_that_takes_its_time(server):
    threading.Event().wait(60)
"""


@pytest.mark.parametrize(
    ("allowed", "options", "status"),
    [("", ("-n0",), 1), ("1", ("-n0",), 0), ("", ("-n2",), 1)],
    ids=["fails", "is allowed", "fails over several processes"],
)
def test_a_run_with_a_skipped_test(
    tmp_path: Path, allowed: str, options: tuple[str, ...], status: int
) -> None:
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    with _run(tmp_path, *options, allowed=allowed) as run:
        told, _ = run.communicate(timeout=60)
    assert run.returncode == status, told
    assert "1 passed, 1 skipped" in told
    assert ("1 skipped, so the run fails" in told) is bool(status)


def test_a_run_that_is_told_to_stop_leaves_no_server_behind(tmp_path: Path) -> None:
    (tmp_path / "test_waiting.py").write_text(WAITING)
    with _run(tmp_path, "-n0") as run:
        until("the server is there", (tmp_path / "server").exists)
        run.send_signal(signal.SIGTERM)
        told, _ = run.communicate(timeout=60)
    assert run.returncode == pytest.ExitCode.INTERRUPTED, told
    assert not (tmp_path / "server").exists()


def _run(folder: Path, *options: str, allowed: str = "") -> subprocess.Popen[str]:
    """A run of the tests in a folder, by the rules of ours."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", *options, f"--rootdir={folder}"]
    return subprocess.Popen(
        [*command, str(folder)],
        env={**os.environ, "OTKLIK_ALLOW_SKIPS": allowed},
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


async def test_every_test_has_an_empty_database_of_its_own(postgres_server: Postgres) -> None:
    one, other = postgres_server.create(), postgres_server.create()
    connection = await asyncpg.connect(one)
    await connection.execute("CREATE TABLE ticket (subject text)")
    assert await connection.fetchval("SELECT lower('ОШИБКА')") == "ошибка"
    second = await asyncpg.connect(other)
    assert await second.fetchval("SELECT to_regclass('ticket')") is None
    await second.close()
    postgres_server.drop(one)  # although somebody is connected
    assert postgres_server.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'test%'") >= "1"
    assert one.rpartition("/")[2] not in postgres_server.execute("SELECT datname FROM pg_database")


async def test_the_server_comes_back_on_the_same_port_with_what_was_committed(
    postgres_server: Postgres, postgres_url: str
) -> None:
    connection = await asyncpg.connect(postgres_url)
    assert await connection.fetchval("SHOW fsync") == "on"
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    postgres_server.restart(crash=True)
    again = await asyncpg.connect(postgres_url)
    assert await again.fetchval("SELECT answer FROM kept") == 42
    await again.close()


def test_tests_on_both_engines_get_a_url_of_each(database_url: str, request: pytest.FixtureRequest) -> None:
    engine = "sqlite:///" if "sqlite" in request.node.name else "postgres://"
    assert database_url.startswith(engine)
