"""What one scripted participant says, sample by sample on the script's clock: pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roomtone.practice.meeting_clock import PACKET_SAMPLES, SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roomtone.practice.script import Utterance

Samples = np.ndarray[tuple[int], np.dtype[np.float32]]

SILENCE_DBFS = -120.0
BEEP_HZ = 1000.0
BEEP_S = 0.1
BEEP_AMPLITUDE = 0.5


def beep() -> Samples:
    """A beep: 0.1 s of 1 kHz at half scale, 48 kHz, beginning at once (its onset is what is measured)."""
    n_samples = int(BEEP_S * SAMPLE_RATE_HZ)
    wave = BEEP_AMPLITUDE * np.cos(2 * np.pi * BEEP_HZ * np.arange(n_samples) / SAMPLE_RATE_HZ)
    return wave.astype(np.float32)


@dataclass(frozen=True, slots=True)
class PlacedClip:
    """A clip on the clock.

    Attributes:
        begin: Its first sample, counted from second zero.
        end: The sample before which it stops; None when it repeats for ever.
        period: Samples from one repetition to the next; None when it is heard once.
        samples: Mono at 48 kHz, gain applied, full scale is 1.
        index: Which item of the participant's `says` it is.
    """

    begin: int
    end: int | None
    period: int | None
    samples: Samples
    index: int

    def sounds_in(self, begin: int, end: int) -> bool:
        """Whether any of it lies from `begin` to before `end`, pauses of repetitions included."""
        return end > self.begin and (self.end is None or begin < self.end)

    def add_to(self, window: Samples, begin: int) -> None:
        """Add what lies in the window, whose first sample is `begin`, to the window."""
        end = begin + len(window)
        if self.end is not None:
            end = min(end, self.end)
        first = 0 if self.period is None else max(0, (begin - self.begin - len(self.samples)) // self.period)
        repetition = first
        while True:
            start = self.begin + repetition * (self.period or 0)
            if start >= end:
                return
            low, high = max(start, begin), min(start + len(self.samples), end)
            if low < high:
                window[low - begin : high - begin] += self.samples[low - start : high - start]
            if self.period is None:
                return
            repetition += 1


@dataclass(frozen=True, slots=True)
class VoiceTimeline:
    """All clips of one participant; they may overlap, and are then heard together."""

    clips: tuple[PlacedClip, ...]

    def window(self, begin: int, n_samples: int) -> Samples:
        """The samples from `begin` (may be negative) on: float32 mono at 48 kHz, within full scale."""
        window = np.zeros(n_samples, np.float32)
        for clip in self.clips:
            if clip.sounds_in(begin, begin + n_samples):
                clip.add_to(window, begin)
        return np.clip(window, -1.0, 1.0)

    def sounds_in(self, begin: int, end: int) -> bool:
        """Whether anything may be heard from `begin` to before `end`."""
        return any(clip.sounds_in(begin, end) for clip in self.clips)

    def level_dbfs(self, begin: int, n_samples: int) -> float:
        """The mean power of a stretch, in dB below full scale; `SILENCE_DBFS` when there is none."""
        if not self.sounds_in(begin, begin + n_samples):
            return SILENCE_DBFS
        power = float(np.mean(np.square(self.window(begin, n_samples))))
        return max(SILENCE_DBFS, 10 * np.log10(power)) if power > 0 else SILENCE_DBFS


def place(says: Sequence[Utterance], clips: Mapping[int, Samples]) -> VoiceTimeline:
    """The timeline of a participant's utterances; `clips` holds the decoded samples by index in `says`."""
    return VoiceTimeline(tuple(_placed(index, said, clips[index]) for index, said in enumerate(says)))


def _placed(index: int, said: Utterance, samples: Samples) -> PlacedClip:
    begin = round(said.at_s * SAMPLE_RATE_HZ)
    period: int | None = None
    if said.every_s is not None:
        period = round(said.every_s * SAMPLE_RATE_HZ)
    elif said.loop:
        period = -(-len(samples) // PACKET_SAMPLES) * PACKET_SAMPLES
    end = None if said.to_s is None else round(said.to_s * SAMPLE_RATE_HZ)
    if period is None:
        end = min(end or begin + len(samples), begin + len(samples))
    gained = (samples * np.float32(10 ** (said.gain_db / 20))).astype(np.float32)
    return PlacedClip(begin, end, period, gained, index)
