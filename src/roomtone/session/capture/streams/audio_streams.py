"""Every participant's voice in files of their own, written by a thread beside the recording's."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

import av
import structlog

from roomtone.session.capture.streams.errors import StreamsFailed
from roomtone.session.capture.streams.opus_file import OpusFile
from roomtone.session.capture.streams.voice_segments import Begin, End, Renamed, Sound, VoiceSegments

if TYPE_CHECKING:
    from roomtone.session.capture.model import Tick
    from roomtone.session.capture.streams.manifest import StreamManifest
    from roomtone.session.capture.streams.voice_segments import Order

QUEUE_TICKS = 1_500
"""30 s: what a disk may hang. Beyond, ticks are left out and counted; their place becomes silence."""

log = structlog.get_logger(__name__)


class AudioStreams:
    """Writes the voices of ticks; a ``TickSubscriber``, used on one event loop.

    Args:
        manifest: Told of every segment.

    Attributes:
        n_ticks_dropped: Ticks left out because the disk hung.
    """

    def __init__(self, manifest: StreamManifest) -> None:
        self.n_ticks_dropped = 0
        self._manifest = manifest
        self._segments = VoiceSegments()
        self._files: dict[str, tuple[str, OpusFile]] = {}
        self._queue: queue.Queue[Tick | None] = queue.Queue(QUEUE_TICKS)
        self._origin: int | None = None
        self._closed = False
        self._failure: StreamsFailed | None = None
        self._thread = threading.Thread(target=self._run, name="audio-streams", daemon=True)
        self._thread.start()

    def on_tick(self, tick: Tick) -> None:
        """Queue a tick; never blocks.

        Raises:
            StreamsFailed: Once nothing can be written any more.
        """
        if self._failure is not None:
            raise self._failure
        if self._closed:
            return
        try:
            self._queue.put_nowait(tick)
        except queue.Full:
            if not self.n_ticks_dropped:
                log.warning("streams.ticks_dropped", position=tick.position)
            self.n_ticks_dropped += 1

    @property
    def backlog(self) -> int:
        """How many ticks wait to be written."""
        return self._queue.qsize()

    @property
    def failure(self) -> StreamsFailed | None:
        """Why nothing is written any more; None while all is well."""
        return self._failure

    def close(self, timeout_s: float = 10.0) -> bool:
        """Write what is queued and complete the files; may be repeated. Blocks: use ``to_thread``.

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
        return not self._thread.is_alive() and self._failure is None

    def _run(self) -> None:
        try:
            while (tick := self._queue.get()) is not None:
                if self._origin is None:
                    self._origin = tick.position
                for order in self._segments.hear(tick):
                    self._carry_out(order)
            for order in self._segments.finish():
                self._carry_out(order)
        except (OSError, av.error.FFmpegError) as problem:
            for _, file in self._files.values():
                file.abandon()
            failure = StreamsFailed(
                f"The participants' own files cannot be written: {type(problem).__name__}"
            )
            failure.__cause__ = problem
            self._failure = failure
            log.error("streams.failed", kind="audio", problem=type(problem).__name__)  # noqa: TRY400
        if self._segments.n_voices_left_out:
            log.warning("streams.voices_left_out", ticks=self._segments.n_voices_left_out)

    def _carry_out(self, order: Order) -> None:
        match order:
            case Begin():
                self._begin(order)
            case Sound() if order.speaker_id in self._files:
                _, file = self._files[order.speaker_id]
                if order.samples is None:
                    file.add_silence(order.n_samples)
                else:
                    file.add(order.samples)
            case Renamed():
                self._manifest.name(order.speaker.speaker_id, order.speaker.speaker_name)
            case End() if order.speaker_id in self._files:
                name, file = self._files.pop(order.speaker_id)
                file.finish()
                self._manifest.close_segment(name, file.n_samples)

    def _begin(self, begin: Begin) -> None:
        assert self._origin is not None
        speaker = begin.speaker
        path = self._manifest.open_segment(
            "audio", speaker.speaker_id, speaker.speaker_name, begin.position - self._origin
        )
        if path is None:
            log.warning("streams.too_many_segments")
            return
        self._files[speaker.speaker_id] = (path.name, OpusFile(path))
