"""`otklik init` and `otklik check`, run as a person would, against real sockets and files."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.cli import setup
from bot.config import load
from storage.database import opened
from tests.bot.configuration import GOOD
from tests.postgres import Postgres

ROOT = Path(__file__).parents[2]
app = typer.Typer()
setup.register(app)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def findings(config: Path) -> dict[str, tuple[bool, str]]:
    """What `check --json` says, by part."""
    result = run("check", "--config", config, "--json")
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == (0 if all(finding["ok"] for finding in told) else 3), result.output
    return {finding["part"]: (finding["ok"], finding["text"]) for finding in told}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration that takes any free port."""
    path = tmp_path / "desk" / "config.toml"
    path.parent.mkdir()
    path.write_text(GOOD.replace("[web]\n", "[web]\nport = 0\n") + "[mail.listener]\nport = 0\n")
    return path


def add(config: Path, text: str) -> Path:
    config.write_text(config.read_text() + text)
    return config


# init


def test_init_writes_a_configuration_that_works_as_it_is(tmp_path: Path) -> None:
    result = run("init", tmp_path / "new" / "desk")
    assert result.exit_code == 0, result.output
    config = tmp_path / "new" / "desk" / "config.toml"
    assert config.read_text(encoding="utf-8") == (ROOT / "config.example.toml").read_text(encoding="utf-8")
    settings = load(config, {})
    assert settings.files.store.is_dir() and settings.desk.data_dir.is_dir()
    assert f"otklik check --config {config}" in result.stdout


def test_init_makes_another_secret_each_time_that_nobody_else_can_read(tmp_path: Path) -> None:
    for name in ("one", "other"):
        run("init", tmp_path / name)
    secrets = {(tmp_path / name / "secrets" / "web").read_text() for name in ("one", "other")}
    assert len(secrets) == 2 and all(len(secret) > 60 for secret in secrets)
    assert stat.S_IMODE((tmp_path / "one" / "secrets" / "web").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "one" / "secrets").stat().st_mode) == 0o700


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    run("init", tmp_path)
    (tmp_path / "config.toml").write_text("mine")
    secret = (tmp_path / "secrets" / "web").read_text()
    result = run("init", tmp_path)
    assert result.exit_code == 1
    assert result.stderr == f"{tmp_path / 'config.toml'} is there already and was left as it is\n"
    assert (tmp_path / "config.toml").read_text() == "mine"
    # A configuration taken away is written again; links that were sent before must go on working.
    (tmp_path / "config.toml").unlink()
    assert run("init", tmp_path).exit_code == 0
    assert (tmp_path / "secrets" / "web").read_text() == secret


def test_init_follows_no_link_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "config.toml").symlink_to(tmp_path / "elsewhere")
    assert run("init", tmp_path / "desk").exit_code == 1
    assert not (tmp_path / "elsewhere").exists()


def test_init_where_nothing_can_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("init", tmp_path / "file" / "desk")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1 and "cannot be written: Not a directory" in result.stderr


def test_an_installed_wheel_brings_the_example(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    for name in ("pyproject.toml", "setup.py", "LICENSE", "config.example.toml"):
        shutil.copy(ROOT / name, sources)
    (sources / "README.md").write_text("Otklik")
    for package in ("bot", "desk", "storage", "intake", "replies"):
        shutil.copytree(ROOT / package, sources / package, ignore=shutil.ignore_patterns("__pycache__"))
    build = "from setuptools import build_meta; import sys; print(build_meta.build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, tmp_path], cwd=sources, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    shutil.unpack_archive(wheel, tmp_path / "installed", "zip")
    shown = subprocess.run(
        [sys.executable, "-c", "from bot.cli.setup import example; print(example(), end='')"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "PYTHONSAFEPATH": "1"},
        check=True,
        capture_output=True,
    )
    assert shown.stdout.decode() == (ROOT / "config.example.toml").read_text(encoding="utf-8")


# check


def test_check_of_a_new_desk_finds_everything_in_order_and_makes_nothing(config: Path) -> None:
    found = findings(config)
    assert list(found) == [
        "configuration",
        "data",
        "database",
        "deadlines",
        "files",
        "listener",
        "relay",
        "web",
        "texts",
        "faq",
    ]
    assert all(ok for ok, _ in found.values()), found
    assert found["database"][1].endswith("otklik.db (will be made)")
    assert "MB free" in found["files"][1]
    assert "none: replies are written to" in found["relay"][1]
    assert list(config.parent.iterdir()) == [config]


def test_check_prints_a_line_for_each_part(config: Path) -> None:
    lines = run("check", "--config", config).stdout.splitlines()
    assert len(lines) == 10
    assert all(line.startswith("ok      ") for line in lines)


def test_check_with_a_mistaken_configuration_names_each_mistake(config: Path) -> None:
    add(config, "[log]\nlevel = 'loud'\nformat = 1\n")
    result = run("check", "--config", config)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert [line.partition(": found")[0] for line in result.stderr.splitlines()] == [
        f"{config}:21: log.level", f"{config}:22: log.format",
    ]  # fmt: skip


def test_check_without_a_configuration_says_how_to_get_one(tmp_path: Path) -> None:
    result = run("check", "--config", tmp_path / "config.toml")
    assert result.exit_code == 1
    assert "`otklik init DIR` writes a configuration" in result.stderr


def test_check_names_a_folder_that_cannot_be_made(config: Path) -> None:
    (config.parent / "data").write_text("a file in the folder's place")
    found = findings(config)
    for part in ("data", "database", "files", "relay"):
        ok, text = found[part]
        assert not ok, part
        assert f"{config.parent}/data" in text
    assert "see desk.data_dir" in found["data"][1]


def test_check_says_when_the_disk_has_less_room_than_the_reserve(config: Path) -> None:
    ok, text = findings(add(config, "[files]\nreserve_mb = 1000000\n"))["files"]
    assert not ok
    assert "so mail is put off; make room, or lower files.reserve_mb (1000000)" in text


def test_check_sees_that_the_database_is_up_to_date(config: Path) -> None:
    async def make() -> None:
        async with opened(f"sqlite://{config.parent}/data/otklik.db"):
            pass

    asyncio.run(make())
    assert findings(config)["database"] == (True, "reached, schema up to date")


def test_check_reaches_postgresql_and_says_what_the_next_start_adds(
    config: Path, postgres_server: Postgres, postgres_url: str
) -> None:
    add(config, f'[database]\nurl = "{postgres_url}"\n')
    ok, text = findings(config)["database"]
    assert ok and text.startswith("reached; the next start adds 0001")
    assert postgres_server.execute(r"\dt", postgres_url.rpartition("/")[2]) == ""


def test_check_of_a_database_that_does_not_answer_never_shows_the_password(config: Path) -> None:
    with bound() as port:
        add(config, f'[database]\nurl = "postgres://otklik:geheim@127.0.0.1:{port}/otklik"\n')
        result = run("check", "--config", config)
    assert result.exit_code == 3
    (line,) = (line for line in result.stdout.splitlines() if " database " in line)
    assert line.startswith("NOT OK ") and line.endswith("see database.url")
    assert "geheim" not in result.output


# check: ports


@contextlib.contextmanager
def bound() -> Iterator[int]:
    """A port that is taken and refuses connections."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        yield place.getsockname()[1]


Talk = Callable[[socket.socket], None]


@contextlib.contextmanager
def answering(talk: Talk) -> Iterator[int]:
    """A port at which each connection is answered by `talk`."""

    def serve() -> None:
        with contextlib.suppress(OSError):  # closed at the end of the test
            while True:
                connection, _ = server.accept()
                with connection:
                    talk(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def smtp(*replies: str) -> Talk:
    """Greets, then gives one reply a line; what was said is not looked at."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"220 relay ESMTP\r\n")
        with connection.makefile("rb") as lines:
            for reply, _ in zip(replies, lines, strict=False):
                connection.sendall(reply.encode() + b"\r\n")

    return talk


def http(connection: socket.socket) -> None:
    connection.recv(1000)
    connection.sendall(b"HTTP/1.0 503 Service Unavailable\r\n\r\n{}")


def ssh(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def replaced(config: Path, section: str, port: int) -> Path:
    config.write_text(config.read_text().replace(f"{section}\nport = 0", f"{section}\nport = {port}"))
    return config


def test_check_knows_our_own_service_from_a_stranger_on_the_same_port(config: Path) -> None:
    with answering(smtp()) as ours, answering(http) as page:
        replaced(replaced(config, "[mail.listener]", ours), "[web]", page)
        found = findings(config)
    assert found["listener"] == (True, f"127.0.0.1 port {ours}: already answering")
    assert found["web"] == (True, f"127.0.0.1 port {page}: already answering")


def test_check_names_a_port_that_somebody_else_has(config: Path) -> None:
    with answering(ssh) as stranger, bound() as silent:
        replaced(replaced(config, "[mail.listener]", stranger), "[web]", silent)
        found = findings(config)
    ending = "another program has the port; see {0}.host and {0}.port"
    assert found["listener"] == (False, f"127.0.0.1 port {stranger}: " + ending.format("mail.listener"))
    assert found["web"] == (False, f"127.0.0.1 port {silent}: " + ending.format("web"))


def test_check_names_an_address_that_this_machine_does_not_have(config: Path) -> None:
    config.write_text(config.read_text().replace("[web]\n", '[web]\nhost = "192.0.2.1"\n'))
    ok, text = findings(config)["web"]
    assert not ok and "this machine has no such address" in text


def test_a_listener_that_is_switched_off_is_not_tried(config: Path) -> None:
    assert findings(add(config, "enabled = false\n"))["listener"] == (
        True, "switched off (mail.listener.enabled)",
    )  # fmt: skip


# check: the relay

RELAY = '[mail.relay]\nhost = "127.0.0.1"\nport = {}\n'
SIGNED_IN = RELAY + 'username = "desk"\npassword = "geheim22"\n'


@pytest.mark.parametrize(
    ("settings", "replies", "told"),
    [
        (RELAY, ("250 relay", "221 bye"), "answers"),
        (RELAY, ("421 go away", "421 go away"), "it said 421 go away; ask who runs the relay"),
        (RELAY, (), "Connection unexpectedly closed; check mail.relay.port and security"),
        (RELAY + 'security = "starttls"\n', ("250 relay",), "doesn't offer that; check mail.relay.security"),
        (SIGNED_IN, ("250-relay\r\n250 AUTH PLAIN", "235 welcome", "221 bye"), "answers"),
        (SIGNED_IN, ("250-relay\r\n250 AUTH PLAIN", "535 geheim22 is wrong", "535 no"), "it said 535"),
        (SIGNED_IN, ("250 relay",), "doesn't offer that; check mail.relay.security and username"),
    ],
    ids=["answers", "sends away", "hangs up", "no tls", "signs in", "wrong password", "no sign-in"],
)
def test_check_says_how_the_relay_answers(
    config: Path, settings: str, replies: tuple[str, ...], told: str
) -> None:
    with answering(smtp(*replies)) as port:
        ok, text = findings(add(config, settings.format(port)))["relay"]
    assert ok is (told == "answers")
    assert told in text and text.startswith(f"127.0.0.1 port {port}")
    assert "geheim22" not in text


@pytest.mark.parametrize("separator", ["", "+"])
def test_check_reminds_of_bounces_that_do_not_come_back(config: Path, separator: str) -> None:
    with answering(smtp("250 relay", "221 bye")) as port:
        settings = GOOD.replace("[mail]\n", f'[mail]\ntag_separator = "{separator}"\n') + RELAY.format(port)
        config.write_text(settings)
        text = json.loads(
            next(
                line
                for line in run("check", "--config", config, "--json").stdout.splitlines()
                if '"relay"' in line
            )
        )["text"]
    assert ("see mail.tag_separator" in text) is (separator == "")


def test_check_says_when_there_is_no_relay(config: Path) -> None:
    with bound() as port:
        ok, text = findings(add(config, RELAY.format(port)))["relay"]
    assert not ok and text.endswith("nothing listens there; check mail.relay.host and port")


# check: texts


def test_check_reads_the_desks_own_texts(config: Path) -> None:
    config.write_text(config.read_text().replace("[mail]\n", 'texts = "words"\n[mail]\n'))
    ok, text = findings(config)["texts"]
    assert not ok and text.endswith("words is no folder; make it, or see desk.texts")
    (config.parent / "words").mkdir()
    assert findings(config)["texts"][0]
    (config.parent / "words" / "de.po").write_text("")
    ok, text = findings(config)["texts"]
    assert not ok and "de.po" in text and "mend it" in text


# check: faq


def test_check_names_what_is_wrong_with_the_faq(config: Path) -> None:
    add(config, '[faq]\nfolder = "faq"\n')
    ok, text = findings(config)["faq"]
    assert not ok and text.endswith("make it, or see faq.folder")
    (config.parent / "faq").mkdir()
    (config.parent / "faq" / "good.en.md").write_text("---\ntitle: Good\n---\ntext")
    assert findings(config)["faq"][0]
    (config.parent / "faq" / "bad.en.md").write_text("no front")
    ok, text = findings(config)["faq"]
    assert not ok and text.startswith("bad.en.md:1: does not begin with ---; the 1 others are offered")
