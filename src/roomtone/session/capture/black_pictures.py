"""Black H.264 pictures, in the place of what must not be seen."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import av
import numpy as np

from roomtone.session.capture.model import VideoPacket

FPS = 25
KEY_EVERY = FPS
BLACK_LUMA, NEUTRAL_CHROMA = 16, 128
"""Of limited range, as every camera's picture."""


class BlackPictures:
    """A run of black pictures: the first is a key frame, as is one a second. Each costs next to nothing.

    The first one of its size in a process takes about 0.1 s to make: make one beforehand, in a thread.

    Args:
        width: Pixels, even; as of the pictures around them.
        height: Pixels, even.
    """

    def __init__(self, width: int = 1280, height: int = 720) -> None:
        self._group = _group(width, height)
        self._n_pictures = 0

    def next(self, at_s: float) -> VideoPacket:
        """The next picture, at a capture clock later than the one before."""
        n_group, number = divmod(self._n_pictures, KEY_EVERY)
        self._n_pictures += 1
        if number:
            return VideoPacket(at_s, self._group[number], is_key=False)
        # Two key frames in a row must have different numbers: every other one is the second that was made.
        return VideoPacket(at_s, self._group[KEY_EVERY if n_group % 2 else 0], is_key=True)


@cache
def _group(width: int, height: int) -> tuple[bytes, ...]:
    """Access units (Annex B) of a group of black pictures, and the next group's key frame."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, FPS)
    encoder.gop_size = KEY_EVERY
    encoder.thread_count = 1
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
    planes = np.full((height * 3 // 2, width), NEUTRAL_CHROMA, np.uint8)
    planes[:height] = BLACK_LUMA
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    group = []
    for number in range(KEY_EVERY + 1):
        frame.pts = number
        # Without delay by its tuning: every picture gives its packet at once.
        group.append(b"".join(bytes(packet) for packet in encoder.encode(frame)))
    return tuple(group)
