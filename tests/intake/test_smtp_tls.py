"""STARTTLS: what is said before it counts for nothing after it."""

import asyncio
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from intake.smtp import CannotListen
from tests.intake.smtp_talk import Client, Desk, client, codes, listening, until


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=desk.example"
    subprocess.run(
        [*make.split(), "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True
    )
    return folder / "cert.pem", folder / "key.pem"


def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certificate[0]))
    context.check_hostname = False
    return context


async def encrypted(talker: Client, certificate: tuple[Path, Path], sent: bytes = b"STARTTLS\r\n") -> bytes:
    """Send the command, expect 220, and go on inside TLS."""
    reply = await talker.ask(sent)
    if reply.startswith(b"220 "):
        await talker.writer.start_tls(trusting(certificate), server_hostname="desk.example")
    return reply


def with_tls(certificate: tuple[Path, Path]) -> dict[str, Any]:
    return {"tls_certificate": certificate[0], "tls_key": certificate[1]}


async def test_a_message_comes_through_tls(certificate: tuple[Path, Path]) -> None:
    body = b"x" * 500_000 + b"\r\n"
    async with listening(**with_tls(certificate)) as desk, client(desk) as talker:
        assert b"250-STARTTLS\r\n" in await talker.ask(b"EHLO x\r\n")
        assert codes(await encrypted(talker, certificate)) == [220]
        assert b"STARTTLS" not in await talker.ask(b"EHLO x\r\n")
        assert codes(await talker.ask(b"STARTTLS\r\n")) == [502]
        await talker.as_far_as_data()
        assert codes(await talker.ask(body + b".\r\n")) == [250]
        assert desk.bodies == [body]
        assert desk.recorded[0].tls


async def test_commands_smuggled_in_before_tls_are_never_answered(certificate: tuple[Path, Path]) -> None:
    injected = (
        b"STARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@b.example>\r\nRCPT TO:<support@example.org>\r\nDATA\r\n"
    )
    async with listening(**with_tls(certificate)) as desk, client(desk) as talker:
        await talker.ask(b"EHLO x\r\n")
        await encrypted(talker, certificate, injected)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(talker.reader.read(1), 0.1)
        assert codes(await talker.ask(b"NOOP\r\n")) == [250]
        assert codes(await talker.ask(b"MAIL FROM:<a@b.example>\r\n")) == [503]
        assert desk.recorded == []


async def test_an_envelope_given_before_tls_is_forgotten(certificate: tuple[Path, Path]) -> None:
    async with listening(**with_tls(certificate)) as desk, client(desk) as talker:
        await talker.ask(b"EHLO x\r\n")
        await talker.ask(b"MAIL FROM:<a@b.example>\r\n")
        await talker.ask(b"RCPT TO:<support@example.org>\r\n")
        await encrypted(talker, certificate)
        assert codes(await talker.ask(b"DATA\r\n")) == [503]
        assert codes(await talker.ask(b"MAIL FROM:<a@b.example>\r\n")) == [503]


async def test_a_handshake_that_fails_ends_the_connection(certificate: tuple[Path, Path]) -> None:
    async with listening(**with_tls(certificate)) as desk, client(desk) as talker:
        assert codes(await talker.ask(b"STARTTLS\r\n")) == [220]
        talker.writer.write(b"EHLO this is no handshake\r\n" * 20)
        await talker.rest()
        await until(lambda: desk.listener.connections == 0)
        await served_as_ever(desk)


@pytest.mark.parametrize("end", ["close", "abort", "write_eof"])
async def test_a_client_may_hang_up_amid_the_handshake(certificate: tuple[Path, Path], end: str) -> None:
    async with listening(**with_tls(certificate)) as desk, client(desk) as talker:
        assert codes(await talker.ask(b"STARTTLS\r\n")) == [220]
        getattr(talker.writer.transport, end)()
        await until(lambda: desk.listener.connections == 0)
        await served_as_ever(desk)


async def test_a_handshake_that_never_comes_is_cut(certificate: tuple[Path, Path]) -> None:
    async with listening(command_timeout=0.3, **with_tls(certificate)) as desk, client(desk) as talker:
        assert codes(await talker.ask(b"STARTTLS\r\n")) == [220]
        await until(lambda: desk.listener.connections == 0)
        await served_as_ever(desk)


async def test_a_client_that_hangs_up_inside_tls_is_forgotten(certificate: tuple[Path, Path]) -> None:
    async with listening(**with_tls(certificate)) as desk, client(desk) as talker:
        await encrypted(talker, certificate)
        await talker.as_far_as_data()
        talker.writer.write(b"half a mess")
        talker.writer.transport.abort()
        await until(lambda: desk.listener.connections == 0 and desk.listener.receiving == 0)


async def test_stop_sends_clients_inside_tls_home(certificate: tuple[Path, Path]) -> None:
    async with listening(**with_tls(certificate)) as desk, client(desk) as talker:
        await encrypted(talker, certificate)
        stopping = asyncio.ensure_future(desk.listener.stop(1))
        assert codes(await talker.rest()) == [421]
        await stopping
        assert desk.listener.connections == 0


async def test_a_certificate_that_can_not_be_used_is_named(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    for tls_certificate in (tmp_path / "missing.pem", broken):
        with pytest.raises(CannotListen, match=tls_certificate.name):
            async with listening(tls_certificate=tls_certificate, tls_key=certificate[1]):
                pass


async def served_as_ever(desk: Desk) -> None:
    async with client(desk) as talker:
        assert codes(await talker.ask(b"NOOP\r\n")) == [250]
