"""By which ways a meeting was heard: how long each of them delivered sound, and when any did last. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roomtone.session.capture.levels import TICK_S
from roomtone.session.capture.model import TrackSource

if TYPE_CHECKING:
    from collections.abc import Collection


class HeardSources:
    """Counts ticks in which a source delivered sound; several in one tick count once each.

    Sound is anything above digital silence: the noise of a quiet room is heard, a track of zeros is not.

    Attributes:
        last_s: Capture clock of the end of the last tick with sound; None: none yet.
    """

    def __init__(self) -> None:
        self.last_s: float | None = None
        self._n_ticks = dict.fromkeys(TrackSource, 0)

    def hear(self, sources: Collection[TrackSource], at_s: float) -> None:
        """Take the sources that had sound in the tick that begins at ``at_s``; none is a silent tick."""
        for source in sources:
            self._n_ticks[source] += 1
        if sources:
            self.last_s = at_s + TICK_S

    def seconds(self, source: TrackSource) -> float:
        """How long this source delivered sound."""
        return self._n_ticks[source] * TICK_S
