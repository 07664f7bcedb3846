"""Any sound file as frames of 16 kHz mono, read in pieces. Blocking; runs in the recognising child."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

from roomtone.speech.errors import UnusableAudio
from roomtone.speech.local.utterances import FRAME_BYTES, SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BYTES_PER_S = SAMPLE_RATE_HZ * 2
_LEAST_GAP_S = 0.04
"""Shorter gaps between packets are rounding."""
_LONGEST_GAP_S = 24 * 3600.0
_SILENCE = bytes(FRAME_BYTES)


def duration_s(path: Path) -> float | None:
    """How long the file says it is; None when it does not say or cannot be read."""
    try:
        with av.open(str(path)) as container:
            return container.duration / av.time_base if container.duration else None
    except (av.FFmpegError, OSError):
        return None


def frames_of(path: Path) -> Iterator[bytes]:
    """The sound in frames of ``FRAME_BYTES``; the last one filled up with silence.

    Where the file's times leave a gap (nothing was sent while somebody was silent), silence is put in, so
    that a frame's number is its time.

    Raises:
        UnusableAudio: If it holds no sound that can be decoded.
    """
    pending = bytearray()
    for piece in _pieces(path):
        pending += piece
        while len(pending) >= FRAME_BYTES:
            yield bytes(pending[:FRAME_BYTES])
            del pending[:FRAME_BYTES]
    if pending:
        yield bytes(pending) + _SILENCE[len(pending) :]


def _pieces(path: Path) -> Iterator[bytes]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)
    written = 0
    first_s: float | None = None
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise UnusableAudio("the file holds no sound")
            for frame in container.decode(audio=0):
                at_s = frame.time if frame.time is not None else (first_s or 0.0) + written / _BYTES_PER_S
                first_s = at_s if first_s is None else first_s
                gap_s = at_s - first_s - written / _BYTES_PER_S
                if _LEAST_GAP_S < gap_s < _LONGEST_GAP_S:
                    for silence in _silence(gap_s):
                        written += len(silence)
                        yield silence
                for resampled in resampler.resample(frame):
                    piece = resampled.to_ndarray().tobytes()
                    written += len(piece)
                    yield piece
            for resampled in resampler.resample(None):
                yield resampled.to_ndarray().tobytes()
    except av.FFmpegError as problem:
        if not written:
            raise UnusableAudio(f"the sound cannot be decoded: {problem.strerror}") from None
        # A torn end: what was heard before it counts.


def _silence(gap_s: float) -> Iterator[bytes]:
    left = int(gap_s * SAMPLE_RATE_HZ) * 2
    while left > 0:
        piece = _SILENCE[: min(left, FRAME_BYTES)]
        left -= len(piece)
        yield piece
