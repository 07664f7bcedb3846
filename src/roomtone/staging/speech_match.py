"""Whether what was received is what was said, and how long it took: clips looked for in a speaker's WAV.

Pure numpy, but for ``read_stretch``.
"""

from __future__ import annotations

import wave
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from roomtone.bot.speaker import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Sound = npt.NDArray[np.float32]
"""Mono at 48 kHz, shape (n,)."""

LONGEST_S = 15.0
"""So much of a clip is looked for."""
EARLY_S, LATE_S = 0.5, 4.0
"""How far before and after the expected place it is looked for."""
PIECE_S, PIECE_SLACK_S = 0.25, 0.15
"""Length of the pieces that are compared, and how far each may lie from its place."""
RECOGNISED = 0.5
"""From this correlation on, the place counts as found."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a clip was found.

    Attributes:
        position: Index of its first sample in the WAV.
        correlation: Normalised, 1 is identical but for loudness.
    """

    position: int
    correlation: float


def best_match(sound: Sound, clip: Sound) -> Match | None:
    """The place in ``sound`` where ``clip`` fits best; None when it is shorter than the clip or silent."""
    if sound.size < clip.size or not clip.size:
        return None
    size = 1 << (sound.size + clip.size).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(clip, size)), size)
    product = product[: sound.size - clip.size + 1]
    energy = np.concatenate(([0.0], np.cumsum(np.square(sound, dtype=np.float64))))
    windows = energy[clip.size :] - energy[: -clip.size]
    clip_energy = float(np.sum(np.square(clip, dtype=np.float64)))
    if clip_energy <= 0 or windows.max() <= 0:
        return None
    # A window with next to no energy would divide noise of the transform by nothing.
    norm = np.sqrt(np.maximum(windows, windows.max() * 1e-4) * clip_energy)
    scores = product / norm
    position = int(np.argmax(scores))
    return Match(position, round(float(scores[position]), 4))


def read_stretch(path: Path, begin: int, n_samples: int) -> Sound:
    """Samples of an int16 mono WAV; fewer, down to none, where the file ends or cannot be read."""
    try:
        with wave.open(str(path)) as file:
            file.setpos(min(max(0, begin), file.getnframes()))
            samples = np.frombuffer(file.readframes(n_samples), "<i2")
            return samples.astype(np.float32) / np.float32(32768)
    except (OSError, EOFError, wave.Error):
        return np.zeros(0, np.float32)


def find_clip(path: Path, clip: Sound, expected: int) -> Match | None:
    """Look for a clip around a position of a speaker's WAV."""
    clip = clip[: round(LONGEST_S * SAMPLE_RATE_HZ)]
    begin = max(0, expected - round(EARLY_S * SAMPLE_RATE_HZ))
    length = clip.size + round((EARLY_S + LATE_S) * SAMPLE_RATE_HZ)
    match = best_match(read_stretch(path, begin, length), clip)
    return None if match is None else Match(begin + match.position, match.correlation)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a received clip is to the one that was said, piece by piece.

    Attributes:
        correlation: Median over its pieces of ``PIECE_S``, each found for itself and weighted by its energy.
        moved_ms: How far apart the pieces lie beside what was said: what the jitter buffer of the browser
            stretched and squeezed, in milliseconds.
    """

    correlation: float
    moved_ms: float


def likeness(path: Path, clip: Sound, match: Match) -> Likeness | None:
    """Compare a clip with the WAV in pieces around where it was found; None when all of it is silence.

    A jitter buffer moves a voice by some milliseconds in mid-sentence, which ruins the correlation of the
    whole and is not heard; so the pieces are what tells whether the words are there.
    """
    clip = clip[: round(LONGEST_S * SAMPLE_RATE_HZ)]
    size, slack = round(PIECE_S * SAMPLE_RATE_HZ), round(PIECE_SLACK_S * SAMPLE_RATE_HZ)
    least_energy = np.square(clip).sum() / max(1, clip.size // size) * 0.05
    weights, scores, shifts = [], [], []
    for begin in range(0, clip.size - size + 1, size):
        piece = clip[begin : begin + size]
        energy = float(np.square(piece).sum())
        if energy <= least_energy:
            continue
        from_sample = max(0, match.position + begin - slack)
        found = best_match(read_stretch(path, from_sample, size + 2 * slack), piece)
        weights.append(energy)
        scores.append(0.0 if found is None else found.correlation)
        if found is not None and found.correlation >= RECOGNISED:
            shifts.append(from_sample + found.position - match.position - begin)
    if not weights:
        return None
    moved = (max(shifts) - min(shifts)) / SAMPLE_RATE_HZ * 1000 if shifts else 0.0
    order = np.argsort(scores)
    below = np.cumsum(np.asarray(weights)[order])
    middle = order[int(np.searchsorted(below, below[-1] / 2))]
    return Likeness(round(scores[middle], 4), round(moved, 1))


@dataclass(frozen=True, slots=True)
class HeardFrame:
    """One line of ``frames.jsonl``: Unix time of arrival, position and length in samples."""

    arrived_s: float
    position: int
    n_samples: int


def frame_latencies_s(
    frames: Sequence[HeardFrame], match: Match, sent_s: float, n_samples: int
) -> list[float]:
    """How long each frame of a clip was under way, from being due at the speaker to its arrival.

    Args:
        frames: Of that speaker, by rising position.
        match: Where the clip was found.
        sent_s: Unix time of the clip's first sample at the speaker.
        n_samples: The clip's length.
    """
    first = bisect_left(frames, match.position, key=lambda frame: frame.position)
    found = []
    for frame in frames[first:]:
        into_clip = frame.position - match.position
        if into_clip >= n_samples:
            break
        found.append(frame.arrived_s - (sent_s + into_clip / SAMPLE_RATE_HZ))
    return found


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which ``share`` of them lie; None of nothing."""
    return float(np.quantile(np.asarray(values), share)) if values else None
