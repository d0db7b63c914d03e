"""What the listener says and takes in, over a real socket."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.smtp import CannotListen, Delivered, Listener
from tests.intake.smtp_talk import SETTINGS, client, codes, exchange, listening

ENVELOPE = b"EHLO client.example\r\nMAIL FROM:<ivan@client.example>\r\nRCPT TO:<support@example.org>\r\n"


async def test_it_takes_in_what_was_sent_and_knows_who_sent_it() -> None:
    async with listening() as desk, client(desk) as talker:
        await talker.as_far_as_data()
        before = datetime.now(UTC)
        assert await talker.ask(b"Subject: hi\r\n\r\nhello\r\n.\r\n") == b"250 2.0.0 Taken in\r\n"
        assert await talker.ask(b"QUIT\r\n") == b"221 2.0.0 Bye\r\n"
        assert await talker.closed()
        (delivered,) = desk.recorded
    assert before <= delivered.received_at <= before + timedelta(seconds=5)
    assert delivered == Delivered(
        mail_from="ivan@client.example",
        recipients=("support@example.org",),
        peer="127.0.0.1",
        helo="client.example",
        tls=False,
        body=b"Subject: hi\r\n\r\nhello\r\n",
        received_at=delivered.received_at,
    )


async def test_it_offers_what_it_does_and_no_way_to_sign_in() -> None:
    async with listening(max_message_bytes=12345) as desk, client(desk) as talker:
        offers = await talker.ask(b"EHLO client.example\r\n")
        assert offers == (
            b"250-desk.example\r\n250-PIPELINING\r\n250-SIZE 12345\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
            b"250 ENHANCEDSTATUSCODES\r\n"
        )
        assert codes(await talker.ask(b"AUTH PLAIN AGEAYg==\r\n")) == [502]
        assert codes(await talker.ask(b"STARTTLS\r\n")) == [502]


@pytest.mark.parametrize(
    "near_miss",
    [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n"],
)
async def test_no_message_smuggles_another(near_miss: bytes) -> None:
    smuggled = (
        b"MAIL FROM:<boss@example.org>\r\nRCPT TO:<support@example.org>\r\nDATA\r\nSubject: b\r\n\r\nb\r\n"
    )
    sent = ENVELOPE + b"DATA\r\nSubject: a\r\n\r\na" + near_miss + smuggled + b".\r\nQUIT\r\n"
    async with listening() as desk:
        assert codes(await exchange(desk, sent)) == [220, 250, 250, 250, 354, 250, 221]
        assert desk.bodies == [b"Subject: a\r\n\r\na" + near_miss + smuggled]


async def test_several_messages_sent_in_one_go_stay_apart_and_in_order() -> None:
    one = b"MAIL FROM:<>\r\nRCPT TO:<support@example.org>\r\nDATA\r\n1\r\n..\r\n.\r\n"
    two = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<help@example.org>\r\nDATA\r\n2\r\n.\r\n"
    async with listening() as desk:
        replies = await exchange(desk, b"HELO x\r\n" + one + two + b"NOOP\r\nQUIT\r\n")
        assert codes(replies) == [220, 250, *[250, 250, 354, 250] * 2, 250, 221]
        assert [(d.mail_from, d.recipients, d.body) for d in desk.recorded] == [
            ("", ("support@example.org",), b"1\r\n.\r\n"),
            ("a@b.example", ("help@example.org",), b"2\r\n"),
        ]


async def test_the_end_of_a_message_may_come_byte_by_byte() -> None:
    async with listening() as desk, client(desk) as talker:
        await talker.as_far_as_data()
        for byte in b"a\r\n..\r\n.\r\nNOOP\r\n":
            talker.writer.write(bytes([byte]))
            await asyncio.sleep(0.001)
        assert codes(await talker.reply() + await talker.reply()) == [250, 250]
        assert desk.bodies == [b"a\r\n.\r\n"]


async def test_an_empty_message_is_one() -> None:
    async with listening() as desk:
        assert codes(await exchange(desk, ENVELOPE + b"DATA\r\n.\r\nQUIT\r\n"))[-2:] == [250, 221]
        assert desk.bodies == [b""]


async def test_every_byte_is_kept() -> None:
    body = bytes(range(256)) * 3 + b"\r\n"
    async with listening() as desk:
        await exchange(desk, ENVELOPE + b"DATA\r\n" + body + b".\r\n")
        assert desk.bodies == [body]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(st.sampled_from([b".", b"..", b"\r\n", b"\r", b"\n", b"x", b"\0"]), max_size=60))
async def test_what_smtplib_would_stuff_comes_out_as_it_went_in(text: list[bytes]) -> None:
    body = b"".join(text) + b"\r\n"
    stuffed = b"\r\n".join(b"." + line if line[:1] == b"." else line for line in body.split(b"\r\n"))
    async with listening() as desk:
        assert codes(await exchange(desk, ENVELOPE + b"DATA\r\n" + stuffed + b".\r\nQUIT\r\n"))[-2:] == [
            250,
            221,
        ]
        assert desk.bodies == [body]


async def test_a_line_of_two_megabytes_is_a_line() -> None:
    body = b"Subject: x\r\n\r\n" + b"y" * 2_000_000 + b"\r\n"
    async with listening() as desk:
        assert codes(await exchange(desk, ENVELOPE + b"DATA\r\n" + body + b".\r\nQUIT\r\n"))[-2:] == [
            250,
            221,
        ]
        assert desk.bodies == [body]


async def test_a_message_said_to_be_too_large_is_refused_at_once() -> None:
    async with listening(max_message_bytes=1000) as desk, client(desk) as talker:
        await talker.ask(b"EHLO x\r\n")
        assert codes(await talker.ask(b"MAIL FROM:<a@b.example> SIZE=1001\r\n")) == [552]
        assert codes(await talker.ask(b"MAIL FROM:<a@b.example> SIZE=1000\r\n")) == [250]


async def test_a_message_found_to_be_too_large_is_read_past_and_the_next_one_taken() -> None:
    large, small = b"l" * 998 + b"\r\n" + b".", b"s" * 998 + b"\r\n"
    envelope = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<support@example.org>\r\nDATA\r\n"
    sent = (
        b"EHLO x\r\n"
        + envelope
        + large
        + b"."
        + b"x" * 5_000_000
        + b"\r\n.\r\n"
        + envelope
        + small
        + b".\r\n"
    )
    async with listening(max_message_bytes=1003) as desk:
        assert codes(await exchange(desk, sent)) == [220, 250, 250, 250, 354, 552, 250, 250, 354, 250]
        assert desk.bodies == [small]
        assert (desk.listener.counters.accepted, desk.listener.counters.refused) == (1, 1)


@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        (b"<support@example.org>", 250),
        (b"<SUPPORT+AS-000042@Example.ORG>", 250),
        (b"<sales@example.org>", 550),
        (b"<victim%other.example@example.org>", 550),
        (b"<@relay.example:victim@other.example>", 553),
        (b"<victim@other.example>", 550),
        (b"<support@example.org> NOTIFY=NEVER", 555),
        (b"<support@example.org\0>", 501),
        (b"<\xff\xfe@example.org>", 501),
        (b"<\xd1\x8f@example.org>", 550),
    ],
)
async def test_it_takes_mail_for_our_addresses_alone(recipient: bytes, code: int) -> None:
    async with listening() as desk, client(desk) as talker:
        await talker.ask(b"EHLO x\r\n")
        await talker.ask(b"MAIL FROM:<a@b.example>\r\n")
        assert codes(await talker.ask(b"RCPT TO:" + recipient + b"\r\n")) == [code]


async def test_recipients_are_kept_as_they_were_given() -> None:
    envelope = b"HELO x\r\nMAIL FROM:<a@b.example>\r\n"
    recipients = [b"Support+AS-42@example.org", b"help@example.org", b"help@example.org"]
    envelope += b"".join(b"RCPT TO:<" + each + b">\r\n" for each in recipients)
    async with listening() as desk:
        await exchange(desk, envelope + b"DATA\r\nx\r\n.\r\n")
        assert desk.recorded[0].recipients == ("Support+AS-42@example.org", "help@example.org")


async def test_an_internationalised_sender_is_taken() -> None:
    sender = "MAIL FROM:<ольга@пример.рф> SMTPUTF8 BODY=8BITMIME\r\n".encode()
    sent = b"EHLO x\r\n" + sender + b"RCPT TO:<support@example.org>\r\nDATA\r\nx\r\n.\r\n"
    async with listening() as desk:
        assert codes(await exchange(desk, sent))[-1] == 250
        assert desk.recorded[0].mail_from == "ольга@пример.рф"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (b"VRFY support", 502),
        (b"EXPN staff", 502),
        (b"HELP", 214),
        (b"NOOP whatever", 250),
        (b"RSET", 250),
        (b"LHLO x", 500),
        (b"BDAT 10 LAST", 500),
        (b"EHLO", 501),
        (b"EHLO a\x1b[31mb", 501),
        (b"DATA", 503),
        (b"RCPT TO:<support@example.org>", 503),
        (b"", 500),
        (b"\xff\xfe", 500),
        (b"NOOP " + b"x" * 5000, 500),
        (b"MAIL FROM:<a@b.example> AUTH=<>", 555),
        (b"MAIL FROM:<" + b"a" * 400 + b"@b.example>", 553),
    ],
)
async def test_every_other_command_has_its_reply_and_the_dialogue_goes_on(command: bytes, code: int) -> None:
    async with listening() as desk, client(desk) as talker:
        await talker.ask(b"EHLO x\r\n")
        assert codes(await talker.ask(command + b"\r\n")) == [code]
        assert codes(await talker.ask(b"NOOP\r\n")) == [250]


async def test_nobody_gets_anywhere_without_a_greeting() -> None:
    async with listening() as desk, client(desk) as talker:
        assert codes(await talker.ask(b"MAIL FROM:<a@b.example>\r\n")) == [503]


async def test_rset_and_a_new_greeting_forget_the_envelope() -> None:
    async with listening() as desk, client(desk) as talker:
        for forgetting in (b"RSET\r\n", b"EHLO x\r\n"):
            await talker.ask(b"EHLO x\r\n")
            await talker.ask(b"MAIL FROM:<a@b.example>\r\n")
            await talker.ask(b"RCPT TO:<support@example.org>\r\n")
            await talker.ask(forgetting)
            assert codes(await talker.ask(b"DATA\r\n")) == [503]


async def test_a_port_that_is_taken_is_named() -> None:
    async with listening() as desk:
        second = Listener(replace(SETTINGS, port=desk.listener.port), record=nothing, admit=lambda: None)
        with pytest.raises(CannotListen, match=rf"127\.0\.0\.1:{desk.listener.port}: "):
            await second.start()


async def test_it_can_be_started_again() -> None:
    listener = Listener(SETTINGS, record=nothing, admit=lambda: None)
    for _ in range(2):
        await listener.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        assert (await reader.readline()).startswith(b"220 ")
        await listener.stop(0.1)
        writer.close()


async def nothing(_delivered: Delivered) -> None:
    return None
