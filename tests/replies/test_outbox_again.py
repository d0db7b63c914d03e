"""Nothing leaves twice for a reason of ours: a second start, a long delivery, a stop, a bad carrier."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from replies import outbox as worker
from replies.outbox import CARRY_TRIES, Deliveries
from storage import hand
from storage.models import Delivery
from storage.outbox import LEASE, Due, Outbox
from storage.writer import Unavailable
from tests.desk_on_disk import DeskOnDisk, mail

NOW = datetime.now(UTC) - timedelta(minutes=1)


class Gate:
    """A carrier whose deliveries wait until they may go on; what it was given stays."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.go_on = asyncio.Event()

    async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        self.taken.append(recipient)
        await self.go_on.wait()
        return "250 ok"

    async def close(self) -> None:
        """Nothing is held."""


def made(desk: DeskOnDisk, carrier: Gate) -> Deliveries:
    def words(due: Due) -> bytes:
        return b"words"

    return Deliveries("mail", Outbox(desk.database), words, carrier, sender=lambda _: "", sole=True)


@asynccontextmanager
async def running(deliveries: Deliveries, carrier: Gate) -> AsyncIterator[None]:
    task = asyncio.create_task(deliveries.run())
    try:
        yield
    finally:
        carrier.go_on.set()  # or a test that fails would wait for ever
        await deliveries.stop()
        await task


async def until(reached: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not reached():
            await asyncio.sleep(0.01)


async def until_state(state: str) -> None:
    async with asyncio.timeout(10):
        while not await Delivery.filter(state=state).exists():
            await asyncio.sleep(0.01)


async def test_a_second_start_leaves_what_is_in_hand(
    desk: DeskOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.receives(mail(), NOW)
    carrier = Gate()
    deliveries = made(desk, carrier)
    claim = Outbox.claim

    async def gone(*_: object) -> list[Due]:
        raise Unavailable("the server was restarted")

    first = asyncio.create_task(deliveries.run())
    await until(lambda: carrier.taken)
    monkeypatch.setattr(Outbox, "claim", gone)
    with pytest.raises(Unavailable):
        await first
    monkeypatch.setattr(Outbox, "claim", claim)
    async with running(deliveries, carrier):  # as the supervisor does
        await asyncio.sleep(3 * hand.POLL)
        carrier.go_on.set()
        await until_state("sent")
    assert carrier.taken == ["olga@client.example"]


async def test_what_is_long_under_way_keeps_its_lease(
    desk: DeskOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand, "SWEEP", 0.0)
    await desk.receives(mail(), NOW)
    carrier = Gate()
    async with running(made(desk, carrier), carrier):
        await until(lambda: carrier.taken)
        await Delivery.all().update(claimed_until=NOW - 2 * LEASE)  # a slow relay, hours later
        await asyncio.sleep(3 * hand.POLL)
        until_when = await Delivery.first().values_list("claimed_until", flat=True)
        assert until_when > NOW  # type: ignore[operator]
        carrier.go_on.set()
        await until_state("sent")
    assert carrier.taken == ["olga@client.example"]


async def test_what_is_claimed_at_the_stop_is_delivered_yet(
    desk: DeskOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.receives(mail(), NOW)
    carrier = Gate()
    carrier.go_on.set()
    deliveries = made(desk, carrier)
    claim, claiming = Outbox.claim, asyncio.Event()

    async def slowly(*args: object) -> list[Due]:
        claimed = await claim(*args)  # type: ignore[arg-type]
        claiming.set()
        await asyncio.sleep(0.05)
        return claimed

    monkeypatch.setattr(Outbox, "claim", slowly)
    task = asyncio.create_task(deliveries.run())
    await claiming.wait()
    await deliveries.stop()
    await task
    assert carrier.taken == ["olga@client.example"]
    assert await Delivery.filter(state="sent").count() == 1


async def test_a_carrier_that_fails_as_nobody_foresaw_ends_in_a_dead_letter(
    desk: DeskOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BACKOFF", (0.0,))

    class Broken(Gate):
        async def deliver(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
            self.taken.append(recipient)
            if recipient.startswith("odd"):
                raise UnicodeError("surrogates not allowed")
            return "250 ok"

    await desk.receives(mail(from_addr="odd@client.example"), NOW)
    await desk.receives(mail(), NOW + timedelta(seconds=1))
    carrier = Broken()
    async with running(made(desk, carrier), carrier):
        await until_state("dead")
        await until_state("sent")
    assert carrier.taken.count("odd@client.example") == CARRY_TRIES
    dead = await Delivery.get(state="dead")
    assert "UnicodeError: surrogates not allowed" in dead.error
