"""One voice as Opus in WebM, playable up to the last half second whatever happens to its writer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import av
import numpy as np

from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.session.capture.pcm_frames import pcm_frame

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.session.capture.model import Samples

BIT_RATE = 48_000
"""Bits per second of speech; digital silence takes a tenth of it."""
ENCODER_OPTIONS = {
    # voip would filter the low end and cost three times as much.
    "application": "audio",
    "compression_level": "5",
    "vbr": "constrained",
    "frame_duration": "20",
}
CLUSTER_MS = "500"
"""Longest stretch that a killed process loses: libavformat writes whole clusters."""
MUXER_OPTIONS = {"cluster_time_limit": CLUSTER_MS, "flush_packets": "1"}
_SILENCE = np.zeros(SAMPLE_RATE_HZ, np.int16)


class OpusFile:
    """One WebM: Opus, mono 48 kHz. Not thread-safe. Methods raise ``OSError`` when the disk refuses.

    Attributes:
        n_samples: Its length so far.
    """

    def __init__(self, path: Path) -> None:
        path.touch()  # libavformat opens it at the first packet: too late to learn that there is no place
        self.n_samples = 0
        self._container = av.open(str(path), "w", format="webm", options=MUXER_OPTIONS)
        self._stream = self._container.add_stream(
            "libopus", rate=SAMPLE_RATE_HZ, layout="mono", options=ENCODER_OPTIONS
        )
        self._stream.bit_rate = BIT_RATE

    def add(self, samples: Samples) -> None:
        """Append ``samples``; any length."""
        frame = pcm_frame(np.ascontiguousarray(samples), self.n_samples)
        self.n_samples += len(samples)
        self._container.mux(self._stream.encode(frame))

    def add_silence(self, n_samples: int) -> None:
        """Append digital silence."""
        while n_samples > 0:
            piece = _SILENCE[: min(n_samples, len(_SILENCE))]
            self.add(piece)
            n_samples -= len(piece)

    def finish(self) -> None:
        """Write what the encoder still holds, the length and the index; close the file."""
        if self.n_samples:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def abandon(self) -> None:
        """Close the file as it is, whatever the disk says; never raises ``OSError``."""
        with contextlib.suppress(OSError, av.error.FFmpegError):
            self._container.close()
