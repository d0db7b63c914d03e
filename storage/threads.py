"""Blocking file work, off the loop."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` in a thread to its end; a cancelled caller does not leave half a file behind its back."""
    return await asyncio.shield(asyncio.to_thread(work, *args, **kwargs))
