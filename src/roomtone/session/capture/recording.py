"""A stay's files on one timeline: which sample and which picture go where. Blocking; see ``writer.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roomtone.bot.session_protocol import AUDIO_NAME, RECORDING_NAME
from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.session.capture.mp3 import Mp3File
from roomtone.session.capture.mp4 import Mp4File, dark_picture

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.session.capture.model import Samples, VideoPacket

FIRST_PICTURE_WAIT_S = 5.0
"""The MP4's header needs a picture. Without one for this long, a dark one is made, so that sound is safe."""
FUTURE_LIMIT_S = 10.0
"""A picture this far ahead of the sound has a broken clock and is left out."""
MAX_EARLY_PICTURES = 300
_SILENCE = np.zeros(SAMPLE_RATE_HZ, np.int16)


class Recording:
    """``recording.mp4`` (when asked for) and ``audio.mp3`` of one stay. Not thread-safe.

    Time 0 of both files is the first sample added. Methods raise ``OSError`` when the disk refuses.

    Attributes:
        n_samples: Samples written since the start, filled silence included.
        gap_samples: Silence put in where positions jumped.
        n_pictures: Pictures taken.
        n_pictures_refused: Pictures left out: undecodable without what came before, or with a broken clock.
    """

    def __init__(self, directory: Path, *, with_video: bool) -> None:
        self._directory = directory
        self._with_video = with_video
        # libavformat opens its file at the first packet: too late to learn that there is no place for it.
        (directory / AUDIO_NAME).touch()
        self._mp3 = Mp3File(directory / AUDIO_NAME)
        self._mp4: Mp4File | None = None
        self._origin: tuple[int, float] | None = None
        self._early_sound: list[Samples] = []
        self._early_pictures: list[VideoPacket] = []
        self._needs_key = True
        self.n_samples = 0
        self.gap_samples = 0
        self.n_pictures = 0
        self.n_pictures_refused = 0

    def add_audio(self, position: int, at_s: float, samples: Samples) -> None:
        """Place sound at a position; silence fills what is missing, what is already written is left out.

        Args:
            position: Index of the first sample since capture began; the first call's is time 0.
            at_s: Capture clock of the first sample.
            samples: int16 mono 48 kHz, shape (n,).
        """
        if self._origin is None:
            self._origin = (position, at_s)
            self._drop_pictures_before_start(at_s)
        missing = position - self._origin[0] - self.n_samples
        while missing > 0:
            silence = _SILENCE[: min(missing, len(_SILENCE))]
            self.gap_samples += len(silence)
            missing -= len(silence)
            self._append(silence)
        if -missing < len(samples):
            self._append(samples[-missing:] if missing else samples)

    def add_picture(self, packet: VideoPacket) -> None:
        """Place a picture by its capture clock; ignored in a recording without video."""
        if not self._with_video:
            return
        if self._needs_key and not packet.is_key:
            self.n_pictures_refused += 1
            return
        self._needs_key = False
        if self._origin is None:
            if packet.is_key or len(self._early_pictures) >= MAX_EARLY_PICTURES:
                self._early_pictures.clear()
                self._needs_key = not packet.is_key
            if not self._needs_key:
                self._early_pictures.append(packet)
            return
        self._place(packet)

    def expect_key_frame(self) -> None:
        """Pictures were lost on the way: leave out what cannot be decoded without them."""
        self._needs_key = True

    def finish(self) -> None:
        """Complete and close the files. A recording without a sample leaves no MP4."""
        if self._mp4 is None and self._with_video and self.n_samples:
            self._open_mp4(dark_picture())
        if self._mp4 is not None:
            self._mp4.finish()
        self._mp3.finish()

    def abandon(self) -> None:
        """Close the files as they are; never raises ``OSError``."""
        if self._mp4 is not None:
            self._mp4.abandon()
        self._mp3.abandon()

    def _append(self, samples: Samples) -> None:
        self.n_samples += len(samples)
        self._mp3.add(samples)
        if not self._with_video:
            return
        if self._mp4 is not None:
            self._mp4.add_audio(samples)
            return
        self._early_sound.append(samples.copy())
        if self.n_samples >= FIRST_PICTURE_WAIT_S * SAMPLE_RATE_HZ:
            self._open_mp4(dark_picture())
            self._needs_key = True

    def _place(self, packet: VideoPacket) -> None:
        assert self._origin is not None
        at_s = packet.at_s - self._origin[1]
        if at_s > self.n_samples / SAMPLE_RATE_HZ + FUTURE_LIMIT_S:
            self._needs_key = True
            self.n_pictures_refused += 1
            return
        self.n_pictures += 1
        if self._mp4 is None:
            self._open_mp4(packet.data)
        else:
            self._mp4.add_picture(at_s, packet.data, is_key=packet.is_key)

    def _open_mp4(self, first_picture: bytes) -> None:
        self._mp4 = Mp4File(self._directory / RECORDING_NAME, first_picture)
        self._mp4.add_picture(0.0, first_picture, is_key=True)
        for samples in self._early_sound:
            self._mp4.add_audio(samples)
        self._early_sound.clear()

    def _drop_pictures_before_start(self, at_s: float) -> None:
        """Of what came before the first sample only the last group of pictures is of use: it shows time 0."""
        early, self._early_pictures = self._early_pictures, []
        for packet in early:
            if packet.at_s <= at_s + FUTURE_LIMIT_S:
                self._place(packet)
