"""Sound files of strangers, made into what sessions can say."""

from __future__ import annotations

import io
import os
import wave
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from roomtone.practice.command import DEMO_SCRIPT
from roomtone.service.talking.errors import UnusableSound
from roomtone.service.talking.sound_folder import SoundFolder

if TYPE_CHECKING:
    from pathlib import Path

CLIP = DEMO_SCRIPT.parent / "numbers.flac"


def wav(seconds: float, rate_hz: int = 8000) -> bytes:
    """A tone."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        at = np.arange(round(seconds * rate_hz)) / rate_hz
        file.writeframes((8000 * np.sin(2 * np.pi * 440 * at)).astype("<i2").tobytes())
    return written.getvalue()


def encoded(container: str, codec: str, rate_hz: int = 48_000) -> bytes:
    """Two seconds of it in another format."""
    written = io.BytesIO()
    source: Any = av.open(io.BytesIO(wav(2.0, rate_hz)))
    with av.open(written, "w", format=container) as output, source:
        stream: Any = output.add_stream(codec, rate=rate_hz, layout="mono")
        for frame in source.decode(audio=0):
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return written.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> SoundFolder:
    """An empty folder."""
    return SoundFolder(tmp_path / "spoken")


@pytest.mark.parametrize(
    "sound",
    [wav(2.0), wav(2.0, 44_100), encoded("mp3", "mp3"), encoded("ogg", "libopus"), encoded("adts", "aac")],
    ids=["wav", "wav44", "mp3", "ogg", "aac"],
)
async def test_files_of_many_kinds_become_samples(folder: SoundFolder, sound: bytes) -> None:
    """Of the right length and level, in a file that only this user can read; nothing else is left."""
    path = await folder.keep(sound)
    samples = np.frombuffer(path.read_bytes(), "<i2")
    assert len(samples) / 48_000 == pytest.approx(2.0, abs=0.1)
    assert np.std(samples) == pytest.approx(8000 / np.sqrt(2), rel=0.1)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "sound",
    [
        b"nonsense" * 100,
        wav(0.0),
        f"#EXTM3U\n#EXTINF:3,\n{CLIP}\n#EXT-X-ENDLIST\n".encode(),
        f"ffconcat version 1.0\nfile '{CLIP}'\n".encode(),
        (DEMO_SCRIPT.parent / "slide.png").read_bytes(),
    ],
    ids=["nonsense", "empty", "playlist", "concat", "picture"],
)
async def test_what_is_no_sound(folder: SoundFolder, sound: bytes, tmp_path: Path) -> None:
    """A list that names files of the server's is none either; nothing is left of it."""
    with pytest.raises(UnusableSound, match="no sound file"):
        await folder.keep(sound)
    assert list((tmp_path / "spoken").iterdir()) == []


async def test_half_a_minute_is_the_most(folder: SoundFolder, tmp_path: Path) -> None:
    """Exactly that much goes; more is refused, and what was forgotten long ago is gone."""
    path = await folder.keep(wav(30.0))
    assert path.stat().st_size == 30 * 96_000
    os.utime(path, (0, 0))
    with pytest.raises(UnusableSound, match="at most 30 s"):
        await folder.keep(wav(31.0))
    assert list((tmp_path / "spoken").iterdir()) == []
