"""Sound files are cut by a child process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import av
import numpy as np
import psutil
import pytest

import roomtone.practice
from roomtone.speech.cutting.cutter import pieces_of, utterances_of
from roomtone.speech.errors import EngineFailed, UnusableAudio
from roomtone.speech.local.decoding import frames_of

DEMO = Path(roomtone.practice.__file__).parent / "demo"
RATE_HZ = 16_000


def _sound(path: Path) -> np.ndarray:
    return np.frombuffer(b"".join(frames_of(path)), "<i2").astype(np.float32)


def _meeting(path: Path, *parts: Path | float) -> np.ndarray:
    """Clips with silences between them, as one FLAC file; what it holds."""
    sound = np.concatenate(
        [
            np.zeros(round(part * RATE_HZ), np.float32) if isinstance(part, float) else _sound(part)
            for part in parts
        ]
    )
    with av.open(str(path), "w") as file:
        stream = file.add_stream("flac", rate=RATE_HZ, layout="mono")
        stream.format = "s16"
        frame = av.AudioFrame.from_ndarray(sound.astype(np.int16).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return sound


def _alikeness(one: np.ndarray, other: np.ndarray) -> float:
    """How alike two sounds are at their best within 20 ms, 0 to 1."""
    length = min(len(one), len(other)) - 640
    window = one[320 : 320 + length]
    return max(
        float(np.dot(window, other[shift : shift + length]))
        / (float(np.linalg.norm(window)) * float(np.linalg.norm(other[shift : shift + length])) + 1e-9)
        for shift in range(0, 640, 4)
    )


async def test_the_sound_of_each_stretch_is_that_of_its_place(tmp_path):
    """A long silence is left out; each stretch of the MP3 sounds as the recording does where the piece says."""
    source = _meeting(tmp_path / "a.flac", 3.0, DEMO / "goforward.flac", 20.0, DEMO / "something.flac", 5.0)
    (piece,) = await pieces_of(tmp_path / "a.flac", tmp_path / "cut", 300.0)
    assert len(piece.spans) == 2
    assert piece.length_s < 10.0
    assert piece.path.stat().st_size < piece.length_s * 8_200 + 1_000
    heard = _sound(piece.path)
    for span in piece.spans:
        first, length = round(span.piece_s * RATE_HZ), round(span.length_s * RATE_HZ)
        there = round(span.source_s * RATE_HZ)
        assert _alikeness(heard[first : first + length], source[there : there + length]) > 0.95


async def test_utterances_say_where_their_voice_is(tmp_path):
    """Each utterance is a WAV of its own that holds exactly the sound of its place, voice inside."""
    source = _meeting(tmp_path / "a.flac", 3.0, DEMO / "goforward.flac", 2.0, DEMO / "something.flac", 2.0)
    found = await utterances_of(tmp_path / "a.flac", tmp_path / "cut")
    assert len(found) == 2
    for piece in found:
        (span,) = piece.spans
        there = source[round(span.source_s * RATE_HZ) :][: round(span.length_s * RATE_HZ)]
        assert np.array_equal(_sound(piece.path), there)
        assert 0.0 <= piece.voice_s[0] < piece.voice_s[1] <= piece.length_s
    again = await utterances_of(tmp_path / "a.flac", tmp_path / "cut")
    assert again == found


async def test_silence_is_cut_into_nothing(tmp_path):
    """Where nobody speaks there is nothing to send."""
    _meeting(tmp_path / "a.flac", 4.0)
    assert await pieces_of(tmp_path / "a.flac", tmp_path / "cut", 300.0) == ()
    assert await utterances_of(tmp_path / "a.flac", tmp_path / "uttered") == ()


async def test_a_file_without_sound_is_told_each_time(tmp_path):
    """What cannot be decoded is said so, also when it was found out before."""
    (tmp_path / "a.webm").write_bytes(b"no sound")
    for _ in range(2):
        with pytest.raises(UnusableAudio):
            await pieces_of(tmp_path / "a.webm", tmp_path / "cut", 300.0)


async def test_a_child_that_fails_is_told_and_one_that_is_not_wanted_is_gone(tmp_path):
    """A child that fails is worth another attempt; cancelling leaves no process and no result."""
    _meeting(tmp_path / "a.flac", DEMO / "goforward.flac")
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await pieces_of(tmp_path / "a.flac", tmp_path / "cut", 300.0)
    assert set(psutil.Process().children(recursive=True)) <= before
    assert not (tmp_path / "cut" / "cut.json").exists()
    with pytest.raises(EngineFailed) as failed:
        await pieces_of(tmp_path / "a.flac", tmp_path / "cut", float("nan"))
    assert failed.value.retryable
