"""What really happened in a meeting and when: the truth that a staged recording is compared with."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.practice.meeting_clock import MeetingClock

MAX_REMEMBERED = 100_000
"""Happenings kept in memory; the oldest are dropped beyond it (listeners have had them)."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened.

    Attributes:
        what: Its name in the past tense, such as ``clip_began``.
        at_s: When, on the meeting clock; None before second zero was known.
        monotonic_s: When, by ``time.monotonic()`` of this machine.
        wall: When, aware UTC.
        facts: What belongs to it, JSON values.
    """

    what: str
    at_s: float | None
    monotonic_s: float
    wall: datetime
    facts: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The happening as one flat JSON object."""
        at_s = None if self.at_s is None else round(self.at_s, 4)
        head = {"event": self.what, "at_s": at_s, "monotonic_s": round(self.monotonic_s, 4)}
        return {**head, "wall": self.wall.isoformat(timespec="milliseconds"), **self.facts}


@dataclass(slots=True)
class HappeningLog:
    """All happenings of one meeting, in order; listeners are called at once, in the event loop."""

    clock: MeetingClock
    happenings: deque[Happening] = field(default_factory=lambda: deque(maxlen=MAX_REMEMBERED))
    listeners: list[Callable[[Happening], None]] = field(default_factory=list)

    def note(self, what: str, monotonic_s: float | None = None, **facts: Any) -> None:
        """Record that something happened, now or at a monotonic moment."""
        at = time.monotonic() if monotonic_s is None else monotonic_s
        wall = datetime.now(UTC) - timedelta(seconds=time.monotonic() - at)
        happening = Happening(what, self.clock.at_s(at), at, wall, facts)
        self.happenings.append(happening)
        for listener in self.listeners:
            listener(happening)
