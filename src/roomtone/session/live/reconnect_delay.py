"""How long to wait before dialling a receiver again. Pure."""

from __future__ import annotations

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
GOOD_CONNECTION_S = 10.0
"""A connection that lasted this long was a good one: the next wait is the first again."""


class ReconnectDelay:
    """Doubles from 0.5 s to 30 s; at random between half and all of it, so that bots do not dial in step.

    Args:
        longest_s: Instead of 30 s.
    """

    def __init__(self, longest_s: float = LONGEST_DELAY_S) -> None:
        self._longest_s = longest_s
        self._failures = 0

    def after(self, lasted_s: float, luck: float) -> float:
        """The wait after a connection that lasted ``lasted_s`` (0: it was never open).

        Args:
            lasted_s: Seconds.
            luck: A random number from 0 to 1.
        """
        if lasted_s >= GOOD_CONNECTION_S:
            self._failures = 0
        whole_s = min(self._longest_s, FIRST_DELAY_S * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return whole_s * (0.5 + luck / 2)
