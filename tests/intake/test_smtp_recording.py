"""250 comes after the record and never without it, whatever happens to the record or to the client."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from intake.smtp import Delivered
from tests.intake.smtp_talk import Client, Slow, client, codes, exchange, listening, until

ENVELOPE = b"MAIL FROM:<ivan@client.example>\r\nRCPT TO:<support@example.org>\r\nDATA\r\n"


async def test_250_waits_for_the_record() -> None:
    record = Slow()
    async with listening(record) as desk, client(desk) as talker:
        await talker.as_far_as_data()
        talker.writer.write(b"x\r\n.\r\n")
        await record.begun.wait()
        assert desk.listener.receiving == 1
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(talker.reader.read(1), 0.05)
        record.go.set()
        assert codes(await talker.reply()) == [250]
        assert desk.listener.receiving == 0


@pytest.mark.parametrize(
    "error",
    [
        OSError("No space left on device: /var/lib/otklik/inbox.db"),
        TimeoutError("secret"),
        ValueError("500 secret\r\n250 OK"),
        asyncio.CancelledError("secret"),
    ],
)
async def test_a_record_that_fails_is_a_temporary_failure_and_says_nothing_of_us(
    error: BaseException,
) -> None:
    async def fail(_delivered: Delivered) -> None:
        raise error

    async with listening(fail) as desk, client(desk) as talker:
        await talker.as_far_as_data()
        reply = await talker.ask(b"x\r\n.\r\n")
        assert reply == b"451 4.3.0 Could not be taken in now, try again later\r\n"
        assert codes(await talker.ask(b"NOOP\r\n")) == [250]
        assert (desk.listener.counters.accepted, desk.listener.counters.deferred) == (0, 1)


async def test_the_reason_of_a_failure_is_in_the_log() -> None:
    async def fail(_delivered: Delivered) -> None:
        raise OSError("No space left on device")

    with capture_logs() as lines:
        async with listening(fail) as desk:
            await exchange(desk, b"HELO x\r\n" + ENVELOPE + b"x\r\n.\r\n")
    failed = next(line for line in lines if line["event"] == "recording failed")
    assert "No space left" in str(failed["exc_info"])
    assert verdicts(lines) == ["deferred"]


async def test_a_record_that_takes_too_long_is_a_temporary_failure_and_goes_on() -> None:
    record = Slow()
    with capture_logs() as lines:
        async with listening(record, record_timeout=0.05) as desk, client(desk) as talker:
            await talker.as_far_as_data()
            assert codes(await talker.ask(b"x\r\n.\r\n")) == [451]
            record.go.set()
            await until(lambda: len(desk.recorded) == 1)
            assert not record.cut_short
    assert verdicts(lines) == ["deferred", "recorded without 250"]


async def test_a_client_that_hangs_up_after_the_dot_does_not_cut_the_record_short() -> None:
    record = Slow()
    with capture_logs() as lines:
        async with listening(record) as desk, client(desk) as talker:
            await talker.as_far_as_data()
            talker.writer.write(b"x\r\n.\r\n")
            await record.begun.wait()
            talker.reset()
            await until(lambda: desk.listener.connections == 0)
            record.go.set()
            await until(lambda: len(desk.recorded) == 1)
            assert not record.cut_short
            assert desk.listener.counters.accepted == 0
    assert verdicts(lines) == ["recorded without 250"]


async def test_a_hundred_clients_that_hang_up_leave_the_records_whole_and_the_listener_alive() -> None:
    finished = 0

    async def record(_delivered: Delivered) -> None:
        nonlocal finished
        await asyncio.sleep(0.01)
        finished += 1

    async with listening(record) as desk:
        for number in range(100):
            async with client(desk) as talker:
                await talker.as_far_as_data()
                talker.writer.write(b"x\r\n.\r\n" if number % 2 else b"half a mess")
                await talker.writer.drain()
                await asyncio.sleep(0.0002 * (number % 7))
                talker.reset()
        await until(lambda: desk.listener.connections == 0)
        async with client(desk) as talker:
            await talker.as_far_as_data()
            assert codes(await talker.ask(b"y\r\n.\r\n")) == [250]
        await until(lambda: finished == len(desk.recorded))
        assert b"half a mess" not in desk.bodies


async def test_a_client_that_hangs_up_amid_a_message_leaves_nothing() -> None:
    with capture_logs() as lines:
        async with listening() as desk:
            for hang_up in (Client.reset, Client.close):
                async with client(desk) as talker:
                    await talker.as_far_as_data()
                    talker.writer.write(b"half a mess")
                    await talker.writer.drain()
                    hang_up(talker)
                    await until(lambda: desk.listener.connections == 0)
            assert desk.recorded == []
            assert desk.listener.receiving == 0
    assert verdicts(lines) == ["incomplete"] * 2


async def test_a_client_that_closed_its_half_still_gets_its_250() -> None:
    record = Slow()
    async with listening(record) as desk, client(desk) as talker:
        await talker.as_far_as_data()
        talker.writer.write(b"x\r\n.\r\nQUIT\r\n")
        talker.writer.write_eof()
        await record.begun.wait()
        record.go.set()
        assert codes(await talker.rest()) == [250, 221]


async def test_a_name_that_the_record_gives_is_told_and_nothing_else() -> None:
    names = iter(["A-17.x_y", "two words\r\n250 OK", "x" * 65, 17, None])

    async def record(_delivered: Delivered) -> Any:
        return next(names)

    async with listening(record) as desk, client(desk) as talker:
        await talker.ask(b"EHLO x\r\n")
        replies = []
        for _ in range(5):
            for command in ENVELOPE.splitlines(keepends=True):
                await talker.ask(command)
            replies.append(await talker.ask(b"x\r\n.\r\n"))
    assert replies == [b"250 2.0.0 Taken in as A-17.x_y\r\n", *[b"250 2.0.0 Taken in\r\n"] * 4]


async def test_when_nothing_can_be_taken_in_that_is_said_before_any_message() -> None:
    reasons: list[str | None] = ["/var/lib/otklik: 12 bytes free", "backlog", None, "disk", None, None]

    async with listening(admit=lambda: reasons.pop(0)) as desk, client(desk) as talker:
        await talker.ask(b"EHLO x\r\n")
        mail, rcpt = b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<support@example.org>\r\n"
        full = b"452 4.3.1 Nothing can be taken in now, try again later\r\n"
        assert [await talker.ask(mail), await talker.ask(mail)] == [full, full]
        assert codes(await talker.ask(mail) + await talker.ask(rcpt)) == [250, 250]
        assert await talker.ask(b"DATA\r\n") == full
        assert codes(await talker.ask(b"DATA\r\n") + await talker.ask(b"x\r\n.\r\n")) == [354, 250]


async def test_what_we_did_not_foresee_is_a_temporary_failure() -> None:
    def broken() -> str | None:
        raise RuntimeError("secret")

    with capture_logs() as lines:
        async with listening(admit=broken) as desk, client(desk) as talker:
            await talker.ask(b"EHLO x\r\n")
            reply = await talker.ask(b"MAIL FROM:<a@b.example>\r\n")
            assert reply == b"451 4.3.0 Could not be taken in now, try again later\r\n"
            assert codes(await talker.ask(b"NOOP\r\n")) == [250]
    assert "secret" in str(next(line for line in lines if line["event"] == "dialogue failed")["exc_info"])


async def test_a_failure_amid_a_message_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(_self: object, _more: int) -> bool:
        raise MemoryError

    monkeypatch.setattr("intake.listener.gate.Allowance.may_hold", no_memory)
    async with listening() as desk, client(desk) as talker:
        await talker.as_far_as_data()
        talker.writer.write(b"MAIL FROM:<text@that.looks>\r\nlike commands")
        assert codes(await talker.rest()) == [451]


async def test_every_message_leaves_one_line_in_the_log() -> None:
    sent = b"HELO x\r\n" + ENVELOPE + b"hello\r\n.\r\n"
    with capture_logs() as lines:
        async with listening() as desk:
            await exchange(desk, sent)
    assert [line for line in lines if line["event"] == "message"] == [
        {
            "event": "message",
            "log_level": "info",
            "peer": "127.0.0.1",
            "mail_from": "ivan@client.example",
            "recipients": 1,
            "size": 7,
            "verdict": "accepted",
        }
    ]


def verdicts(lines: list[Any]) -> list[str]:
    return [line["verdict"] for line in lines if line["event"] == "message"]
