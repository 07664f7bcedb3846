"""When a recording is paused, and what is left of sound then: nothing. Pure; seconds of the capture clock.

Sound and pictures are cut where they are stamped, not where they are handled: what was heard before a pause
and comes out of a queue during it is kept, and what was heard during it is nowhere, however late it comes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roomtone.bot.speaker import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from roomtone.session.capture.model import SILENCE, AudioChunk, Tick

if TYPE_CHECKING:
    from roomtone.session.capture.model import CaptureEvent

RESUME_GUARD_S = 0.08
"""A pause goes on for so long after it was ended: what was said before is still on its way then, and a track
may lie up to 50 ms ahead of its stamps."""
LATE_SOUND_S = 30.0
"""No sound comes later than this after it was stamped."""
TICK_S = CHUNK_SAMPLES / SAMPLE_RATE_HZ


class Pauses:
    """The pauses of one recording; used on one event loop."""

    def __init__(self) -> None:
        self._closed: list[tuple[float, float]] = []
        self._since_s: float | None = None
        self._until_s = float("-inf")

    @property
    def is_paused(self) -> bool:
        """Whether it was paused and not resumed."""
        return self._since_s is not None

    @property
    def until_s(self) -> float:
        """When the last pause ends or ended; infinity while it is open, minus infinity before the first."""
        return float("inf") if self.is_paused else self._until_s

    def pause(self, now_s: float) -> bool:
        """Begin a pause; False when there is one."""
        if self.is_paused:
            return False
        self._since_s = now_s
        if now_s < self._until_s:
            self._since_s = self._closed.pop()[0]
        return True

    def resume(self, now_s: float) -> bool:
        """End the pause, after the guard; False when there is none."""
        if self._since_s is None:
            return False
        self._until_s = now_s + RESUME_GUARD_S
        self._closed.append((self._since_s, self._until_s))
        self._since_s = None
        return True

    def cover(self, start_s: float, end_s: float) -> bool:
        """Whether any of a stretch lies in a pause."""
        if self._since_s is not None and end_s > self._since_s:
            return True
        return any(start_s < until_s and end_s > since_s for since_s, until_s in reversed(self._closed))

    def silenced(self, tick: Tick) -> Tick:
        """A tick as it may be heard: of one that touches a pause only who is there and when."""
        if not self.cover(tick.at_s, tick.at_s + TICK_S):
            return tick
        return replace(tick, voices=dict.fromkeys(tick.voices, SILENCE))

    def late(self, event: CaptureEvent, now_s: float) -> CaptureEvent:
        """An event as it may be placed: sound of a pause that comes after it is silent.

        A track that is late for good is placed later than it was stamped, and must not bring it along. Sound
        that comes during a pause is left to its tick: whose a voice is can still be told by it.
        """
        if not isinstance(event, AudioChunk) or self.is_paused or now_s > self._until_s + LATE_SOUND_S:
            return event
        if not self.cover(event.at_s, event.at_s + len(event.samples) / SAMPLE_RATE_HZ):
            return event
        return replace(event, samples=np.zeros_like(event.samples))
