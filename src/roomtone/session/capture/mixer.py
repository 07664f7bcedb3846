"""All voices of a tick in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roomtone.session.capture.model import SILENCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roomtone.session.capture.model import Samples

KNEE = 29_491
"""Samples up to 0.9 of full scale pass unchanged."""
_FULL_SCALE = 32_767
_ROOM = _FULL_SCALE - KNEE


def mix(voices: Iterable[Samples]) -> Samples:
    """The sum of voices of equal length; ``SILENCE`` when there are none.

    Above `KNEE` a sample is bent towards full scale instead of cut off. Each sample is bent by itself, so
    that nothing pumps and the same input always gives the same output.

    The result may be one of the arrays given; neither is to be written to.
    """
    sounding = [samples for samples in voices if samples is not SILENCE]
    if not sounding:
        return SILENCE
    if len(sounding) == 1:
        return _bent(sounding[0])
    total = np.add(sounding[0], sounding[1], dtype=np.int32)
    for samples in sounding[2:]:
        total += samples
    return _bent(total)


def add_saturated(first: Samples, second: Samples) -> Samples:
    """Two sounds of one speaker together, cut off at full scale."""
    if first is SILENCE:
        return second
    if second is SILENCE:
        return first
    total = np.add(first, second, dtype=np.int32)
    return np.clip(total, -32_768, _FULL_SCALE).astype(np.int16)


def _bent(total: np.ndarray[tuple[int], np.dtype[np.int16 | np.int32]]) -> Samples:
    if total.size == 0 or max(int(total.max()), -int(total.min())) <= KNEE:
        return total.astype(np.int16, copy=False)
    wide = total.astype(np.float64)
    size = np.abs(wide)
    bent = np.where(size <= KNEE, size, KNEE + _ROOM * np.tanh((size - KNEE) / _ROOM))
    return np.rint(np.copysign(bent, wide)).astype(np.int16)
