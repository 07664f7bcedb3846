"""Ticks that wait for a receiver: bounded by time, the oldest dropped and counted. Pure."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomtone.session.capture.model import Tick


class TickQueue:
    """A bounded queue of ticks; whole ticks are dropped, so that speakers stay aligned.

    Args:
        max_ticks: Most ticks that wait.

    Attributes:
        dropped_frames: Frames (one a speaker and tick) that were dropped.
    """

    def __init__(self, max_ticks: int) -> None:
        self.dropped_frames = 0
        self._ticks: deque[Tick] = deque()
        self._max_ticks = max_ticks

    def __len__(self) -> int:
        return len(self._ticks)

    def put(self, tick: Tick) -> None:
        """Add the newest; when full the oldest goes."""
        self._ticks.append(tick)
        if len(self._ticks) > self._max_ticks:
            self.dropped_frames += len(self._ticks.popleft().voices)

    def take(self) -> Tick | None:
        """The oldest; None when there is none."""
        return self._ticks.popleft() if self._ticks else None

    def put_back(self, tick: Tick) -> None:
        """A tick that was taken and not delivered is the oldest again, unless the queue is full."""
        if len(self._ticks) < self._max_ticks:
            self._ticks.appendleft(tick)
        else:
            self.dropped_frames += len(tick.voices)

    def drop_all(self) -> None:
        """Give up what is left."""
        while self._ticks:
            self.dropped_frames += len(self._ticks.popleft().voices)
