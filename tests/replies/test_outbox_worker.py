"""The delivery worker: failures told apart, order and bytes kept, a channel that rests and comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from replies import outbox as worker
from replies.delivery_error import DeliveryError
from replies.outbox import Deliveries
from storage.models import Delivery
from storage.outbox import Due, Outbox, Owed, owe
from tests.desk_on_disk import DeskOnDisk, mail

NOW = datetime.now(UTC) - timedelta(minutes=1)

Reaction = Callable[[str], str]  # Message-ID → receipt, or raises


class FakeCarrier:
    """Remembers what it was given and does what the test says."""

    def __init__(self, react: Reaction = lambda _: "250 ok") -> None:
        self.react = react
        self.taken: list[tuple[str, str, bytes]] = []

    async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        self.taken.append((recipient, message_id, content))
        return self.react(message_id)

    async def close(self) -> None:
        """Nothing is held."""


def words(due: Due) -> bytes:
    return f"{due.kind} {due.id}".encode()


@asynccontextmanager
async def running(
    desk: DeskOnDisk, carrier: FakeCarrier, compose: Callable[[Due], bytes] = words
) -> AsyncIterator[Deliveries]:
    deliveries = Deliveries("mail", Outbox(desk.database), compose, carrier, sender=lambda _: "", sole=True)
    task = asyncio.create_task(deliveries.run())
    try:
        yield deliveries
    finally:
        await deliveries.stop()
        await task


async def owed(desk: DeskOnDisk, *recipients: str) -> None:
    outcome = await desk.receives(mail(), NOW)
    await Delivery.all().delete()  # the confirmation

    async def unit() -> None:
        for n, recipient in enumerate(recipients):
            assert outcome.ticket_id
            key = f"{outcome.ticket_id}:answer:{n}"
            await owe(Owed(key, outcome.ticket_id, "answer", recipient, "ru", {}), "example.org", NOW)

    await desk.database.writer.run(unit)


async def until(state: str, count: int = 1) -> list[Delivery]:
    async with asyncio.timeout(10):
        while True:
            rows = await Delivery.filter(state=state).order_by("id")
            if len(rows) >= count:
                return rows
            await asyncio.sleep(0.02)


async def test_what_is_owed_is_delivered_in_order_for_each_recipient(desk: DeskOnDisk) -> None:
    await owed(desk, "olga@x.example", "petr@x.example", "olga@x.example", "olga@x.example")
    carrier = FakeCarrier()
    async with running(desk, carrier):
        rows = await until("sent", 4)
    to_olga = [content for recipient, _, content in carrier.taken if recipient == "olga@x.example"]
    assert to_olga == [f"answer {row.id}".encode() for row in rows if row.recipient == "olga@x.example"]
    assert all(row.receipt == "250 ok" and row.sent_at for row in rows)


async def test_a_permanent_failure_is_a_dead_letter_at_once_and_the_others_go_on(desk: DeskOnDisk) -> None:
    await owed(desk, "nobody@x.example", "olga@x.example")

    def react(_: str) -> str:
        if carrier.taken[-1][0] == "nobody@x.example":
            raise DeliveryError("RCPT: 550 no such user", permanent=True)
        return "250 ok"

    carrier = FakeCarrier(react)
    async with running(desk, carrier) as deliveries:
        (dead,) = await until("dead")
        await until("sent")
    assert (dead.error, dead.attempts, deliveries.counts.dead) == ("RCPT: 550 no such user", 1, 1)


async def test_a_temporary_failure_waits_a_minute_at_least_and_sends_the_same_bytes(desk: DeskOnDisk) -> None:
    await owed(desk, "olga@x.example")

    def greylisted(_: str) -> str:
        raise DeliveryError("RCPT: 451 greylisted", retry_after=60)

    carrier = FakeCarrier(greylisted)
    async with running(desk, carrier) as deliveries:
        async with asyncio.timeout(10):
            while not deliveries.counts.deferred:
                await asyncio.sleep(0.02)
    (row,) = await until("owed")
    assert row.next_attempt_at - worker._now() > timedelta(seconds=50)
    assert row.error == "RCPT: 451 greylisted"
    await Delivery.all().update(next_attempt_at=NOW)
    carrier.react = lambda _: "250 ok"
    async with running(desk, carrier, compose=lambda _: b"other words"):
        await until("sent")
    assert carrier.taken[0] == carrier.taken[1]  # recipient, Message-ID and bytes


async def test_a_channel_that_fails_rests_and_one_goes_ahead_when_it_may_be_back(desk: DeskOnDisk) -> None:
    await owed(desk, *(f"c{n}@x.example" for n in range(12)))

    def down(_: str) -> str:
        raise DeliveryError("connection refused", channel=True)

    carrier = FakeCarrier(down)
    async with running(desk, carrier) as deliveries:
        async with asyncio.timeout(10):
            while not deliveries.pause.seconds:
                await asyncio.sleep(0.02)
        met = len(carrier.taken)
        async with asyncio.timeout(10):
            while len(carrier.taken) == met:  # the rest is over
                await asyncio.sleep(0.02)
        assert len(carrier.taken) == met + 1
        carrier.react = lambda _: "250 ok"
        rows = await until("sent", 12)
    assert {row.attempts for row in rows} == {1}  # the channel's failures were not theirs
    assert deliveries.pause.reason == ""


async def test_what_cannot_be_composed_ends_as_a_dead_letter_and_holds_up_nobody(desk: DeskOnDisk) -> None:
    await owed(desk, "odd@x.example", "olga@x.example")

    def compose(due: Due) -> bytes:
        if due.recipient == "odd@x.example":
            raise KeyError("promise")
        return b"fine"

    async with running(desk, FakeCarrier(), compose):
        await until("sent")
        for _ in range(4):
            await Delivery.filter(recipient="odd@x.example").update(next_attempt_at=NOW)
            await asyncio.sleep(0)
        async with asyncio.timeout(20):
            while not await Delivery.filter(state="dead").exists():
                await Delivery.filter(recipient="odd@x.example", state="owed").update(next_attempt_at=NOW)
                await asyncio.sleep(0.05)
    (dead,) = await until("dead")
    assert "could not be composed: KeyError" in dead.error


async def test_after_five_days_it_is_given_up(desk: DeskOnDisk) -> None:
    await owed(desk, "olga@x.example")
    await Delivery.all().update(created_at=worker._now() - timedelta(days=5, minutes=1))

    def busy(_: str) -> str:
        raise DeliveryError("451 busy")

    async with running(desk, FakeCarrier(busy)):
        (dead,) = await until("dead")
    assert "given up after 5 days: 451 busy" in dead.error


async def test_it_is_not_given_up_a_day_earlier(desk: DeskOnDisk) -> None:
    await owed(desk, "olga@x.example")
    await Delivery.all().update(created_at=worker._now() - timedelta(days=4), attempts=40)

    def busy(_: str) -> str:
        raise DeliveryError("451 busy")

    async with running(desk, FakeCarrier(busy)) as deliveries:
        async with asyncio.timeout(10):
            while not deliveries.counts.deferred:
                await asyncio.sleep(0.02)
    (row,) = await until("owed")
    assert row.next_attempt_at - worker._now() > timedelta(hours=3)


async def test_what_was_in_hand_at_a_crash_is_sent_again_with_the_same_message_id(desk: DeskOnDisk) -> None:
    await owed(desk, "olga@x.example")
    (claimed,) = await Outbox(desk.database).claim("mail", 10, worker._now())
    await Outbox(desk.database).composed([(claimed.id, b"as it was")])
    carrier = FakeCarrier()
    async with running(desk, carrier):
        await until("sent")
    assert carrier.taken == [("olga@x.example", claimed.message_id, b"as it was")]


@pytest.mark.parametrize("moment", ["before", "while"])
async def test_stopping_finishes_what_is_in_hand(desk: DeskOnDisk, moment: str) -> None:
    await owed(desk, "olga@x.example")
    begun, go_on = asyncio.Event(), asyncio.Event()

    class Slow(FakeCarrier):
        async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
            begun.set()
            await go_on.wait()
            return "250 ok"

    async with running(desk, Slow()) as deliveries:
        async with asyncio.timeout(10):
            await begun.wait()
        if moment == "while":
            stopping = asyncio.create_task(deliveries.stop())
            await asyncio.sleep(0)
            go_on.set()
            await stopping
        go_on.set()
    assert await Delivery.filter(state="sent").count() == 1
