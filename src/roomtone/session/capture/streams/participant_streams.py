"""All files of single participants of one stay: what is heard and seen goes to who writes it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from roomtone.session.capture.streams.audio_streams import AudioStreams
from roomtone.session.capture.streams.manifest import StreamManifest
from roomtone.session.capture.streams.video_streams import VideoStreams

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from roomtone.session.capture.model import CaptureEvent, StreamPicture


class ParticipantStreams:
    """Voices, cameras and shared screens, each in files of its own; used on one event loop.

    Args:
        directory: The session's folder.
        audio: Whether voices are written.
        video: Whether cameras and shared screens are.
        send: Sends one text message to the page; must not block.
        start_s: Capture clock of the recording's first sample.
        warn: Told a code and a sentence, once, when pictures cannot be kept.

    Attributes:
        audio: A ``TickSubscriber`` for the voices; None when they are not wanted.
        video: Whoever has pictures encoded; None when they are not wanted.

    Raises:
        OSError: When the folder for them cannot be made.
    """

    def __init__(
        self,
        directory: Path,
        *,
        audio: bool,
        video: bool,
        send: Callable[[dict[str, Any]], None],
        start_s: float,
        warn: Callable[[str, str], None],
    ) -> None:
        self._warn = warn
        self._has_warned = False
        self._manifest = StreamManifest(directory)
        self.audio = AudioStreams(self._manifest) if audio else None
        self.video = VideoStreams(self._manifest, send, start_s) if video else None

    def take(self, event: CaptureEvent) -> None:
        """Take a signal, or a track that came or went; also those from before the recording."""
        if self.video is not None:
            self.video.take(event)

    def on_picture(self, picture: StreamPicture) -> None:
        """Take a picture that the page encoded."""
        if self.video is None:
            return
        self.video.on_picture(picture)
        if self.video.failure is not None:
            self._warn_once("streams_failed", str(self.video.failure))

    def on_page_message(self, message: dict[str, Any]) -> None:
        """Take a text message of the page: of one that says hello anew, and faults of its streams."""
        if self.video is None:
            return
        if message.get("type") == "hello" and message.get("top") is True:
            self.video.page_loaded()
        if message.get("type") == "fault" and message.get("part") == "streams":
            what = str(message.get("what"))[:80]
            self._warn_once("streams_disturbed", f"the page cannot encode a participant's picture: {what}")

    def _warn_once(self, code: str, message: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            self._warn(code, message)

    def stop(self) -> None:
        """Take nothing more; the page encodes nothing any more. ``close`` completes the files."""
        if self.video is not None:
            self.video.stop()

    def close(self, timeout_s: float = 10.0) -> bool:
        """Write what is queued and complete the files; may be repeated. Blocks: use ``to_thread``.

        Returns:
            Whether all were completed; they play in any case.
        """
        deadline_s = time.monotonic() + timeout_s
        complete = [
            one.close(max(0.1, deadline_s - time.monotonic()))
            for one in (self.audio, self.video)
            if one is not None
        ]
        if all(complete):
            self._manifest.close()
        return all(complete)
