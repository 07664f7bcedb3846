"""Who has which of a client's audio lines: pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

RELEASE_S = 1.0
"""Somebody silent for so long may lose a passing line to the next speaker."""


@dataclass(frozen=True, slots=True)
class Change:
    """A line gets another owner; None takes it away from one who has gone."""

    line: int
    node: int | None


class LineBook:
    """The owners of a fixed number of lines.

    Args:
        count: How many lines there are.
        lasting: Everybody who is there gets a line and keeps it; when all are taken, a speaker gets the line
            of who has been silent longest. Otherwise only speakers get lines, the first that is free or whose
            owner has been silent for `RELEASE_S`; nobody who is heard loses one.
    """

    def __init__(self, count: int, *, lasting: bool) -> None:
        self.owners: list[int | None] = [None] * count
        self._lasting = lasting
        self._heard_s: dict[int, float] = {}

    def update(self, there: Sequence[int], speaking: Sequence[int], now_s: float) -> list[Change]:
        """Settle who has which line now.

        Args:
            there: The nodes of everybody who can be heard, in the order of their arrival.
            speaking: Those of them who speak, who began first in front.
            now_s: Any monotonic time.
        """
        before = list(self.owners)
        self._heard_s.update(dict.fromkeys(speaking, now_s))
        self.owners = [owner if owner in there else None for owner in self.owners]
        waiting = [*speaking, *(node for node in there if self._lasting and node not in speaking)]
        for node in waiting:
            if node not in self.owners:
                line = self._line_for(speaking, now_s, urgent=node in speaking)
                if line is not None:
                    self.owners[line] = node
        changed = zip(before, self.owners, strict=True)
        return [Change(line, new) for line, (old, new) in enumerate(changed) if old != new]

    def _line_for(self, speaking: Sequence[int], now_s: float, *, urgent: bool) -> int | None:
        silent = {
            line: now_s - self._heard_s.get(owner, float("-inf"))
            for line, owner in enumerate(self.owners)
            if owner is not None and owner not in speaking
        }
        free = [line for line, owner in enumerate(self.owners) if owner is None]
        if not self._lasting:
            free = sorted([*free, *(line for line, for_s in silent.items() if for_s >= RELEASE_S)])
        if free:
            return free[0]
        return max(silent, key=lambda line: silent[line]) if urgent and silent else None
