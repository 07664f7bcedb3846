"""Whose turn it is to have sound made: a decoder or text-to-speech engine takes a core while it runs."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from roomtone.service.talking.errors import TooBusy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AT_ONCE = 2
"""Of all bots of the server. More would be done no sooner, and the recordings need the cores too."""
WAIT_S = 15.0
"""Longest wait for a turn: callers give up after half a minute as a rule, and the sound is yet to be made."""


class Turns:
    """Lets a few have sound made at a time, the others in the order in which they came.

    Args:
        at_once: How many.
        wait_s: How long one may wait.
    """

    def __init__(self, at_once: int = AT_ONCE, wait_s: float = WAIT_S) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._wait_s = wait_s

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A turn, from when it comes until the block ends. Cancelled while waiting, it takes none.

        Raises:
            TooBusy: If it does not come in time.
        """
        try:
            async with asyncio.timeout(self._wait_s):
                await self._free.acquire()
        except TimeoutError:
            raise TooBusy("the server has too much to make sound of; try again in some seconds") from None
        try:
            yield
        finally:
            self._free.release()
