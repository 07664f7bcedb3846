"""The recording's own file, read as it grows.

What live video sends is what is kept, and no picture is held in memory for a receiver that is slow.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, BinaryIO

from roomtone.fragments.growing import Fragment, GrowingVideo

if TYPE_CHECKING:
    from pathlib import Path


class VideoTail:
    """Follows one file from its beginning; every method blocks: call them in a thread, one at a time.

    Args:
        path: The recording; need not exist yet.

    Attributes:
        video: Its header, and whether it is complete.
    """

    def __init__(self, path: Path) -> None:
        self.video = GrowingVideo()
        self._path = path
        self._file: BinaryIO | None = None

    def news(self) -> list[Fragment]:
        """The fragments that became whole since the last call.

        Raises:
            BrokenVideo: If it is no recording.
            OSError: If it cannot be read; that it does not exist yet is no error.
        """
        if self._file is None:
            with contextlib.suppress(FileNotFoundError):
                self._file = self._path.open("rb", buffering=0)
        return [] if self._file is None else list(self.video.scan(self._file))

    def read(self, start: int, end: int) -> bytes:
        """The bytes from ``start`` to before ``end``; fewer where the file was cut off."""
        return b"" if self._file is None else os.pread(self._file.fileno(), end - start, start)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
