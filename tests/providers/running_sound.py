"""Sound for the fakes of streaming recognition: a tone where a word is said, silence elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from tests.providers.script import ScriptedWord


def voiced(words: Iterable[ScriptedWord], length_s: float, sample_rate_hz: int = 48_000) -> bytes:
    """PCM16 mono of ``length_s``, loud where a word is said."""
    samples = np.zeros(round(length_s * sample_rate_hz), dtype="<i2")
    for word in words:
        begin, end = round(word.start_s * sample_rate_hz), round(word.end_s * sample_rate_hz)
        place = samples[begin:end]
        place[:] = 8000 * np.sin(2 * np.pi * 220 * np.arange(len(place)) / sample_rate_hz)
    return samples.tobytes()


def cut(pcm: bytes, piece_s: float = 0.02, sample_rate_hz: int = 48_000) -> list[bytes]:
    """The sound in pieces."""
    n_bytes = round(piece_s * sample_rate_hz) * 2
    return [pcm[begin : begin + n_bytes] for begin in range(0, len(pcm), n_bytes)]


async def in_pieces(pcm: bytes, piece_s: float = 0.02, sample_rate_hz: int = 48_000) -> AsyncIterator[bytes]:
    """The sound as it comes from a meeting, as fast as it is taken."""
    for piece in cut(pcm, piece_s, sample_rate_hz):
        yield piece
