"""Tries each part of a configured desk from outside, and says what is wrong and what to do about it.

Nothing is changed but a probe file that is taken away again; no mail is sent.
"""

import asyncio
import contextlib
import errno
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bot.cli.deadlines_trial import try_deadlines
from bot.cli.finding import Finding
from bot.cli.mailbox_trial import try_mailbox
from bot.cli.relay_trial import try_relay
from bot.cli.telegram_trial import Trial, telegram_trials
from bot.config import Settings
from bot.config.mailboxes import MailboxSettings
from replies.faq.files import read, signature
from replies.languages import BadCatalogue, Languages
from storage import database

_PATIENCE = 5.0  # seconds for whoever holds a port to say who he is
_DATABASE_PATIENCE = 15.0  # seconds
_MB = 1024 * 1024
_NO_BOUNCES = "; confirmations that bounce later are not noticed, see mail.tag_separator"


def trials(settings: Settings) -> Iterator[Callable[[], Finding]]:
    """What to try, in the order in which a mail needs it."""
    yield partial(_folder, "data", settings.desk.data_dir, "desk.data_dir")
    yield partial(_database, settings.database.url.get_secret_value())
    yield partial(try_deadlines, settings)
    yield partial(_files, settings)
    yield partial(_listener, settings)
    for box in settings.mail.mailboxes:
        yield partial(_mailbox, box, settings)
    yield partial(_relay, settings)
    for part, trial in telegram_trials(settings):
        yield partial(_telegram, part, trial)
    yield partial(_web, settings)
    yield partial(_texts, settings)
    yield partial(_faq, settings)


def _folder(part: str, path: Path, key: str) -> Finding:
    if not path.exists():
        parent = next(folder for folder in path.parents if folder.exists())
        if os.access(parent, os.W_OK | os.X_OK) and parent.is_dir():
            return Finding(part, True, f"{path} (will be made)")
        return Finding(part, False, f"{path} cannot be made: {parent} is not writable; see {key}")
    try:
        _probe(path)
    except OSError as exc:
        reason = exc.strerror or str(exc)
        return Finding(part, False, f"{path}: {reason}; make it a folder that this user may write, see {key}")
    return Finding(part, True, str(path))


def _probe(folder: Path) -> None:
    """Write, fsync and remove a file: some network file systems allow the first and not the second."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".otklik-check-") as file:
        file.write(b"x")
        file.flush()
        os.fsync(file.fileno())


def _files(settings: Settings) -> Finding:
    store, reserve = settings.files.store, settings.files.reserve_mb
    finding = _folder("files", store, "files.store")
    if not finding.ok:
        return finding
    existing = next(folder for folder in (store, *store.parents) if folder.exists())
    free = shutil.disk_usage(existing).free // _MB
    if free < reserve:
        advice = f"make room, or lower files.reserve_mb ({reserve})"
        return Finding("files", False, f"{store}: {free} MB free, so mail is put off; {advice}")
    return Finding("files", True, f"{finding.text}, {free} MB free")


def _database(url: str) -> Finding:
    if database.is_sqlite(url):
        path = database.sqlite_path(url)
        if not path.exists():
            finding = _folder("database", path.parent, "database.url")
            return Finding("database", finding.ok, f"{path} (will be made)" if finding.ok else finding.text)
    try:
        schema = asyncio.run(_asked(url))
    except TimeoutError:
        return Finding("database", False, f"no answer within {_DATABASE_PATIENCE:.0f} s; see database.url")
    except Exception as exc:  # noqa: BLE001  # whatever an engine raises, this part has been tried
        return Finding("database", False, f"{exc or type(exc).__name__}; see database.url")
    if schema.unknown:
        made_by_newer = f"made by a newer version (it has {', '.join(schema.unknown)}); run that one"
        return Finding("database", False, made_by_newer)
    if schema.missing:
        return Finding("database", True, f"reached; the next start adds {', '.join(schema.missing)}")
    return Finding("database", True, "reached, schema up to date")


async def _asked(url: str) -> database.Schema:
    return await asyncio.wait_for(database.check(url), _DATABASE_PATIENCE)


def _listener(settings: Settings) -> Finding:
    listener = settings.mail.listener
    if not listener.enabled:
        return Finding("listener", True, "switched off (mail.listener.enabled)")
    return _port("listener", listener.host, listener.port, "mail.listener", partial(_says, b"", b"220"))


def _mailbox(box: MailboxSettings, settings: Settings) -> Finding:
    return Finding(f"mailbox {box.name}", *try_mailbox(box, settings))


def _telegram(part: str, trial: Trial) -> Finding:
    return Finding(part, *trial())


def _web(settings: Settings) -> Finding:
    web = settings.web
    ask = b"GET /health HTTP/1.0\r\n\r\n"
    return _port("web", web.host, web.port, "web", partial(_says, ask, b"HTTP/1."))


def _port(part: str, host: str, port: int, key: str, answers: Callable[[str, int], bool]) -> Finding:
    place = f"{host} port {port}"
    try:
        _bind(host, port)
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE and answers(host, port):
            return Finding(part, True, f"{place}: already answering")
        return Finding(part, False, f"{place}: {_why_not_bound(exc)}; see {key}.host and {key}.port")
    return Finding(part, True, f"{place} is free" if port else f"{host}, any free port")


def _why_not_bound(exc: OSError) -> str:
    return {
        errno.EADDRINUSE: "another program has the port",
        errno.EACCES: "ports below 1024 need a privilege; take a higher one",
        errno.EADDRNOTAVAIL: "this machine has no such address",
    }.get(exc.errno or 0, exc.strerror or str(exc))


def _bind(host: str, port: int) -> None:
    """Bind every address of `host`, as the service does, and let go again; OSError when one can't be."""
    with contextlib.ExitStack() as bound:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            place = bound.enter_context(socket.socket(family, kind, protocol))
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                place.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            place.bind(address)


def _says(ask: bytes, expected: bytes, host: str, port: int) -> bool:
    """Whether what listens there answers `ask` with `expected`: then it is a service such as ours."""
    # A service on every address answers on the loopback one.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    try:
        with socket.create_connection((host, port), timeout=_PATIENCE) as connection:
            connection.sendall(ask)
            return connection.recv(len(expected), socket.MSG_WAITALL) == expected
    except OSError:
        return False  # the finding says that the port is taken


def _relay(settings: Settings) -> Finding:
    relay = settings.mail.relay
    if relay is None:
        outgoing = settings.desk.data_dir / "outgoing"
        finding = _folder("relay", outgoing, "desk.data_dir")
        return Finding("relay", finding.ok, f"none: replies are written to {finding.text}")
    problem = try_relay(relay, settings.mail.server_name())
    place = f"{relay.host} port {relay.port}"
    if problem is not None:
        return Finding("relay", False, f"{place}: {problem}")
    return Finding("relay", True, f"{place} answers{'' if settings.mail.tag_separator else _NO_BOUNCES}")


def _texts(settings: Settings) -> Finding:
    folder = settings.desk.texts
    if folder is not None and not folder.is_dir():
        return Finding("texts", False, f"{folder} is no folder; make it, or see desk.texts")
    try:
        Languages(folder, settings.desk.language)
    except (BadCatalogue, OSError) as exc:
        return Finding("texts", False, f"{exc}; mend it, or see desk.texts")
    return Finding("texts", True, f"with your own from {folder}" if folder else "the built-in ones")


def _faq(settings: Settings) -> Finding:
    folder = settings.faq.folder
    if folder is None:
        return Finding("faq", True, "none (faq.folder)")
    try:
        entries, mistakes = read(folder, signature(folder))
    except OSError as exc:
        return Finding("faq", False, f"{folder}: {exc.strerror or exc}; make it, or see faq.folder")
    if mistakes:
        more = f", and {len(mistakes) - 1} more: `otklik faq list`" if len(mistakes) > 1 else ""
        return Finding("faq", False, f"{mistakes[0]}{more}; the {len(entries)} others are offered")
    return Finding("faq", True, f"{len(entries)} files in {folder}")
