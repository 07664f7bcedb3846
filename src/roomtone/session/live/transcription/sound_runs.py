"""From ticks of speech to sound at a provider's rate, each piece with its place in the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

from roomtone.bot.speaker import CHUNK_SAMPLES, SAMPLE_RATE_HZ
from roomtone.session.live.transcription.kept_sound import SAMPLE_BYTES, KeptPiece

if TYPE_CHECKING:
    from roomtone.session.capture.model import Samples
    from roomtone.session.live.transcription.speech_gate import Spoken

TICKS_A_PIECE = 3
"""60 ms: few enough to be quick, enough to keep messages few."""
_QUALITY = "MQ"
_NOTHING = np.zeros(0, np.int16)


class SoundRuns:
    """Resamples one voice; sound without a gap is a run, which has a resampler of its own.

    Args:
        sample_rate_hz: The provider's.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._resampler: soxr.ResampleStream | None = None
        self._next_position: int | None = None
        self._begun_s = 0.0
        self._made_samples = 0
        self._gathered: list[Samples] = []
        self._is_quiet = True
        self._is_paused = True

    def add(self, spoken: Spoken) -> list[KeptPiece]:
        """The pieces that are complete with a tick."""
        pieces: list[KeptPiece] = []
        if spoken.position != self._next_position:
            pieces += self._end()
            self._begun_s, self._made_samples = spoken.position / SAMPLE_RATE_HZ, 0
            if self._rate_hz != SAMPLE_RATE_HZ:
                self._resampler = soxr.ResampleStream(
                    SAMPLE_RATE_HZ, self._rate_hz, 1, dtype="int16", quality=_QUALITY
                )
        self._next_position, self._is_paused = spoken.position + CHUNK_SAMPLES, False
        self._gathered.append(spoken.samples)
        self._is_quiet = self._is_quiet and spoken.is_quiet
        if len(self._gathered) >= TICKS_A_PIECE:
            pieces += self._make()
        return pieces

    def pause(self) -> list[KeptPiece]:
        """The rest of the run, and the pause; nothing after a pause."""
        if self._is_paused:
            return []
        self._is_paused = True
        pieces = self._end()
        ended_s = self._begun_s + self._made_samples / self._rate_hz
        return [*pieces, KeptPiece(ended_s, b"")]

    def _end(self) -> list[KeptPiece]:
        pieces = self._make(is_last=True) if self._next_position is not None else []
        self._next_position = self._resampler = None
        return pieces

    def _make(self, *, is_last: bool = False) -> list[KeptPiece]:
        samples = np.concatenate(self._gathered) if self._gathered else _NOTHING
        self._gathered = []
        is_quiet, self._is_quiet = self._is_quiet, True
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples, last=is_last)
        if not len(samples):
            return []
        at_s = self._begun_s + self._made_samples / self._rate_hz
        self._made_samples += len(samples)
        pcm = samples.astype("<i2", copy=False).tobytes()
        assert len(pcm) % SAMPLE_BYTES == 0
        return [KeptPiece(at_s, pcm, is_quiet)]
