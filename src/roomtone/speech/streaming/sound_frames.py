"""Gathering sound into frames of a length that a provider takes, and what that does to its clock. Pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import NamedTuple

BYTES_PER_SAMPLE = 2


class _Pad(NamedTuple):
    """Silence that was put in, in seconds of what the provider heard; ``total_s`` with all that before it."""

    begin_s: float
    end_s: float
    total_s: float


class SoundFrames:
    """Gathers PCM16 mono into frames; what is left at a pause is padded with silence.

    The provider hears more than it was given then, and tells times of what it heard: ``given_s`` takes them
    back to the sound that was given.

    Args:
        sample_rate_hz: The sound's.
        shortest_s: No frame is shorter.
        longest_s: No frame is longer.
    """

    def __init__(self, sample_rate_hz: int, shortest_s: float, longest_s: float) -> None:
        self._rate = sample_rate_hz
        self._shortest = math.ceil(sample_rate_hz * shortest_s) * BYTES_PER_SAMPLE
        self._longest = math.floor(sample_rate_hz * longest_s) * BYTES_PER_SAMPLE
        self._waiting = bytearray()
        self._heard_bytes = 0
        self._pads: list[_Pad] = []

    def add(self, pcm: bytes) -> list[bytes]:
        """The frames that are complete with this sound."""
        self._waiting += pcm
        frames = []
        while len(self._waiting) >= self._shortest:
            whole = len(self._waiting) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
            frames.append(self._take(min(whole, self._longest)))
        return frames

    def flush(self) -> list[bytes]:
        """What is left, as one frame; nothing if nothing is."""
        if len(self._waiting) < BYTES_PER_SAMPLE:
            return []
        if len(self._waiting) % BYTES_PER_SAMPLE:
            del self._waiting[-1]
        begin_s = self._seconds(self._heard_bytes + len(self._waiting))
        length_s = self._seconds(self._shortest - len(self._waiting))
        before_s = self._pads[-1].total_s if self._pads else 0.0
        self._pads.append(_Pad(begin_s, begin_s + length_s, before_s + length_s))
        self._waiting += bytes(self._shortest - len(self._waiting))
        return [self._take(self._shortest)]

    def given_s(self, heard_s: float) -> float:
        """From seconds of the sound that the provider heard to seconds of the sound that was given."""
        n_before = bisect_right(self._pads, heard_s, key=lambda pad: pad.end_s)
        before_s = self._pads[n_before - 1].total_s if n_before else 0.0
        if n_before < len(self._pads):
            heard_s = min(heard_s, self._pads[n_before].begin_s)
        return max(0.0, heard_s - before_s)

    def _take(self, n_bytes: int) -> bytes:
        frame = bytes(self._waiting[:n_bytes])
        del self._waiting[:n_bytes]
        self._heard_bytes += n_bytes
        return frame

    def _seconds(self, n_bytes: int) -> float:
        return n_bytes / BYTES_PER_SAMPLE / self._rate
