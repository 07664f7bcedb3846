"""Short sound files for fakes to hear, each with other bytes."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

RATE_HZ = 48_000


def make_sound(path: Path, duration_s: float, seed: int = 0) -> Path:
    """A file with a faint hum that depends on ``seed``; its name tells the codec: wav, mp3, ogg or webm."""
    plain = path.with_suffix(".wav")
    samples = (np.arange(round(duration_s * RATE_HZ)) * (seed + 3) % 200).astype("<i2")
    with wave.open(str(plain), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    if path != plain:
        _pack(plain, path)
        plain.unlink()
    return path


def _pack(source: Path, target: Path) -> None:
    codec = "libmp3lame" if target.suffix == ".mp3" else "libopus"
    with av.open(str(source)) as sound, av.open(str(target), "w") as packed:
        stream = packed.add_stream(codec, rate=RATE_HZ)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        for frame in sound.decode(audio=0):
            packed.mux(stream.encode(frame))
        packed.mux(stream.encode(None))
