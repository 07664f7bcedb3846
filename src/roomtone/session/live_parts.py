"""Everything of one stay that leaves its meeting while it runs, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roomtone.session.control import control_socket
from roomtone.session.live.port import LiveFeed
from roomtone.session.live_outputs import live_audio_socket, live_video_socket, live_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from roomtone.bot.session_protocol import Start
    from roomtone.session.capture.model import CaptureEvent
    from roomtone.session.live.audio_socket import LiveAudioSocket
    from roomtone.session.live.control_socket import ControlSocket
    from roomtone.session.live.transcription.making import LiveTranscription
    from roomtone.session.live.video_socket import LiveVideoSocket
    from roomtone.session.presence import Presence


@dataclass(frozen=True, slots=True)
class LiveParts:
    """What was asked for; None: not that."""

    audio: LiveAudioSocket | None = None
    video: LiveVideoSocket | None = None
    words: LiveTranscription | None = None
    control: ControlSocket | None = None

    @classmethod
    def of(
        cls,
        start: Start,
        presence: Presence,
        earlier: Iterable[CaptureEvent],
        warn: Callable[[str, str], None],
    ) -> LiveParts:
        """Make what a session was asked for.

        Args:
            start: The session's orders.
            presence: Does what the control socket's caller says.
            earlier: Signals from before the recording: who is there.
            warn: Told a code and a sentence.
        """
        return cls(
            live_audio_socket(start, warn),
            live_video_socket(start, warn),
            live_words(start, earlier, warn),
            control_socket(start, presence, warn),
        )

    def feeds(self) -> list[LiveFeed]:
        """What each of them is told of the meeting; of participants the control socket is told elsewhere."""
        feeds = []
        if self.audio is not None:
            feeds.append(LiveFeed("live_audio", self.audio, on_tick=self.audio.on_tick))
        if self.video is not None:
            feeds.append(LiveFeed("live_video", self.video))
        if self.words is not None:
            feeds.append(self.words.feed)
        if self.control is not None:
            feeds.append(LiveFeed("control_socket", self.control))
        return feeds
