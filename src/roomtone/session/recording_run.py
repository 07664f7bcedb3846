"""One recording, from admission to leaving: capture, the files, and everybody who hears the meeting."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import structlog

from roomtone.bot.end_reasons import EndReason
from roomtone.session.capture.black_pictures import BlackPictures
from roomtone.session.capture.capture import Capture
from roomtone.session.capture.hub import TickHub
from roomtone.session.capture.levels import SpeakerLevels
from roomtone.session.capture.mixer import mix
from roomtone.session.capture.model import AudioChunk
from roomtone.session.capture.own_voice import OthersAlone
from roomtone.session.capture.recording_errors import PictureUnavailable, RecordingDiskFull, RecordingFailed
from roomtone.session.capture.speaker_timeline import SpeakerTimeline
from roomtone.session.capture.writer import RecordingWriter
from roomtone.session.pause_switch import PauseSwitch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from roomtone.session.capture.attribution import Attribution
    from roomtone.session.capture.counts import CaptureCounts
    from roomtone.session.capture.heard_sources import HeardSources
    from roomtone.session.capture.model import CaptureEvent, Signal, StreamPicture, Tick
    from roomtone.session.capture.recorders.port import PictureSource
    from roomtone.session.capture.speaker_timeline import Turn
    from roomtone.session.capture.streams.participant_streams import ParticipantStreams
    from roomtone.session.capture.writer import WriterStatistics
    from roomtone.session.ending import EndingCell
    from roomtone.session.live_outputs import LiveOutputs

ADVANCE_EVERY_S = 0.02
CLOSE_DEADLINE_S = 8.0
"""Longest time for the files to be completed."""

log = structlog.get_logger(__name__)


class _MixToWriter:
    """The recorder's ear: all voices in one, into the files."""

    def __init__(self, writer: RecordingWriter) -> None:
        self._writer = writer

    def on_tick(self, tick: Tick) -> None:
        self._writer.write_audio(tick.position, tick.at_s, mix(tick.voices.values()))


class RecordingRun:
    """Records from the moment it is made; used on one event loop.

    Args:
        directory: The session's directory.
        attribution: Names what is heard.
        pictures: Sources of the picture, best first; empty: sound alone.
        earlier: Signals and track events from before, so that whoever is there already is known.
        ending: Set when nothing can be recorded any more.
        warn: Told a code and a sentence for what does not end the stay.
        on_turn: Told every turn of speech.
        live: What leaves the meeting while it runs; not told what the bot itself says.

    Attributes:
        start_s: Capture clock of the first sample.
        levels: How loud it is, and who speaks.

    Raises:
        RecordingFailed: When the files cannot be made.
    """

    def __init__(
        self,
        directory: Path,
        *,
        attribution: Attribution,
        pictures: Sequence[PictureSource],
        earlier: Iterable[CaptureEvent],
        ending: EndingCell,
        warn: Callable[[str, str], None],
        on_turn: Callable[[Turn], None],
        live: LiveOutputs | None = None,
    ) -> None:
        self._pictures = tuple(pictures)
        self._ending = ending
        self._warn = warn
        self._writer = RecordingWriter(directory, with_video=bool(pictures))
        self.start_s = time.monotonic()
        self.levels = SpeakerLevels()
        self._timeline = SpeakerTimeline(self.start_s, on_turn)
        self._hub = TickHub(self._subscriber_failed)
        self._switch = PauseSwitch(self._pictures, self._writer.write_video)
        self._capture = Capture(self.start_s, attribution, self._publish)
        self._hub.subscribe("recorder", _MixToWriter(self._writer))
        self._hub.subscribe("levels", self.levels)
        self._hub.subscribe("timeline", self._timeline)
        self._live = live
        if live is not None:
            self._hub.subscribe("live", OthersAlone(live))
        self._streams: ParticipantStreams | None = None
        self._finished = asyncio.Event()
        for event in earlier:
            self._capture.feed(event, self.start_s)

    def keep_streams(self, streams: ParticipantStreams, earlier: Iterable[CaptureEvent]) -> None:
        """Write the participants' own files too; to be called before the first tick.

        Args:
            streams: Made for this recording's ``start_s``; closed by ``finish``.
            earlier: As of the recording.
        """
        self._streams = streams
        self._switch.video_streams = streams.video
        if streams.audio is not None:
            self._hub.subscribe("audio_streams", streams.audio)
        for event in earlier:
            streams.take(event)

    @property
    def counts(self) -> CaptureCounts:
        """What capture counted so far."""
        return self._capture.counts

    @property
    def heard(self) -> HeardSources:
        """By which ways voices were heard, and when last."""
        return self._capture.heard

    @property
    def n_voice_tracks(self) -> int:
        """How many tracks are voices now."""
        return self._capture.n_voice_tracks

    @property
    def is_paused(self) -> bool:
        """Whether nothing of what is heard and seen is kept and streamed now."""
        return self._switch.pauses.is_paused

    @property
    def recorded_s(self) -> float:
        """Length of what was published, in seconds."""
        return self._capture.recorded_s

    @property
    def files(self) -> WriterStatistics:
        """What the files hold so far."""
        return self._writer.statistics

    def feed(self, event: CaptureEvent) -> None:
        """Take an event of the link or a signal of the platform; nothing after `finish`."""
        if self._finished.is_set():
            return
        now_s = time.monotonic()
        self._capture.feed(self._switch.pauses.late(event, now_s), now_s)
        if self._streams is not None and not isinstance(event, AudioChunk):
            self._streams.take(event)

    def feed_page(self, said: StreamPicture | dict[str, Any]) -> None:
        """Take a participant's picture that the page encoded, or one of the page's text messages."""
        if self._streams is None or self._finished.is_set():
            return
        if isinstance(said, dict):
            self._streams.on_page_message(said)
        else:
            self._streams.on_picture(said)

    def pause(self) -> None:
        """Keep and stream black pictures and silence from this moment on; again is nothing to do."""
        if not self._finished.is_set():
            self._switch_guarded(self._switch.pause, time.monotonic())

    def resume(self) -> None:
        """Keep and stream what is heard and seen again; again is nothing to do."""
        self._switch.resume(time.monotonic())

    def may_keep(self, signal: Signal) -> bool:
        """Whether a signal may be written down; captions of a pause may not."""
        return self._switch.may_keep(signal)

    async def run(self) -> None:
        """Keep time, take pictures, stream; a task of the session. Returns soon after `finish`."""
        async with asyncio.TaskGroup() as tasks:
            clock = tasks.create_task(self._run_clock(), name="recording-clock")
            pictures = tasks.create_task(self._run_pictures(), name="recording-pictures")
            if self._live is not None:
                tasks.create_task(self._live.run(), name="live")
            if self._pictures:
                await asyncio.to_thread(BlackPictures)  # so that a pause need not wait for black pictures
            await self._finished.wait()
            clock.cancel()
            pictures.cancel()

    async def finish(self, end_s: float) -> bool:
        """Bring out what is left up to ``end_s`` and close the files.

        Args:
            end_s: Capture clock of the end of the stay; the files end there.

        Returns:
            Whether the files were completed; they are readable in any case. May be called twice.
        """
        if not self._finished.is_set():
            self._capture.finish(end_s)
            self._switch_guarded(self._switch.finish, end_s)
            self._timeline.finish()
            self._finished.set()
            if self._live is not None:
                self._live.finish()
            if self._streams is not None:
                self._streams.stop()
        closing = [asyncio.to_thread(self._writer.close, CLOSE_DEADLINE_S)]
        if self._streams is not None:
            closing.append(asyncio.to_thread(self._streams.close, CLOSE_DEADLINE_S))
        complete, *streams_complete = await asyncio.gather(*closing)
        if not all(streams_complete):
            log.warning("session.streams_not_completed")
        return complete

    async def _run_clock(self) -> None:
        """Let the clock go on while nothing is heard."""
        while True:
            now_s = time.monotonic()
            self._capture.advance(now_s)
            self._switch_guarded(self._switch.beat, now_s)
            await asyncio.sleep(ADVANCE_EVERY_S)

    async def _run_pictures(self) -> None:
        """Take pictures from the best source that has any."""
        for source in self._pictures:
            try:
                await source.run(self._switch.take_picture)
            except PictureUnavailable as problem:
                log.warning("session.picture_unavailable", kind=source.kind, reason=problem.reason)
                code = "recorder_fallback" if source is not self._pictures[-1] else "picture_lost"
                self._warn(code, f"{problem.reason}: {problem}")
            except RecordingFailed as problem:
                self._failed(problem)
                return

    def _publish(self, tick: Tick) -> None:
        self._hub.publish(self._switch.pauses.silenced(tick))

    def _switch_guarded(self, change: Callable[[float], None], at_s: float) -> None:
        try:
            change(at_s)
        except RecordingFailed as problem:
            self._failed(problem)

    def _subscriber_failed(self, name: str, problem: Exception) -> None:
        if isinstance(problem, RecordingFailed):
            self._failed(problem)
            return
        log.error("session.subscriber_failed", name=name, exc_info=problem)
        if name == "recorder":
            self._ending.set(EndReason.INTERNAL_ERROR, f"the recorder failed: {type(problem).__name__}")
        else:
            self._warn("subscriber_failed", f"{name} stopped: {type(problem).__name__}")

    def _failed(self, problem: RecordingFailed) -> None:
        full = isinstance(problem, RecordingDiskFull)
        self._ending.set(EndReason.DISK_FULL if full else EndReason.INTERNAL_ERROR, str(problem))
