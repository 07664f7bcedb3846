"""Clocks of the fakes: the real one, and one that a test moves."""

from __future__ import annotations

import asyncio
from typing import Protocol


class Clock(Protocol):
    """A clock that deadlines of a fake go by."""

    def now_s(self) -> float:
        """Seconds; never falling."""

    async def sleep_until(self, at_s: float) -> None:
        """Wait until it shows ``at_s``."""


class RealClock:
    """The event loop's."""

    def now_s(self) -> float:
        """Seconds of the event loop."""
        return asyncio.get_running_loop().time()

    async def sleep_until(self, at_s: float) -> None:
        """Wait for real."""
        await asyncio.sleep(at_s - self.now_s())


class MovedClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._waiting: list[tuple[float, asyncio.Event]] = []

    def now_s(self) -> float:
        """What it was moved to."""
        return self._now_s

    def move(self, by_s: float) -> None:
        """Let time pass; whoever waits for it goes on."""
        self._now_s += by_s
        for at_s, came in self._waiting:
            if at_s <= self._now_s:
                came.set()

    async def sleep_until(self, at_s: float) -> None:
        """Wait until a test has moved it so far."""
        if at_s <= self._now_s:
            return
        waiting = at_s, asyncio.Event()
        self._waiting.append(waiting)
        try:
            await waiting[1].wait()
        finally:
            self._waiting.remove(waiting)
