"""Run one step to its end, even when the caller is cancelled meanwhile."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def finish(step: Awaitable[T]) -> T:
    """Await `step` to its end; a cancellation of the caller is raised only then.

    Raises whatever the step raises. For BEGIN, COMMIT and ROLLBACK, which must never be half done.
    """
    task = asyncio.ensure_future(step)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as exc:
            cancelled = exc
        except Exception:  # noqa: BLE001
            break  # it is the task's own failure: task.result() raises it below
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # seen, so that it is not reported as never retrieved
        raise cancelled
    return task.result()
