"""How much of the speech bore the right name: what counts where a client gives one mix of all voices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.staging.speech_match import (
    EARLY_S,
    LATE_S,
    LONGEST_S,
    RECOGNISED,
    best_match,
    read_stretch,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from roomtone.staging.speech_match import HeardFrame, Sound

BIN_SAMPLES = SAMPLE_RATE_HZ // 50
"""Speech is judged in pieces of 20 ms."""


@dataclass(frozen=True, slots=True)
class HeardSpeech:
    """A clip as it lies in what was heard: whose it is (None: heard under no name) and its samples."""

    speaker_id: str | None
    begin: int
    n_samples: int

    @property
    def bins(self) -> range:
        """The pieces that it covers."""
        return range(self.begin // BIN_SAMPLES, (self.begin + self.n_samples) // BIN_SAMPLES)


def position_in_mix(live: Path, clip: Sound, expected: int) -> int:
    """Where a clip begins in all voices together, under whatever name; the expected place when not found."""
    clip = clip[: round(LONGEST_S * SAMPLE_RATE_HZ)]
    begin = max(0, expected - round(EARLY_S * SAMPLE_RATE_HZ))
    length = clip.size + round((EARLY_S + LATE_S) * SAMPLE_RATE_HZ)
    mix = np.zeros(length, np.float32)
    for wav in sorted(live.glob("*.wav")):
        stretch = read_stretch(wav, begin, length)
        mix[: stretch.size] += stretch
    match = best_match(mix, clip)
    return expected if match is None or match.correlation < RECOGNISED else begin + match.position


def labelled_shares(
    speech: Sequence[HeardSpeech], frames: Mapping[str, Sequence[HeardFrame]]
) -> tuple[list[float | None], float | None]:
    """The share of each clip's time, and of all speech time, that was heard under a name that was right.

    Where several speak at once, either name is right. None: there is nothing to judge.

    Args:
        speech: Every clip that was said.
        frames: What was heard, by speaker id.
    """
    n_bins = max((said.bins.stop for said in speech), default=0)
    right = np.zeros(n_bins, bool)
    spoken = np.zeros(n_bins, bool)
    for speaker_id in {said.speaker_id for said in speech}:
        theirs = np.zeros(n_bins, bool)
        for said in speech:
            if said.speaker_id == speaker_id:
                theirs[said.bins.start : said.bins.stop] = True
        spoken |= theirs
        if speaker_id is not None:
            right |= theirs & _heard(frames.get(speaker_id, ()), n_bins)
    shares = [_share(right[said.bins.start : said.bins.stop]) for said in speech]
    return shares, _share(right[spoken])


def _heard(frames: Sequence[HeardFrame], n_bins: int) -> npt.NDArray[np.bool_]:
    heard = np.zeros(n_bins, bool)
    for frame in frames:
        first = max(0, (frame.position + BIN_SAMPLES // 2) // BIN_SAMPLES)
        heard[first : (frame.position + frame.n_samples + BIN_SAMPLES // 2) // BIN_SAMPLES] = True
    return heard


def _share(right: npt.NDArray[np.bool_]) -> float | None:
    return round(float(right.mean()), 4) if right.size else None
