"""Once a second: how it goes, whether it is time to leave, whether the disk still has room."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from roomtone.bot.end_reasons import EndReason
from roomtone.bot.session_protocol import Progress, Warned
from roomtone.session.platforms.joining import Sensed

if TYPE_CHECKING:
    from collections.abc import Callable

    from roomtone.session.attendance import Attendance
    from roomtone.session.disk_watch import DiskWatch
    from roomtone.session.ending import EndingCell
    from roomtone.session.journal import Journal
    from roomtone.session.link_listener import LinkListener
    from roomtone.session.recording_run import RecordingRun

BEAT_S = 1.0
SOUND_IS_FRESH_S = 3.0
"""Sound that came within this long says that the meeting's media still flow."""


class Heartbeat:
    """The session's second hand; `run` is a task.

    Args:
        journal: Told the progress.
        attendance: Told of voices, asked whether to leave.
        disk: Asked whether there is room.
        listener: Knows what is heard, and watches that something is.
        ending: Set when it is time to leave.
        on_news: Told that media still arrive.

    Attributes:
        state: The word that progress carries: ``joining``, ``in_waiting_room``, ``recording``, ``leaving``.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        attendance: Attendance,
        disk: DiskWatch,
        listener: LinkListener,
        ending: EndingCell,
        on_news: Callable[[Sensed], None],
    ) -> None:
        self.state = "joining"
        self._journal = journal
        self._attendance = attendance
        self._disk = disk
        self._listener = listener
        self._ending = ending
        self._on_news = on_news

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            self._beat(time.monotonic())
            await asyncio.sleep(BEAT_S)

    def _beat(self, now_s: float) -> None:
        self._journal.write(self._progress())
        if (complaint := self._disk.complaint()) is not None:
            self._ending.set(EndReason.DISK_FULL, complaint)
        heard_s = self._listener.last_sound_s
        if heard_s is not None and now_s - heard_s < SOUND_IS_FRESH_S:
            self._on_news(Sensed("media", heard_s))
        recording = self._listener.recording
        if recording is not None:
            if recording.is_paused:
                # Nothing is heard of a paused meeting: its silence says nothing.
                self._attendance.voice_heard(now_s)
            if recording.levels.last_voice_s is not None:
                self._attendance.voice_heard(recording.levels.last_voice_s)
            if self.state != "leaving":
                self._watch_sound(recording, now_s)
        reason = self._attendance.verdict(now_s).reason
        if reason is not None:
            self._ending.set(reason)

    def _watch_sound(self, recording: RecordingRun, now_s: float) -> None:
        """Tell when an unmuted meeting cannot be heard, and when it can again."""
        watch = self._listener.sound_watch
        watch.n_tracks = recording.n_voice_tracks
        if recording.heard.last_s is not None:
            watch.sound_heard(recording.heard.last_s)
        report = watch.look(now_s)
        if report is not None:
            self._journal.write(
                Warned(
                    at=datetime.now(UTC), code=report.code, message=report.message, severity=report.severity
                )
            )

    def _progress(self) -> Progress:
        recording = self._listener.recording
        at = datetime.now(UTC)
        if recording is None:
            return Progress(at=at, state=self.state, participants=self._attendance.people)
        return Progress(
            at=at,
            state=self.state,
            recorded_s=round(recording.recorded_s, 2),
            speakers=tuple(speaker.speaker_name for speaker in recording.levels.speaking),
            participants=self._attendance.people,
            level_dbfs=round(recording.levels.level_dbfs, 1),
            size_bytes=recording.files.size_bytes,
        )
