"""A film and a sound that tell at every moment how far they have run, and the reading of it."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

SECONDS = 12
FPS = 30
FIRST_LUMA, LUMA_PER_S = 50.0, 12.0
FIRST_HZ, HZ_PER_S = 400.0, 100.0
WINDOW = 2_400
"""Samples over which the sound is read: 50 ms."""


def write_film(path: Path) -> None:
    """A 640x360 film that grows brighter all the time: its mean luma tells the time."""
    slope = np.tile(np.linspace(-8, 8, 640), (360, 1))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for index in range(SECONDS * FPS):
            luma = FIRST_LUMA + LUMA_PER_S * index / FPS + slope
            planes = np.full((540, 640), 128, np.uint8)
            planes[:360] = np.round(luma)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def write_sound(path: Path) -> None:
    """A 48 kHz mono WAV of a tone that rises all the time: its frequency tells the time."""
    at_s = np.arange(SECONDS * 48_000) / 48_000
    tone = 0.4 * np.sin(2 * np.pi * (FIRST_HZ * at_s + HZ_PER_S * at_s**2 / 2))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((tone * 32767).astype(np.int16).tobytes())


def told_by_luma_s(luma: float) -> float:
    """How far the film has run."""
    return (luma - FIRST_LUMA) / LUMA_PER_S


def told_by_tone_s(sound: npt.NDArray[np.float32]) -> float:
    """How far the sound has run in the middle of ``WINDOW`` samples: zero crossings give the frequency."""
    rising = np.flatnonzero((sound[:-1] < 0) & (sound[1:] >= 0))
    exact = rising + sound[rising] / (sound[rising] - sound[rising + 1])
    frequency_hz = 48_000 * (len(exact) - 1) / (exact[-1] - exact[0])
    return float((frequency_hz - FIRST_HZ) / HZ_PER_S)
