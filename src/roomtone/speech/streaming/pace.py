"""How fast sound that has waited is sent. Pure."""

from __future__ import annotations

import math


class Pace:
    """Lets a length of sound pass at once, and what goes beyond it some times as fast as it was spoken.

    Args:
        most_speed: How many times as fast; infinite: nothing ever waits.
        ahead_s: How much passes at once; it is there again after a pause.
    """

    def __init__(self, most_speed: float, ahead_s: float) -> None:
        self._speed = most_speed
        self._ahead_s = ahead_s
        self._credit_s = ahead_s
        self._seen_s: float | None = None

    def wait_s(self, length_s: float, now_s: float) -> float:
        """How long to wait before so much sound is sent; it counts as sent.

        Args:
            length_s: The sound's length.
            now_s: Any clock that runs evenly.
        """
        if math.isinf(self._speed):
            return 0.0
        if self._seen_s is not None:
            passed_s = max(0.0, now_s - self._seen_s)
            self._credit_s = min(self._ahead_s, self._credit_s + passed_s * self._speed)
        self._seen_s = now_s
        self._credit_s -= length_s
        return max(0.0, -self._credit_s / self._speed)
