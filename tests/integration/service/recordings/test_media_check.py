"""What is measured of a media file."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from roomtone.service.recordings.errors import UnusableMedia
from roomtone.service.recordings.files import finish_audio, finish_video
from roomtone.service.recordings.media_check import Picture, Sound, check_media

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def video(recorded: Path, tmp_path: Path) -> Path:
    """The finished video of 12 s at 30 frames a second."""
    finished = finish_video(recorded, tmp_path)
    assert finished is not None
    return finished.path


def test_a_finished_video_is_measured(video: Path):
    """Every number is the file's own."""
    facts = check_media(video, video=True)
    assert facts.picture == Picture(width=320, height=180, fps=30.0, frames=360, corrupted_frames=0)
    assert facts.sound == Sound(sample_rate=48_000, channels=1)


def test_a_recording_without_an_index_is_measured_too(recorded: Path):
    """What could not be rewritten is read through instead."""
    picture = check_media(recorded / "recording.mp4", video=True).picture
    assert picture is not None
    assert picture.frames == 360
    assert picture.fps == pytest.approx(30, abs=0.1)


def test_audio_has_no_picture(recorded: Path, tmp_path: Path):
    """Only what is there is told."""
    finished = finish_audio(recorded, tmp_path)
    assert finished is not None
    assert finished.facts == {"codecs": ["mp3float"], "sample_rate": 48_000, "channels": 1}
    with pytest.raises(UnusableMedia, match="no picture"):
        check_media(finished.path, video=True)


def test_frames_that_lack_bytes_are_counted(video: Path, tmp_path: Path):
    """A file whose end is missing has frames in its index that it does not hold."""
    cut = tmp_path / "cut.mp4"
    shutil.copy(video, cut)
    whole_bytes = cut.stat().st_size
    with cut.open("r+b") as file:
        file.truncate(whole_bytes - whole_bytes // 10)
    picture = check_media(cut, video=True).picture
    assert picture is not None
    assert picture.frames == 360
    assert 10 < picture.corrupted_frames < 100


def test_a_picture_of_uneven_pace_has_its_average(tmp_path: Path):
    """Frames are counted, not guessed from the first two."""
    source = "-f lavfi -i testsrc2=s=160x120:r=20:d=4 -vf select='lt(t,2)+not(mod(n,4))' -fps_mode vfr"
    command = f"ffmpeg -v error -nostdin {source} -c:v libx264 -preset ultrafast uneven.mp4"
    subprocess.run(command.split(), cwd=tmp_path, check=True, timeout=60)
    picture = check_media(tmp_path / "uneven.mp4", video=True).picture
    assert picture is not None
    assert picture.frames == 50
    assert picture.fps == pytest.approx(50 / 4, rel=0.06)
