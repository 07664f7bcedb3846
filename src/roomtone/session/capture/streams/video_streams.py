"""Every camera and shared screen in files of their own: the page encodes, a thread writes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from roomtone.session.capture.model import ParticipantJoined
from roomtone.session.capture.streams.picture_choice import PictureChoice
from roomtone.session.capture.streams.picture_writer import (
    ParticipantNamed,
    PictureWriter,
    StreamBegun,
    StreamEnded,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.capture.model import CaptureEvent, StreamPicture
    from roomtone.session.capture.streams.errors import StreamsFailed
    from roomtone.session.capture.streams.manifest import StreamManifest
    from roomtone.session.capture.streams.picture_choice import Wanted

MAX_FPS = 15
LONGEST_SIDE = {"camera": 640, "share": 1280}
"""Pixels; larger pictures are scaled down. A camera of 1280x720 costs as much as four of 640x360."""
LATE_S = 1.0
"""Pictures from before a stream was stopped are waited for this long."""
KEY_INTERVAL_S = 5.0


class VideoStreams:
    """Has the page encode whoever is wanted and writes it down; used on one event loop.

    Give it every signal and track event from the beginning (``take``), the pictures (``on_picture``), and
    ``page_loaded`` when the page's scripts begin anew.

    Args:
        manifest: Told of every segment.
        send: Sends one text message to the page; must not block.
        start_s: Capture clock of the recording's first sample.
        clock: Capture clock.

    Attributes:
        n_pictures_dropped: Pictures left out because the disk hung.
    """

    def __init__(
        self,
        manifest: StreamManifest,
        send: Callable[[dict[str, Any]], None],
        start_s: float,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.n_pictures_dropped = 0
        self._send = send
        self._choice = PictureChoice()
        self._clock = clock
        self._streams: dict[Wanted, int] = {}
        self._stopped_s: dict[int, float] = {}
        self._waits_for_key: set[int] = set()
        self._n_streams = 0
        self._is_paused = False
        self._closed = False
        self._writer = PictureWriter(manifest, start_s)

    @property
    def failure(self) -> StreamsFailed | None:
        """Why nothing is written any more; None while all is well."""
        return self._writer.failure

    @property
    def is_written(self) -> bool:
        """Whether nothing waits to be written."""
        return self._writer.is_idle

    @property
    def has_tracks(self) -> bool:
        """Whether any picture of a known participant could be taken so far."""
        return self._choice.has_tracks

    def take(self, event: CaptureEvent) -> None:
        """Take a signal, or a track that came or went."""
        self._choice.take(event)
        if isinstance(event, ParticipantJoined):
            self._writer.put(ParticipantNamed(event.participant_id, event.name))
        self._direct()

    def on_picture(self, picture: StreamPicture) -> None:
        """Take a picture of the page's encoder; one that was seen after its stream's end is ignored."""
        stream = picture.stream
        if stream not in self._streams.values() and picture.at_s > self._stopped_s.get(stream, float("-inf")):
            return
        if picture.is_key:
            self._waits_for_key.discard(stream)
        if stream in self._waits_for_key:
            self.n_pictures_dropped += 1
        elif not self._writer.put(picture):
            self.n_pictures_dropped += 1
            self._waits_for_key.add(stream)

    def page_loaded(self) -> None:
        """The page's scripts know of nothing: what was being encoded begins anew."""
        self._stop_all()
        self._direct()

    def pause(self) -> None:
        """Keep no pictures from now on."""
        self._is_paused = True
        self._direct()

    def resume(self) -> None:
        """Keep pictures again, in new segments."""
        self._is_paused = False
        self._direct()

    def close(self, timeout_s: float = 10.0) -> bool:
        """Complete the files; may be repeated. Blocks: use ``to_thread``, after ``stop``.

        Returns:
            Whether they were completed; they play in any case.
        """
        return self._writer.close(timeout_s)

    def stop(self) -> None:
        """Let the page encode nothing any more and take no more pictures; may be called twice."""
        if not self._closed:
            self._closed = True
            self._stop_all()

    def _direct(self) -> None:
        """Have the page encode exactly what is wanted now."""
        self._end_stopped()
        wanted = [] if self._closed or self._is_paused or self.failure else self._choice.wanted()
        for one in [one for one in self._streams if one not in wanted]:
            self._stop(one)
        for one in wanted:
            if one not in self._streams:
                self._start(one)

    def _start(self, wanted: Wanted) -> None:
        self._n_streams += 1
        self._streams[wanted] = self._n_streams
        self._writer.put(
            StreamBegun(self._n_streams, wanted, self._choice.names.get(wanted.participant_id, ""))
        )
        self._send(
            {
                "type": "stream_start",
                "stream": self._n_streams,
                "media_track_id": wanted.media_track_id,
                "max_fps": MAX_FPS,
                "longest_side": LONGEST_SIDE[wanted.kind],
                "key_interval_s": KEY_INTERVAL_S,
                "clock_us": self._clock() * 1e6,
            }
        )

    def _stop(self, wanted: Wanted) -> None:
        stream = self._streams.pop(wanted)
        self._stopped_s[stream] = self._clock()
        self._send({"type": "stream_stop", "stream": stream})

    def _end_stopped(self) -> None:
        """Complete the files of streams that were stopped long enough ago."""
        now_s = self._clock()
        for stream, stopped_s in list(self._stopped_s.items()):
            if now_s - stopped_s > LATE_S:
                del self._stopped_s[stream]
                self._waits_for_key.discard(stream)
                self._writer.put(StreamEnded(stream))

    def _stop_all(self) -> None:
        for wanted in list(self._streams):
            self._stop(wanted)
