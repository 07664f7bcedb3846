"""The sound of a stay as MP3, complete on disk up to the last packet at any moment."""

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

BIT_RATE = 96_000
"""Bits per second of the mono MP3; speech is transparent at it."""
ENCODER_OPTIONS = {"compression_level": "7"}
"""LAME's quick search: half the time of the default for a difference that nobody hears in speech."""


class Mp3File:
    """One MP3, mono 48 kHz. Not thread-safe. Every method raises ``OSError`` when the disk refuses."""

    def __init__(self, path: Path) -> None:
        # The Xing header would be patched at the end: a killed writer would leave one that says "empty".
        options = {"write_xing": "0", "id3v2_version": "0", "flush_packets": "1"}
        self._container = av.open(str(path), "w", format="mp3", options=options)
        self._stream = self._container.add_stream(
            "libmp3lame", rate=SAMPLE_RATE_HZ, layout="mono", format="s16p", options=ENCODER_OPTIONS
        )
        self._stream.bit_rate = BIT_RATE
        self._n_samples = 0

    def add(self, samples: Samples) -> None:
        """Append ``samples``; any length."""
        frame = pcm_frame(np.ascontiguousarray(samples), self._n_samples)
        self._n_samples += len(samples)
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what the encoder still holds and close the file."""
        if self._n_samples:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def abandon(self) -> None:
        """Close the file as it is, whatever the disk says; never raises ``OSError``."""
        with contextlib.suppress(OSError, av.error.FFmpegError):
            self._container.close()
