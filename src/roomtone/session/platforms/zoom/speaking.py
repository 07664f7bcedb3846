"""Who is said to speak, and until when. Pure.

A gateway that repeats itself while somebody speaks may fall silent instead of saying that nobody does.
"""

from __future__ import annotations

REPEATS = 3
"""So often one speaker has to be told again, without a change, before repetition is relied on."""
SHORTEST_REPEAT_S, LONGEST_REPEAT_S = 0.05, 3.0
"""What comes after less is the same word heard twice, and after more none at all."""
EXPIRY_S = 2.0
"""The least time that a speaker stands without being told again; else three times the longest repetition."""


class Speaking:
    """The last word on who speaks.

    Attributes:
        ids: Participants, the loudest first; empty: nobody.
    """

    def __init__(self) -> None:
        self.ids: tuple[str, ...] = ()
        self._told_s = 0.0
        self._n_repeats = 0
        self._repeat_s = 0.0

    def told(self, ids: tuple[str, ...], at_s: float) -> None:
        """These are said to speak now."""
        gap_s = at_s - self._told_s
        if ids and ids == self.ids and SHORTEST_REPEAT_S <= gap_s <= LONGEST_REPEAT_S:
            self._n_repeats += 1
            self._repeat_s = max(self._repeat_s, gap_s)
        self.ids, self._told_s = ids, at_s

    def ends(self, now_s: float) -> bool:
        """Whether nobody speaks any more, for want of repetition; true once."""
        if not self.ids or self._n_repeats < REPEATS:
            return False
        if now_s - self._told_s < max(EXPIRY_S, 3 * self._repeat_s):
            return False
        self.ids = ()
        return True
