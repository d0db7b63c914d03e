"""Stopping: what is in hand is finished or deferred, and nothing that got 250 is lost."""

import asyncio

import pytest

from intake.smtp import Delivered
from tests.intake.smtp_talk import PATIENCE, Slow, client, codes, listening, until

ENVELOPE = b"MAIL FROM:<ivan@client.example>\r\nRCPT TO:<support@example.org>\r\nDATA\r\n"


async def test_stop_lets_messages_in_hand_be_finished_and_sends_the_others_home() -> None:
    record = Slow()
    async with listening(record) as desk, client(desk) as busy, client(desk) as idle:
        await busy.as_far_as_data()
        busy.writer.write(b"x\r\n.\r\nNOOP\r\n")
        await record.begun.wait()
        stopping = asyncio.ensure_future(desk.listener.stop(PATIENCE))
        assert codes(await idle.rest()) == [421]
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", desk.listener.port)
        record.go.set()
        assert codes(await busy.rest()) == [250, 421]
        await stopping
        assert len(desk.recorded) == 1


async def test_stop_waits_no_longer_than_it_may() -> None:
    record = Slow()
    async with listening(record) as desk, client(desk) as recording, client(desk) as sending:
        await recording.as_far_as_data()
        recording.writer.write(b"x\r\n.\r\n")
        await sending.as_far_as_data()
        sending.writer.write(b"half a mess")
        await record.begun.wait()
        await desk.listener.stop(0.05)
        assert codes(await recording.rest()) == [421]
        assert codes(await sending.rest()) == [421]
        assert desk.listener.connections == 0
        record.go.set()
        await until(lambda: len(desk.recorded) == 1)
        assert not record.cut_short


async def test_nothing_that_got_250_is_missing_when_it_is_stopped_under_load() -> None:
    async def record(_delivered: Delivered) -> None:
        await asyncio.sleep(0.002)

    confirmed: list[bytes] = []

    async def send(number: int) -> None:
        async with client(desk) as talker:
            await talker.ask(b"EHLO x\r\n")
            for nth in range(1000):
                body = b"%d-%d\r\n" % (number, nth)
                replies = [await talker.ask(line) for line in ENVELOPE.splitlines(keepends=True)]
                replies.append(await talker.ask(body + b".\r\n"))
                if replies[-1].startswith(b"250 "):
                    confirmed.append(body)
                else:
                    return

    async with listening(record) as desk:
        senders = [asyncio.ensure_future(send(number)) for number in range(8)]
        await until(lambda: len(confirmed) > 100)
        await desk.listener.stop(2)
        await asyncio.gather(*senders, return_exceptions=True)
        assert len(confirmed) < 8000
        assert set(confirmed) <= set(desk.bodies)
        assert len(desk.bodies) - len(confirmed) <= 8
