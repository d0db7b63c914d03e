"""The processing worker: what fails is tried again or set aside, and holds up nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from intake import requests
from intake.incoming import IncomingMessage, StoreFailed
from intake.processing import Processing
from intake.reading import Reading
from intake.requests import Outcome
from intake.sandbox.pool import UnderstandingFailed, WorkerKilled
from storage.inbox import Arrival, Claimed, arrival_key
from storage.models import Entry, Ticket
from storage.writer import Unavailable
from tests.desk_on_disk import INTAKE, DeskOnDisk, mail


class FakeSandbox:
    """Understands every body as a mail of its sender; bodies named in `troubles` fail as often as told."""

    def __init__(self, **troubles: list[Exception]) -> None:
        self.troubles = troubles
        self.seen: list[str] = []

    async def understand(
        self,
        body: bytes | str,
        envelope_from: str | None,
        *,
        accept: bool = False,
        trusted_authserv_id: str = "",
    ) -> IncomingMessage:
        assert isinstance(body, bytes)
        name = body.decode()
        self.seen.append(name)
        if troubles := self.troubles.get(name.replace(" ", "_")):
            raise troubles.pop(0)
        sender = name.split()[0]
        return mail(name, from_addr=f"{sender}@client.example")


@asynccontextmanager
async def running(desk: DeskOnDisk, sandbox: FakeSandbox) -> AsyncIterator[Processing]:
    async def take_in(entry: Claimed, incoming: IncomingMessage) -> Outcome:
        now = datetime.now(UTC)
        return await desk.database.writer.run(lambda: requests.take_in(entry, incoming, INTAKE, now))

    processing = Processing(desk.inbox, Reading(sandbox, take_in), taken_in=lambda _: None, sole=True)
    task = asyncio.create_task(processing.run())
    try:
        yield processing
    finally:
        await processing.stop()
        await task


async def record(desk: DeskOnDisk, *names: str) -> None:
    for name in names:
        body = name.encode()
        arrival = Arrival(arrival_key(["a@b"], body), "smtp", name.split()[0], {}, body, datetime.now(UTC))
        await desk.inbox.record(arrival)


async def until_states(**wanted: int) -> None:
    async with asyncio.timeout(20):
        while True:
            counts = {state: await Entry.filter(state=state).count() for state in wanted}
            if counts == wanted:
                return
            await asyncio.sleep(0.02)


async def test_every_recorded_mail_becomes_a_ticket(desk: DeskOnDisk) -> None:
    await record(desk, *(f"c{n} asks" for n in range(20)))
    async with running(desk, FakeSandbox()) as processing:
        await until_states(done=20)
    assert await Ticket.all().count() == 20
    assert processing.counts.processed == 20


async def test_one_senders_mails_are_taken_in_in_order_in_spite_of_a_failure(desk: DeskOnDisk) -> None:
    await record(desk, "olga 1", "olga 2", "olga 3", "petr 1")
    sandbox = FakeSandbox(olga_1=[UnderstandingFailed("ValueError: odd")])
    async with running(desk, sandbox):
        await until_states(done=4)
    olgas = await Ticket.filter(client__addresses__address="olga@client.example").order_by("id")
    texts = [(await ticket.messages.all())[0].text for ticket in olgas]  # type: ignore[attr-defined]
    assert texts == ["olga 1", "olga 2", "olga 3"]


async def test_a_mail_that_always_fails_is_set_aside_with_its_traceback_and_the_next_confirmed(
    desk: DeskOnDisk,
) -> None:
    await record(desk, "olga poison", "olga ordinary")
    sandbox = FakeSandbox(olga_poison=[UnderstandingFailed(f"Traceback…\nValueError: {n}") for n in range(9)])
    async with running(desk, sandbox):
        await until_states(quarantined=1, done=1)
    assert sandbox.seen.count("olga poison") == 5
    trouble = await Entry.get(state="quarantined").values_list("trouble", flat=True)
    assert trouble == "Traceback…\nValueError: 4"


async def test_a_mail_that_kills_two_workers_is_set_aside(desk: DeskOnDisk) -> None:
    await record(desk, "olga bomb")
    sandbox = FakeSandbox(olga_bomb=[WorkerKilled("outlasted 20 s") for _ in range(5)])
    async with running(desk, sandbox) as processing:
        await until_states(quarantined=1)
    assert sandbox.seen.count("olga bomb") == 2
    assert processing.counts.quarantined == 1


async def test_a_failure_of_ours_sets_nothing_aside(desk: DeskOnDisk) -> None:
    await record(desk, "olga innocent")
    ours: list[Exception] = [
        StoreFailed("No space left on device"),
        Unavailable("locked"),
        OSError(28, "full"),
    ]
    async with running(desk, FakeSandbox(olga_innocent=ours)):
        for left in (2, 1, 0):
            async with asyncio.timeout(10):
                while len(ours) > left:
                    await Entry.filter(state="recorded").update(next_attempt_at=datetime.now(UTC))
                    await asyncio.sleep(0.02)
        async with asyncio.timeout(10):
            while not await Entry.filter(state="done").exists():
                await Entry.filter(state="recorded").update(next_attempt_at=datetime.now(UTC))
                await asyncio.sleep(0.02)
    assert await Entry.get(state="done").values_list("failures", "kills") == (0, 0)


async def test_what_was_in_hand_at_a_crash_is_taken_up_at_the_next_start(desk: DeskOnDisk) -> None:
    await record(desk, "olga asks")
    await desk.inbox.claim(10, datetime.now(UTC))
    async with running(desk, FakeSandbox()):
        await until_states(done=1)
    assert await Ticket.all().count() == 1


async def test_an_effect_that_fails_half_way_leaves_nothing_behind(desk: DeskOnDisk) -> None:
    await record(desk, "olga asks")
    calls = 0

    async def take_in(entry: Claimed, incoming: IncomingMessage) -> Outcome:
        async def unit() -> Outcome:
            nonlocal calls
            calls += 1
            outcome = await requests.take_in(entry, incoming, INTAKE, datetime.now(UTC))
            if calls < 3:
                raise RuntimeError("after all effects")
            return outcome

        return await desk.database.writer.run(unit)

    processing = Processing(desk.inbox, Reading(FakeSandbox(), take_in), taken_in=lambda _: None, sole=True)
    task = asyncio.create_task(processing.run())
    await until_states(done=1)
    await processing.stop()
    await task
    assert await Ticket.all().count() == 1
