"""A recording that grows as a session's does, by the real writer, for tests that follow one."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import av
import numpy as np

from roomtone.bot.session_protocol import RECORDING_NAME
from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.session.capture.mp4 import Mp4File

if TYPE_CHECKING:
    from pathlib import Path

FPS = 25
KEY_EVERY = 50
WIDTH, HEIGHT = 320, 180


@cache
def pictures() -> tuple[bytes, ...]:
    """A group of H.264 pictures (Annex B), the first a key frame; noisy, so that they have some size."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base = Fraction(1, FPS)
    encoder.gop_size = KEY_EVERY
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "qp": "30"}
    noise = np.random.default_rng(7)
    group = []
    for number in range(KEY_EVERY):
        planes = noise.integers(16, 235, (HEIGHT * 3 // 2, WIDTH), dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = number
        group.append(b"".join(bytes(packet) for packet in encoder.encode(frame)))
    return tuple(group)


class GrowingRecording:
    """``recording.mp4`` in a folder, 25 pictures a second, a key frame every 2 s.

    Args:
        folder: Where it is made, with its header: nothing is in it until ``grow``.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / RECORDING_NAME
        self._file = Mp4File(self.path, pictures()[0])
        self._n_pictures = 0

    def grow(self, length_s: float, *, with_pictures: bool = True) -> None:
        """Record so much more."""
        for _ in range(round(length_s * FPS)):
            if with_pictures:
                number = self._n_pictures % KEY_EVERY
                at_s = self._n_pictures / FPS
                self._file.add_picture(at_s, pictures()[number], is_key=number == 0)
            self._n_pictures += 1
            self._file.add_audio(np.full(SAMPLE_RATE_HZ // FPS, 1000, np.int16))

    def finish(self) -> None:
        """Complete the file, in place."""
        self._file.finish()
