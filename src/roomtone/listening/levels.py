"""How loud somebody is, for a meter. Pure."""

from __future__ import annotations

import numpy as np

FLOOR_DBFS = -90.0
"""What silence is called."""
VOICE_DBFS = -50.0
"""Above this somebody counts as speaking on a meter."""


def level_dbfs(pcm: bytes) -> float:
    """RMS of int16 little-endian samples in dB of full scale; ``FLOOR_DBFS`` for silence and for nothing."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    if not samples.size:
        return FLOOR_DBFS
    rms = float(np.sqrt(np.mean(samples * samples))) / 32768.0
    return max(FLOOR_DBFS, 20.0 * float(np.log10(rms))) if rms > 0 else FLOOR_DBFS


def decayed(shown_dbfs: float, heard_dbfs: float, elapsed_s: float, fall_db_per_s: float = 40.0) -> float:
    """What a meter shows next: up at once, down slowly, as the needles of real meters do."""
    return max(heard_dbfs, shown_dbfs - fall_db_per_s * elapsed_s, FLOOR_DBFS)


def bar(level: float, width: int, floor_dbfs: float = -60.0) -> str:
    """A level as a bar of ``width`` characters, empty at ``floor_dbfs`` and full at 0 dBFS."""
    filled = round(width * min(1.0, max(0.0, (level - floor_dbfs) / -floor_dbfs)))
    return "█" * filled + "░" * (width - filled)
