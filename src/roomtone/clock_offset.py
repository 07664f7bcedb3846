"""How far the wall clock is ahead of the monotonic clock, read so that a busy machine does not falsify it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_CLOSE_ENOUGH_S = 0.0005
_MOST_READINGS = 10


def wall_minus_monotonic_s(
    wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
) -> float:
    """What to add to ``time.monotonic()`` for Unix seconds, as of now.

    A thread that has to wait for the processor between its looks at the two clocks sees them apart by that
    wait. So the wall clock is read between two looks at the other, again until those are within half a
    millisecond; of ten readings that are not, the closest is taken.
    """
    best_s, offset_s = float("inf"), 0.0
    for _ in range(_MOST_READINGS):
        before_s = monotonic()
        wall_s = wall()
        took_s = monotonic() - before_s
        if took_s < best_s:
            best_s, offset_s = took_s, wall_s - before_s - took_s / 2
        if best_s < _CLOSE_ENOUGH_S:
            break
    return offset_s
