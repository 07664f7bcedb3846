"""One participant's picture as VP8 in WebM, playable up to the last half second whatever happens."""

from __future__ import annotations

import contextlib
import io
import struct
from fractions import Fraction
from typing import TYPE_CHECKING

import av

from roomtone.session.capture.streams.opus_file import MUXER_OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

CLOCK_HZ = 1000
"""WebM counts milliseconds."""
LAST_PICTURE_S = 1 / 15
_KEY_START = b"\x9d\x01\x2a"


def size_of_key(data: bytes) -> tuple[int, int] | None:
    """Width and height that a VP8 key frame states; None when it is none.

    Its layout: 3 bytes frame tag (lowest bit of the first is 0 for a key frame), 9d 01 2a, then two uint16 LE
    whose lower 14 bits are width and height.
    """
    if len(data) < 10 or data[0] & 1 or data[3:6] != _KEY_START:
        return None
    width, height = struct.unpack_from("<HH", data, 6)
    return width & 0x3FFF, height & 0x3FFF


class Vp8File:
    """One WebM: VP8 as it comes. Not thread-safe. Methods raise ``OSError`` when the disk refuses.

    Args:
        path: The file to make.
        key: The key frame that it will begin with; not written.

    Attributes:
        end_s: Where its last picture ends, seconds since its first.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        path.touch()
        self.end_s = 0.0
        self._last = -1
        self._container = av.open(str(path), "w", format="webm", options=MUXER_OPTIONS)
        with av.open(io.BytesIO(_ivf(key)), format="ivf") as sample:
            self._stream = self._container.add_stream_from_template(sample.streams.video[0])
        self._stream.time_base = Fraction(1, CLOCK_HZ)

    def add(self, at_s: float, data: bytes, *, is_key: bool) -> None:
        """Append a picture.

        Args:
            at_s: Seconds since the first; moved forward where it does not rise.
            data: One VP8 frame.
            is_key: Whether decoding can start here; true for the first.
        """
        packet = av.Packet(data)
        packet.stream = self._stream
        packet.time_base = Fraction(1, CLOCK_HZ)
        packet.pts = packet.dts = self._last = max(round(at_s * CLOCK_HZ), self._last + 1)
        packet.duration = round(LAST_PICTURE_S * CLOCK_HZ)
        packet.is_keyframe = is_key
        self.end_s = self._last / CLOCK_HZ + LAST_PICTURE_S
        self._container.mux(packet)

    def finish(self) -> None:
        """Write the length and the index, close the file."""
        self._container.close()

    def abandon(self) -> None:
        """Close the file as it is, whatever the disk says; never raises ``OSError``."""
        with contextlib.suppress(OSError, av.error.FFmpegError):
            self._container.close()


def _ivf(key: bytes) -> bytes:
    """A key frame as a file of its own, for libavformat to describe pictures by."""
    width, height = size_of_key(key) or (0, 0)
    header = struct.pack("<4sHH4sHHIIII", b"DKIF", 0, 32, b"VP80", width, height, 15, 1, 1, 0)
    return header + struct.pack("<IQ", len(key), 0) + key
