"""Following a fragmented MP4 that grows: its header, and each fragment as soon as it is whole.

While a recording lasts its file is ``ftyp``, ``free``, and then ``moov moof mdat moof mdat ...``. When it is
completed in place, the ``free`` in front becomes an ``mdat`` that all of that lies in, unmoved, and an
ordinary ``moov`` follows. So offsets stay good, whenever reading began.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.fragments.boxes import Box, Track, box_at, read_fragment, read_header
from roomtone.fragments.errors import BrokenVideo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO
    from typing import BinaryIO

_LONGEST_INDEX = 16 * 1024 * 1024
"""A header or an index of a fragment that is longer is none of ours."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A whole fragment: ``moof`` and ``mdat``.

    Attributes:
        start: Offset of its first byte in the file.
        end: Offset of what follows.
        begin_s: Seconds since the recording's beginning: of its first picture, without one of its sound.
        end_s: Where that track ends.
        n_pictures: How many there are.
        begins_with_key: Whether its first picture can be decoded by itself.
    """

    start: int
    end: int
    begin_s: float
    end_s: float
    n_pictures: int
    begins_with_key: bool

    @property
    def size_bytes(self) -> int:
        """Length in bytes."""
        return self.end - self.start


class GrowingVideo:
    """What is whole in a recording so far. It reads box headers and indexes alone; blocking.

    Attributes:
        init: The initialisation segment, ``ftyp`` and ``moov``; None: it is not there yet.
        tracks: What the header describes.
        is_complete: The last fragment was seen: the file is completed.
    """

    def __init__(self) -> None:
        self.init: bytes | None = None
        self.tracks: tuple[Track, ...] = ()
        self.is_complete = False
        self._type = b""
        self._position = 0
        self._end: int | None = None

    @property
    def video(self) -> Track | None:
        """The picture's track; None before ``init``, or when there is none."""
        return next((track for track in self.tracks if track.is_video), None)

    @property
    def audio(self) -> Track | None:
        """The sound's track; None before ``init``, or when there is none."""
        return next((track for track in self.tracks if not track.is_video), None)

    def scan(self, file: BinaryIO | FileIO) -> Iterator[Fragment]:
        """The fragments that became whole since the last call, in order.

        Args:
            file: The recording, the same in every call, seekable.

        Raises:
            BrokenVideo: If it is none of ours.
            OSError: If it cannot be read.
        """
        total = os.fstat(file.fileno()).st_size
        while not self.is_complete:
            box = _box(file, self._position)
            if box is None:
                return
            if box.kind == b"moof":
                fragment = self._fragment(file, box, total)
                if fragment is None:
                    return
                self._position = fragment.end
                yield fragment
            elif self.init is not None and box.kind == b"moov":
                self.is_complete = True
            elif not self._pass(file, box, total):
                return

    def _pass(self, file: BinaryIO | FileIO, box: Box, total: int) -> bool:
        """Go behind a box of the beginning, or into it; False: it is not whole yet."""
        if self.init is None and box.kind in {b"free", b"mdat"}:
            # What everything lies in once the file is completed, and the place for its header before.
            self._position = box.content
            return True
        if box.end > total:
            return False
        if box.kind == b"ftyp":
            self._type = _bytes(file, box)
        elif box.kind == b"moov":
            self.tracks = read_header(_bytes(file, box)[box.content - box.start :])
            self.init = self._type + _bytes(file, box)
        self._position = box.end
        return True

    def _fragment(self, file: BinaryIO | FileIO, moof: Box, total: int) -> Fragment | None:
        if moof.end > total:
            return None
        mdat = _box(file, moof.end)
        if mdat is None or mdat.end > total:
            return None
        if mdat.kind != b"mdat":
            raise BrokenVideo(f"an index without data at byte {moof.start}")
        runs = read_fragment(_bytes(file, moof)[moof.content - moof.start :], self.tracks)
        pictures = next((run for run in runs if run.track.is_video), None)
        leading = pictures or next(iter(runs), None)
        return Fragment(
            start=moof.start,
            end=mdat.end,
            begin_s=leading.begin_s if leading else 0.0,
            end_s=leading.end_s if leading else 0.0,
            n_pictures=len(pictures.durations) if pictures else 0,
            begins_with_key=pictures is not None and pictures.begins_with_key,
        )


def _box(file: BinaryIO | FileIO, position: int) -> Box | None:
    file.seek(position)
    return box_at(file.read(16), position)


def _bytes(file: BinaryIO | FileIO, box: Box) -> bytes:
    if box.end - box.start > _LONGEST_INDEX:
        raise BrokenVideo(f"too long an index at byte {box.start}")
    file.seek(box.start)
    return file.read(box.end - box.start)
