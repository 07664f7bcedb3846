"""Who is speaking, from levels: pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SPEAKING_DBFS = -50.0
"""Who is louder than this speaks."""
ORDER_STEP_DB = 6.0
"""Differences within a step do not change the order, so that it does not flicker."""
WINDOW_S = 0.3
PERIOD_S = 0.1


def active_speakers(levels_dbfs: Mapping[str, float], before: Sequence[str]) -> tuple[str, ...]:
    """The ids of those who speak, the loudest first; who is about as loud keeps the order of `before`."""
    known = {member_id: place for place, member_id in enumerate(before)}
    speaking = [member_id for member_id, level in levels_dbfs.items() if level > SPEAKING_DBFS]

    def order(member_id: str) -> tuple[float, int]:
        step = math.floor(levels_dbfs[member_id] / ORDER_STEP_DB)
        return -step, known.get(member_id, len(known))

    return tuple(sorted(speaking, key=order))


def level_dbfs(level: float) -> float:
    """A root mean square (0 to 1) in dB below full scale."""
    return 20 * math.log10(level) if level > 1e-6 else -120.0
