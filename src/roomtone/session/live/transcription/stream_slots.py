"""How many connections with a provider there are at once: voices take turns beyond that."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

MOST_STREAMS = 16
"""More people than this do not talk at once; who is silent gives the connection up for who speaks."""


class StreamSlots:
    """Used on one event loop; who waits longest is next.

    Args:
        on_wanted: Told when somebody has to wait, so that idle ones make room.
        most: How many there are.
    """

    def __init__(self, on_wanted: Callable[[], None], most: int = MOST_STREAMS) -> None:
        self._on_wanted = on_wanted
        self._free = asyncio.Semaphore(most)
        self._n_waiting = 0

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits."""
        return self._n_waiting > 0

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Wait for one and have it."""
        self._n_waiting += 1
        try:
            if self._free.locked():
                self._on_wanted()
            await self._free.acquire()
        finally:
            self._n_waiting -= 1
        try:
            yield
        finally:
            self._free.release()
