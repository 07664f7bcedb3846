"""The one clock of a staging: Unix seconds that never run backwards."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from roomtone.bot.lifecycle import timestamp
from roomtone.clock_offset import wall_minus_monotonic_s


class StageClock:
    """Unix seconds, taken from the machine's monotonic clock by an offset read once.

    So moments that other processes of this machine report on the monotonic clock lie on it too, exactly.

    Args:
        offset_s: What to add to the monotonic clock; None reads it now.
    """

    def __init__(self, offset_s: float | None = None) -> None:
        self._offset_s = wall_minus_monotonic_s() if offset_s is None else offset_s

    def __call__(self) -> float:
        """Now."""
        return self._offset_s + time.monotonic()

    def of_monotonic(self, monotonic_s: float) -> float:
        """A moment of ``time.monotonic()`` of this machine."""
        return self._offset_s + monotonic_s


def iso_text(unix_s: float) -> str:
    """A moment as ISO 8601 in UTC with milliseconds."""
    return timestamp(datetime.fromtimestamp(unix_s, UTC))
