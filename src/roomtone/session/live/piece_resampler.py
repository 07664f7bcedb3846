"""Sound that comes in pieces, brought to 48,000 Hz without seams between them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

from roomtone.bot.speaker import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from roomtone.session.capture.model import Samples

_NOTHING: Samples = np.zeros(0, np.int16)


class PieceResampler:
    """Resamples one voice; pieces follow each other without a gap until `rest` or `forget`."""

    def __init__(self) -> None:
        self._rate_hz = SAMPLE_RATE_HZ
        self._stream: soxr.ResampleStream | None = None

    def take(self, samples: Samples, rate_hz: int) -> Samples:
        """What can be said of a piece now; the end of it may come with the next one, or with `rest`.

        Args:
            samples: Mono.
            rate_hz: Of the samples; another one than before begins anew, after the rest of what was.
        """
        before = self.rest() if rate_hz != self._rate_hz else _NOTHING
        self._rate_hz = rate_hz
        if rate_hz == SAMPLE_RATE_HZ:
            resampled = samples
        else:
            if self._stream is None:
                self._stream = soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1, dtype="int16")
            resampled = self._stream.resample_chunk(samples)
        return np.concatenate([before, resampled]) if before.size else resampled

    def rest(self) -> Samples:
        """The end of the last piece; nothing is left afterwards."""
        if self._stream is None:
            return _NOTHING
        rest: Samples = self._stream.resample_chunk(_NOTHING, last=True)
        self._stream = None
        return rest

    def forget(self) -> None:
        """What comes next has nothing to do with what was."""
        self._stream = None
