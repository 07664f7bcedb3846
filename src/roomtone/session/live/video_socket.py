"""The live video stream: the recording's own fragments, sent to the customer as they are written.

The file is the buffer. A receiver that is slow or away costs no memory; it is led on to the newest key frame.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from roomtone.fragments.errors import BrokenVideo
from roomtone.outbound.websocket import OPEN_TIMEOUT_S
from roomtone.session.capture.mp4 import AUDIO_BIT_RATE
from roomtone.session.live.dialling import Dialling, DiallingTiming
from roomtone.session.live.fragment_backlog import FragmentBacklog
from roomtone.session.live.video_messages import (
    LatencyPings,
    end_message,
    pictures_a_second,
    start_message,
)
from roomtone.session.live.video_tail import VideoTail

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from websockets.asyncio.client import ClientConnection

    from roomtone.fragments.growing import Fragment
    from roomtone.outbound.policy import AddressPolicy

LONGEST_LAG_S = 5.0
"""A receiver that is farther behind is led on to the newest key frame, of which there is one every 2 s."""
SEND_TIMEOUT_S = 10.0
"""Longest time for one message; slower than 0.2 Mbit/s is no receiver of video."""
MESSAGE_BYTES = 262_144
"""Longest binary message; a fragment has about 0.1 to 0.2 MB, so that it mostly is one message."""
FLUSH_TIMEOUT_S = 3.0
"""Longest time for what is left when the stay is over, the file's completion included."""
LOOK_EVERY_S = 0.04
"""How often the file is looked at: what that adds to a latency which the fragments' 0.5 s make up."""
PING_EVERY_S = 5.0
NOMINAL_FPS = 30
"""What the recorders aim at."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LiveVideoTiming:
    """Deadlines and bounds, in seconds."""

    longest_lag_s: float = LONGEST_LAG_S
    open_timeout_s: float = OPEN_TIMEOUT_S
    send_timeout_s: float = SEND_TIMEOUT_S
    flush_timeout_s: float = FLUSH_TIMEOUT_S
    ping_every_s: float = PING_EVERY_S


@dataclass(frozen=True, slots=True)
class LiveVideoCounts:
    """What went out and what did not.

    Attributes:
        bytes_sent: Bytes of fragments given to a connection.
        bytes_dropped: Bytes of fragments left out because the receiver was slow or away.
        dropped_s: Seconds of the recording that this was.
        connections: Connections that were open.
        failed_attempts: Connections that could not be made.
        round_trip_s: Of the last latency ping that was answered; None: none was.
    """

    bytes_sent: int = 0
    bytes_dropped: int = 0
    dropped_s: float = 0.0
    connections: int = 0
    failed_attempts: int = 0
    round_trip_s: float | None = None

    @property
    def reconnects(self) -> int:
        """Connections after the first."""
        return max(0, self.connections - 1)


class LiveVideoSocket:
    """Streams one recording to one receiver; a ``LiveOutput``.

    Args:
        path: The recording that grows.
        url: The customer's ``ws://`` or ``wss://`` URL.
        bot_id: What the messages name.
        policy: Which addresses may be dialled.
        on_warning: Told as ``Dialling`` tells it, under ``live_video``.
        timing: Deadlines and bounds.
    """

    def __init__(
        self,
        path: Path,
        url: str,
        *,
        bot_id: str,
        policy: AddressPolicy,
        on_warning: Callable[[str, str], None],
        timing: LiveVideoTiming | None = None,
    ) -> None:
        timing = timing or LiveVideoTiming()
        deadlines = DiallingTiming(timing.open_timeout_s, timing.send_timeout_s, timing.flush_timeout_s)
        self._dialling = Dialling("live_video", url, policy=policy, on_warning=on_warning, timing=deadlines)
        self._bot_id = bot_id
        self._on_warning = on_warning
        self._flush_timeout_s = timing.flush_timeout_s
        self._ping_every_s = timing.ping_every_s
        self._tail = VideoTail(path)
        self._backlog = FragmentBacklog(timing.longest_lag_s)
        self._news = asyncio.Event()
        self._is_over = False
        self._framerate: int | None = None
        self._duration_s = 0.0
        self._bytes_sent = 0
        self._round_trip_s: float | None = None

    @property
    def counts(self) -> LiveVideoCounts:
        """The counts so far."""
        return LiveVideoCounts(
            bytes_sent=self._bytes_sent,
            bytes_dropped=self._backlog.dropped_bytes,
            dropped_s=self._backlog.dropped_s,
            connections=self._dialling.connections,
            failed_attempts=self._dialling.failed_attempts,
            round_trip_s=self._round_trip_s,
        )

    def finish(self) -> None:
        """The stay is over: what is written until the file is complete is sent too, within about 3 s."""
        self._dialling.finish()

    async def run(self) -> None:
        """Follow the file, dial, stream, dial again; returns after ``finish``."""
        try:
            async with asyncio.TaskGroup() as tasks:
                following = tasks.create_task(self._follow(), name="live-video-file")
                await self._dialling.run(self._stream)
                following.cancel()
        finally:
            self._backlog.drop_all()
            self._tail.close()

    async def _follow(self) -> None:
        """Look at the file until it is complete; after ``finish`` not for ever."""
        give_up_s = float("inf")
        while not self._tail.video.is_complete and time.monotonic() < give_up_s:
            try:
                fragments = await asyncio.to_thread(self._tail.news)
            except (OSError, BrokenVideo) as problem:
                log.warning("live_video.file_unreadable", problem=str(problem))
                self._on_warning("live_video_failed", "the recording cannot be read while it is written")
                break
            for fragment in fragments:
                self._took(fragment)
            if fragments:
                self._news.set()
            if self._dialling.finishing.is_set() and give_up_s == float("inf"):
                give_up_s = time.monotonic() + self._flush_timeout_s
            await asyncio.sleep(LOOK_EVERY_S)
        self._is_over = True
        self._dialling.finish()
        self._news.set()

    def _took(self, fragment: Fragment) -> None:
        self._backlog.put(fragment)
        self._duration_s = max(self._duration_s, fragment.end_s)
        if fragment.n_pictures > 1 or self._framerate is None:
            self._framerate = pictures_a_second(fragment, NOMINAL_FPS)

    async def _stream(self, connection: ClientConnection) -> str:
        pings = LatencyPings(self._bot_id, self._ping_every_s)

        def hear(message: str | bytes) -> None:
            round_trip_s = pings.hear(message, time.monotonic())
            if round_trip_s is not None:
                self._round_trip_s = round_trip_s

        return await self._dialling.talk(connection, say=self._send(connection, pings), hear=hear)

    async def _send(self, connection: ClientConnection, pings: LatencyPings) -> None:
        """Send from a key frame on until the recording is complete."""
        while (header := self._header()) is None:
            if self._is_over:
                return
            await self._await_news()
        for message in header:
            await self._dialling.send(connection, message)
        self._backlog.begin_anew()
        while True:
            if (ping := pings.due(time.monotonic(), time.time_ns() // 1_000_000)) is not None:
                await self._dialling.send(connection, ping)
            fragment = self._backlog.take()
            if fragment is not None:
                await self._send_fragment(connection, fragment)
            elif self._is_over:
                await self._dialling.send(connection, end_message(self._bot_id, self._duration_s))
                return
            else:
                await self._await_news()

    async def _await_news(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _header(self) -> tuple[str, bytes] | None:
        """What a connection begins with; None: the recording has not begun."""
        growing = self._tail.video
        video, audio = growing.video, growing.audio
        if growing.init is None or video is None or audio is None or self._framerate is None:
            return None
        start = start_message(
            self._bot_id, video, audio, framerate=self._framerate, audio_bit_rate=AUDIO_BIT_RATE
        )
        return start, growing.init

    async def _send_fragment(self, connection: ClientConnection, fragment: Fragment) -> None:
        position = fragment.start
        try:
            while position < fragment.end:
                end = min(fragment.end, position + MESSAGE_BYTES)
                piece = await asyncio.to_thread(self._tail.read, position, end)
                if not piece:
                    break  # cut off after a disk refused it: nothing follows
                await self._dialling.send(connection, piece)
                position += len(piece)
                self._bytes_sent += len(piece)
        finally:
            if position < fragment.end:
                self._backlog.lost(fragment, position - fragment.start)
