"""A recording as a session leaves it, for tests that need a real one."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LENGTH_S = 12


def make_recording(folder: Path) -> Path:
    """Make 12 s of fragmented MP4 (one fragment a second) and MP3, each by its real encoder, in a folder."""
    sources = f"-f lavfi -i testsrc2=s=320x180:r=30:d={LENGTH_S} -f lavfi -i sine=f=440:r=48000:d={LENGTH_S}"
    video = (
        "-map 0 -map 1 -c:v libx264 -preset ultrafast -bf 2 -g 30 -pix_fmt yuv420p -c:a aac"
        " -movflags frag_keyframe+empty_moov+default_base_moof recording.mp4"
    )
    audio = "-map 1 -ac 1 -c:a libmp3lame -b:a 64k audio.mp3"
    command = f"ffmpeg -v error -nostdin {sources} {video} {audio}".split()
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    return folder
