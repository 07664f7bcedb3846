"""What the page says, given to whom it concerns: capture, the picture, the records, the joining machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.session.browser.link_reader import PageMessage
from roomtone.session.capture.model import (
    ActiveSpeakers,
    AudioChunk,
    CaptionHeard,
    ChatMessage,
    MeetingTitled,
    ParticipantJoined,
    ParticipantLeft,
    StreamPicture,
    TrackClosed,
    TrackOpened,
    TrackSource,
    VideoPacket,
)
from roomtone.session.media_connections import MediaConnections
from roomtone.session.platforms.base import StayFact, StayNews
from roomtone.session.platforms.joining import Sensed
from roomtone.session.sound_watch import SoundWatch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from roomtone.session.attendance import Attendance
    from roomtone.session.browser.link_reader import LinkMessage
    from roomtone.session.capture.model import CaptureEvent, Signal
    from roomtone.session.capture.recorders.track import TrackPictures
    from roomtone.session.page_counts import PageCounts
    from roomtone.session.platforms.base import PlatformDriver
    from roomtone.session.recording_run import RecordingRun
    from roomtone.session.records import Records

MOST_EARLIER_EVENTS = 20_000
"""Signals and track events kept for a recording that has not begun; more and the page is not a meeting."""
AUDIO_HEADER_BYTES = 24

log = structlog.get_logger(__name__)


class LinkListener:
    """Listens to one page's link; used by one task.

    Args:
        driver: Translates signals.
        attendance: Told who comes and goes.
        records: Told the signals.
        counts: Told the page's statistics.
        pictures: The track recorder; None where no picture comes out of the page.
        on_news: Told what speaks for or against being in the meeting.
        on_signal: Told every signal of the platform's.
        on_voice: Told what the bot's own microphone played.

    Attributes:
        earlier: Signals and track events from before the recording.
        recording: Told everything since `begin`; None before.
        last_sound_s: Capture clock of the arrival of the last sound but the bot's own; None: none yet.
        n_bytes: Bytes of sound and picture so far.
        sound_watch: Told who is unmuted and who is said to speak; who listens tells it what is heard.
    """

    def __init__(
        self,
        driver: PlatformDriver,
        *,
        attendance: Attendance,
        records: Records,
        counts: PageCounts,
        pictures: TrackPictures | None,
        on_news: Callable[[StayNews | Sensed], None],
        on_signal: Callable[[Signal], None],
        on_voice: Callable[[dict[str, Any]], None],
    ) -> None:
        self._driver = driver
        self._attendance = attendance
        self._records = records
        self._counts = counts
        self._pictures = pictures
        self._on_news = on_news
        self._on_signal = on_signal
        self._on_voice = on_voice
        self.earlier: list[CaptureEvent] = []
        self.recording: RecordingRun | None = None
        self.last_sound_s: float | None = None
        self.n_bytes = 0
        self.sound_watch = SoundWatch()
        self._media = MediaConnections()
        self._own_tracks: set[int] = set()

    def begin(self, recording: RecordingRun) -> None:
        """Tell this recording everything from now on; it has been told what was earlier."""
        self.recording = recording
        self.earlier = []
        self.sound_watch.began(recording.start_s)

    async def listen(self, messages: AsyncIterator[LinkMessage]) -> None:
        """Take every message until there are no more; a task of the session."""
        async for message in messages:
            self.take(message)

    def take(self, message: LinkMessage) -> None:
        """Take one message of the link."""
        match message:
            case AudioChunk():
                if message.track not in self._own_tracks:
                    self.last_sound_s = time.monotonic()
                self.n_bytes += message.samples.nbytes + AUDIO_HEADER_BYTES
                if self.recording is not None:
                    self.recording.feed(message)
            case VideoPacket():
                self.n_bytes += len(message.data) + AUDIO_HEADER_BYTES
                if self._pictures is not None:
                    self._pictures.on_packet(message)
            case StreamPicture():
                self.n_bytes += len(message.data) + AUDIO_HEADER_BYTES
                if self.recording is not None:
                    self.recording.feed_page(message)
            case TrackOpened() | TrackClosed():
                self._track_event(message)
            case PageMessage():
                self._page_message(message)

    def _track_event(self, event: TrackOpened | TrackClosed) -> None:
        if isinstance(event, TrackOpened) and event.source is TrackSource.OWN:
            self._own_tracks.add(event.track)
        self._remember(event)
        if self._pictures is not None:
            self._pictures.on_event(event)
        if not self._driver.traits.media_shows_admission:
            return
        if isinstance(event, TrackOpened) and event.kind == "audio" and event.source is TrackSource.RTC:
            self._on_news(Sensed("media", event.at_s))

    def _page_message(self, message: PageMessage) -> None:
        if message.type == "signal":
            for said in self._driver.read_signal(message.body, message.at_s):
                self._said(said)
            return
        if message.type == "voice":
            self._on_voice(message.body)
            return
        if message.type == "statistics":
            self._counts.take(message.body)
        elif message.type == "hello" and message.body.get("top") is True:
            self._media.loaded(message.body.get("instance"))
        elif message.type == "connections":
            self._connections(message)
        elif message.type == "fault":
            what = str(message.body.get("what"))[:80]
            log.warning("page.fault", what=what, detail=str(message.body.get("detail"))[:200])
        if self._pictures is not None:
            self._pictures.on_page_message(message.body)
        if self.recording is not None:
            self.recording.feed_page(message.body)

    def _connections(self, message: PageMessage) -> None:
        is_lost = self._media.take(message.body)
        if is_lost is not None:
            self._on_news(StayNews(StayFact.MEDIA_LOST if is_lost else StayFact.MEDIA_BACK, message.at_s))

    def _said(self, said: Signal | StayNews) -> None:
        if isinstance(said, StayNews):
            self._on_news(said)
            return
        self._on_signal(said)
        if isinstance(said, ParticipantJoined):
            self._attendance.participant_joined(said.participant_id, said.at_s, is_self=said.is_self)
            self.sound_watch.participant_joined(
                said.participant_id, said.at_s, muted=said.muted, is_self=said.is_self
            )
        elif isinstance(said, ParticipantLeft):
            self._attendance.participant_left(said.participant_id, said.at_s)
            self.sound_watch.participant_left(said.participant_id, said.at_s)
        elif isinstance(said, ActiveSpeakers):
            self.sound_watch.active_speakers(said.participant_ids, said.at_s)
        if self.recording is None or self.recording.may_keep(said):
            self._records.on_signal(said)
        if self._pictures is not None:
            self._pictures.on_event(said)
        if not isinstance(said, ChatMessage | CaptionHeard | MeetingTitled):
            self._remember(said)

    def _remember(self, event: CaptureEvent) -> None:
        if self.recording is not None:
            self.recording.feed(event)
        elif len(self.earlier) < MOST_EARLIER_EVENTS:
            self.earlier.append(event)
