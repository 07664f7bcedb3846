"""A bell: wakes those who wait for new work in this process, without polling delay."""

from __future__ import annotations

import asyncio


class Bell:
    """Wakes every waiter at once; for one event loop.

    Take a ``ticket`` first, then look for work, then ``wait``: a ring between the two is not missed.
    Other processes are not heard, so give ``wait`` a short timeout and look again.
    """

    def __init__(self) -> None:
        self._next_ring = asyncio.Event()

    def ticket(self) -> asyncio.Event:
        """Stands for the next ring after now."""
        return self._next_ring

    def ring(self) -> None:
        """Wake everybody who holds a ticket."""
        rung, self._next_ring = self._next_ring, asyncio.Event()
        rung.set()

    async def wait(self, ticket: asyncio.Event, timeout_s: float) -> bool:
        """Whether the bell rang since the ticket was taken; returns at the latest after ``timeout_s``."""
        try:
            async with asyncio.timeout(timeout_s):
                await ticket.wait()
        except TimeoutError:
            return False
        return True
