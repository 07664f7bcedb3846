"""The thread that writes participants' pictures, a segment for each stretch of one size."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import structlog

from roomtone.bot.speaker import SAMPLE_RATE_HZ
from roomtone.session.capture.model import StreamPicture
from roomtone.session.capture.streams.errors import StreamsFailed
from roomtone.session.capture.streams.vp8_file import Vp8File, size_of_key

if TYPE_CHECKING:
    from roomtone.session.capture.streams.manifest import StreamManifest
    from roomtone.session.capture.streams.picture_choice import Wanted

QUEUE_ITEMS = 3_000
"""30 s of six cameras: what a disk may hang."""
PICTURE_ITEMS = 2_000
"""Pictures are left out from here on: words about streams must find room."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StreamBegun:
    """Pictures with this number are somebody's from now on."""

    stream: int
    wanted: Wanted
    name: str


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """No picture with this number comes any more."""

    stream: int


@dataclass(frozen=True, slots=True)
class ParticipantNamed:
    """What somebody is called."""

    participant_id: str
    name: str


Item = StreamPicture | StreamBegun | StreamEnded | ParticipantNamed


@dataclass(slots=True)
class _Segment:
    file: Vp8File
    name: str
    size: tuple[int, int]
    began_s: float


class PictureWriter:
    """Writes segments in a thread of its own; ``put`` is called from one other thread.

    Args:
        manifest: Told of every segment.
        start_s: Capture clock of the recording's first sample.

    Attributes:
        failure: Why nothing is written any more; None while all is well.
    """

    def __init__(self, manifest: StreamManifest, start_s: float) -> None:
        self.failure: StreamsFailed | None = None
        self._manifest = manifest
        self._start_s = start_s
        self._queue: queue.Queue[Item | None] = queue.Queue(QUEUE_ITEMS)
        self._begun: dict[int, StreamBegun] = {}
        self._segments: dict[int, _Segment] = {}
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="video-streams", daemon=True)
        self._thread.start()

    def put(self, item: Item) -> bool:
        """Queue something; never blocks. Whether there was room."""
        if self._closed or (isinstance(item, StreamPicture) and self._queue.qsize() >= PICTURE_ITEMS):
            return False
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            return False
        return True

    @property
    def is_idle(self) -> bool:
        """Whether all that was queued is written."""
        return self._queue.unfinished_tasks == 0

    def close(self, timeout_s: float) -> bool:
        """Write what is queued and complete the files; may be repeated. Blocks.

        Returns:
            Whether they were completed; they play in any case.
        """
        if not self._closed:
            self._closed = True
            try:
                self._queue.put(None, timeout=timeout_s)
            except queue.Full:
                return False
        self._thread.join(timeout_s)
        return not self._thread.is_alive() and self.failure is None

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            self._attempt(item)
            self._queue.task_done()
        for stream in list(self._segments):
            self._attempt(StreamEnded(stream))

    def _attempt(self, item: Item) -> None:
        if self.failure is not None:
            return
        try:
            match item:
                case StreamBegun():
                    self._begun[item.stream] = item
                case StreamPicture():
                    self._write(item)
                case StreamEnded():
                    self._end(item.stream)
                    self._begun.pop(item.stream, None)
                case ParticipantNamed():
                    self._manifest.name(item.participant_id, item.name)
        except (OSError, av.error.FFmpegError) as problem:
            self._fail(problem)

    def _fail(self, problem: Exception) -> None:
        for segment in self._segments.values():
            segment.file.abandon()
        self.failure = StreamsFailed(
            f"The participants' pictures cannot be written: {type(problem).__name__}"
        )
        self.failure.__cause__ = problem
        log.error("streams.failed", kind="video", problem=type(problem).__name__)

    def _write(self, picture: StreamPicture) -> None:
        segment = self._segments.get(picture.stream)
        size = size_of_key(picture.data) if picture.is_key else None
        if size is not None and (segment is None or size != segment.size):
            self._end(picture.stream)
            segment = self._begin(picture, size)
        if segment is not None:
            segment.file.add(picture.at_s - segment.began_s, picture.data, is_key=picture.is_key)

    def _begin(self, picture: StreamPicture, size: tuple[int, int]) -> _Segment | None:
        begun = self._begun.get(picture.stream)
        if begun is None:
            return None
        start_sample = max(0, round((picture.at_s - self._start_s) * SAMPLE_RATE_HZ))
        wanted = begun.wanted
        path = self._manifest.open_segment(wanted.kind, wanted.participant_id, begun.name, start_sample)
        if path is None:
            log.warning("streams.too_many_segments")
            return None
        segment = _Segment(Vp8File(path, picture.data), path.name, size, picture.at_s)
        self._segments[picture.stream] = segment
        return segment

    def _end(self, stream: int) -> None:
        segment = self._segments.pop(stream, None)
        if segment is not None:
            segment.file.finish()
            self._manifest.close_segment(segment.name, round(segment.file.end_s * SAMPLE_RATE_HZ))
