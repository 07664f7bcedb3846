"""The recording's own file, read as it grows.

What live video sends is what is kept, and no picture is held in memory for a receiver that is slow.
"""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, BinaryIO

from roomtone.fragments.growing import Fragment, GrowingVideo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class VideoTail:
    """Follows one file from its beginning; ``news`` and ``read`` block: call them in a thread.

    A thread that still reads when the file is let go of closes it.

    Args:
        path: The recording; need not exist yet.

    Attributes:
        video: Its header, and whether it is complete.
    """

    def __init__(self, path: Path) -> None:
        self.video = GrowingVideo()
        self._path = path
        self._file: BinaryIO | None = None
        self._reading = threading.Lock()
        self._is_over = False

    def news(self) -> list[Fragment]:
        """The fragments that became whole since the last call.

        Raises:
            BrokenVideo: If it is no recording.
            OSError: If it cannot be read; that it does not exist yet is no error.
        """
        with self._opened() as file:
            return [] if file is None else list(self.video.scan(file))

    def read(self, start: int, end: int) -> bytes:
        """The bytes from ``start`` to before ``end``; fewer where the file was cut off."""
        with self._opened() as file:
            return b"" if file is None else os.pread(file.fileno(), end - start, start)

    def close(self) -> None:
        """Let go of the file, at once or as soon as nobody reads it; never blocks."""
        self._is_over = True
        self._close_if_over()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[BinaryIO | None]:
        """The file for one reader; None: there is none yet, or any more."""
        try:
            with self._reading:
                if self._file is None and not self._is_over:
                    with contextlib.suppress(FileNotFoundError):
                        self._file = self._path.open("rb", buffering=0)
                yield None if self._is_over else self._file
        finally:
            self._close_if_over()

    def _close_if_over(self) -> None:
        # Whoever reads meanwhile looks again after it.
        if self._is_over and self._reading.acquire(blocking=False):
            try:
                if self._file is not None:
                    self._file.close()
            finally:
                self._reading.release()
