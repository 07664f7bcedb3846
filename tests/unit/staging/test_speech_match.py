"""Finding what was said in what was received."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roomtone.staging.speech_match import (
    HeardFrame,
    Match,
    best_match,
    find_clip,
    frame_latencies_s,
    likeness,
    percentile,
)

if TYPE_CHECKING:
    from pathlib import Path


def clip_of(seed: int, n_samples: int = 96_000) -> np.ndarray:
    """Noise that comes and goes like syllables."""
    rng = np.random.default_rng(seed)
    loudness = np.repeat(rng.random(n_samples // 2400) > 0.3, 2400)
    return (rng.normal(0, 0.1, n_samples) * loudness).astype(np.float32)


def write(path: Path, sound: np.ndarray) -> Path:
    """A WAV of a sound."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


@settings(max_examples=20)
@given(st.integers(0, 60_000), st.floats(0.05, 4.0))
def test_a_clip_is_found_where_it_lies_however_loud(position, gain):
    """The place is exact and the correlation 1, whatever the gain."""
    clip = clip_of(1, 24_000)
    sound = np.zeros(100_000, np.float32)
    sound[position : position + clip.size] = clip * np.float32(gain)
    match = best_match(sound, clip)
    assert match is not None
    assert match.position == position
    assert match.correlation == pytest.approx(1.0, abs=1e-3)


def test_another_voice_is_not_taken_for_it():
    """What was never said has next to no correlation; silence has none."""
    match = best_match(np.tile(clip_of(2), 2), clip_of(1))
    assert match is not None
    assert match.correlation < 0.1
    assert best_match(np.zeros(200_000, np.float32), clip_of(1)) is None
    assert best_match(clip_of(1)[:100], clip_of(1)) is None


def test_a_voice_that_was_squeezed_is_still_the_voice(tmp_path):
    """Twenty milliseconds missing in the middle ruin the whole's correlation, not the pieces', and are told."""
    clip = clip_of(3)
    heard = np.concatenate(
        (np.zeros(48_000, np.float32), clip[:48_000], clip[48_960:], np.zeros(48_000, np.float32))
    )
    path = write(tmp_path / "a.wav", heard)
    match = find_clip(path, clip, 48_000)
    assert match is not None
    assert match.correlation < 0.8
    like = likeness(path, clip, match)
    assert like is not None
    assert like.correlation > 0.97
    assert like.moved_ms == pytest.approx(20, abs=0.5)


def test_a_wav_that_is_not_there_has_no_match(tmp_path):
    """A missing or empty file is nothing heard, not an error."""
    assert find_clip(tmp_path / "none.wav", clip_of(1), 0) is None
    assert find_clip(write(tmp_path / "short.wav", np.zeros(10, np.float32)), clip_of(1), 0) is None


def test_latency_is_counted_from_the_speaker():
    """Each frame of the clip is timed from when its first sample was due; frames outside the clip are not."""
    frames = [HeardFrame(100.0 + tick * 0.02 + 0.08, tick * 960, 960) for tick in range(100)]
    found = frame_latencies_s(frames, Match(9600, 0.99), 100.2, 48_000)
    assert len(found) == 50
    assert found == pytest.approx([0.08] * 50)
    assert percentile(found, 0.95) == pytest.approx(0.08)
    assert percentile([], 0.5) is None
