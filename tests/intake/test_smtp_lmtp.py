"""LMTP: a greeting of its own, and a verdict for each recipient (RFC 2033)."""

from intake.smtp import Delivered
from tests.intake.smtp_talk import codes, exchange, listening


async def test_lmtp_answers_for_each_recipient_and_records_one_message() -> None:
    sent = (
        b"LHLO relay.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@example.org>\r\n"
        b"RCPT TO:<sales@example.org>\r\nRCPT TO:<help@example.org>\r\nRCPT TO:<help@example.org>\r\n"
        b"DATA\r\nx\r\n.\r\nQUIT\r\n"
    )
    async with listening(protocol="lmtp") as desk:
        replies = await exchange(desk, sent)
        assert replies.startswith(b"220 desk.example LMTP\r\n")
        assert codes(replies) == [220, 250, 250, 250, 550, 250, 250, 354, 250, 250, 250, 221]
        assert [d.recipients for d in desk.recorded] == [("support@example.org", "help@example.org")]
        assert desk.listener.counters.accepted == 1


async def test_lmtp_does_not_greet_like_smtp() -> None:
    async with listening(protocol="lmtp") as desk:
        assert codes(await exchange(desk, b"EHLO x\r\nHELO x\r\nMAIL FROM:<>\r\n")) == [220, 500, 500, 503]


async def test_lmtp_defers_for_every_recipient_when_the_record_fails() -> None:
    async def fail(_delivered: Delivered) -> None:
        raise OSError

    sent = (
        b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<support@example.org>\r\nRCPT TO:<help@example.org>\r\n"
        b"DATA\r\nx\r\n.\r\n"
    )
    async with listening(fail, protocol="lmtp") as desk:
        assert codes(await exchange(desk, sent))[-3:] == [354, 451, 451]
