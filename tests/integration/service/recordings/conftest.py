"""Recordings as a session leaves them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 12 s of fragmented MP4 (one fragment a second) and MP3, each by its real encoder."""
    folder = tmp_path_factory.mktemp("recorded")
    sources = "-f lavfi -i testsrc2=s=320x180:r=30:d=12 -f lavfi -i sine=f=440:r=48000:d=12"
    video = (
        "-map 0 -map 1 -c:v libx264 -preset ultrafast -bf 2 -g 30 -pix_fmt yuv420p -c:a aac"
        " -movflags frag_keyframe+empty_moov+default_base_moof recording.mp4"
    )
    audio = "-map 1 -ac 1 -c:a libmp3lame -b:a 64k audio.mp3"
    command = f"ffmpeg -v error -nostdin {sources} {video} {audio}".split()
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    return folder
