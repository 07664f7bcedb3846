"""Finding known sounds in recordings."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt
import soxr

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE_RATE_HZ = 48_000
Signal = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a clip lies in a recording.

    Attributes:
        at_s: Start of the clip, in seconds of the recording.
        correlation: Normalised correlation at that place, -1 to 1; 1 is the same waveform.
    """

    at_s: float
    correlation: float


def read_sound(path: Path) -> Signal:
    """Any sound file or the sound of a video, mono float32 in -1..1 at 48,000 Hz, from its first packet on."""
    if path.suffix == ".wav":
        with wave.open(str(path)) as file:
            assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
            raw = np.frombuffer(file.readframes(file.getnframes()), np.int16)
            return _at_48k((raw / 32768).astype(np.float32), file.getframerate())
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="flt", layout="mono", rate=stream.rate)
        blocks = [
            block.to_ndarray()[0] for frame in container.decode(stream) for block in resampler.resample(frame)
        ]
    return _at_48k(np.concatenate(blocks), stream.rate)


def _at_48k(samples: Signal, rate_hz: int) -> Signal:
    if rate_hz == SAMPLE_RATE_HZ:
        return samples
    resampled: Signal = soxr.resample(samples, rate_hz, SAMPLE_RATE_HZ).astype(np.float32)
    return resampled


def find_clip(recording: Signal, clip: Signal) -> Match:
    """The best place of a clip in a recording, by normalised cross-correlation over every lag."""
    size = 1 << (len(recording) + len(clip)).bit_length()
    spectrum = np.fft.rfft(recording, size) * np.conj(np.fft.rfft(clip, size))
    product = np.fft.irfft(spectrum, size)[: max(1, len(recording) - len(clip) + 1)]
    energy = np.concatenate(([0.0], np.cumsum(recording.astype(np.float64) ** 2)))
    ends = np.minimum(np.arange(len(product)) + len(clip), len(recording))
    window = energy[ends] - energy[: len(product)]
    floor = float(window.max()) * 1e-4 + 1e-9
    scores = product / np.sqrt(np.maximum(window, floor) * float((clip.astype(np.float64) ** 2).sum()))
    best = int(np.argmax(scores))
    return Match(best / SAMPLE_RATE_HZ, float(scores[best]))


def likeness(recording: Signal, clip: Signal) -> float:
    """How much the best place of a clip sounds like it: the median correlation of its quarters of a second.

    Each piece may lie up to 0.1 s beside its place: a browser's jitter buffer squeezes and stretches a voice a
    little whenever the machine is busy, which nobody hears and which spoils the correlation of a whole sentence.
    """
    at = round(find_clip(recording, clip).at_s * SAMPLE_RATE_HZ)
    piece, slack = SAMPLE_RATE_HZ // 4, SAMPLE_RATE_HZ // 10
    loud = float(np.abs(clip).mean()) / 2
    found = []
    for start in range(0, len(clip) - piece + 1, piece):
        part = clip[start : start + piece]
        near = recording[max(0, at + start - slack) : at + start + piece + slack]
        if np.abs(part).mean() > loud and len(near) >= piece:
            found.append(find_clip(near, part).correlation)
    return float(np.median(found)) if found else 0.0


def tone_onsets_s(sound: Signal, frequency_hz: float, *, threshold: float = 0.05) -> list[float]:
    """Times at which a tone begins, found to about a millisecond; tones must be 0.3 s apart."""
    window = SAMPLE_RATE_HZ // 500
    phase = np.exp(-2j * np.pi * frequency_hz * np.arange(len(sound)) / SAMPLE_RATE_HZ)
    mixed = np.concatenate(([0], np.cumsum(sound * phase)))
    level = np.abs(mixed[window:] - mixed[:-window]) / window * 2
    loud = level > threshold
    starts = np.flatnonzero(loud & ~np.concatenate(([False], loud[:-1])))
    onsets: list[float] = []
    for start in starts:
        at_s = (start + window / 2) / SAMPLE_RATE_HZ
        if not onsets or at_s - onsets[-1] > 0.3:
            onsets.append(at_s)
    return onsets
