"""Decoding sound files to mono samples at 48 kHz."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import soxr

from roomtone.practice.errors import UnusableMedia
from roomtone.practice.meeting_clock import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.practice.voice_timeline import Samples


def decode_clip(file: Path) -> Samples:
    """The sound of a file (anything FFmpeg reads): float32 mono at 48 kHz, full scale is 1.

    Raises:
        UnusableMedia: If it has no sound that can be decoded.
    """
    try:
        with av.open(str(file)) as container:
            if not container.streams.audio:
                raise UnusableMedia(file, "has no sound")
            rate_hz = container.streams.audio[0].rate
            to_mono = av.AudioResampler(format="flt", layout="mono", rate=rate_hz)
            frames = [part for frame in container.decode(audio=0) for part in to_mono.resample(frame)]
            frames += to_mono.resample(None)
    except (av.FFmpegError, ValueError) as problem:
        raise UnusableMedia(file, f"cannot be decoded as sound: {problem}") from None
    if not frames:
        raise UnusableMedia(file, "holds no samples")
    samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]).astype(np.float32)
    if rate_hz == SAMPLE_RATE_HZ:
        return samples
    resampled: Samples = soxr.resample(samples, rate_hz, SAMPLE_RATE_HZ).astype(np.float32)
    return resampled
