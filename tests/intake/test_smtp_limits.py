"""What no client can do to the others: stay for ever, come too often, send without end."""

import asyncio
import resource
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.intake.smtp_talk import PATIENCE, SETTINGS, Client, client, codes, exchange, listening, until

# What came while the connection was being closed resets it, and that may cost the client our last words.
CUT: tuple[list[int], ...] = ([421], [])


async def trickle(talker: Client, block: bytes, until_cut: Callable[[], bool]) -> None:
    """Send a block every hundredth of a second; fails when the client is not cut after a while."""
    async with asyncio.timeout(PATIENCE):
        while not until_cut():
            talker.writer.write(block)
            await asyncio.sleep(0.01)


async def test_too_many_connections_are_turned_away_and_let_in_again() -> None:
    async with listening(max_connections=2) as desk, client(desk):
        async with client(desk) as second:
            reader, writer = await asyncio.open_connection("127.0.0.1", desk.listener.port)
            assert await reader.read() == b"421 4.3.2 Too many connections, try again later\r\n"
            writer.close()
            assert desk.listener.connections == 2
            await second.ask(b"QUIT\r\n")
        await until(lambda: desk.listener.connections == 1)
        async with client(desk) as third:
            assert codes(await third.ask(b"NOOP\r\n")) == [250]


async def test_a_burst_of_connections_leaves_those_that_are_served_alone() -> None:
    async with listening(max_connections=20) as desk, client(desk) as served:
        await served.as_far_as_data()
        burst = [asyncio.open_connection("127.0.0.1", desk.listener.port) for _ in range(80)]
        opened = await asyncio.gather(*burst)
        assert codes(await served.ask(b"x\r\n.\r\n")) == [250]
        for _, writer in opened:
            writer.transport.abort()
        await until(lambda: desk.listener.connections == 1)


def test_there_are_never_more_connections_than_files_that_may_be_opened() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        assert replace(SETTINGS, max_connections=1000).connection_limit == 136
        assert replace(SETTINGS, max_connections=100).connection_limit == 100
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    "verb", [b"GET", b"POST", b"HEAD", b"PUT", b"CONNECT", b"OPTIONS", b"DELETE", b"post"]
)
async def test_a_browser_is_shown_the_door(verb: bytes) -> None:
    request = b" / HTTP/1.1\r\nHost: desk.example\r\n\r\n"
    smuggled = (
        b"HELO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@example.org>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"
    )
    async with listening() as desk:
        assert codes(await exchange(desk, verb + request + smuggled)) == [220, 502]
        assert desk.recorded == []


async def test_a_line_without_end_ends_the_connection() -> None:
    async with listening() as desk, client(desk) as talker:
        talker.writer.write(b"A" * 1_000_000)
        assert codes(await talker.rest()) == [500]
        await talker.closed()
        talker.writer.close()
        await until(lambda: desk.listener.connections == 0)


async def test_one_that_sends_a_line_without_end_for_ever_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.smtp.LINGER", 0.05)
    async with listening() as desk, client(desk) as talker:
        await trickle(talker, b"A" * 100_000, until_cut=lambda: desk.listener.connections == 0)


async def test_commands_end_in_cr_lf_and_nothing_less() -> None:
    sent = b"HELO x\r\nMAIL FROM:<a@b.example>\nRCPT TO:<support@example.org>\nDATA\nx\r\n.\r\n"
    async with listening() as desk:
        assert codes(await exchange(desk, sent)) == [220, 250, 500]
        assert desk.recorded == []


async def test_an_idle_client_is_cut() -> None:
    async with listening(command_timeout=0.05) as desk, client(desk) as talker:
        assert codes(await talker.rest()) == [421]
        await until(lambda: desk.listener.connections == 0)


async def test_a_command_that_trickles_is_cut() -> None:
    async with listening(command_timeout=0.1) as desk, client(desk) as talker:
        await trickle(talker, b"N", until_cut=lambda: desk.listener.connections == 0)
        assert codes(await talker.rest()) in CUT


async def test_a_message_that_trickles_is_cut() -> None:
    async with listening(command_timeout=0.3, minimum_rate=1000) as desk, client(desk) as talker:
        await talker.as_far_as_data()
        # Some 300 bytes a second.
        await trickle(talker, b"a\r\n", until_cut=lambda: desk.listener.receiving == 0)
        assert codes(await talker.rest()) in CUT
        assert desk.recorded == []


async def test_a_message_that_takes_too_long_as_a_whole_is_cut() -> None:
    async with (
        listening(command_timeout=0.2, data_timeout=0.5, minimum_rate=1) as desk,
        client(desk) as talker,
    ):
        await talker.as_far_as_data()
        began = asyncio.get_running_loop().time()
        await trickle(talker, b"a" * 1000, until_cut=lambda: desk.listener.receiving == 0)
        assert asyncio.get_running_loop().time() - began >= 0.4  # two looks were passed before that
        assert codes(await talker.rest()) in CUT


async def test_a_client_that_does_not_take_its_replies_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.smtp.LINGER", 0.05)
    monkeypatch.setattr("intake.listener.dialogue.MAX_COMMANDS", 10**9)
    async with listening(command_timeout=0.2) as desk:
        _takes_two_bytes, writer = await asyncio.open_connection("127.0.0.1", desk.listener.port, limit=1)
        for _ in range(200):
            writer.write(b"EHLO x\r\n" * 10_000)
        await until(lambda: desk.listener.connections == 0)
        writer.transport.abort()


async def test_commands_without_end_are_cut() -> None:
    async with listening() as desk:
        assert codes(await exchange(desk, b"NOOP\r\n" * 600)) == [220, *[250] * 500, 421]


async def test_errors_without_end_are_cut() -> None:
    sent = b"EHLO x\r\nMAIL FROM:<a@b.example>\r\n" + b"RCPT TO:<guess@example.org>\r\n" * 60
    async with listening() as desk:
        assert codes(await exchange(desk, sent)) == [220, 250, 250, *[550] * 51, 421]


async def test_a_client_that_brings_mail_may_go_on() -> None:
    message = b"MAIL FROM:<>\r\nRCPT TO:<support@example.org>\r\nDATA\r\nx\r\n.\r\n"
    async with listening() as desk:
        assert codes(await exchange(desk, b"HELO x\r\n" + message * 300 + b"QUIT\r\n"))[-1] == 221
        assert desk.listener.counters.accepted == 300


async def test_messages_in_hand_together_hold_no_more_than_they_may() -> None:
    async with (
        listening(max_message_bytes=100_000, max_held_bytes=150_000) as desk,
        client(desk) as first,
        client(desk) as second,
    ):
        for talker in (first, second):
            await talker.as_far_as_data()
        first.writer.write(b"a" * 90_000)
        await first.writer.drain()
        await until(lambda: desk.listener.held == 90_000)
        assert codes(await second.ask(b"b" * 90_000 + b"\r\n.\r\n")) == [452]
        assert codes(await first.ask(b"\r\n.\r\n")) == [250]
        await second.ask(b"MAIL FROM:<>\r\n")
        await second.ask(b"RCPT TO:<support@example.org>\r\n")
        await second.ask(b"DATA\r\n")
        assert codes(await second.ask(b"b" * 90_000 + b"\r\n.\r\n")) == [250]
        assert [len(body) for body in desk.bodies] == [90_002, 90_002]
        assert desk.listener.held == 0
