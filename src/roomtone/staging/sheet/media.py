"""What a sheet needs out of files: pictures of a video, levels of sounds."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import av
import numpy as np
from PIL import Image

from roomtone.staging.sheet.model import LEVEL_STEP_S, Levels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FRAME_WIDTH = 400
FLOOR_DBFS = -90.0
BLOCK_S = 10.0
"""Sound is read in blocks of this many seconds: an hour of ten speakers never lies in memory."""
MAX_DECODED_FRAMES = 400
"""Most frames decoded to reach one picture: more than a key frame's distance in any file of ours."""


def pictures_at(video: Path, moments_s: Sequence[float]) -> list[tuple[float, Image.Image]]:
    """The picture shown at each moment, ``FRAME_WIDTH`` wide; moments without one are left out.

    An unreadable file gives no pictures: a sheet is drawn of what there is.
    """
    found: list[tuple[float, Image.Image]] = []
    try:
        with av.open(str(video)) as container:
            for moment_s in moments_s:
                picture = _picture_at(container, moment_s)
                if picture is not None:
                    found.append((moment_s, picture))
    except (av.FFmpegError, OSError, IndexError):
        pass
    return found


def _picture_at(container: av.container.InputContainer, moment_s: float) -> Image.Image | None:
    stream = container.streams.video[0]
    assert stream.time_base is not None
    start_s = float((stream.start_time or 0) * stream.time_base)
    container.seek(int((moment_s + start_s) / stream.time_base), stream=stream)
    last = None
    for index, frame in enumerate(container.decode(stream)):
        if frame.time is not None and frame.time - start_s > moment_s and last is not None:
            break
        last = frame
        if index >= MAX_DECODED_FRAMES:
            break
    if last is None:
        return None
    pixels = last.to_ndarray(
        width=FRAME_WIDTH, height=round(FRAME_WIDTH * last.height / last.width), format="rgb24"
    )
    return Image.fromarray(pixels)


def duration_s(media: Path) -> float | None:
    """Length of a file; None when it cannot be read."""
    try:
        with av.open(str(media)) as container:
            return container.duration / av.time_base if container.duration is not None else None
    except (av.FFmpegError, OSError):
        return None


def wav_levels(path: Path) -> Levels:
    """Levels of an int16 mono WAV, one a ``LEVEL_STEP_S``; empty when it cannot be read."""
    levels: list[Levels] = []
    try:
        with wave.open(str(path)) as file:
            step = round(file.getframerate() * LEVEL_STEP_S)
            while block := file.readframes(step * round(BLOCK_S / LEVEL_STEP_S)):
                levels.append(block_levels(np.frombuffer(block, "<i2").astype(np.float32) / 32768, step))
    except (OSError, EOFError, wave.Error):
        pass
    return np.concatenate(levels) if levels else np.zeros(0, np.float32)


def recording_levels(media: Path, until_s: float) -> Levels:
    """Levels of a recording's sound, up to a moment; empty when it has none."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
    step = round(16_000 * LEVEL_STEP_S)
    pieces: list[np.ndarray] = []
    n_samples = 0
    try:
        with av.open(str(media)) as container:
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    samples = piece.to_ndarray().reshape(-1)
                    pieces.append(samples)
                    n_samples += samples.size
                if n_samples > until_s * 16_000:
                    break
    except (av.FFmpegError, OSError, IndexError):
        pass
    if not pieces:
        return np.zeros(0, np.float32)
    return block_levels(np.concatenate(pieces).astype(np.float32) / 32768, step)


def block_levels(samples: np.ndarray, step: int) -> Levels:
    """RMS in dBFS of each ``step`` samples; a rest shorter than that counts as one step."""
    n_steps = -(-samples.size // step)
    padded = np.zeros(n_steps * step, np.float32)
    padded[: samples.size] = samples
    power = np.mean(np.square(padded.reshape(n_steps, step)), axis=1)
    levels: Levels = np.maximum(FLOOR_DBFS, 10 * np.log10(np.maximum(power, 1e-12))).astype(np.float32)
    return levels


def lag_s(recording: Levels, live: Levels, most_s: float = 30.0) -> float | None:
    """How much later a sound stands in the recording than in the live audio; None when they share none.

    By the best correlation of the two loudness curves, to a ``LEVEL_STEP_S``.
    """
    a, b = (np.maximum(levels + 60.0, 0.0).astype(np.float64) for levels in (recording, live))
    if not a.any() or not b.any():
        return None
    size = 1 << (a.size + b.size).bit_length()
    product = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    most = min(round(most_s / LEVEL_STEP_S), size // 2 - 1)
    shifts = np.concatenate((np.arange(0, most + 1), np.arange(-most, 0)))
    best = int(shifts[int(np.argmax(product[shifts]))])
    return best * LEVEL_STEP_S
