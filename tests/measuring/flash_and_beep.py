"""A film and a sound in which a flash and a beep happen at the same moment, once a second."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

BEEP_HZ = 1000.0
FPS = 30


def write_flash_film(path: Path, seconds: int = 10) -> None:
    """A 640x360 H.264 film of dark grey with a white tenth of a second at every whole second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "28"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for index in range(seconds * FPS):
            level = 235 if index % FPS < FPS // 10 else 40
            frame = av.VideoFrame.from_ndarray(np.full((360, 640), level, np.uint8), format="gray")
            frame = frame.reformat(format="yuv420p")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def write_beeps(path: Path, seconds: int) -> None:
    """A 48 kHz mono WAV with a 1 kHz beep of a tenth of a second at every whole second."""
    at = np.arange(seconds * 48_000)
    tone = np.sin(2 * np.pi * BEEP_HZ * at / 48_000) * 0.5
    gate = (at % 48_000) < 4_800
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((tone * gate * 32767).astype(np.int16).tobytes())
