"""What has happened already is written down however long the database is away, and not after the end."""

import asyncio

import pytest

from storage.insist import insist
from storage.writer import Unavailable


class Away:
    """A write that fails so many times."""

    def __init__(self, times: int, error: Exception | None = None) -> None:
        self.left, self.error = times, error or Unavailable("locked")
        self.tried = 0

    async def __call__(self) -> str:
        self.tried += 1
        if self.tried <= self.left:
            raise self.error
        return "written"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.insist.AGAIN", 0.001)


async def test_it_tries_until_the_database_is_back() -> None:
    write = Away(5)
    assert await insist(write, asyncio.Event()) == "written"
    assert write.tried == 6


async def test_it_gives_up_once_all_is_over_but_tries_once_even_then() -> None:
    over = asyncio.Event()
    over.set()
    assert await insist(Away(0), over) == "written"
    write = Away(3)
    with pytest.raises(Unavailable):
        await insist(write, over)
    assert write.tried == 1


async def test_the_end_does_not_wait_for_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.insist.AGAIN", 3600)
    over = asyncio.Event()
    insisting = asyncio.create_task(insist(Away(3), over))
    await asyncio.sleep(0)
    over.set()
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable):
            await insisting


async def test_any_other_failure_is_told_at_once() -> None:
    write = Away(3, ValueError("odd"))
    with pytest.raises(ValueError, match="odd"):
        await insist(write, asyncio.Event())
    assert write.tried == 1
