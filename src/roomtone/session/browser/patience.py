"""A deadline in time that this process had: a machine that stood still gave the page no time either."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_STEPS = 8


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """As ``asyncio.timeout``, but a stretch in which the event loop did not run counts as an eighth at most.

    The deadline of ``asyncio.timeout`` is over when a machine goes on that stood still for longer, before
    whoever is waited for could say anything.

    Raises:
        TimeoutError: If the block is not done in time.
    """
    loop = asyncio.get_running_loop()

    async with asyncio.timeout(None) as limit:
        timers: deque[asyncio.TimerHandle] = deque(maxlen=1)

        def take_a_step(left: int) -> None:
            if left > 0:
                timers.append(loop.call_later(seconds / _STEPS, take_a_step, left - 1))
            else:
                limit.reschedule(loop.time())

        take_a_step(_STEPS)
        try:
            yield
        finally:
            timers[-1].cancel()
