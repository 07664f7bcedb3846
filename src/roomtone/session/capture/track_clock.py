"""Where a track's chunks lie on the capture clock: counted; timestamps only notice gaps and drift.

Chromium's timestamps of remote audio jitter by a millisecond and have been seen to jump by five seconds
while the sound went on; a count of samples does neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roomtone.bot.speaker import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.capture.model import AudioChunk, Samples

GAP_SAMPLES = SAMPLE_RATE_HZ // 10
"""A timestamp more than 100 ms past the count is a gap."""
AHEAD_SAMPLES = SAMPLE_RATE_HZ // 20
"""A chunk that claims to end more than 50 ms from now was stamped wrongly."""
OLDEST_FIRST_SAMPLES = 10 * SAMPLE_RATE_HZ
"""A first chunk stamped more than 10 s ago was stamped wrongly."""
DRIFT_START_SAMPLES = SAMPLE_RATE_HZ // 50
"""Count and timestamps may differ by 20 ms, smoothed, before the count is corrected: in the next silence,
where nobody hears it."""
DRIFT_VOICE_SAMPLES = 3 * SAMPLE_RATE_HZ // 50
"""Beyond 60 ms a voice is not spared: it is stretched, a sample a chunk."""
QUIET_PEAK = 32
"""A chunk below -60 dBFS is silence."""
DRIFT_STOP_SAMPLES = SAMPLE_RATE_HZ // 200
"""Correction goes on until they differ by less than 5 ms."""
DRIFT_SMOOTHING = 1 / 64
"""Weight of one chunk in the smoothed difference: about 1.3 s."""
FAST_CORRECTION_SAMPLES = 4 * DRIFT_START_SAMPLES
"""Beyond 80 ms a chunk is stretched by four samples instead of one."""


class TrackClock:
    """Places one track's chunks; a voice is left alone as long as it is less than 60 ms off.

    Args:
        start_s: Capture clock of position 0.

    Attributes:
        timestamp_jumps: Times the timestamps left the count without a gap, and were not followed.
        corrected_samples: Samples put in or left out, without clicks, against drift.
    """

    def __init__(self, start_s: float) -> None:
        self.timestamp_jumps = 0
        self.corrected_samples = 0
        self._start_s = start_s
        self._shift: int | None = None
        self._jump = 0
        self._drift = 0.0
        self._correcting = False
        self._stretching = False

    def place(self, chunk: AudioChunk, now_s: float) -> tuple[int, Samples]:
        """The position of the chunk's first sample, and its samples (a few more or less against drift).

        Args:
            chunk: The track's next chunk.
            now_s: Capture clock of its arrival.
        """
        latest = self._position(now_s) + AHEAD_SAMPLES - len(chunk.samples)
        stamped = self._position(chunk.at_s)
        if self._shift is None:
            if not latest - OLDEST_FIRST_SAMPLES <= stamped <= latest:
                self.timestamp_jumps += 1
                self._jump = stamped - (latest - AHEAD_SAMPLES)
                stamped -= self._jump
            self._shift = stamped - chunk.first_sample
            return stamped, chunk.samples
        counted = chunk.first_sample + self._shift
        difference = self._difference(stamped, counted, latest)
        if difference > GAP_SAMPLES:
            self._shift += difference
            self._drift = 0.0
            return counted + difference, chunk.samples
        self._drift += (difference - self._drift) * DRIFT_SMOOTHING
        return counted, self._against_drift(chunk.samples)

    def move(self, n_samples: int) -> None:
        """Place everything that follows later by ``n_samples``, whatever the timestamps say."""
        assert self._shift is not None, "only a track that has been placed can be moved"
        self._shift += n_samples
        self._jump -= n_samples
        self._drift = 0.0

    def _position(self, at_s: float) -> int:
        return round((at_s - self._start_s) * SAMPLE_RATE_HZ)

    def _difference(self, stamped: int, counted: int, latest: int) -> int:
        """How far the timestamp is past the count; more than a gap only when it is believed."""
        for base in dict.fromkeys((self._jump, 0)):
            difference = stamped - base - counted
            if abs(difference) <= GAP_SAMPLES:
                self._jump = base
                return difference
            if difference > GAP_SAMPLES and counted + difference <= latest:
                self._jump = base
                return difference
        self.timestamp_jumps += 1
        self._jump = stamped - counted
        self._drift = 0.0
        return 0

    def _against_drift(self, samples: Samples) -> Samples:
        distance = abs(self._drift)
        self._correcting = distance > (DRIFT_STOP_SAMPLES if self._correcting else DRIFT_START_SAMPLES)
        if not self._correcting or len(samples) < 100:
            return samples
        self._stretching = distance > (DRIFT_START_SAMPLES if self._stretching else DRIFT_VOICE_SAMPLES)
        if int(np.abs(samples.astype(np.int32)).max()) < QUIET_PEAK:
            return self._correct(samples, max(round(self._drift), 10 - len(samples)), _resized)
        if not self._stretching:
            return samples
        change = 4 if distance > FAST_CORRECTION_SAMPLES else 1
        return self._correct(samples, change if self._drift > 0 else -change, _stretched)

    def _correct(self, samples: Samples, change: int, how: Callable[[Samples, int], Samples]) -> Samples:
        assert self._shift is not None
        self._shift += change
        self._drift -= change
        self.corrected_samples += abs(change)
        return how(samples, change)


def _resized(silence: Samples, change: int) -> Samples:
    """Silence that is longer or shorter by ``change`` samples."""
    return np.concatenate([silence, np.zeros(change, np.int16)]) if change > 0 else silence[:change]


def _stretched(samples: Samples, change: int) -> Samples:
    """The same sound in ``change`` more samples; first and last stay, so that chunks still join."""
    at = np.linspace(0, len(samples) - 1, len(samples) + change)
    return np.rint(np.interp(at, np.arange(len(samples)), samples)).astype(np.int16)
