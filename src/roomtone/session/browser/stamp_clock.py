"""Puts a page's stamps on the capture clock when they are not already on it. Pure.

The link's worker asks the session for the time and stamps with CLOCK_MONOTONIC, as a remote ``VideoFrame`` is
stamped by itself. Before the first answer, or on a browser that stamps otherwise, a stamp is far from its
arrival; such stamps are shifted so that the fastest message arrives as soon as it is stamped.
"""

from __future__ import annotations

EARLIEST_S = -0.1
"""A stamp may lie this far in the future (pictures are stamped with the time they are to be shown)."""
LATEST_S = 15.0
"""A message may be this old (the page keeps sound while the link is away)."""
FORGET_S_PER_S = 1e-4
"""How fast the fastest message is forgotten: two clocks never drift apart faster."""


class StampClock:
    """Corrects the stamps of one track or encoder.

    Attributes:
        corrected: How many stamps were far from their arrival.
    """

    def __init__(self) -> None:
        self.corrected = 0
        self._shift_s: float | None = None
        self._shifted_at_s = 0.0

    def place(self, stamp_us: float, arrival_s: float) -> float:
        """Capture clock of a message.

        Args:
            stamp_us: The page's stamp, microseconds.
            arrival_s: Capture clock when the message arrived.
        """
        stamp_s = stamp_us / 1e6
        age_s = arrival_s - stamp_s
        if EARLIEST_S <= age_s <= LATEST_S:
            return stamp_s
        self.corrected += 1
        if self._shift_s is None or abs(age_s - self._shift_s) > LATEST_S:
            self._shift_s = age_s
        else:
            forgotten_s = (arrival_s - self._shifted_at_s) * FORGET_S_PER_S
            self._shift_s = min(self._shift_s + forgotten_s, age_s)
        self._shifted_at_s = arrival_s
        return stamp_s + self._shift_s
