"""The picture and sound of a stay as one MP4 that plays at any moment while it is written.

The picture comes as finished H.264 access units and is not touched; the sound is encoded here to AAC.
While it grows the file is fragmented (a fragment each half second, so ``kill -9`` costs less than a second);
on a proper end the same file gets an ordinary index, in place (``hybrid_fragmented``), which costs nothing.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.session.capture.pcm_frames import pcm_frame

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.session.capture.model import Samples

VIDEO_CLOCK_HZ = 90_000
"""Ticks per second of the picture's timestamps."""
AUDIO_BIT_RATE = 96_000
"""Bits per second of the mono AAC."""
AUDIO_OPTIONS = {"aac_coder": "fast"}
"""The quick search for scale factors: less than half the time of the default, and nearer to speech."""
FRAGMENT_S = 0.5
"""Longest stretch that a killed process loses."""
FRAME_TICKS = VIDEO_CLOCK_HZ // 30

_MUXER_OPTIONS = {
    "movflags": "hybrid_fragmented+frag_keyframe+empty_moov+default_base_moof",
    "frag_duration": str(round(FRAGMENT_S * 1e6)),
    "flush_packets": "1",
    # Without it libavformat keeps up to 10 s of sound in memory while no picture comes.
    "max_interleave_delta": str(round(FRAGMENT_S * 1e6)),
}


class Mp4File:
    """One MP4: H.264 as it comes, AAC mono 48 kHz. Not thread-safe.

    The first picture covers the file from 0, whenever it came, and the last one holds to the end, so that
    both streams are as long as the stay. Every method raises ``OSError`` when the disk refuses.

    Args:
        path: The file to create or overwrite.
        first_key: A key frame (Annex B, with SPS and PPS): the file's header describes pictures by it. It
            is not written; later key frames may bring other parameter sets.
    """

    def __init__(self, path: Path, first_key: bytes) -> None:
        self._path = path
        self._container = av.open(str(path), "w", format="mp4", options=_MUXER_OPTIONS)
        with av.open(io.BytesIO(first_key), format="h264") as sample:
            self._video = self._container.add_stream_from_template(sample.streams.video[0])
        self._video.time_base = Fraction(1, VIDEO_CLOCK_HZ)
        self._audio = self._container.add_stream(
            "aac", rate=SAMPLE_RATE_HZ, layout="mono", options=AUDIO_OPTIONS
        )
        self._audio.bit_rate = AUDIO_BIT_RATE
        self._n_samples = 0
        # Held back by one, because a picture's duration is known when the next one comes.
        self._held: av.Packet[Any] | None = None
        self._held_ticks = 0

    def add_audio(self, samples: Samples) -> None:
        """Append sound; any length."""
        frame = pcm_frame(np.ascontiguousarray(samples), self._n_samples)
        self._n_samples += len(samples)
        for packet in self._audio.encode(frame):
            # The encoder's run-up has a stamp before 0. A fragmented file has no edit list to hide it by, and
            # the muxer would put everything after the first picture 21 ms too late for it.
            if packet.pts is None or packet.pts >= 0:
                self._container.mux(packet)

    def add_picture(self, at_s: float, data: bytes, *, is_key: bool) -> None:
        """Append an access unit.

        Args:
            at_s: Seconds since the file's first sample; moved forward a tick where it does not rise.
            data: One access unit, Annex B.
            is_key: Whether decoding can start here; true for the first.
        """
        packet = av.Packet(data)
        packet.stream = self._video
        packet.time_base = Fraction(1, VIDEO_CLOCK_HZ)
        packet.is_keyframe = is_key
        ticks = 0
        if self._held is not None:
            ticks = max(round(at_s * VIDEO_CLOCK_HZ), self._held_ticks + 1)
            self._write_held(ticks)
        packet.pts = packet.dts = ticks
        self._held, self._held_ticks = packet, ticks

    def finish(self) -> None:
        """Hold the last picture to the end of the sound, write the index, close the file."""
        end = round(self._n_samples / SAMPLE_RATE_HZ * VIDEO_CLOCK_HZ)
        if self._held is not None:
            self._write_held(max(end, self._held_ticks + FRAME_TICKS))
        if self._n_samples:
            self._container.mux(self._audio.encode(None))
        self._container.close()

    def abandon(self) -> None:
        """Close the file as it is, whatever the disk says; never raises ``OSError``."""
        with contextlib.suppress(OSError, av.error.FFmpegError):
            self._container.close()
        with contextlib.suppress(OSError):
            cut_to_whole_boxes(self._path)

    def _write_held(self, end: int) -> None:
        held = self._held
        assert held is not None
        held.duration = end - self._held_ticks
        self._container.mux(held)


def cut_to_whole_boxes(path: Path) -> None:
    """Cut off the last, half-written fragment of an MP4 whose writing was refused.

    Layout of each top-level box: size uint32 BE (1: a uint64 BE after the type), type 4 bytes, content.
    Raises ``OSError`` when the file cannot be read or cut.
    """
    with path.open("r+b") as file:
        total = file.seek(0, os.SEEK_END)
        position = whole = 0
        while position + 16 <= total:
            file.seek(position)
            size, kind, large_size = struct.unpack(">I4sQ", file.read(16))
            position += large_size if size == 1 else size
            if size == 0 or position > total:
                break
            if kind != b"moof":  # a fragment is whole only with its data
                whole = position
        if whole:
            file.truncate(whole)


def dark_picture(width: int = 1280, height: int = 720) -> bytes:
    """One dark H.264 key frame (Annex B, parameter sets included), for when no picture has come."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 30)
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = 28
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
