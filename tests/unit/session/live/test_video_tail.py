"""The file behind live video, let go of while threads read it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest

from roomtone.fragments.growing import GrowingVideo
from roomtone.session.live.video_tail import VideoTail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roomtone.fragments.growing import Fragment


class HeldUp(GrowingVideo):
    """A video whose scan can be held up."""

    def __init__(self) -> None:
        super().__init__()
        self.is_scanning, self.may_go_on = threading.Event(), threading.Event()

    def scan(self, file: BinaryIO) -> Iterator[Fragment]:
        """What there is, when it may be looked for."""
        self.is_scanning.set()
        assert self.may_go_on.wait(60)
        return super().scan(file)


def open_files(path: Path) -> int:
    """How often this process has a file open."""
    found = 0
    for number in Path("/proc/self/fd").iterdir():
        try:
            found += number.readlink() == path
        except FileNotFoundError:
            continue
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording that is none yet."""
    path = tmp_path / "recording.mp4"
    path.write_bytes(b"12345678")
    return path


def test_a_thread_that_still_reads_closes_the_file(path: Path):
    """Letting go does not wait for it, and takes nothing from under it."""
    tail, video = VideoTail(path), HeldUp()
    tail.video = video
    reader = threading.Thread(target=tail.news)
    reader.start()
    assert video.is_scanning.wait(60)
    tail.close()
    assert open_files(path) == 1
    video.may_go_on.set()
    reader.join()
    assert open_files(path) == 0


def test_a_thread_that_comes_too_late_opens_nothing(path: Path):
    """The look that was on its way when the stay ended finds nothing."""
    tail = VideoTail(path)
    tail.close()
    assert (tail.news(), tail.read(0, 8)) == ([], b"")
    assert open_files(path) == 0


def test_what_is_read_is_the_files(path: Path):
    """And it is closed when nobody reads it."""
    tail = VideoTail(path)
    assert tail.read(2, 20) == b"345678"
    assert open_files(path) == 1
    tail.close()
    assert open_files(path) == 0
