"""Sound in pieces is resampled as if it had been one."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from roomtone.session.live.piece_resampler import PieceResampler


def tone(rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    """440 Hz, loud."""
    return (np.sin(np.arange(int(rate_hz * seconds)) * 2 * np.pi * 440 / rate_hz) * 20_000).astype(np.int16)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 24_000, 44_100, 96_000])
def test_pieces_have_no_seams(rate_hz: int) -> None:
    """All of them together are what the whole would be, to the last sample."""
    whole = tone(rate_hz)
    resampler = PieceResampler()
    pieces = [resampler.take(piece, rate_hz) for piece in np.array_split(whole, 7)]
    sound = np.concatenate([*pieces, resampler.rest()])
    assert sound.size == pytest.approx(48_000, abs=1)
    expected = soxr.resample(whole, rate_hz, 48_000)[: sound.size]
    assert np.abs(sound[: expected.size].astype(int) - expected).max() <= 2
    assert resampler.rest().size == 0


def test_the_usual_rate_is_left_as_it_is() -> None:
    """And waits for nothing."""
    resampler = PieceResampler()
    assert (resampler.take(tone(48_000), 48_000) == tone(48_000)).all()
    assert resampler.rest().size == 0


def test_another_rate_comes_after_the_rest_of_what_was() -> None:
    """Nothing is lost when a caller changes its voice."""
    resampler = PieceResampler()
    first = resampler.take(tone(16_000), 16_000)
    assert first.size < 48_000
    second = resampler.take(tone(48_000), 48_000)
    assert first.size + second.size == 96_000


def test_what_is_forgotten_is_not_heard_later() -> None:
    """After an interruption the next sentence begins clean."""
    resampler = PieceResampler()
    resampler.take(tone(16_000), 16_000)
    resampler.forget()
    assert resampler.rest().size == 0
    silence = resampler.take(np.zeros(16_000, np.int16), 16_000)
    assert np.abs(silence).max() <= 1  # dithered
