"""The recording writer: takes sound and pictures from the event loop, writes them in a thread of its own."""

from __future__ import annotations

import errno
import queue
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import structlog

from roomtone.bot.session_protocol import AUDIO_NAME, RECORDING_NAME
from roomtone.session.capture.model import VideoPacket
from roomtone.session.capture.recording import Recording
from roomtone.session.capture.recording_errors import RecordingDiskFull, RecordingFailed

if TYPE_CHECKING:
    from pathlib import Path

    from roomtone.session.capture.model import Samples

QUEUE_ITEMS = 2_400
"""About 36 s of sound and pictures: what a disk may hang before sound is left out."""
PICTURE_ITEMS = QUEUE_ITEMS * 3 // 4
"""Pictures are left out from here on, so that a hang costs them first."""
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Sound:
    position: int
    at_s: float
    samples: Samples


@dataclass(frozen=True, slots=True)
class WriterStatistics:
    """What the writer counted so far.

    Attributes:
        recorded_s: Length of the files.
        size_bytes: Bytes of all files on disk, at most a second old.
        gap_samples: Silence put in where no sound came.
        pictures: Pictures written.
        pictures_dropped: Pictures left out (queue full, undecodable, or stamped by a broken clock).
        longest_step_s: Longest time one piece took to be encoded and written.
    """

    recorded_s: float
    size_bytes: int
    gap_samples: int
    pictures: int
    pictures_dropped: int
    longest_step_s: float


class RecordingWriter:
    """Writes ``recording.mp4`` (with video) and ``audio.mp3`` into a folder, readable at any moment.

    ``write_audio`` and ``write_video`` never block and are called from one thread (the event loop's).
    The queue to the writing thread is bounded: when the disk hangs so long that it is full, a picture is
    left out and counted (with those that depend on it); sound that does not fit becomes silence of the
    same length, so that the rest stays in its place.

    Args:
        directory: Existing folder of this stay.
        with_video: False writes the MP3 alone.

    Raises:
        RecordingDiskFull: At once, when the files cannot even be created for want of space.
        RecordingFailed: At once, when the files cannot be created for another reason.
    """

    def __init__(self, directory: Path, *, with_video: bool) -> None:
        self._paths = (directory / AUDIO_NAME, directory / RECORDING_NAME)
        self._queue: queue.Queue[_Sound | VideoPacket | None] = queue.Queue(QUEUE_ITEMS)
        self._failure: RecordingFailed | None = None
        self._told = False
        self._closed = False
        self._n_dropped = 0
        self._pictures_lost = threading.Event()
        self._size_bytes = 0
        self._longest_step_s = 0.0
        try:
            self._recording = Recording(directory, with_video=with_video)
        except (OSError, av.error.FFmpegError) as problem:
            raise _typed(problem) from problem
        self._thread = threading.Thread(target=self._run, name="recording-writer", daemon=True)
        self._thread.start()

    def write_audio(self, position: int, at_s: float, samples: Samples) -> None:
        """Queue mixed sound; the first call is time 0 of the files.

        Args:
            position: Index of the first sample since capture began.
            at_s: Capture clock of the first sample.
            samples: int16 mono 48 kHz, shape (n,); not changed afterwards by anybody.

        Raises:
            RecordingFailed: Once, by the first ``write_*`` after the failure; later calls do nothing.
        """
        if self._accepts():
            try:
                self._queue.put_nowait(_Sound(position, at_s, samples))
            except queue.Full:
                log.warning("recording.sound_dropped", position=position)

    def write_video(self, packet: VideoPacket) -> None:
        """Queue a picture; raises as ``write_audio`` does."""
        if not self._accepts():
            return
        if self._queue.qsize() < PICTURE_ITEMS:  # the only producer: it cannot fill up in between
            self._queue.put_nowait(packet)
        else:
            self._n_dropped += 1
            self._pictures_lost.set()

    @property
    def statistics(self) -> WriterStatistics:
        """What was written and what was not, so far."""
        recording = self._recording
        return WriterStatistics(
            recorded_s=recording.n_samples / 48_000,
            size_bytes=self._size_bytes,
            gap_samples=recording.gap_samples,
            pictures=recording.n_pictures,
            pictures_dropped=self._n_dropped + recording.n_pictures_refused,
            longest_step_s=self._longest_step_s,
        )

    @property
    def failure(self) -> RecordingFailed | None:
        """Why nothing is written any more; None while all is well. Also set by a failure during ``close``."""
        return self._failure

    def close(self, timeout_s: float = 10.0) -> bool:
        """Write what is queued, complete the files, end the thread. Blocks: call it through ``to_thread``.

        Never raises for what the disk does; may be called twice.

        Returns:
            Whether the files were completed; False leaves them readable up to the last half second.
        """
        if not self._closed:
            self._closed = True
            try:
                self._queue.put(None, timeout=timeout_s)
            except queue.Full:
                log.exception("recording.close_timed_out")
                return False
        self._thread.join(timeout_s)
        return not self._thread.is_alive() and self._failure is None

    def _accepts(self) -> bool:
        if self._failure is not None and not self._told:
            self._told = True
            raise self._failure
        return self._failure is None and not self._closed

    def _run(self) -> None:
        sized_at = 0.0
        while (item := self._queue.get()) is not None:
            started = time.monotonic()
            self._attempt(item)
            ended = time.monotonic()
            self._longest_step_s = max(self._longest_step_s, ended - started)
            if ended - sized_at > 1.0:
                sized_at = ended
                self._measure()
        if self._failure is None:
            try:
                self._recording.finish()
            except (OSError, av.error.FFmpegError) as problem:
                self._fail(problem)
        self._measure()

    def _attempt(self, item: _Sound | VideoPacket) -> None:
        if self._failure is not None:
            return
        try:
            if isinstance(item, VideoPacket):
                if self._pictures_lost.is_set() and item.is_key:
                    self._pictures_lost.clear()
                elif self._pictures_lost.is_set():
                    self._recording.expect_key_frame()
                self._recording.add_picture(item)
            else:
                self._recording.add_audio(item.position, item.at_s, item.samples)
        except (OSError, av.error.FFmpegError) as problem:
            self._fail(problem)

    def _fail(self, problem: Exception) -> None:
        failure = _typed(problem)
        failure.__cause__ = problem
        self._recording.abandon()
        self._failure = failure
        log.error("recording.failed", disk_full=isinstance(failure, RecordingDiskFull))

    def _measure(self) -> None:
        self._size_bytes = sum(path.stat().st_size for path in self._paths if path.exists())


def _typed(problem: Exception) -> RecordingFailed:
    if getattr(problem, "errno", None) in _DISK_FULL:
        return RecordingDiskFull("The disk is full: free some space where ROOMTONE_DATA_DIR lies.")
    return RecordingFailed(f"The recording cannot be written: {type(problem).__name__}: {problem}")
