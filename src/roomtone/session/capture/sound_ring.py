"""A track's samples between arrival and their tick, by position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from roomtone.session.capture.model import Samples


class SoundRing:
    """Samples by position; positions never written read as silence.

    A window of ``capacity`` positions, beginning at the first one not yet taken, can be written to.

    Args:
        capacity: Positions that are kept.

    Attributes:
        begin: The first position not yet taken.
    """

    def __init__(self, capacity: int, begin: int = 0) -> None:
        self.begin = begin
        self._capacity = capacity
        self._samples: Samples = np.zeros(capacity, dtype=np.int16)

    def write(self, position: int, samples: Samples) -> int:
        """Keep the samples; gives how many lay outside the window and were not kept."""
        first = max(position, self.begin)
        last = min(position + len(samples), self.begin + self._capacity)
        if first >= last:
            return len(samples)
        kept = samples[first - position : last - position]
        at = first % self._capacity
        head = min(len(kept), self._capacity - at)
        self._samples[at : at + head] = kept[:head]
        self._samples[: len(kept) - head] = kept[head:]
        return len(samples) - len(kept)

    def take(self, n_samples: int) -> Samples:
        """The next ``n_samples`` (at most the capacity) from ``begin``; they are silence here afterwards."""
        at = self.begin % self._capacity
        taken = np.empty(n_samples, dtype=np.int16)
        head = min(n_samples, self._capacity - at)
        taken[:head] = self._samples[at : at + head]
        taken[head:] = self._samples[: n_samples - head]
        self._samples[at : at + head] = 0
        self._samples[: n_samples - head] = 0
        self.begin += n_samples
        return taken
