"""Pausing a recording: who has to know of it, and what goes on while it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from roomtone.session.capture.caption_gate import CaptionGate
from roomtone.session.capture.model import CaptionHeard
from roomtone.session.capture.pauses import Pauses
from roomtone.session.capture.picture_gate import PictureGate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roomtone.session.capture.model import Signal, VideoPacket
    from roomtone.session.capture.recorders.port import PictureSource
    from roomtone.session.capture.streams.video_streams import VideoStreams

STREAM_RESUME_S = 0.15
"""After a pause participants' own pictures begin so much later: one that is on its way may be so old."""

log = structlog.get_logger(__name__)


class PauseSwitch:
    """Pauses and resumes one recording; used on one event loop, which gives the times (capture clock).

    Sound is silenced tick by tick (`pauses`), pictures are replaced by black ones on their way to the files,
    and the sources of pictures are told, so that nothing of a pause is even encoded.

    Args:
        sources: Of the recording's picture; empty: it has none.
        write: Keeps a picture; what it raises is raised here.

    Attributes:
        pauses: When it is and was paused.
        video_streams: Participants' own pictures; None: they are not kept.
    """

    def __init__(self, sources: Sequence[PictureSource], write: Callable[[VideoPacket], None]) -> None:
        self.pauses = Pauses()
        self.video_streams: VideoStreams | None = None
        self._sources = sources
        self._write = write
        self._gate = PictureGate(self.pauses)
        self._captions = CaptionGate(self.pauses)
        self._streams_at_s = float("inf")

    def pause(self, now_s: float) -> None:
        """Nothing from now on is kept; again is nothing to do."""
        if not self.pauses.pause(now_s):
            return
        if self._sources:
            self._write_all(self._gate.pause(now_s))
        for source in self._sources:
            source.pause()
        self._streams_at_s = float("inf")
        if self.video_streams is not None:
            self.video_streams.pause()
        log.info("recording.paused")

    def resume(self, now_s: float) -> None:
        """What follows is kept again; again is nothing to do."""
        if not self.pauses.resume(now_s):
            return
        for source in self._sources:
            source.resume(self.pauses.until_s)
        self._streams_at_s = self.pauses.until_s + STREAM_RESUME_S
        log.info("recording.resumed")

    def take_picture(self, packet: VideoPacket) -> None:
        """A picture of a source: keep what may be kept."""
        self._write_all(self._gate.take(packet))

    def may_keep(self, signal: Signal) -> bool:
        """Whether a signal may be written down: captions of a pause may not, chat and people may."""
        return not isinstance(signal, CaptionHeard) or self._captions.admits(signal)

    def beat(self, now_s: float) -> None:
        """Time goes on; to be called often."""
        self._write_all(self._gate.due(now_s))
        if now_s > self._streams_at_s:
            self._streams_at_s = float("inf")
            if self.video_streams is not None:
                self.video_streams.resume()

    def finish(self, end_s: float) -> None:
        """The recording ends, paused or not."""
        self._write_all(self._gate.finish(end_s))

    def _write_all(self, packets: Sequence[VideoPacket]) -> None:
        for packet in packets:
            self._write(packet)
