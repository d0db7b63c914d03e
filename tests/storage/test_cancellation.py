"""Tasks that are cancelled in the middle of a transaction leave the engine usable."""

import asyncio
import random

from tortoise.transactions import in_transaction

from storage.database import Database
from storage.inbox import Inbox
from storage.models import Client, Entry
from tests.storage.conftest import NOW, mail

CANCELS = 300


async def one_transaction(n: int) -> None:
    async with in_transaction("default"):
        await Client.create(name=f"first {n}", created_at=NOW)
        await Client.create(name=f"second {n}", created_at=NOW)


async def test_cancels_at_any_moment_of_a_transaction_leak_no_lock_and_no_connection(
    database: Database,
) -> None:
    chance = random.Random(7)
    for n in range(CANCELS):
        task = asyncio.create_task(one_transaction(n))
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)
        if chance.random() < 0.3:
            await asyncio.sleep(chance.random() * 0.003)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(10):
        await asyncio.gather(*(one_transaction(CANCELS + n) for n in range(20)))
    firsts = await Client.filter(name__startswith="first").count()
    seconds = await Client.filter(name__startswith="second").count()
    assert firsts == seconds >= 20  # every transaction whole or absent


async def test_a_thousand_callers_that_vanish_while_recording_leave_the_inbox_usable(inbox: Inbox) -> None:
    chance = random.Random(11)
    for n in range(1000):
        task = asyncio.create_task(inbox.record(mail(b"vanishing %d" % n)))
        for _ in range(chance.randrange(6)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(10):
        await inbox.record(mail(b"the one that waits"))
    assert await Entry.filter(key=mail(b"the one that waits").key).count() == 1
