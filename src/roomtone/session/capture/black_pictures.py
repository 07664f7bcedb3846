"""Black H.264 pictures, in the place of what must not be seen."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from roomtone.session.capture.model import VideoPacket

FPS = 25
KEY_EVERY = 2 * FPS
BLACK_LUMA, NEUTRAL_CHROMA = 16, 128
"""Of limited range, as every camera's picture."""


class BlackPictures:
    """A run of black pictures: the first is a key frame, as is one every 2 s. Each costs about a millisecond.

    Args:
        width: Pixels, even; as of the pictures around them.
        height: Pixels, even.
    """

    def __init__(self, width: int = 1280, height: int = 720) -> None:
        self._encoder = av.CodecContext.create("libx264", "w")
        self._encoder.width, self._encoder.height = width, height
        self._encoder.pix_fmt = "yuv420p"
        self._encoder.time_base = Fraction(1, FPS)
        self._encoder.gop_size = KEY_EVERY
        self._encoder.thread_count = 1
        self._encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
        planes = np.full((height * 3 // 2, width), NEUTRAL_CHROMA, np.uint8)
        planes[:height] = BLACK_LUMA
        self._frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        self._n_pictures = 0

    def next(self, at_s: float) -> VideoPacket:
        """The next picture, at a capture clock later than the one before."""
        self._frame.pts = self._n_pictures
        self._n_pictures += 1
        # Without delay by its tuning: every picture gives its packet at once.
        packets = self._encoder.encode(self._frame)
        return VideoPacket(
            at_s, b"".join(bytes(packet) for packet in packets), any(p.is_keyframe for p in packets)
        )
