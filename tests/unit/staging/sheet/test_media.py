"""Levels, pictures and lengths out of files."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from roomtone.staging.sheet.media import duration_s, lag_s, pictures_at, recording_levels, wav_levels

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, sound: np.ndarray) -> Path:
    """A WAV of a sound."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


def bursts(seed: int, seconds: int) -> np.ndarray:
    """Noise that comes and goes."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.1, seconds * 48_000) * np.repeat(rng.random(seconds * 5) > 0.5, 9600)


@pytest.mark.parametrize("lag", [-3.0, 0.0, 2.5])
def test_two_recordings_of_one_sound_are_aligned(tmp_path, lag):
    """How much later a sound stands in one than in the other is found to a step."""
    sound = bursts(5, 30)
    later = (
        sound[round(-lag * 48_000) :] if lag < 0 else np.concatenate((np.zeros(round(lag * 48_000)), sound))
    )
    live = wav_levels(write(tmp_path / "live.wav", sound))
    recording = recording_levels(write(tmp_path / "recording.wav", later * 0.3), 600)
    found = lag_s(recording, live)
    assert found is not None
    assert found == pytest.approx(lag, abs=0.051)
    assert lag_s(recording, np.full(100, -90, np.float32)) is None


def test_pictures_are_those_of_their_moments(tmp_path):
    """Each moment gives the picture that is shown then, also between key frames."""
    path = tmp_path / "v.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=10, options={"g": "20"})
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for number in range(100):
            pixels = np.full((36, 64, 3), number * 2, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")):
                file.mux(packet)
        for packet in stream.encode():
            file.mux(packet)
    found = pictures_at(path, [0.05, 3.55, 9.0])
    assert [moment for moment, _ in found] == [0.05, 3.55, 9.0]
    shades = [float(np.asarray(picture).mean()) for _, picture in found]
    assert shades == pytest.approx([0, 70, 180], abs=6)
    assert duration_s(path) == pytest.approx(10, abs=0.2)


def test_what_cannot_be_read_gives_nothing(tmp_path):
    """A broken or missing file is no picture, no level and no length."""
    (tmp_path / "broken").write_bytes(b"nonsense" * 100)
    for path in (tmp_path / "broken", tmp_path / "none"):
        assert pictures_at(path, [0.0]) == []
        assert duration_s(path) is None
        assert wav_levels(path).size == 0
        assert recording_levels(path, 10).size == 0
