"""Whether anybody is heard: a level gate over the ticks of capture."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from roomtone.session.capture.model import Samples, Tick

VOICE_DBFS = -45.0
"""Level above which 20 ms count as a voice; speech is at -35 to -15, a quiet room's microphone below -55."""
LOUD_TICKS = 5
"""How many of the last `WINDOW_TICKS` must be loud: a click or a bump is not a voice."""
WINDOW_TICKS = 25
"""Half a second."""
SILENT_DBFS = -120.0
"""The level of digital silence."""


def level_dbfs(samples: Samples) -> float:
    """RMS level of int16 samples against full scale, never below -120."""
    if not samples.size:
        return SILENT_DBFS
    # In float64: squares of int16 overflow int16, and their sum float32's integers.
    mean_square = float(np.mean(np.square(samples, dtype=np.float64)))
    if mean_square <= 0.0:
        return SILENT_DBFS
    return max(SILENT_DBFS, 10.0 * float(np.log10(mean_square / 32768.0**2)))


class VoiceGate:
    """Hears ticks and says when a voice was last heard.

    Every voice in a tick is somebody else's: the bot's own microphone is no remote track.

    Attributes:
        level_dbfs: Level of the loudest voice in the last tick.
        last_voice_s: Capture clock of the last voice; None: none yet.
    """

    def __init__(self) -> None:
        self.level_dbfs = SILENT_DBFS
        self.last_voice_s: float | None = None
        self._loud: deque[bool] = deque(maxlen=WINDOW_TICKS)

    def on_tick(self, tick: Tick) -> None:
        """Take one tick; cheap, never blocks."""
        self.level_dbfs = max((level_dbfs(samples) for samples in tick.voices.values()), default=SILENT_DBFS)
        self._loud.append(self.level_dbfs > VOICE_DBFS)
        if sum(self._loud) >= LOUD_TICKS:
            self.last_voice_s = tick.at_s
